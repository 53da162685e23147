"""The five phases of an iteration."""

from enum import StrEnum


class Phase(StrEnum):
    """The five phases of an iteration, in their legal order."""

    ZERO_GRAD = "zero_grad"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


PHASES = tuple(Phase)
