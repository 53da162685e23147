"""Messages and commands as records, and back. Recordings come before the message they belong to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, decoded, encoded
from backprop_viz.recording.format.frames import Buffer, read_header, read_record
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.writer import RecordingWriter
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import COMMANDS, Command
from backprop_viz.stream.messages import FROM_WINDOW, FROM_WORKER

# The types of their records; those of a recording are below.
MESSAGE, COMMAND = 32, 33
_BY_NAME: Mapping[str, type[object]] = {
    kind.__name__: kind for kind in (*FROM_WORKER, *FROM_WINDOW)
}
_COMMAND_BY_NAME: Mapping[str, type[Command]] = {kind.__name__: kind for kind in COMMANDS}


@dataclass(frozen=True, slots=True, eq=False)
class NumberedCommand:
    """A command, with its number from 1, and the recording that belongs to it, if one does."""

    number: int
    command: Command
    recording: Recording | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that could not be read, and why; ``number`` is the command's, where it is known."""

    reason: str
    number: int | None = None


class _MessageEnvelope(msgspec.Struct, array_like=True):
    name: str
    body: msgspec.Raw


class _CommandEnvelope(msgspec.Struct, array_like=True):
    number: int
    name: str
    body: msgspec.Raw


Received = tuple[Any, Recording | None]


class MessageWriter:
    """Makes messages into bytes, in the order in which they are to be sent."""

    def __init__(self) -> None:
        self._begun = False
        self._recordings = RecordingWriter()

    def pieces(self, message: object, recording: Recording | None = None) -> list[Buffer]:
        """The bytes of a message, with what is new of the recording that belongs to it."""
        # First, so that nothing counts as sent if it cannot be encoded.
        if isinstance(message, NumberedCommand):
            name = type(message.command).__name__
            last = frames.record_pieces(
                COMMAND, (encoded((message.number, name, message.command)),)
            )
            recording = message.recording
        else:
            last = frames.record_pieces(MESSAGE, (encoded((type(message).__name__, message)),))
        recorded = [] if recording is None else self._recordings.pieces(recording)
        first = [] if self._begun else [frames.header()]
        self._begun = True
        return [*first, *recorded, *last]


class MessageReader:
    """Reads messages from a stream; one that it cannot read is given as ``Unreadable``."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._begun = False
        self._recordings = RecordingReader()

    def read(self) -> Received:
        """The next message, and the recording that belongs to it, if one does.

        Raises EOFError at the end, and ValueError where the stream cannot be read on.
        """
        if not self._begun:
            read_header(self._stream)
            self._begun = True
        recorded = False
        while True:
            kind, payload = read_record(self._stream)
            try:
                if kind == MESSAGE:
                    return _message(payload), self._recordings.recording() if recorded else None
                if kind == COMMAND:
                    told = self._recordings.recording() if recorded else None
                    return _command(payload, told), None
                recorded |= self._recordings.take(kind, payload)
            except Malformed as wrong:
                return Unreadable(str(wrong)), None


def _message(payload: bytes) -> object:
    told = decoded(payload, _MessageEnvelope)
    return _body(told.name, told.body, _BY_NAME)


def _command(payload: bytes, recording: Recording | None) -> NumberedCommand | Unreadable:
    told = decoded(payload, _CommandEnvelope)
    try:
        command = _body(told.name, told.body, _COMMAND_BY_NAME)
    except Malformed as wrong:
        return Unreadable(str(wrong), told.number)
    assert isinstance(command, Command)
    return NumberedCommand(told.number, command, recording)


def _body(name: str, body: msgspec.Raw, kinds: Mapping[str, type[Any]]) -> object:
    if name not in kinds:
        raise Malformed(f"there is no {name[:40]!r}")
    try:
        value: object = decoded(bytes(body), kinds[name])
    except Malformed as wrong:
        raise Malformed(f"{name}: {wrong}") from wrong
    return value


def send(stream: IO[bytes], pieces: Iterable[Buffer]) -> None:
    """Write pieces in one go.

    A thread that writes again and again takes the interpreter from the one that trains each time.
    """
    stream.write(b"".join(pieces))
    stream.flush()
