"""A value of a function that is flat but for its steps: no slope tells what it was made of."""

from collections.abc import Sequence

import torch
from torch import Tensor

from backprop_viz.capture.explaining.problems import Problem
from backprop_viz.capture.explaining.replay import NotReplayed


def place_made_of(
    problem: Problem, leaves: Sequence[Tensor], slot: int, made: Tensor
) -> int | None:
    """The input of whose element at its own place alone a number is a function; None for others.

    ``made`` is output ``slot`` of the operation of ``problem``. It is tried: with 0 in all other
    places the number has to be the same.
    """
    index = problem.index
    for place, leaf in enumerate(leaves):
        if not leaf.requires_grad or leaf.is_complex() or leaf.shape != made.shape:
            continue
        alone = torch.zeros_like(leaf.detach())
        alone[index] = leaf.detach()[index]
        try:
            _, again = problem.replayed([False] * len(leaves), {place: alone})
        except NotReplayed:
            continue
        if bool(again[slot][index] == made[index]):
            return place
    return None
