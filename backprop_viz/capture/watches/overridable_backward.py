"""``torch.autograd.backward`` that asks a function mode, as ``torch.autograd.grad`` does.

torch 2.6 runs it unseen: a loop or a reentrant checkpoint that calls it would have no backward in
its recording. Newer torch needs nothing of this.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch
from torch import Tensor
from torch.overrides import handle_torch_function, has_torch_function

# torch's own, which a mode is asked for.
BACKWARD = torch.autograd.backward
BACKWARD_ASKS = "has_torch_function" in BACKWARD.__code__.co_names


@wraps(BACKWARD)
def _asking(tensors: Any, *args: Any, **kwargs: Any) -> Any:
    roots = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
    if has_torch_function(roots):
        return handle_torch_function(BACKWARD, roots, tensors, *args, **kwargs)
    return BACKWARD(tensors, *args, **kwargs)


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
        torch.autograd.backward = BACKWARD
