"""The lines of the user's code that have begun, among the events."""

from collections.abc import Callable, Sized

from backprop_viz.capture.code.user_lines import line_of_file
from backprop_viz.recording.trace.torch_error import CodePlace


class LineLog:
    """Each line, with how many ``events`` there were before it."""

    def __init__(self, events: Sized) -> None:
        self._events = events
        self.lines: list[tuple[int, int]] = []
        # Called before each line of forward runs.
        self.when_line_runs: Callable[[int], None] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def begins(self, line: int) -> None:
        """A line at which a phase begins is about to run."""
        self.lines.append((line, len(self._events)))

    def begins_in(self, source: str) -> None:
        """The line of a file at which a phase begins is running."""
        if (line := line_of_file(source)) is not None:
            self.begins(line)

    def begins_at(self, place: CodePlace | None, source: str | None) -> None:
        """A phase has begun at a place; which is noted if it is in this file."""
        if place is not None and place[0] == source:
            self.begins(place[1])

    def of_forward_begins(self, line: int) -> None:
        """A line of forward is about to run."""
        self.lines.append((line, len(self._events)))
        if self.when_line_runs is not None:
            self.when_line_runs(line)

    def cut(self, lines: int) -> None:
        """Drop what came after so many lines."""
        del self.lines[lines:]
