"""What the user is told in the window."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

MessageKind = Literal["info", "error"]


@dataclass
class Message:
    """What is told, and what a button beside it does; ``action`` is its text and tooltip.

    ``stays``: an info that is true until it is withdrawn, such as where a run is held.
    """

    text: str
    kind: MessageKind
    subject: str = ""
    details: str = ""
    action: tuple[str, str] = ("", "")
    does: Callable[[], None] | None = None
    stays: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is kept until it is dismissed or withdrawn."""
        return bool(self.text) and (self.kind == "error" or self.stays)

    def is_about(self, other: "Message") -> bool:
        """Whether this says the same, or what has become of the same."""
        return self.text == other.text or (self.subject != "" and self.subject == other.subject)
