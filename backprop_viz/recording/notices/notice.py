"""What the user is to be told, as a code and values."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.trace.torch_error import TorchError

# The subjects of a fault in a phase, whichever command ran it, and in a notebook's cell.
RUN = "run"
CELL_SUBJECT = "cell"
LOSS_SUBJECT = "loss"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user is to be told: a code that the window has a sentence for, and values.

    "refused" has the text of a UserError and its values.
    "explained" and "explained_undone" have what torch said, then for each sentence about it its
    text, how many values it has, and these.
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


def with_explanation(notice: Notice, error: TorchError | None) -> Notice:
    """The notice of a fault with what the recording knows of it."""
    if error is None or notice.code != "failed":
        return notice
    values = [f"{error.kind}: {error.text}"]
    for text, given in error.sentences():
        values += [text, str(len(given)), *given]
    return replace(notice, code="explained", values=tuple(values))


def sentences_of(notice: Notice) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sentences of an "explained" notice: texts of the context "errors", with their values."""
    rest = list(notice.values[1:])
    while len(rest) > 1:
        text, count = rest[0], int(rest[1])
        yield text, tuple(rest[2 : 2 + count])
        del rest[: 2 + count]
