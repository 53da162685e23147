"""What passes between the window's thread and the worker's: commands one way, frames the other."""

import threading
from collections import deque
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from .core.records import Frame, Notice


@dataclass(frozen=True, slots=True)
class Command:
    """A method of the worker to call, with its arguments; ``number`` counts from 1."""

    number: int
    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A frame, and the number of the last command that it shows the effect of."""

    frame: Frame
    command: int


class Mailbox:
    """Never makes either side wait, but for the worker when it has nothing to do.

    Of frames only the newest is kept; commands and notices are all kept, in order.
    """

    def __init__(self) -> None:
        self.submitted = 0
        self.closing = threading.Event()
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._frames: deque[Published] = deque(maxlen=1)
        self._notices: deque[Notice] = deque()
        self._wanted = threading.Event()

    # -- the window's side -------------------------------------------------------------------

    def submit(self, name: str, *arguments: Any) -> None:
        """Have the worker call its method ``name`` after the commands before."""
        self.submitted += 1
        self._commands.put(Command(self.submitted, name, arguments))

    def take_frame(self) -> Published | None:
        """The newest frame, if it was not taken yet; asks for another."""
        self._wanted.set()
        return self._frames.popleft() if self._frames else None

    def take_notice(self) -> Notice | None:
        """The oldest notice that was not taken yet."""
        return self._notices.popleft() if self._notices else None

    def close(self) -> None:
        """Have the worker end, whatever it is doing."""
        self.closing.set()
        self.submit("close")

    # -- the worker's side -------------------------------------------------------------------

    def next_command(self) -> Command:
        """The next command; waits for one."""
        return self._commands.get()

    def has_command(self) -> bool:
        """Whether a command is waiting."""
        return not self._commands.empty()

    def frame_wanted(self) -> bool:
        """Whether the window has taken the last frame."""
        return self._wanted.is_set()

    def publish(self, published: Published) -> None:
        """Offer a frame in place of one that was not taken."""
        self._wanted.clear()
        self._frames.append(published)

    def tell(self, notice: Notice) -> None:
        """Have the user told."""
        self._notices.append(notice)
