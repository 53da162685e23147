"""Connections to the ranks of one training that listen, each at its own port."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import RunAttached
from backprop_viz.stream.script_address import ScriptAddress, script_address
from backprop_viz.stream.socket_connection import Ends, connected
from backprop_viz.stream.wire import MessageReader


@dataclass(frozen=True, slots=True, eq=False)
class RankConnection:
    """A window's ends of a connection, and what has been read of it: where the run is from.

    ``again`` makes another connection to the same ``address``, as when this one was lost; it raises
    UserError. ``asked``: it is the one that was asked for, and found the others.
    """

    ends: Ends
    reader: MessageReader
    told: RunAttached
    address: str
    again: "Callable[[], RankConnection]"
    asked: bool = False

    def close(self) -> None:
        """Close the connection."""
        for end in self.ends:
            with suppress(OSError):
                end.close()

    @property
    def origin(self) -> RunOrigin:
        """Which rank it is of."""
        return self.told.origin


def rank_connections(urls: Sequence[str], token: bytes) -> tuple[RankConnection, ...]:
    """Connections to all ranks of the training that one of them is of, or to those given, by rank.

    Each rank listens at a port as much higher as its number. Raises UserError where one of those
    given does not answer, or they are not of one training.
    """
    connections = [_connection(script_address(url), token) for url in urls]
    try:
        connections[0] = replace(connections[0], asked=True)
        first = connections[0].origin
        if len(connections) == 1:
            address = script_address(urls[0])
            port = address.port - first.rank
            for rank in range(first.world_size):
                if rank != first.rank:
                    with suppress(UserError):  # one that is gone, or on another machine
                        connections += _of_rank(address.at_port(port + rank), token, first, rank)
        ranks = {connection.origin.rank for connection in connections}
        if len(ranks) < len(connections) or not all(
            _same(connection.origin, first) for connection in connections
        ):
            text = QT_TRANSLATE_NOOP(
                "errors", "These are not the ranks of one training: give an address of each."
            )
            raise ArgumentError(text)
    except BaseException:
        for connection in connections:
            connection.close()
        raise
    return tuple(sorted(connections, key=lambda connection: connection.origin.rank))


def _connection(address: ScriptAddress, token: bytes) -> RankConnection:
    ends = connected(address, token)
    reader = MessageReader(ends[0])
    try:
        while not isinstance(message := reader.read()[0], RunAttached):
            continue
    except (EOFError, OSError, ValueError) as error:
        text = QT_TRANSLATE_NOOP("errors", "{0} has closed the connection: attach again.")
        raise UserError(text, address.place) from error
    return RankConnection(ends, reader, message, address.place, lambda: _connection(address, token))


def _of_rank(
    address: ScriptAddress, token: bytes, first: RunOrigin, rank: int
) -> list[RankConnection]:
    """The connection to another rank, if it is one of the same training that listens there."""
    connection = _connection(address, token)
    if _same(connection.origin, first) and connection.origin.rank == rank:
        return [connection]
    connection.close()
    return []


def _same(one: RunOrigin, other: RunOrigin) -> bool:
    known = (one.path, one.arguments, one.world_size)
    return known == (other.path, other.arguments, other.world_size)
