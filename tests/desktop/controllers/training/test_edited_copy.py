"""Copies of edited files: none is written over another file."""

from pathlib import Path

import pytest

from backprop_viz.desktop.controllers.training import edited_copy
from backprop_viz.desktop.controllers.training.edited_copy import copy_beside
from backprop_viz.recording.errors import UserError


def test_a_copy_takes_a_free_name_and_leaves_other_files_as_they_are(tmp_path: Path) -> None:
    model, mine = tmp_path / "model.py", tmp_path / "model_edited.py"
    model.write_text("x = 1\n")
    mine.write_text("# mine\n")
    (tmp_path / "model_edited2.py").mkdir()
    first = copy_beside(model, "x = 2")
    assert first == tmp_path / "model_edited3.py"
    assert first.read_text() == "x = 2\n"
    assert copy_beside(first, "x = 3\n\n") == tmp_path / "model_edited4.py"  # a copy's copy
    assert copy_beside(first, "x = 2\n") == first  # which has this text
    assert mine.read_text() == "# mine\n"
    assert model.read_text() == "x = 1\n"
    assert first.read_text() == "x = 2\n"


def test_a_copy_that_cannot_be_written_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise UserError("there is no room for the file")

    monkeypatch.setattr(edited_copy, "write_atomically", full)
    with pytest.raises(UserError):
        copy_beside(tmp_path / "model.py", "x = 2")
    assert list(tmp_path.iterdir()) == []
