"""A term of the loss that is added as a plain number: it adds to no gradient."""

from collections.abc import Iterator

from backprop_viz.analysis.added_numbers import added_numbers
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.torch_error import said_place


def find(recording: Recording) -> Iterator[Finding]:
    """``term_as_number``: the call that took the number, its line, the number, and its maker."""
    for one in added_numbers(recording):
        place = "" if one.place is None else said_place(one.place)
        yield Finding("term_as_number", "warning", (one.call, place, one.value), event=one.made)
        return
