"""Header and records."""

import io
import struct

import pytest

from backprop_viz.recording.format import frames


def stream_of(*records: tuple[int, bytes]) -> bytes:
    pieces = (piece for kind, payload in records for piece in frames.record_pieces(kind, [payload]))
    return frames.header() + b"".join(pieces)


def test_the_bytes_are_those_of_the_specification() -> None:
    expected = b"\x89BPVIZ\r\n" + struct.pack("<HH", 1, 6) + b"\x07" + struct.pack("<Q", 3) + b"abc"
    assert stream_of((7, b"abc")) == expected


def test_records_come_back_until_the_end() -> None:
    stream = io.BytesIO(stream_of((1, b""), (255, b"x" * 10_000)))
    assert frames.read_header(stream) == (1, 6)
    assert frames.read_record(stream) == (1, b"")
    assert frames.read_record(stream) == (255, b"x" * 10_000)
    with pytest.raises(EOFError):
        frames.read_record(stream)


def test_wherever_it_is_cut_short_the_whole_records_before_count() -> None:
    whole = stream_of((1, b"one"), (2, b"two"))
    first = len(stream_of((1, b"one")))
    for length in range(len(frames.header()), len(whole)):
        stream = io.BytesIO(whole[:length])
        frames.read_header(stream)
        if length >= first:
            assert frames.read_record(stream) == (1, b"one")
        with pytest.raises(EOFError):
            frames.read_record(stream)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"PK\x03\x04 is something else", "no stream of records"),
        (frames.MAGIC.replace(b"\r\n", b"\n") + b"\0" * 10, "no stream of records"),
        (frames.MAGIC + struct.pack("<HH", 2, 0), "version 2, .* update backprop_viz"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(start: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        frames.read_header(io.BytesIO(start))


def test_a_newer_minor_version_is_read() -> None:
    start = frames.MAGIC + struct.pack("<HH", 1, 9)
    assert frames.read_header(io.BytesIO(start)) == (1, 9)


def test_an_impossible_length_is_refused_before_its_memory_is_asked_for() -> None:
    with pytest.raises(ValueError, match="damaged"):
        frames.read_record(io.BytesIO(b"\1" + struct.pack("<Q", 2**60)))
