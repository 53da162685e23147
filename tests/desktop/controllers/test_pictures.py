"""The window and its panels as pictures in files."""

import errno
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from tests.conftest import OpenWindow
from tests.waiting import until_idle


def test_a_panel_is_saved_in_each_format_and_text_stays_text(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    until_idle(window.session)
    panel = window.panel(InspectorView)
    panel.setFocus()
    for suffix in ("png", "svg", "pdf"):
        window.findChild(QAction, "actionSavePanelPicture").trigger()
        dialog = window.findChild(QFileDialog, "savePictureDialog")
        assert dialog is not None
        dialog.fileSelected.emit(str(tmp_path / f"panel.{suffix}"))
        dialog.done(0)
        assert window.messages.text() == f"Saved as panel.{suffix}."
        dialog.deleteLater()
        qtbot.waitUntil(lambda: window.findChild(QFileDialog, "savePictureDialog") is None)
    image = QImage(str(tmp_path / "panel.png"))
    assert image.width() % 2 == 0
    assert (
        len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, 200, 5)}) > 3
    )
    drawing = ElementTree.parse(tmp_path / "panel.svg").getroot()
    texts = {"".join(text.itertext()) for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert any("conv1.bias" in text for text in texts)
    assert (tmp_path / "panel.pdf").read_bytes().startswith(b"%PDF")


def test_the_window_is_copied_and_a_wrong_name_refused(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.setFocus()
    window.findChild(QAction, "actionCopyPanelPicture").trigger()
    assert not QGuiApplication.clipboard().pixmap().isNull()
    window.findChild(QAction, "actionSaveWindowPicture").trigger()
    dialog = window.findChild(QFileDialog, "savePictureDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "no" / "such" / "folder.png"))
    assert "does not exist" in window.messages.text()
    dialog.fileSelected.emit(str(tmp_path / "window.bmp"))
    assert "unknown format" in window.messages.text()
    dialog.fileSelected.emit(str(tmp_path / "window.svg"))
    assert (tmp_path / "window.svg").stat().st_size > 10_000
    dialog.done(0)


def test_on_a_full_disk_the_picture_before_stays(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    window = open_window("--preset", "tutorial")
    folder = tmp_path / "out"
    folder.mkdir()
    for suffix in ("png", "svg", "pdf"):
        (folder / f"one.{suffix}").write_text("before")
    monkeypatch.setattr("os.fsync", full)
    for suffix in ("png", "svg", "pdf"):
        window.findChild(QAction, "actionSaveWindowPicture").trigger()
        dialog = window.findChild(QFileDialog, "savePictureDialog")
        assert dialog is not None
        dialog.fileSelected.emit(str(folder / f"one.{suffix}"))
        dialog.done(0)
        assert window.messages.text().endswith(
            "The disk is full: make room, or choose a folder on another disk."
        )
        window.messages.dismiss()
    assert sorted(path.name for path in folder.iterdir()) == ["one.pdf", "one.png", "one.svg"]
    assert all(path.read_text() == "before" for path in folder.iterdir())
