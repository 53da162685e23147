"""Whether autograd follows what an operation has made."""

from collections.abc import Sequence

import torch
from torch import Tensor


def is_tracked(read: Sequence[Tensor], made: Sequence[Tensor]) -> bool:
    """Whether autograd follows what an operation has just made.

    Not what it wrote to without a graph, which goes on to require a gradient.
    """
    if not torch.is_grad_enabled():
        made = [one for one in made if not any(one is other for other in read)]
    return any(one.requires_grad for one in made)
