"""The arguments that the window is started with."""

from dataclasses import dataclass
from typing import IO, Any


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parsed command line. ``theme`` is "light", "dark" or None for the system's; ``file`` is
    the path of a session or None; ``language`` is the code of a language, None for the one that
    was chosen last. ``line`` is the one, incoming and outgoing, to a script that the window follows
    in place of a run of its own.
    """

    settings: dict[str, Any]
    theme: str | None
    file: str | None
    language: str | None = None
    line: tuple[IO[bytes], IO[bytes]] | None = None
