"""Where a run comes from that the program did not start itself."""

import os
import socket
from dataclasses import dataclass
from typing import Literal, Self

OriginKind = Literal["script", "watch", "model", "file"]


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """Where a run comes from: a script, a watched loop, one iteration of a model, a file.

    ``title`` is what the window is called; ``path`` the script's or the file's, "" for none.
    ``rank`` is the process's number among ``world_size`` that train together.
    """

    kind: OriginKind
    title: str
    path: str = ""
    arguments: tuple[str, ...] = ()
    rank: int = 0
    world_size: int = 1
    host: str = ""
    device: str = "cpu"
    pid: int = 0

    @property
    def is_one_iteration(self) -> bool:
        """Whether it is what ``show`` runs: a model's file, which has a path, has a loop."""
        return self.kind == "model" and not self.path

    @classmethod
    def of_this_process(
        cls,
        kind: Literal["script", "watch", "model"],
        title: str,
        path: str = "",
        arguments: tuple[str, ...] = (),
        rank: int = 0,
        world_size: int = 1,
        device: str = "cpu",
    ) -> Self:
        """A run of this process, on this machine."""
        host, pid = socket.gethostname(), os.getpid()
        return cls(kind, title, path, arguments, rank, world_size, host, device, pid)
