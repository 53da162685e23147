"""Ctrl+S in the window of a script saves what was recorded of it."""

from pathlib import Path

import numpy as np
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.desktop.clients.played_script import Played


def test_the_iterations_of_a_script_are_saved_also_once_it_is_gone(
    played: Played, recordings: list[Recording], qtbot: QtBot, tmp_path: Path
) -> None:
    save = played.window.findChild(QAction, "actionSaveRecording")
    session = played.window.findChild(QAction, "actionSaveSession")
    assert save.shortcut() == QKeySequence("Ctrl+S") == session.shortcut()
    assert save.isEnabled()
    assert not session.isEnabled()  # so the key is not ambiguous
    assert "Ctrl+S" in save.toolTip()
    for recording in recordings:
        played.show(recording)
    played.script.end()
    save.trigger()
    dialog = played.window.findChild(QFileDialog, "saveRecordingDialog")
    assert "2 iterations" in dialog.windowTitle()
    dialog.fileSelected.emit(str(tmp_path / "kept.bprec"))
    dialog.reject()
    qtbot.waitUntil(lambda: "Saved as kept.bprec" in played.window.messages.text(), timeout=60_000)
    file = bv.load(tmp_path / "kept.bprec")
    assert [place.iteration for place in file.places] == [1, 2]
    for made, recording in zip((file[0], file[1]), recordings, strict=True):
        assert made.loss == recording.loss
        for one, other in zip(made.parameters, recording.parameters, strict=True):
            assert np.array_equal(one.value, other.value)
    assert file.origin is not None
