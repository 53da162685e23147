"""What the window is started with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line, read: what the run starts with, "light", "dark" or None, a session."""

    settings: dict[str, Any]
    theme: str | None
    file: str | None
