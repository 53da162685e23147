"""Notices ``zero_grad``: torch has no hook for it, and tells only a mode of an optimizer's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import wraps
from typing import Any

from torch import nn
from torch.optim import Optimizer

_Clearing = Callable[[Any], AbstractContextManager[None]]


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


class _Clearings:
    """Tells of each ``zero_grad`` of a kind; those that hear come and go in any order."""

    def __init__(self, kind: type[Any]) -> None:
        self._kind, self._hearing = kind, list[_Clearing]()

    @contextmanager
    def heard_by(self, clearing: _Clearing) -> Iterator[None]:
        """Tell it while in here."""
        if not self._hearing:
            self._plain = self._kind.zero_grad
            self._kind.zero_grad = self._ours = self._telling(self._plain)
        self._hearing.append(clearing)
        try:
            yield
        finally:
            self._hearing.remove(clearing)
            # Somebody may have put another in its place.
            if not self._hearing and self._kind.zero_grad is self._ours:
                self._kind.zero_grad = self._plain

    def _telling(self, plain: Callable[..., None]) -> Callable[..., None]:
        @wraps(plain)
        def zero_grad(cleared: Any, *args: Any, **kwargs: Any) -> None:
            with ExitStack() as told:
                for clearing in self._hearing[::-1]:
                    if clearing in self._hearing:  # the one before may have ended it
                        told.enter_context(clearing(cleared))
                plain(cleared, *args, **kwargs)

        return zero_grad


_MODULES, _OPTIMIZERS = _Clearings(nn.Module), _Clearings(Optimizer)
