"""The arguments that the window is started with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parsed command line. ``theme`` is "light", "dark" or None for the system's; ``file`` is
    the path of a session or None; ``language`` is the code of a language, None for the one that
    was chosen last.
    """

    settings: dict[str, Any]
    theme: str | None
    file: str | None
    language: str | None = None
