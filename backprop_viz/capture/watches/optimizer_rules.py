"""By which rule an optimizer moves a parameter, and which parameters it has."""

from collections.abc import Iterable, Sequence
from itertools import chain

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def rules_of(optimizers: Sequence[Optimizer]) -> dict[int, str]:
    """The name of the update that moves a parameter, by the ``id()`` of its tensor."""
    found: dict[int, str] = {}
    for optimizer in optimizers:
        rule = rule_of(optimizer)
        for group in optimizer.param_groups:
            found |= dict.fromkeys(map(id, group["params"]), rule)
    return found


def rule_of(optimizer: Optimizer) -> str:
    """The name of an update: the optimizer's class, in full if it is not torch's own."""
    kind = type(optimizer)
    torchs = getattr(torch.optim, kind.__name__, None) is kind
    return kind.__name__ if torchs else f"{kind.__module__}.{kind.__qualname__}"


def parameters_of(owner: Optimizer | nn.Module) -> Iterable[Tensor]:
    """The parameters of a module, or of all groups of an optimizer."""
    if isinstance(owner, nn.Module):
        return owner.parameters()
    return chain.from_iterable(group["params"] for group in owner.param_groups)
