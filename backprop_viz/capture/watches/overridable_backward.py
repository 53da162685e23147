"""``torch.autograd.backward`` that asks a function mode, as ``torch.autograd.grad`` does.

torch 2.6 runs it unseen: a loop or a reentrant checkpoint that calls it would have no backward in
its recording. Newer torch tells a mode of it, by whatever stands in its place at the time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import wraps
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge
from torch.overrides import handle_torch_function, has_torch_function

# torch's own, which a mode is asked for.
BACKWARD = torch.autograd.backward
BACKWARD_ASKS = "has_torch_function" in BACKWARD.__code__.co_names


# What a backward runs in, made from the tensors that it starts from.
_Around = Callable[[Sequence[Tensor]], AbstractContextManager[None]]
_around: list[_Around] = []


@wraps(BACKWARD)
def _asking(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    roots = (tensors,) if isinstance(tensors, Tensor | GradientEdge) else tuple(tensors)
    if has_torch_function(roots):
        return handle_torch_function(BACKWARD, roots, roots, *args, **kwargs)
    return BACKWARD(roots, *args, **kwargs)


@contextmanager
def backward_overridable() -> Iterator[None]:
    """A mode is asked for ``torch.autograd.backward`` in here; torch is as it was afterwards."""
    if BACKWARD_ASKS or torch.autograd.backward is not BACKWARD:
        yield
        return
    torch.autograd.backward = _asking
    try:
        yield
    finally:
        if torch.autograd.backward is _asking:
            torch.autograd.backward = BACKWARD


@wraps(BACKWARD)
def heard_backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    """``torch.autograd.backward`` of which others hear."""
    roots = (tensors,) if isinstance(tensors, Tensor | GradientEdge) else tuple(tensors)
    with ExitStack() as over:
        for around in tuple(_around):
            over.enter_context(around([root for root in roots if isinstance(root, Tensor)]))
        return _asking(roots, *args, **kwargs)


@contextmanager
def backwards_heard(around: _Around) -> Iterator[None]:
    """Run each backward in here, of any thread, within ``around`` of what it starts from.

    ``Tensor.backward`` calls ``torch.autograd.backward`` too.
    """
    _around.append(around)
    if torch.autograd.backward in (BACKWARD, _asking):
        torch.autograd.backward = heard_backward
    try:
        yield
    finally:
        _around.remove(around)
        if not _around and torch.autograd.backward is heard_backward:
            torch.autograd.backward = BACKWARD
