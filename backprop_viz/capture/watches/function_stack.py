"""torch's stack of function modes, each thread's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch.optim import Optimizer, optimizer
from torch.overrides import (
    TorchFunctionMode,
    _get_current_function_mode,
    _get_current_function_mode_stack,
    _len_torch_function_stack,
    _pop_mode,
    _push_mode,
)


def runs_alone(stepping: Optimizer) -> bool:
    """Whether nothing but torch's own step runs between two hooks that all optimizers have."""
    torchs = type(stepping).__module__.startswith("torch.optim.")
    hooks = stepping._optimizer_step_pre_hooks, stepping._optimizer_step_post_hooks
    everybodys = optimizer._global_optimizer_pre_hooks, optimizer._global_optimizer_post_hooks
    return torchs and not any(hooks) and all(len(some) == 1 for some in everybodys)


def come_in(mode: TorchFunctionMode) -> bool:
    """Put a mode on the stack of this thread; False if it was there already."""
    if any(one is mode for one in _get_current_function_mode_stack()):  # type: ignore[no-untyped-call]
        return False
    _push_mode(mode)  # type: ignore[no-untyped-call]
    return True


def step_aside(mode: TorchFunctionMode) -> int | None:
    """Take a mode off the stack, if it is the newest. How many are below it."""
    if _get_current_function_mode() is not mode:  # type: ignore[no-untyped-call]
        return None
    _pop_mode()  # type: ignore[no-untyped-call]
    below: int = _len_torch_function_stack()
    return below


def hears_nothing(mode: TorchFunctionMode) -> bool:
    """Whether it is a mode of ours that hears nothing any more."""
    ours = type(mode).__module__.startswith("backprop_viz.")
    return ours and bool(getattr(mode, "over", False) or getattr(mode, "is_over", False))


def put_back(mode: TorchFunctionMode, below: int) -> None:
    """Put a mode back on so many, below what was entered since; not if it is over."""
    if hears_nothing(mode):
        return
    above = [_pop_mode() for _ in range(_len_torch_function_stack() - below)]  # type: ignore[no-untyped-call]
    for one in (mode, *reversed(above)):
        _push_mode(one)  # type: ignore[no-untyped-call]


class StepAside:
    """A mode leaves the stack while a step runs, and then comes back; ``is_here`` says where.

    It may come back late: of a step that has raised nobody says that it is over.
    """

    def __init__(self, is_here: Callable[[], bool]) -> None:
        self._is_here = is_here
        self._below: int | None = None  # how many modes were below it

    def begin(self, mode: TorchFunctionMode) -> None:
        """Take the mode off the stack, if it is the newest."""
        self._below = step_aside(mode)

    def come_back(self, mode: TorchFunctionMode) -> None:
        """Put it back, unless it is there."""
        below, self._below = self._below, None
        if below is not None and self._is_here():
            put_back(mode, below)


def leave(goes: Callable[[TorchFunctionMode], bool]) -> None:
    """Take modes off the stack, whatever the loop has entered since."""
    kept = []
    while _len_torch_function_stack():
        top = _pop_mode()  # type: ignore[no-untyped-call]
        if not goes(top):
            kept.append(top)
    for other in reversed(kept):
        _push_mode(other)  # type: ignore[no-untyped-call]


@contextmanager
def modes_aside(goes: Callable[[TorchFunctionMode], bool]) -> Iterator[None]:
    """These modes are not on this thread's stack in here."""
    before: list[TorchFunctionMode] = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    before = list(before)
    leave(goes)
    try:
        yield
    finally:
        leave(lambda _: True)
        for one in before:
            _push_mode(one)  # type: ignore[no-untyped-call]
