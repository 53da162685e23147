"""What the user is to be told, as a code and values."""

from dataclasses import dataclass

# The subject of what went wrong while phases ran, by whichever command.
RUN = "run"
LOSS_SUBJECT = "loss"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user is to be told: a code that the window has a sentence for, and values.

    "withdrawn" takes back what was told of the ``subject``, which has gone right since.
    """

    code: str
    values: tuple[str, ...] = ()
    subject: str = ""
