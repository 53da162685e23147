"""Which files are those of the ranks of one run."""

from pathlib import Path

import pytest

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.rank_files import by_rank, files_of_run, origin_of_file
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.run.run_origin import RunOrigin


def written(path: Path, rank: int, *arguments: str, world_size: int = 3) -> Path:
    """A file that tells of a rank of a run, as a killed process leaves it."""
    writer = RecordingFileWriter(path)
    writer.set_run(RunOrigin("watch", "train.py", "/train.py", arguments, rank, world_size))
    return path


def test_one_file_finds_those_of_the_same_run(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"run.rank{rank}.bprec", rank) for rank in (0, 1, 2)]
    assert files_of_run(paths[1]) == tuple(paths)
    assert by_rank([paths[2], paths[0], paths[1]]) == tuple(paths)
    paths[0].unlink()
    assert files_of_run(paths[1]) == (paths[1], paths[2])


def test_a_file_of_another_run_is_left_out(tmp_path: Path) -> None:
    mine = written(tmp_path / "run.rank0.bprec", 0)
    written(tmp_path / "run.rank1.bprec", 1, "--other")
    (tmp_path / "run.rank2.bprec").write_bytes(b"no recording")
    written(tmp_path / "else.rank1.bprec", 1)
    assert files_of_run(mine) == (mine,)


def test_a_file_of_one_process_stands_alone(tmp_path: Path) -> None:
    alone = written(tmp_path / "run.rank0.bprec", 0, world_size=1)
    written(tmp_path / "run.rank1.bprec", 1, world_size=1)
    assert files_of_run(alone) == (alone,)
    assert files_of_run(written(tmp_path / "plain.bprec", 0)) == (tmp_path / "plain.bprec",)


def test_what_are_no_ranks_of_one_run_is_refused_in_one_sentence(tmp_path: Path) -> None:
    one, two = written(tmp_path / "a.bprec", 0), written(tmp_path / "b.bprec", 1, "--other")
    with pytest.raises(ValueError, match=r"^a\.bprec and b\.bprec are not of one run"):
        by_rank([one, two])
    with pytest.raises(ValueError, match="Two of the files are of rank 0"):
        by_rank([one, written(tmp_path / "c.bprec", 0)])
    (tmp_path / "d.bprec").write_bytes(b"no recording")
    with pytest.raises(UserError, match=r"d\.bprec is not a recording"):
        by_rank([one, tmp_path / "d.bprec"])


def test_what_a_file_begins_with_is_all_that_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "run.bprec", 2)
    with path.open("ab") as file:
        file.write(b"\xff" * 1000)
    origin = origin_of_file(path)
    assert origin is not None
    assert origin.rank == 2
