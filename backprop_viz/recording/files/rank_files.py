"""The recording files of the ranks that train together: each has its own, named after its rank."""

import re
from collections.abc import Sequence
from contextlib import suppress

from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.files.chunks import RECORD_HEAD, chunk_contents, read_chunk_head
from backprop_viz.recording.files.file_notes import records_of
from backprop_viz.recording.files.recording_file import check_recording_file
from backprop_viz.recording.files.remote_path import AnyPath
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, decoded
from backprop_viz.recording.format.records import RecordType, RunRecord
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_NAME = re.compile(r"(?P<run>.+)\.rank(?P<rank>\d+)(?P<ending>\.[^.]+)")


def file_of_rank(path: AnyPath, rank: int) -> AnyPath:
    """What the file of a rank is called: run.rank0.bprec, for run.bprec."""
    return path.with_name(f"{path.stem}.rank{rank}{path.suffix}")


def files_of_run(path: AnyPath) -> tuple[AnyPath, ...]:
    """The files of all ranks of the run that one of them is of, by rank; else the file alone.

    A file of the same name that tells of another run is none of them.
    """
    named = _NAME.fullmatch(path.name)
    mine = None if named is None else _origin(path)
    if named is None or mine is None or mine.world_size < 2:
        return (path,)
    found = {mine.rank: path}
    for rank in range(mine.world_size):
        other = path.with_name(f"{named['run']}.rank{rank}{named['ending']}")
        origin = _origin(other) if rank != mine.rank and other.is_file() else None
        if origin is not None and _same_run(origin, mine) and origin.rank == rank:
            found[rank] = other
    return tuple(found[rank] for rank in sorted(found))


def by_rank(paths: Sequence[AnyPath]) -> tuple[AnyPath, ...]:
    """Files of one run in the order of their ranks.

    Raises ValueError for what are not several ranks of one run, UserError for a file that cannot
    be read.
    """
    origins = [origin_of_file(path) for path in paths]
    first = origins[0]
    for path, origin in zip(paths, origins, strict=True):
        if origin is None or first is None or not _same_run(origin, first):
            text = QT_TRANSLATE_NOOP(
                "errors", "{0} and {1} are not of one run: give the files of its ranks."
            )
            raise ArgumentError(text, paths[0].name, path.name)
    ranks = [origin.rank for origin in origins if origin is not None]
    if len(set(ranks)) < len(ranks):
        twice = next(rank for rank in ranks if ranks.count(rank) > 1)
        text = QT_TRANSLATE_NOOP("errors", "Two of the files are of rank {0}: give one of each.")
        raise ArgumentError(text, twice)
    return tuple(path for _, path in sorted(zip(ranks, paths, strict=True)))


def origin_of_file(path: AnyPath) -> RunOrigin | None:
    """What a file begins by telling of its recordings, however large it is; None if nothing.

    Raises UserError if it is no recording file or cannot be read.
    """
    check_recording_file(path)
    with suppress(Malformed, EOFError), path.open("rb") as stream:
        frames.read_header(stream)
        record = frames.read_exactly(stream, RECORD_HEAD.size)
        if record[0] != RecordType.CHUNK:
            return None
        head = read_chunk_head(record, stream)
        contents = chunk_contents(head, frames.read_exactly(stream, head.stored))
        for kind, payload in records_of(contents):
            if kind == RecordType.RUN:
                return decoded(payload, RunRecord).origin
    return None


def _origin(path: AnyPath) -> RunOrigin | None:
    with suppress(UserError, OSError):
        return origin_of_file(path)
    return None


def _same_run(one: RunOrigin, other: RunOrigin) -> bool:
    return (one.path, one.arguments, one.world_size) == (
        other.path,
        other.arguments,
        other.world_size,
    )
