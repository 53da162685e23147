"""What the user is to be told, as a code and values."""

import traceback
from dataclasses import dataclass

from backprop_viz.recording.errors import UserError

# The subject of a fault in a phase, whichever command ran it.
RUN = "run"
LOSS_SUBJECT = "loss"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user is to be told: a code that the window has a sentence for, and values.

    "refused" has the text of a UserError and its values.
    "withdrawn" takes back what was told of the ``subject``, which has gone right since; "noted"
    goes to the log alone. ``details`` is the traceback of a fault, "" where there is none.
    """

    code: str
    values: tuple[str, ...] = ()
    subject: str = ""
    details: str = ""


# How torch says that there is no memory, on Windows and elsewhere.
_NO_MEMORY = ("not enough memory", "can't allocate memory", "out of memory")


def notice_of(error: BaseException) -> Notice:
    """What to tell of an exception: its own words if they are for the user, else a fault."""
    if isinstance(error, UserError):
        return Notice("refused", (error.text, *error.values))
    details = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY):
        return Notice("out_of_memory", details=details)
    # What torch's own code refuses comes as a RuntimeError.
    speaker = "torch" if isinstance(error, RuntimeError) else "Python"
    return Notice("failed", (speaker, type(error).__name__, str(error)), details=details)
