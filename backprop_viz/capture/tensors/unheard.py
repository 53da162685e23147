"""What a recorder reads of tensors, of which no dispatch mode of the script's hears, nor torch."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes

# How many modes are entered that hear of what an operation comes down to, as one that counts.
dispatch_modes = torch._C._len_torch_dispatch_stack
AS_IT_IS = nullcontext()


def unheard() -> AbstractContextManager[None]:
    """No mode hears of what runs in here. Where there is none it costs next to nothing."""
    return _disable_current_modes() if dispatch_modes() else AS_IT_IS


def is_fake(tensor: Tensor) -> bool:
    """Whether a tensor has a shape alone: torch warns who asks where its memory lies."""
    return type(tensor).__name__ == "FakeTensor"


def detached(tensor: Tensor) -> Tensor:
    """Another tensor over the same memory, which autograd does not follow."""
    if not dispatch_modes():
        return tensor.detach()
    with _disable_current_modes():
        return tensor.detach()
