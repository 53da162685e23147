"""Notices ``zero_grad``: torch has no hook for it, and tells only a mode of an optimizer's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import wraps
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code.own_faults import OURS, AroundCall
from backprop_viz.capture.code.own_frames import pass_on
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.watches.function_stack import put_back, step_aside

_Clearing = Callable[[Any], AbstractContextManager[None]]
# The functions by which torch tells its profiler what it does, and how it calls a zero_grad there.
_TELLS, _ENTER, _CLEARS = "_record_function_", "_record_function_enter_new", "Optimizer.zero_grad#"


def tells_profiler(name: str) -> bool:
    """Whether torch tells its profiler something by the function of this name."""
    return name.startswith(_TELLS)


def begins(name: str, args: Sequence[Any]) -> bool | None:
    """Whether it tells that an optimizer begins to clear gradients, or that it ends to.

    None of anything else that begins.
    """
    if name != _ENTER:
        return False
    return str(args[0] if args else "").startswith(_CLEARS) or None


def clearing_optimizer() -> Optimizer | None:
    """The optimizer whose ``zero_grad`` runs, where somebody hears of it."""
    return _OPTIMIZERS.running[-1] if _OPTIMIZERS.running else None


@contextmanager
def module_clearings_seen(
    clearing: Callable[[nn.Module], AbstractContextManager[None]],
) -> Iterator[None]:
    """Run each ``Module.zero_grad`` within ``clearing``, while in here."""
    with _MODULES.heard_by(clearing):
        yield


@contextmanager
def optimizer_clearings_seen(
    clearing: Callable[[Optimizer], AbstractContextManager[None]],
) -> Iterator[None]:
    """Run each ``Optimizer.zero_grad`` within ``clearing``, while in here."""
    with _OPTIMIZERS.heard_by(clearing):
        yield


@contextmanager
def clearings_alone(
    mode: TorchFunctionMode,
    is_own: Callable[[Optimizer], bool],
    begins: Callable[[Optimizer], None],
    ends: Callable[[], None],
) -> Iterator[None]:
    """A mode hears of no call within an ``Optimizer.zero_grad``, while in here.

    That asks for each parameter's ``.grad`` and puts None there. One that writes zeros is heard of
    as ever, or if another mode is newer. ``begins`` and ``ends`` are called for an optimizer that
    ``is_own``: others clear nothing that is recorded.
    """

    @contextmanager
    def alone(optimizer: Optimizer) -> Iterator[None]:
        below = step_aside(mode)
        if below is None:
            yield
            return
        own = is_own(optimizer)
        try:
            if own:
                begins(optimizer)
            yield
        finally:
            put_back(mode, below)
            if own:
                ends()

    with _OPTIMIZERS.heard_by(alone, last=True):
        yield


class _Clearings:
    """Tells of each ``zero_grad`` of a kind; those that hear come and go in any order."""

    def __init__(self, kind: type[Any]) -> None:
        self._kind, self._hearing, self._last = kind, list[_Clearing](), list[_Clearing]()
        self.running = list[Any]()  # whose zero_grad runs, the newest last

    @contextmanager
    def heard_by(self, clearing: _Clearing, last: bool = False) -> Iterator[None]:
        """Tell it while in here. ``last``: after all others, of one that writes no zeros."""
        hearing, clearing = self._last if last else self._hearing, heard(clearing, nullcontext)
        if not self._hearing and not self._last:
            self._plain = self._kind.zero_grad
            self._kind.zero_grad = self._ours = self._telling(self._plain)
        hearing.append(clearing)
        try:
            yield
        finally:
            hearing.remove(clearing)
            # Somebody may have put another in its place.
            none = not self._hearing and not self._last
            if none and self._kind.zero_grad is self._ours:
                self._kind.zero_grad = self._plain

    def _telling(self, plain: Callable[..., None]) -> Callable[..., None]:
        @wraps(plain)
        def zero_grad(cleared: Any, *args: Any, **kwargs: Any) -> None:
            try:
                with AroundCall() as told:
                    with OURS:
                        self._tell(told, cleared, *args, **kwargs)
                    plain(cleared, *args, **kwargs)
            except BaseException as error:
                pass_on(error)
                raise

        return zero_grad

    def _tell(self, told: ExitStack, cleared: Any, *args: Any, **kwargs: Any) -> None:
        self.running.append(cleared)
        told.callback(self.running.pop)
        for clearing in self._hearing[::-1]:
            if clearing in self._hearing:  # the one before may have ended it
                told.enter_context(clearing(cleared))
        writes = not (args[0] if args else kwargs.get("set_to_none", True))
        for clearing in () if writes else self._last[-1:]:
            told.enter_context(clearing(cleared))


_MODULES, _OPTIMIZERS = _Clearings(nn.Module), _Clearings(Optimizer)
