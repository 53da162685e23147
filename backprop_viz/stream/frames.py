"""Messages over a pipe, one frame each."""

import pickle
import sys
from array import array
from typing import IO, Any

# From so many bytes on an array is sent beside its message.
LARGE = 4096


def write_message(stream: IO[bytes], message: object) -> None:
    """Send a message; large arrays are beside the pickle, so that they are read where they stay.

    In one piece: a thread that writes again and again takes the interpreter from the one that
    trains each time.
    """
    beside: list[memoryview] = []

    def goes_inside(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes >= LARGE:
            beside.append(raw)
        return raw.nbytes < LARGE

    head = pickle.dumps(message, 5, buffer_callback=goes_inside)
    sizes = array("Q", [len(head), *(raw.nbytes for raw in beside)])
    stream.write(b"".join((array("Q", [len(sizes)]), sizes, head, *beside)))
    stream.flush()


def read_message(stream: IO[bytes]) -> Any:
    """The next message; its large arrays are read-only. Raises EOFError where there is none."""
    count = _exactly(stream, 8)
    size, *sizes = array("Q", _exactly(stream, 8 * int.from_bytes(count, sys.byteorder)))
    head = _exactly(stream, size)
    return pickle.loads(head, buffers=[_exactly(stream, size) for size in sizes])


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
