"""A recording that is added again, and longer, takes the place of the one before."""

from pathlib import Path

import pytest

import backprop_viz as bv
from tests.recording.files.test_bounds import noisy_recordings


@pytest.mark.parametrize("closed", [True, False])
def test_the_longer_one_counts(closed: bool, tmp_path: Path) -> None:
    first, second, third = noisy_recordings(3)
    path = tmp_path / "run.bprec"
    writer = bv.RecordingFileWriter(path)
    writer.add(first)
    writer.add(second)
    followed = bv.load(path)
    assert followed[:] == [first, second]
    writer.add_losses([7], [1.0])
    writer.add(second, again=True)
    writer.add(third)
    if closed:
        writer.close()
    assert followed.poll()
    assert [one.serial for one in followed] == [first.serial, second.serial, third.serial]
    with bv.load(path) as loaded:
        assert [one.serial for one in loaded] == [first.serial, second.serial, third.serial]
        assert [place.offset for place in loaded.places] == [
            place.offset for place in followed.places
        ]
    writer.close()
    followed.close()


def test_what_is_another_one_takes_no_place(tmp_path: Path) -> None:
    first, second = noisy_recordings(2)
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as writer:
        writer.add(first)
        writer.add(second, again=True)
    with bv.load(tmp_path / "run.bprec") as loaded:
        assert loaded[:] == [first, second]
