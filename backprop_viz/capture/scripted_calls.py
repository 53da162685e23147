"""Sees each call of a scripted module as one operation: what runs inside runs outside Python."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches.function_watch import Copies, Ran, SomeTensors
from backprop_viz.capture.watches.module_hooks import called_after, called_before
from backprop_viz.recording.trace.layers import SCRIPTED


class ScriptedCalls:
    """Tells a recorder of each call of a scripted module of its model, which reads its parameters.

    ``wanted`` says whether a call belongs to what is recorded.
    """

    def __init__(self, recorder: Recorder, wanted: Callable[[], bool]) -> None:
        self._recorder, self._modules, self._wanted = recorder, recorder.modules, wanted
        self._begun: list[tuple[SomeTensors, Copies] | None] = []

    def hooks(self) -> Iterator[RemovableHandle]:
        """Hear of the calls, until the handles are removed."""
        for module in self._modules.scripted:
            yield called_before(module, self._runs, with_kwargs=True)
            yield called_after(module, self._has_run)

    def _runs(self, module: nn.Module, args: Any, kwargs: Mapping[str, Any]) -> None:
        if not self._wanted():
            self._begun.append(None)
            return
        with torch._C.DisableTorchFunction():
            read = *nested_tensors((args, kwargs)), *module.parameters()
            # Copied before it runs: it may write to what it is given.
            self._begun.append((read, self._recorder.copies(read)))

    def _has_run(self, module: nn.Module, _: Any, output: Any) -> None:
        begun = self._begun.pop() if self._begun else None
        if begun is None or output is None:
            return
        with torch._C.DisableTorchFunction():
            made = tuple(nested_tensors(output))
            if made:
                name = self._modules.scripted[module]
                told = Ran(SCRIPTED, *begun, made, None, user_line(), None, name)
                with self._modules.within(name):
                    self._recorder.operation_ran(told)
