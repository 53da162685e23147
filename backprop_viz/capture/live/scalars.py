"""Numbers that a watched loop logs: by ``bv.log``, to TensorBoard, and a scheduler's rates."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from torch import Tensor
from torch._C import DisableTorchFunction
from torch.optim import Optimizer

from backprop_viz.capture.code.own_faults import OURS

# Called with a name and a number, by all the loops that are watched.
_listeners: list[Callable[[str, float], None]] = []
# Where torch has the writer, once a script has imported it.
_TENSORBOARD = "torch.utils.tensorboard.writer"


def log(name: str, value: Any) -> None:
    """Show a number of a watched loop as a curve beside the loss, and keep it in its file.

    ``value``: a number, or a tensor of one element. It belongs to the iteration whose backward ran
    last. Where no loop is watched nothing happens, and a tensor is not read.
    """
    if _listeners:
        number = _number(value)
        with OURS:
            for listener in tuple(_listeners):
                listener(name, number)


class ScalarWatch:
    """Tells ``logged`` of each number that a loop logs; and of rates that have changed."""

    def __init__(self, logged: Callable[[str, int, float], None]) -> None:
        self._logged = logged
        self._iteration = 1
        self._rates: dict[str, list[float]] = {}  # the first of each, and the newest
        self._open = ExitStack()
        _listeners.append(self._listen)
        self._open.callback(_listeners.remove, self._listen)
        self._patched = False

    def close(self) -> None:
        """Hear of no more."""
        self._open.close()

    def backward_runs(self, iteration: int) -> None:
        """A backward of this iteration begins."""
        self._iteration = iteration

    def iteration_ended(self, iteration: int, optimizers: Sequence[Optimizer]) -> None:
        """Look at the rates of an iteration that is over. One that never changes is no curve."""
        if not self._patched and _TENSORBOARD in sys.modules:
            self._patched = True
            self._open.enter_context(_added_scalars_seen(sys.modules[_TENSORBOARD]))
        for name, rate in _rates(optimizers) if optimizers else ():
            known = self._rates.setdefault(name, [rate])
            if rate == known[-1]:
                continue
            # A step, not a slope from the change before.
            if iteration > 2 and len(known) == 1:
                self._logged(name, 1, known[0])
            self._logged(name, iteration - 1, known[-1])
            self._logged(name, iteration, rate)
            known[1:] = [rate]

    def _listen(self, name: str, number: float) -> None:
        self._logged(name, self._iteration, number)


def _rates(optimizers: Sequence[Optimizer]) -> Iterator[tuple[str, float]]:
    """The learning rate of each group of each optimizer, by a name of its own."""
    number = 0
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            number, rate = number + 1, group.get("lr")
            if rate is not None:
                told = rate if type(rate) is float else _number(rate)
                yield "lr" if number == 1 else f"lr {number}", told


def _number(value: Any) -> float:
    with DisableTorchFunction():  # what a recording reads is none of the loop's
        # torch warns of a loss that is converted with its graph; the script converts none.
        return float(value.detach() if isinstance(value, Tensor) else value)


@contextmanager
def _added_scalars_seen(module: Any) -> Iterator[None]:
    """Log what is given to ``SummaryWriter.add_scalar``, while in here."""
    kind = module.SummaryWriter
    plain = kind.add_scalar

    @wraps(plain)
    def add_scalar(self: Any, tag: str, scalar_value: Any, *args: Any, **kwargs: Any) -> Any:
        with OURS:
            log(tag, scalar_value)
        return plain(self, tag, scalar_value, *args, **kwargs)

    kind.add_scalar = add_scalar
    try:
        yield
    finally:
        if kind.add_scalar is add_scalar:
            kind.add_scalar = plain
