"""How far a long piece of work has come, and how it is told to stop."""

from collections.abc import Callable
from dataclasses import dataclass


class Cancelled(Exception):  # noqa: N818 - not an error
    """The user cancelled; what was begun is undone."""


@dataclass(frozen=True, slots=True)
class Progress:
    """At item ``number`` (from 1) of ``count``, called ``name``.

    ``done`` of ``total`` bytes of it are there; ``total`` is 0 where that is not known.
    """

    name: str
    number: int
    count: int
    done: int = 0
    total: int = 0


# Called now and then by the work; raises Cancelled once the work is no longer wanted.
Report = Callable[[Progress], None]
