"""What lies below the tensors of a transform of ``torch.func``."""

import torch
from torch import Tensor
from torch._C import _functorch as functorch

from backprop_viz.capture.tensors.unheard import detached


def differentiated_number(tensor: Tensor) -> Tensor | None:
    """The number that the outermost transform differentiates, if that is a ``torch.func.grad``.

    None of another's tensor, as of one within a ``torch.vmap``, or of several numbers.
    """
    if not functorch.is_gradtrackingtensor(tensor) or functorch.maybe_get_level(tensor) != 1:
        return None
    below = functorch.get_unwrapped(tensor)
    with torch._C._DisableFuncTorch():
        return detached(below) if below.numel() == 1 else None
