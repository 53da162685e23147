"""Sees each call of a scripted module as one operation: what runs inside runs outside Python."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches.function_watch import Copies, Ran, Tensors
from backprop_viz.capture.watches.module_hooks import called_after, called_before
from backprop_viz.capture.watches.module_watch import ModuleWatch
from backprop_viz.recording.layers import SCRIPTED


class ScriptedCalls:
    """Calls ``ran`` with each call of a scripted one of ``modules``, which reads its parameters.

    ``wanted`` says whether a call belongs to what is recorded.
    """

    def __init__(
        self,
        modules: ModuleWatch,
        copy: Callable[[Tensors], Copies],
        ran: Callable[[Ran], None],
        wanted: Callable[[], object],
    ) -> None:
        self._modules = modules
        self._copy, self._ran, self._wanted = copy, ran, wanted
        self._begun: list[tuple[Tensors, Copies] | None] = []

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
            self._begun.append((read, self._copy(read)))  # it may write to what it is given

    def _has_run(self, module: nn.Module, _: Any, output: Any) -> None:
        begun = self._begun.pop() if self._begun else None
        if begun is None or output is None:
            return
        with torch._C.DisableTorchFunction():
            made = tuple(nested_tensors(output))
            if made:
                with self._modules.within(self._modules.scripted[module]):
                    self._ran(Ran(SCRIPTED, *begun, made, None, user_line(), None))
