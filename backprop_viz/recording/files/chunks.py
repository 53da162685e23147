"""The chunks of a recording file: compressed bytes with checksums, and what is in them.

``FORMAT.md`` beside the package's ``recording`` specifies them.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from msgspec import Struct

from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, decoded, encoded
from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.format.records import RecordType
from backprop_viz.recording.limits import MOST_CHUNK_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

RECORD_HEAD = struct.Struct("<BQ")
_HEAD = struct.Struct("<BBHIQ")  # compression, zero, bytes of the summary, checksum, bytes inside
_CHECKSUM = struct.Struct("<I")
_PLAIN, _ZSTANDARD = 0, 1
# Levels of compression, see FORMAT.md: for large recordings time counts for more than space.
_LEVEL, _LEVEL_OF_MUCH, _MUCH = 3, 1, 2**22
# Large enough to hold what repeats, small enough to be in memory twice.
CHUNK_BYTES = 2**24


class ChunkSummary(Struct, frozen=True, omit_defaults=True):
    """What a chunk holds; ``bytes`` are those of all ``parts`` together, as they are inside.

    ``again``: it takes the place of the recording before, which has the same serial.
    """

    holds: str = "recording"
    serial: int = 0
    iteration: int = 0
    loss: float | None = None
    part: int = 0
    parts: int = 1
    bytes: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class ChunkHead:
    """What comes before a chunk's bytes: ``length`` of its own, ``stored`` bytes follow it."""

    summary: ChunkSummary
    compression: int
    checksum: int
    inside: int
    length: int
    stored: int


def chunk_pieces(pieces: list[Buffer], summary: ChunkSummary) -> Iterator[list[Buffer]]:
    """Records, given in pieces, as chunks; each chunk in pieces, the head first."""
    inside = memoryview(b"".join(pieces))
    parts = max(1, -(-len(inside) // CHUNK_BYTES))
    for part in range(parts):
        told = ChunkSummary(
            summary.holds,
            summary.serial,
            summary.iteration,
            summary.loss,
            part,
            parts,
            len(inside),
            summary.again,
        )
        level = _LEVEL_OF_MUCH if len(inside) > _MUCH else _LEVEL
        yield _chunk(inside[part * CHUNK_BYTES : (part + 1) * CHUNK_BYTES], encoded(told), level)


def _chunk(inside: memoryview, summary: bytes, level: int) -> list[Buffer]:
    data: Buffer = zstd.compress(inside, level)
    compression = _ZSTANDARD
    if len(data) >= len(inside):
        data, compression = inside, _PLAIN
    head = _HEAD.pack(compression, 0, len(summary), zlib.crc32(data), len(inside)) + summary
    record = RECORD_HEAD.pack(RecordType.CHUNK, len(head) + _CHECKSUM.size + len(data))
    return [record + head + _CHECKSUM.pack(zlib.crc32(record + head)), data]


def read_chunk_head(record: bytes, stream: IO[bytes]) -> ChunkHead:
    """The head of the chunk whose record's head, ``record``, was just read from ``stream``.

    Raises EOFError where the stream ends within it, Malformed if it is damaged.
    """
    start = frames.read_exactly(stream, _HEAD.size)
    compression, _, summary_length, checksum, inside = _HEAD.unpack(start)
    rest = frames.read_exactly(stream, summary_length + _CHECKSUM.size)
    summary = rest[:summary_length]
    if _CHECKSUM.pack(zlib.crc32(record + start + summary)) != rest[summary_length:]:
        raise Malformed("a chunk's head is damaged")
    if inside > MOST_CHUNK_BYTES:
        raise Malformed(f"a chunk holds {inside:,} bytes, and {MOST_CHUNK_BYTES:,} are the most")
    length = _HEAD.size + len(rest)
    stored = RECORD_HEAD.unpack(record)[1] - length
    if not 0 <= stored <= MOST_CHUNK_BYTES:
        raise Malformed("a chunk's length is damaged")
    told = decoded(summary, ChunkSummary)
    return ChunkHead(told, compression, checksum, inside, RECORD_HEAD.size + length, stored)


def chunk_contents(head: ChunkHead, data: bytes) -> bytes:
    """What is inside a chunk. Raises Malformed if it is damaged."""
    if zlib.crc32(data) != head.checksum:
        raise Malformed("a chunk's bytes are damaged")
    if head.compression == _PLAIN:
        inside = data
    elif head.compression == _ZSTANDARD:
        inside = _decompressed(data, head.inside)
    else:
        raise Malformed(f"a chunk has the compression {head.compression}, which is not known")
    if len(inside) != head.inside:
        raise Malformed(f"a chunk of {head.inside:,} bytes has {len(inside):,}")
    return inside


def _decompressed(data: bytes, size: int) -> bytes:
    """At most one byte more than ``size``, whatever the data would become."""
    try:
        return zstd.ZstdDecompressor().decompress(data, size + 1)
    except zstd.ZstdError as error:
        raise Malformed(f"a chunk cannot be decompressed: {error}") from error
