"""What numpy makes of a tensor's memory, and of one of a kind that it does not have."""

import torch
from torch import Tensor

from backprop_viz.capture.tensors.unheard import dispatch_modes, unheard
from backprop_viz.recording.trace.events import Array

# What numpy does not have; float32 holds each of their values.
IN_FLOAT32 = frozenset(
    {torch.bfloat16}
    | {
        kind
        for kind in vars(torch).values()
        if isinstance(kind, torch.dtype) and "float8" in str(kind)
    }
)


def as_numpy(tensor: Tensor) -> Array:
    """A tensor's memory as numpy sees it. Raises RuntimeError where it has none."""
    if dispatch_modes():
        with unheard():
            return _as_numpy(tensor)
    return _as_numpy(tensor)


def _as_numpy(tensor: Tensor) -> Array:
    try:
        seen: Array = tensor.numpy(force=True)
    except RuntimeError:
        # Within a transform such as torch.vmap torch wraps what it detaches, also a plain tensor.
        with torch._C._DisableFuncTorch():
            seen = tensor.numpy(force=True)
    return seen


def for_numpy(tensor: Tensor) -> Tensor:
    """A tensor of the same numbers and of a kind that numpy has; as it is if it is of one.

    Raises RuntimeError and the like where there is none.
    """
    if tensor.layout is not torch.strided:
        with unheard():
            tensor = tensor.detach().to_dense()
    if tensor.dtype in IN_FLOAT32:
        with unheard():
            return tensor.detach().float()
    if tensor.is_quantized:
        with unheard():
            return tensor.detach().dequantize()
    return tensor
