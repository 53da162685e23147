"""Something that looks wrong in a recorded iteration, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from backprop_viz.recording.notices.finding_sentences import CALLS, sentence_of

Severity = Literal["error", "warning", "hint"]
# An exception's: the values are its class, its text, and then what is known of it.
RAISED = frozenset({"raised", "loop_raised"})


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """What was found, and where the evidence is.

    ``code`` names a sentence, into which ``values`` are put. An "error" spoils the training, a
    "warning" very likely does, a "hint" may be meant. ``parameter`` is a dotted name, ``event``
    the index of an event.
    ``calls``: in how many calls it was found, of how many, where in more than one; ``event`` and
    ``values`` are then of the first.
    """

    code: str
    severity: Severity
    values: tuple[str | float | int, ...] = ()
    parameter: str | None = None
    event: int | None = None
    calls: tuple[int, int] | None = None

    def __str__(self) -> str:
        """The sentence, and where the evidence is."""
        # One of a newer version, from a file, has no sentence here.
        found = [sentence_of(self.code, self.values).format(*self.values)]
        if self.code in RAISED:  # in its own words; then in ours
            found.extend(map(str, self.values[2:]))
        if self.calls is not None:
            found.append(CALLS.format(*self.calls))
        if self.event is not None:
            found.append(f"See events[{self.event}] of the recording.")
        ended = [one if one.endswith((".", "!", "?", ":")) else f"{one}." for one in found[:-1]]
        return f"{self.severity.capitalize()}: {' '.join([*ended, found[-1]])}"

    def __repr__(self) -> str:
        return f"<{self.code}: {self}>"


# Takes a Recording, whose module imports this one.
_Find = Callable[[Any], tuple[Finding, ...]]
_search: list[_Find] = []


def set_search(find: _Find) -> None:
    """Register what looks through a recording."""
    _search[:] = [find]


def found_in(recording: Any) -> tuple[Finding, ...]:
    """What is found in a recording. Raises RuntimeError where nothing can look."""
    if not _search:
        raise RuntimeError("Findings are made by backprop_viz as a whole: import backprop_viz.")
    return _search[0](recording)
