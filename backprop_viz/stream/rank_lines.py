"""Lines to the ranks of one training that listen, each at its own port."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.line_address import LineAddress, line_address
from backprop_viz.stream.messages import RunAttached
from backprop_viz.stream.socket_line import Ends, connected
from backprop_viz.stream.wire import MessageReader


@dataclass(frozen=True, slots=True, eq=False)
class RankLine:
    """A window's ends of a line, and what has been read of it: where the run is from.

    ``again`` makes another line to the same ``address``, as when this one was lost; it raises
    UserError. ``asked``: it is the one that was asked for, and found the others.
    """

    ends: Ends
    reader: MessageReader
    told: RunAttached
    address: str
    again: "Callable[[], RankLine]"
    asked: bool = False

    def close(self) -> None:
        """Close the line."""
        for end in self.ends:
            with suppress(OSError):
                end.close()

    @property
    def origin(self) -> RunOrigin:
        """Which rank it is of."""
        return self.told.origin


def rank_lines(urls: Sequence[str], token: bytes) -> tuple[RankLine, ...]:
    """Lines to all ranks of the training that one of them is of, or to those given, by rank.

    Each rank listens at a port as much higher as its number. Raises UserError where one of those
    given does not answer, or they are not of one training.
    """
    lines = [_line(line_address(url), token) for url in urls]
    try:
        lines[0] = replace(lines[0], asked=True)
        first = lines[0].origin
        if len(lines) == 1:
            address = line_address(urls[0])
            port = address.port - first.rank
            for rank in range(first.world_size):
                if rank != first.rank:
                    with suppress(UserError):  # one that is gone, or on another machine
                        lines += _of_rank(address.at_port(port + rank), token, first, rank)
        ranks = {line.origin.rank for line in lines}
        if len(ranks) < len(lines) or not all(_same(line.origin, first) for line in lines):
            text = QT_TRANSLATE_NOOP(
                "errors", "These are not the ranks of one training: give an address of each."
            )
            raise ArgumentError(text)
    except BaseException:
        for line in lines:
            line.close()
        raise
    return tuple(sorted(lines, key=lambda line: line.origin.rank))


def _line(address: LineAddress, token: bytes) -> RankLine:
    ends = connected(address, token)
    reader = MessageReader(ends[0])
    try:
        while not isinstance(message := reader.read()[0], RunAttached):
            continue
    except (EOFError, OSError, ValueError) as error:
        text = QT_TRANSLATE_NOOP("errors", "{0} has closed the line: attach again.")
        raise UserError(text, address.place) from error
    return RankLine(ends, reader, message, address.place, lambda: _line(address, token))


def _of_rank(address: LineAddress, token: bytes, first: RunOrigin, rank: int) -> list[RankLine]:
    """The line to another rank, if it is one of the same training that listens there."""
    line = _line(address, token)
    if _same(line.origin, first) and line.origin.rank == rank:
        return [line]
    line.close()
    return []


def _same(one: RunOrigin, other: RunOrigin) -> bool:
    known = (one.path, one.arguments, one.world_size)
    return known == (other.path, other.arguments, other.world_size)
