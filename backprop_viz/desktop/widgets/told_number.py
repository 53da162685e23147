"""A number of no recorded tensor, such as a learning rate: the window itself tells what it is."""

from dataclasses import dataclass

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording


@dataclass(frozen=True, slots=True)
class ToldPart:
    """One of the numbers that a told number is made of; with a ``number`` it can be asked about."""

    name: str
    value: float
    number: Number | None = None
    recording: Recording | None = None


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """The name, the value in short form and with every digit, and sentences on what it is.

    ``formula`` is the rule in symbols, and ``where`` what its symbols are. ``parts`` are the
    numbers that it is made of. ``of`` says which iteration it is of; ``color`` is a role of the
    theme.
    """

    name: str
    brief: str
    exact: str
    text: str
    formula: str = ""
    where: str = ""
    parts: tuple[ToldPart, ...] = ()
    of: str = ""
    color: str = "text"
