"""The outermost layer of the format: a header, then records, each with its type and its length.

``FORMAT.md`` beside this file specifies it.
"""

import struct
from collections.abc import Iterable
from typing import IO

Buffer = bytes | bytearray | memoryview

# As PNG's: the first byte is no text's, and a transfer that changes line ends breaks the rest.
MAGIC = b"\x89BPVIZ\r\n"
# A reader refuses a newer major version, and reads any minor version.
MAJOR, MINOR = 1, 6
_VERSION = struct.Struct("<HH")
_RECORD = struct.Struct("<BQ")
# A record that claims to be longer is damaged: no memory is asked for.
LONGEST = 2**36


def header() -> bytes:
    """What a stream begins with."""
    return MAGIC + _VERSION.pack(MAJOR, MINOR)


def read_header(stream: IO[bytes]) -> tuple[int, int]:
    """The version, (major, minor), of a stream.

    Raises ValueError, with a sentence, for a stream that cannot be read; EOFError for an empty one.
    """
    start = read_exactly(stream, len(MAGIC) + _VERSION.size)
    if not start.startswith(MAGIC):
        raise ValueError("This is no stream of records of backprop_viz: choose another source.")
    version: tuple[int, int] = _VERSION.unpack(start[len(MAGIC) :])
    if version[0] > MAJOR:
        raise ValueError(
            f"These records are of version {version[0]}, and version {MAJOR} is the newest that "
            "can be read: update backprop_viz."
        )
    return version


def record_pieces(kind: int, payload: Iterable[Buffer]) -> list[Buffer]:
    """The pieces of a record of type ``kind``, whose payload is given in pieces.

    A memoryview is to be one of single bytes.
    """
    pieces = [b"", *payload]
    pieces[0] = _RECORD.pack(kind, sum(map(len, pieces)))
    return pieces


def read_record(stream: IO[bytes]) -> tuple[int, bytes]:
    """The type and the payload of the next record.

    Raises EOFError at the end, also where that is in the middle of a record; ValueError for a
    length that no record has.
    """
    kind, length = _RECORD.unpack(read_exactly(stream, _RECORD.size))
    if length > LONGEST:
        raise ValueError(f"A record says that it is {length:,} bytes long: the stream is damaged.")
    return kind, read_exactly(stream, length)


def read_exactly(stream: IO[bytes], size: int) -> bytes:
    """The next ``size`` bytes. Raises EOFError where there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
