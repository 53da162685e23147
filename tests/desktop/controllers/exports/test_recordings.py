"""File > Export > Recording: the iterations that are kept, as a file that opens again."""

from pathlib import Path

import numpy as np
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from tests.conftest import OpenWindow
from tests.waiting import until_idle


def test_all_that_is_kept_is_saved_bit_for_bit(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    save = window.findChild(QAction, "actionSaveRecording")
    assert window.session.wait_idle(30)
    save.trigger()
    assert window.messages.text().startswith("Nothing is recorded yet")
    for _ in range(3):
        window.session.iterate()
        until_idle(window.session)
    save.trigger()
    dialog = window.findChild(QFileDialog, "saveRecordingDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "run.bprec"))
    dialog.reject()
    said = "Saved as run.bprec; File > Open recording shows it."
    qtbot.waitUntil(lambda: window.messages.text() == said, timeout=60_000)
    file = bv.load(tmp_path / "run.bprec")
    assert [place.iteration for place in file.places] == [1, 2, 3]
    for recording in (file[i] for i in range(3)):
        shown = window.session.recording_of(recording.iteration)
        assert shown is not None
        assert recording.loss == shown.loss
        assert [event.op for event in recording.events] == [event.op for event in shown.events]
        for one, other in zip(recording.events, shown.events, strict=True):
            for made, mine in zip(one.outputs, other.outputs, strict=True):
                assert (made is None) == (mine is None)
                assert made is None or np.array_equal(made, mine, equal_nan=True)
    assert not list(tmp_path.glob(".*.part"))


def test_a_file_that_cannot_be_written_leaves_what_was_there(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    until_idle(window.session)
    window.findChild(QAction, "actionSaveRecording").trigger()
    dialog = window.findChild(QFileDialog, "saveRecordingDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "no" / "run.bprec"))
    dialog.reject()
    qtbot.waitUntil(lambda: "does not exist" in window.messages.text(), timeout=60_000)
    assert not list(tmp_path.rglob("*.bprec*"))
