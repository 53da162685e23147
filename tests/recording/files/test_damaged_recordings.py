"""Recording files that were cut short, changed, swapped and put together: read, or refused."""

import random
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import chunks
from backprop_viz.recording.files.chunks import ChunkSummary, chunk_pieces, zstd
from backprop_viz.recording.files.recording_file_writer import recording_pieces
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.records import RecordType
from backprop_viz.recording.iteration import Recording
from tests.nightly import NIGHTLY, by_day_every, by_night
from tests.recording.files.plain_reader import read
from tests.recording.files.test_recording_file import (
    lenet_recordings,
    same_recordings,
    small_recordings,
    written,
)
from tests.recording.streams import unlike

# So many damaged files are opened.
COUNT = 5_000 if NIGHTLY else 200
RANDOM_CUTS = 400 if NIGHTLY else 40


def chunk_ends(path: Path) -> list[int]:
    """Where the chunks of the recordings in a file end."""
    return [place.offset + place.length for place in bv.load(path).places]


def test_a_file_cut_at_any_byte_has_what_was_whole(tmp_path: Path) -> None:
    recordings = small_recordings(4)
    path = written(tmp_path / "whole.bprec", recordings)
    whole, ends = path.read_bytes(), chunk_ends(path)
    cut = tmp_path / "cut.bprec"
    for length in range(len(whole) + 1):
        cut.write_bytes(whole[:length])
        count = sum(end <= length for end in ends)
        if length < 12:
            with pytest.raises(UserError, match="is not a recording"):
                bv.load(cut)
            continue
        file = bv.load(cut)
        assert same_recordings(file, recordings[:count])
        # The last 25 bytes are the end; before them is a whole index.
        assert file.cut_short == (length not in (12, *ends, len(whole) - 25, len(whole)))
        assert len(read(whole[:length])) == count


@by_night
def test_a_larger_file_cut_anywhere_has_what_was_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 100_000)  # so that each recording has many
    recordings = lenet_recordings(4)
    path = written(tmp_path / "whole.bprec", recordings)
    whole, ends = path.read_bytes(), chunk_ends(path)
    cut = tmp_path / "cut.bprec"
    draw = random.Random(0)
    for length in [draw.randrange(12, len(whole)) for _ in range(RANDOM_CUTS)]:
        cut.write_bytes(whole[:length])
        count = sum(end <= length for end in ends)
        assert same_recordings(bv.load(cut), recordings[:count])
        assert len(read(whole[:length])) == count


def test_files_behind_one_another_are_one(tmp_path: Path) -> None:
    recordings = small_recordings(6)
    first = written(tmp_path / "first.bprec", recordings[:2]).read_bytes()
    second = written(tmp_path / "second.bprec", recordings[2:4]).read_bytes()
    third = written(tmp_path / "third.bprec", recordings[4:]).read_bytes()
    path = tmp_path / "all.bprec"
    path.write_bytes(first + second + third)
    assert same_recordings(bv.load(path), recordings)
    assert len(read(path.read_bytes())) == 6
    ends = chunk_ends(tmp_path / "first.bprec")
    for length in by_day_every(7, range(12, len(first))):
        kept = recordings[: sum(end <= length for end in ends)]
        for behind in (second, second[:-9]):
            path.write_bytes(first[:length] + behind)
            file = bv.load(path)
            assert same_recordings(file, [*kept, *recordings[2:4]]), length
        assert len(read(path.read_bytes())) == len(kept) + 2


def mutated(whole: bytes, draw: random.Random) -> bytes:
    data = bytearray(whole)
    kind = draw.randrange(5)
    if kind == 0:
        for _ in range(draw.randrange(1, 20)):
            data[draw.randrange(len(data))] = draw.randrange(256)
    elif kind == 1:
        a, b = sorted(draw.randrange(len(data)) for _ in range(2))
        data[a:b] = b""
    elif kind == 2:
        a, b, c = sorted(draw.randrange(len(data)) for _ in range(3))
        data[a:c] = data[b:c] + data[a:b]
    elif kind == 3:
        at = draw.randrange(len(data))
        data[at:at] = draw.randbytes(draw.randrange(1, 200))
    else:
        data += data[: draw.randrange(len(data))]
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def _opened(path: Path, known: dict[int, Recording]) -> int:
    """Read all that can be; what is read has to be as it was. How many recordings that is."""
    found = 0
    try:
        file = bv.load(path)
    except UserError:
        return 0
    _ = file.losses, file.origin, file.health
    for number in range(len(file)):
        try:
            recording = file[number]
        except UserError:
            continue
        found += 1
        assert not list(unlike(recording, known[recording.serial]))
    return found


