"""Recordings and trainings that listen are opened in windows of their own."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog

import backprop_viz as bv
from tests.conftest import OpenWindow

# It looks as the window that it is opened from.
LOOK = ("--light", "--language", "en")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], str]]:
    found: list[tuple[str, list[str], str]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda *told: found.append(told))
    return found


def test_a_recording_is_opened_beside_and_what_is_none_refused(
    open_window: OpenWindow, tmp_path: Path, started: list[tuple[str, list[str], str]]
) -> None:
    window = open_window("--preset", "tutorial", "--light")
    path = tmp_path / "run.bprec"
    bv.Trainer(data="random", loss="mse", batch_size=1).record().save(path)
    window.findChild(QAction, "actionOpenRecording").trigger()
    dialog = window.findChild(QFileDialog, "openRecordingDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    assert started == [(sys.executable, ["-m", "backprop_viz", *LOOK, str(path)], "")]
    odd = tmp_path / "odd.bprec"
    odd.write_bytes(b"odd")
    dialog.fileSelected.emit(str(odd))
    assert len(started) == 1
    assert "odd.bprec" in window.messages.text()
    dialog.done(0)


def test_a_model_is_opened_beside(
    open_window: OpenWindow, tmp_path: Path, started: list[tuple[str, list[str], str]]
) -> None:
    window = open_window("--preset", "tutorial", "--light")
    window.findChild(QAction, "actionOpenModel").trigger()
    dialog = window.findChild(QFileDialog, "openModelDialog")
    assert dialog is not None
    (tmp_path / "mine.py").touch()
    dialog.fileSelected.emit(str(tmp_path / "mine.py"))
    command = ["-m", "backprop_viz", *LOOK, str(tmp_path / "mine.py")]
    assert started == [(sys.executable, command, str(tmp_path))], "it finds what is beside it"
    assert window.messages.text() == "mine.py opens in a window of its own."
    for odd in (tmp_path / "mine.txt", tmp_path / "nowhere.py"):
        dialog.fileSelected.emit(str(odd))
        assert window.messages.text().startswith(f"{odd.name} is not a Python file: choose one")
    assert len(started) == 1
    dialog.done(0)


def test_a_training_is_attached_to_and_what_is_no_address_refused(
    open_window: OpenWindow, started: list[tuple[str, list[str], str]]
) -> None:
    window = open_window("--preset", "tutorial", "--light")
    window.findChild(QAction, "actionAttach").trigger()
    dialog = window.findChild(QInputDialog, "attachDialog")
    assert dialog is not None
    dialog.textValueSelected.emit("tcp://127.0.0.1:5005")
    command = ["-m", "backprop_viz", "attach", *LOOK, "tcp://127.0.0.1:5005"]
    assert started == [(sys.executable, command, "")]
    dialog.textValueSelected.emit("127.0.0.1:5005")
    assert len(started) == 1
    assert window.messages.text().startswith(
        "127.0.0.1:5005 is not an address: write tcp://HOST:PORT"
    )
    dialog.done(0)
