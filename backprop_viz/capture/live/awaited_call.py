"""Waits for a call of a model, and remembers the zero_grad that runs until then."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.live.early_clearing import EarlyClearing


class AwaitedCall:
    """Tells of each call of any module from ``begin`` on, until it is closed or begins anew."""

    def __init__(self) -> None:
        self.early = EarlyClearing()
        self._open = ExitStack()

    def begin(
        self,
        called: Callable[[nn.Module, Any], None],
        steps: Callable[[Optimizer, Any, Any], None] | None = None,
    ) -> None:
        """Call ``called`` before a module runs, and ``steps`` before an optimizer does."""
        self._open.close()
        self.early = EarlyClearing()
        self.early.begin()
        self._open.callback(self.early.close)
        self._open.callback(register_module_forward_pre_hook(heard(called)).remove)
        if steps is not None:
            self._open.callback(register_optimizer_step_pre_hook(heard(steps)).remove)

    def close(self) -> None:
        """Wait no longer; what was cleared is remembered."""
        self._open.close()
