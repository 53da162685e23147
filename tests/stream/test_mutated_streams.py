"""Streams of messages that were changed, cut and swapped: each record is read, told, or the end."""

import io
import random

from backprop_viz.stream.commands import COMMANDS
from backprop_viz.stream.messages import FROM_WINDOW, FROM_WORKER
from backprop_viz.stream.wire import MessageReader, MessageWriter, NumberedCommand, Unreadable
from tests.nightly import NIGHTLY
from tests.recording.files.test_damaged_recordings import mutated
from tests.recording.records import made_recording
from tests.stream.test_wire import sample_of

COUNT = 5_000 if NIGHTLY else 200
_KINDS = (*FROM_WORKER, *FROM_WINDOW)


def stream(dice: random.Random) -> bytes:
    """Some messages, a recording and some commands."""
    writer, pieces = MessageWriter(), []
    for number, kind in enumerate(dice.sample(_KINDS, 4)):
        pieces += writer.pieces(sample_of(kind, dice), made_recording(number + 1, {}))
    for number, kind in enumerate(dice.sample(COMMANDS, 3)):
        pieces += writer.pieces(NumberedCommand(number, sample_of(kind, dice)))
    return b"".join(pieces)


def received(data: bytes) -> list[object]:
    """What a reader makes of a stream, up to where it cannot be read on."""
    reader, found = MessageReader(io.BytesIO(data)), []
    try:
        while True:
            found.append(reader.read()[0])
    except (EOFError, ValueError):
        return found


def test_whatever_comes_is_a_message_or_said_to_be_none() -> None:
    dice = random.Random(3)
    read = refused = 0
    for _ in range(COUNT):
        known = (*_KINDS, NumberedCommand, Unreadable)
        for message in received(mutated(stream(dice), dice)):
            assert isinstance(message, known)
            refused += isinstance(message, Unreadable)
            read += 1
    assert read > COUNT  # most of most streams can be read
    assert refused > COUNT // 10