def test_what_is_read_of_a_damaged_file_is_as_it_was(tmp_path: Path) -> None:
    recordings = small_recordings(5)
    whole = written(tmp_path / "whole.bprec", recordings).read_bytes()
    known = {recording.serial: recording for recording in recordings}
    path = tmp_path / "damaged.bprec"
    draw = random.Random(0)
    read_back = []
    for _ in range(COUNT):
        path.write_bytes(mutated(whole, draw))
        read_back.append(_opened(path, known))
    assert sum(read_back) > COUNT  # most of most files can be read


# -- files that were made to do harm: their checksums are right --------------------------------


def _forged(inside: bytes, holds: str = "recording", **summary: int) -> bytes:
    told = ChunkSummary(holds, **summary)
    pieces = [piece for chunk in chunk_pieces([inside], told) for piece in chunk]
    return frames.header() + b"".join(pieces)


def test_records_that_are_not_as_they_should_be_are_refused(tmp_path: Path) -> None:
    """What is inside a chunk is changed before its checksum is made."""
    (recording,) = small_recordings(1)
    inside = b"".join(recording_pieces(recording))
    path = tmp_path / "forged.bprec"
    draw = random.Random(1)
    refused = 0
    for _ in range(COUNT):
        path.write_bytes(_forged(mutated(inside, draw)))
        try:
            _ = bv.load(path)[0]
        except UserError:
            refused += 1
    assert refused > COUNT / 4


def _peak(path: Path) -> int:
    """The most memory that reading a file of one recording takes; it has to be refused."""
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="is damaged"):
            _ = bv.load(path)[0]
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_chunk_that_says_less_than_it_holds_takes_no_more(tmp_path: Path) -> None:
    bomb = zstd.compress(bytes(2**28))
    honest = _forged(bytes(1000))
    assert len(bomb) < 100_000
    head = len(frames.header())
    # A chunk's head as FORMAT.md has it: compression, zero, bytes of the summary, checksum, inside.
    summary = _summary(1000)
    start = struct.pack("<BBHIQ", 1, 0, len(summary), zlib.crc32(bomb), 1000) + summary
    start = chunks.RECORD_HEAD.pack(RecordType.CHUNK, len(start) + 4 + len(bomb)) + start
    path = tmp_path / "bomb.bprec"
    path.write_bytes(honest[:head] + start + struct.pack("<I", zlib.crc32(start)) + bomb)
    assert _peak(path) < 2**24


def _summary(size: int) -> bytes:
    return chunks.encoded(ChunkSummary(bytes=size))


@pytest.mark.parametrize("length", [2**26, 2**33, 2**63])
def test_lengths_that_no_record_has_take_no_memory(tmp_path: Path, length: int) -> None:
    path = tmp_path / "long.bprec"
    inside = chunks.RECORD_HEAD.pack(RecordType.BEGIN, length) + bytes(100)
    path.write_bytes(_forged(inside))
    assert _peak(path) < 2**24


def test_an_array_told_by_an_earlier_one_over_and_over_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte that is said to be there ten thousand times, turned each time."""
    monkeypatch.setattr("backprop_viz.recording.files.recording_file.MOST_RECORDING_BYTES", 2**25)
    begin = chunks.encoded({"serial": 1, "iteration": 1})
    head = bytes([0, 2, 5]) + b"uint8" + (1024).to_bytes(8, "little") * 2
    head += bytes(-len(head) % 8)
    inside = [frames.record_pieces(RecordType.BEGIN, (begin,))]
    inside.append(frames.record_pieces(RecordType.TENSOR, (bytes(8), head, bytes(2**20))))
    for number in range(1, 10_000):
        body = (number.to_bytes(8, "little"), b"\2" + head[1:], bytes(8), b"\1" + bytes(7))
        inside.append(frames.record_pieces(RecordType.TENSOR, body))
    path = tmp_path / "copies.bprec"
    path.write_bytes(_forged(b"".join(piece for record in inside for piece in record)))
    assert path.stat().st_size < 2**20
    assert _peak(path) < 2**27


def test_no_index_of_a_forged_place_is_followed(tmp_path: Path) -> None:
    recordings = small_recordings(2)
    whole = bytearray(written(tmp_path / "run.bprec", recordings).read_bytes())
    for length in (0, 1, 2**62, 2**64 - 1):
        whole[-16:-8] = length.to_bytes(8, "little")
        (tmp_path / "forged.bprec").write_bytes(whole)
        assert same_recordings(bv.load(tmp_path / "forged.bprec"), recordings)
