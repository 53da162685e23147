"""The arguments that the window is started with."""

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:  # --help answers at once
    from backprop_viz.stream.rank_connections import RankConnection


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parsed command line. ``theme`` is "light", "dark" or None for the system's; ``file`` is
    the path of a session or None; ``language`` is the code of a language, None for the one that
    was chosen last. ``ends`` are those, incoming and outgoing, to a script that the window follows
    in place of a run of its own; ``recordings`` are the paths of recording files that it shows: of
    several ranks, the files of one run. ``connections`` are those to scripts that it has attached
    to, of one training. ``model`` is the path of a Python file whose model is trained.
    ``run_options`` are those of the ``run`` that started the script: what it records.
    """

    settings: dict[str, Any]
    theme: str | None
    file: str | None
    language: str | None = None
    ends: tuple[IO[bytes], IO[bytes]] | None = None
    recordings: tuple[str, ...] = ()
    model: str | None = None
    connections: "tuple[RankConnection, ...]" = ()
    run_options: tuple[str, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether the run that is shown is not the program's own."""
        return self.ends is not None or bool(self.recordings or self.connections)
