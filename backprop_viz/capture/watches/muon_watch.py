"""Notices the matrices that Muon moves weights along: it makes one a gradient, and keeps none.

The one of a parameter is told as ``ORTHOGONAL`` among its states after the step.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from backprop_viz.capture.code.own_faults import OURS

ORTHOGONAL = "orthogonal"
_MUON = getattr(torch.optim, "Muon", None)  # torch has it from 2.9 on
_MADE_BY = "_zeropower_via_newtonschulz"


@contextmanager
def muon_matrices_seen(seen: Callable[[Tensor], None]) -> Iterator[None]:
    """Tell ``seen`` of each matrix that torch's ``Muon`` has made orthogonal while in here."""
    module: Any = sys.modules.get("torch.optim._muon")
    plain = getattr(module, _MADE_BY, None)
    if plain is None:
        yield
        return

    @wraps(plain)
    def orthogonalized(*args: Any, **kwargs: Any) -> Any:
        made = plain(*args, **kwargs)
        with OURS:
            seen(made)
        return made

    setattr(module, _MADE_BY, orthogonalized)
    try:
        yield
    finally:
        if getattr(module, _MADE_BY) is orthogonalized:  # nobody has put another in its place
            setattr(module, _MADE_BY, plain)


def by_parameter(
    optimizers: Sequence[Optimizer], matrices: Sequence[Tensor]
) -> Mapping[int, Tensor]:
    """By the ``id()`` of a parameter its matrix, of those made in a step of these optimizers.

    They are made in the order of the groups. {} where there are more or fewer than parameters.
    """
    moved = [
        parameter
        for optimizer in optimizers
        if _MUON is not None and isinstance(optimizer, _MUON)
        for group in optimizer.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]
    if len(moved) != len(matrices):
        return {}
    return {id(parameter): matrix for parameter, matrix in zip(moved, matrices, strict=True)}
