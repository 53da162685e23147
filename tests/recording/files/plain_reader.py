"""Reads a recording file as FORMAT.md tells it, with nothing of the package.

Also a small program: ``python plain_reader.py run.bprec`` prints what is in a file.
"""

import struct
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAGIC = b"\x89BPVIZ\r\n"
HEADER, RECORD, END = 12, 9, 25
BEGIN, TENSOR, EVENTS, GRAPH, LAYERS, SPAN, STATE, CHUNK = 1, 2, 3, 4, 5, 6, 7, 16


@dataclass
class PlainRecording:
    """An iteration: its records as maps, its tensors as arrays."""

    begin: dict[str, Any]
    tensors: list[np.ndarray] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    graph: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)


def read(data: bytes) -> list[PlainRecording]:
    """All whole recordings in the bytes of a file."""
    found, parts, place = [], [], 0
    searched = 1  # where the next file can begin, if this one turns out to be cut short
    while place < len(data):
        if data[place : place + len(MAGIC)] == MAGIC:
            searched, place = place + 1, place + HEADER
            continue
        kind, length = _record_head(data, place)
        payload = data[place + RECORD : place + RECORD + length]
        chunk = None
        if kind == CHUNK and len(payload) == length:
            chunk = _chunk(data[place : place + RECORD], payload)
        if kind == 0 or kind > 127 or len(payload) < length or (kind == CHUNK and chunk is None):
            place, parts = _next_file(data, searched), []
            continue
        if chunk is not None:
            summary, inside = chunk
            if summary.get("part", 0) == 0:
                parts = []
            parts.append(inside)
            whole = len(parts) == summary.get("parts", 1)
            if whole and summary.get("holds", "recording") == "recording":
                found.append(_recording(b"".join(parts)))
        place += RECORD + length
        searched = place if chunk is not None else searched
    return found


def _next_file(data: bytes, place: int) -> int:
    while (place := data.find(MAGIC, place)) >= 0:
        # Not the end of an end record, type 18; but that may lack its own magic: then a version
        # follows.
        if data[place - 17] != 18 or data[place + 8 : place + 9] == b"\1":
            return place
        place += 1
    return len(data)


def _record_head(data: bytes, place: int) -> tuple[int, int]:
    head = data[place : place + RECORD]
    return struct.unpack("<BQ", head) if len(head) == RECORD else (0, 0)


def _chunk(record: bytes, payload: bytes) -> tuple[dict[str, Any], bytes] | None:
    """The summary and the records of a chunk; None if it is damaged."""
    if len(payload) < 20:
        return None
    compression, _, length, checksum, size = struct.unpack_from("<BBHIQ", payload)
    head, data = payload[: 16 + length], payload[20 + length :]
    if struct.pack("<I", zlib.crc32(record + head)) != payload[16 + length : 20 + length]:
        return None
    if zlib.crc32(data) != checksum:
        return None
    inside = zstd.decompress(data) if compression else data
    assert len(inside) == size
    return msgspec.msgpack.decode(head[16:]), inside


def _recording(inside: bytes) -> PlainRecording:
    recording, place = PlainRecording({}), 0
    while place < len(inside):
        kind, length = _record_head(inside, place)
        payload = inside[place + RECORD : place + RECORD + length]
        place += RECORD + length
        if kind == TENSOR:
            recording.tensors.append(_array(payload[8:], recording.tensors))
            continue
        told = msgspec.msgpack.decode(payload)
        if kind == BEGIN:
            recording.begin = told
        elif kind == EVENTS:
            recording.events += told["events"]
        elif kind == GRAPH:
            recording.graph = told["graph"]
        elif kind == STATE:
            recording.state = told
    return recording


def _array(data: bytes, earlier: list[np.ndarray]) -> np.ndarray:
    encoding, dimensions, letters = data[0], data[1], data[2]
    dtype = np.dtype(data[3 : 3 + letters].decode("ascii")).newbyteorder("<")
    shape = struct.unpack_from(f"<{dimensions}Q", data, 3 + letters)
    body = data[-(-(3 + letters + 8 * dimensions) // 8) * 8 :]
    if encoding == 2:
        tensor, turned = struct.unpack("<QQ", body)
        base = earlier[tensor]
        return (base.T if turned else base).reshape(shape)
    if encoding == 3:
        base = earlier[struct.unpack_from("<Q", body)[0]]
        changed = np.frombuffer(_numbers(body[8:], dtype), np.uint8)
        return (changed ^ np.frombuffer(base.tobytes(), np.uint8)).view(dtype).reshape(shape)
    assert encoding in (0, 4), encoding
    return np.frombuffer(_numbers(body, dtype) if encoding else body, dtype).reshape(shape)


def _numbers(planes: bytes, dtype: np.dtype) -> bytes:
    """The bytes of numbers of which the first bytes come first, then the second ones, ..."""
    return np.frombuffer(planes, np.uint8).reshape(dtype.itemsize, -1).T.tobytes()


if __name__ == "__main__":
    for recording in read(Path(sys.argv[1]).read_bytes()):
        bytes_ = sum(tensor.nbytes for tensor in recording.tensors)
        print(recording.begin["iteration"], recording.state.get("loss"), bytes_)
