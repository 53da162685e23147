"""What was raised in the iteration; the sentences are those of the ``TorchError``."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.torch_error import OWN


def find(recording: Recording) -> Iterator[Finding]:
    """``raised``: shown by the change that it complains of, else by what was made there.

    ``loop_raised``, where the exception is not torch's: shown by what ran last.

    Its values are the exception's class and text, and then what is known of it, in English.
    """
    error = recording.error
    if error is None:
        return
    last = len(recording.events) - 1 if recording.events else None
    places = (error.changed_at, error.event, last)
    event = next((place for place in places if place is not None), None)
    known = [text.format(*values) for text, values in error.sentences()]
    values = error.kind, error.text or error.kind, *known
    if error.code == OWN:
        yield Finding("loop_raised", "error", values, error.tensor or None, event)
    else:
        yield Finding("raised", "error", values, error.tensor or None, event)
