"""The five phases of an iteration."""

from collections.abc import Iterable, Sequence
from enum import StrEnum


class Phase(StrEnum):
    """The five phases of an iteration, in their legal order."""

    ZERO_GRAD = "zero_grad"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


PHASES = tuple(Phase)


def in_order(ran: Iterable[Phase], usual: Sequence[Phase] = PHASES) -> tuple[Phase, ...]:
    """The five phases as they ran first; those to come where they are in ``usual``.

    Many loops call zero_grad between the loss and backward.
    """
    order = list(dict.fromkeys(ran))
    for place, phase in enumerate(usual):
        if phase not in order:
            order.insert(place, phase)
    return tuple(order)


def phase_after(ran: Sequence[Phase], usual: Sequence[Phase] = PHASES) -> Phase:
    """The phase that follows the last one that ``ran``, in a loop with this ``usual`` order."""
    order = in_order(ran, usual)
    return order[(order.index(ran[-1]) + 1) % len(order)] if ran else order[0]
