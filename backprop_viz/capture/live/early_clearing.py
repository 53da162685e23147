"""Remembers the zero_grad that runs before a script's first iteration is found."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain

from torch import Tensor, nn
from torch._C import DisableTorchFunction
from torch.optim import Optimizer

from backprop_viz.capture.code.loop_places import StackPlace, stack_place
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.tensors.memory import NotCopied, to_array
from backprop_viz.capture.tensors.snapshots import Copy
from backprop_viz.capture.watches.clearing_watch import (
    module_clearings_seen,
    optimizer_clearings_seen,
)
from backprop_viz.recording.trace.torch_error import CodePlace


class EarlyClearing:
    """What the newest zero_grad cleared: ``grads`` by the id() of the parameter, and where."""

    def __init__(self) -> None:
        self.grads: dict[int, Copy] = {}
        self.place: CodePlace | None = None
        # Where they were since the last step, with the id() of each parameter.
        self.places: dict[StackPlace, set[int]] = {}
        self._kept: dict[int, Tensor] = {}  # alive, so that no other gets its id()
        self._open = ExitStack()

    def begin(self) -> None:
        """Hear of them from now on."""
        self._open.enter_context(module_clearings_seen(self._module_clears))
        self._open.enter_context(optimizer_clearings_seen(self._optimizer_clears))

    def close(self) -> None:
        """Hear of no more."""
        self._open.close()

    @contextmanager
    def _module_clears(self, module: nn.Module) -> Iterator[None]:
        self._remember(module.parameters())
        yield

    @contextmanager
    def _optimizer_clears(self, optimizer: Optimizer) -> Iterator[None]:
        self._remember(chain.from_iterable(g["params"] for g in optimizer.param_groups))
        yield

    def stepped(self) -> None:
        """An optimizer has stepped: what was cleared before belongs to another iteration."""
        self.grads, self.place, self._kept = {}, None, {}
        self.places.clear()

    def _remember(self, parameters: Iterable[Tensor]) -> None:
        self.place = user_line()
        parameters = list(parameters)
        self.places.setdefault(stack_place()[0], {id(parameter) for parameter in parameters})
        with DisableTorchFunction():
            for parameter in parameters:
                self._kept[id(parameter)] = parameter
                self.grads[id(parameter)] = _copy(parameter.grad)


def _copy(grad: Tensor | None) -> Copy:
    try:
        return None if grad is None else to_array(grad)
    except NotCopied as reason:
        return reason
