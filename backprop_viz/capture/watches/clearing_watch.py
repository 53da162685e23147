"""Notices ``zero_grad``: torch has no hook for it, and tells only a mode of an optimizer's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any

from torch import nn
from torch.optim import Optimizer


@contextmanager
def module_clearings_seen(
    clearing: Callable[[nn.Module], AbstractContextManager[None]],
) -> Iterator[None]:
    """Run each ``Module.zero_grad`` within ``clearing``, while in here."""
    with _replaced(nn.Module, clearing):
        yield


@contextmanager
def optimizer_clearings_seen(
    clearing: Callable[[Optimizer], AbstractContextManager[None]],
) -> Iterator[None]:
    """Run each ``Optimizer.zero_grad`` within ``clearing``, while in here."""
    with _replaced(Optimizer, clearing):
        yield


@contextmanager
def _replaced(
    kind: type[Any], clearing: Callable[[Any], AbstractContextManager[None]]
) -> Iterator[None]:
    plain = kind.zero_grad

    @wraps(plain)
    def zero_grad(self: Any, *args: Any, **kwargs: Any) -> None:
        with clearing(self):
            plain(self, *args, **kwargs)

    kind.zero_grad = zero_grad
    try:
        yield
    finally:
        if kind.zero_grad is zero_grad:  # nobody has put another in its place
            kind.zero_grad = plain
