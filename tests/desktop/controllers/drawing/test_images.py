"""Images in the window: opened, dropped, pasted, undone; folders of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QFileDialog,
    QMessageBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.controllers.drawing import images
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.digits import image_folder
from backprop_viz.digits.image_files import read_drawing
from backprop_viz.digits.image_folder import read_folder
from backprop_viz.recording.requests.progress import Report
from tests.nightly import by_day_every, by_night

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A dark seven on light paper."""
    page = np.full((300, 240), 235, np.uint8)
    page[60:80, 60:180] = 30
    for i in range(160):
        page[80 + i, 165 - i // 2 : 180 - i // 2] = 30
    path = tmp_path / "seven.png"
    Image.fromarray(page).save(path)
    return path


def fill(folder: Path, each: int = 12) -> None:
    random = np.random.default_rng(0)
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for i in range(each):
            Image.fromarray(random.integers(0, 256, (28, 28), np.uint8)).save(
                folder / str(digit) / f"{i}.png"
            )


def pad_of(window: MainWindow) -> QWidget:
    return window.findChild(QWidget, "drawPad")


def shown(window: MainWindow, path: Path) -> bool:
    """Whether the pad shows an image, and the net has answered for it."""
    same = np.array_equal(
        pad_of(window).image(), np.rint(read_drawing(path) * 255) / np.float32(255)
    )
    return same and window.session.wait_idle(30) and pad_of(window).probabilities is not None


def draw(window: MainWindow, qtbot: QtBot) -> np.ndarray:
    pad = pad_of(window)
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.mouseMove(pad, QPoint(60, 70))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 70))
    drawing: np.ndarray = pad.image()
    return drawing


def drop(widget: QWidget, *paths: Path) -> bool:
    """Drag files onto a widget and let go; whether it or one around it would have them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    modifiers = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), *rest, modifiers)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(QPointF(50, 50), *rest, modifiers))
    return enter.isAccepted()


def test_an_opened_image_is_read_as_a_drawing_is(
    open_window: OpenWindow, qtbot: QtBot, photo: Path
) -> None:
    window = open_window("--preset", "digits")
    before = draw(window, qtbot)
    window.findChild(QAction, "actionOpenImage").trigger()
    window.findChild(QFileDialog, "imageDialog").fileSelected.emit(str(photo))
    qtbot.waitUntil(lambda: shown(window, photo), timeout=60_000)
    prediction = window.session.view_state.prediction
    assert list(prediction.probabilities) == pad_of(window).probabilities
    assert prediction.seen[10:12, 10:20].mean() > 0.5  # the bar of the seven, light on dark
    assert prediction.seen[:4].max() == 0
    window.findChild(QAction, "actionUndoStroke").trigger()
    assert np.array_equal(pad_of(window).image(), before)
    window.findChild(QAction, "actionRedoStroke").trigger()
    assert shown(window, photo)
    drawn_on = draw(window, qtbot)
    assert drawn_on.sum() > read_drawing(photo).sum()
    window.findChild(QAction, "actionClearDrawing").trigger()
    assert window.session.wait_idle(30)
    assert pad_of(window).probabilities is None


@by_night
def test_dropped(open_window: OpenWindow, qtbot: QtBot, photo: Path) -> None:
    window = open_window("--preset", "digits")
    other = photo.with_name("other.png")
    Image.new("L", (5, 5)).save(other)
    assert drop(window, photo, other)
    assert "the first of 2 files" in window.messages.text()
    qtbot.waitUntil(lambda: shown(window, photo), timeout=60_000)
    # Wherever it is dropped: on a graph, a plot, the program, the pad.
    areas = [a.viewport() for a in window.findChildren(QAbstractScrollArea) if a.isVisible()]
    assert len(areas) > 5
    for place in [pad_of(window), *by_day_every(3, areas)]:
        window.panel(DrawPanel).clear()
        assert drop(place, photo), place.parent()
        qtbot.waitUntil(lambda: shown(window, photo), timeout=60_000)
    data = QMimeData()
    data.setText("some words")
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    enter = QDragEnterEvent(QPoint(50, 50), *rest, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_pasted(open_window: OpenWindow, qtbot: QtBot, photo: Path) -> None:
    window = open_window("--preset", "digits")
    clipboard = QGuiApplication.clipboard()
    paste = window.findChild(QAction, "actionPasteImage")
    clipboard.clear()
    paste.trigger()
    assert "no image in the clipboard" in window.messages.text()
    clipboard.setImage(QImage(str(photo)))
    paste.trigger()
    qtbot.waitUntil(lambda: shown(window, photo), timeout=60_000)
    window.findChild(QAction, "actionClearDrawing").trigger()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    clipboard.setMimeData(data)
    paste.trigger()
    qtbot.waitUntil(lambda: shown(window, photo), timeout=60_000)
    clipboard.clear()


def test_what_is_wrong_is_told_and_the_drawing_stays(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "digits")
    before = draw(window, qtbot)
    (tmp_path / "page.png").write_text("<html>")
    Image.new("L", (50, 50), 99).save(tmp_path / "blank.png")
    for name, what in (
        ("page.png", "is not a PNG or JPEG image"),
        ("blank.png", "is all of one colour"),
        ("none.png", "cannot be read"),
        ("", "has no subfolder named 0 to 9"),
    ):
        window.messages.dismiss()
        drop(window, tmp_path / name)
        qtbot.waitUntil(lambda what=what: what in window.messages.text(), timeout=60_000)
        assert str(tmp_path / name) in window.messages.text()
        assert window.messages.kind() == "error"
        assert np.array_equal(pad_of(window).image(), before)
        assert window.session.view_state.settings.data == "strokes"


@by_night
def test_a_folder_becomes_the_training_data(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    fill(folder)
    window = open_window("--preset", "digits")
    box = next(c for c in window.findChildren(QComboBox) if c.accessibleName() == "Data")
    box.setCurrentIndex(box.findData("folder"))
    assert box.currentData() == "strokes"  # nothing has changed yet
    window.findChild(QFileDialog, "imageFolderDialog").fileSelected.emit(str(folder))
    qtbot.waitUntil(lambda: window.session.view_state.settings.data == "folder", timeout=60_000)
    assert window.session.view_state.settings.root == str(folder)
    assert box.currentData() == "folder"
    for name in ("actionIteration", "actionReset", "actionIteration"):
        window.findChild(QAction, name).trigger()
        assert window.session.wait_idle(30)
    assert window.session.iteration == 1
    # In a run that has begun, the usual question.
    drop(window, folder)
    qtbot.waitUntil(lambda: "was read again" in window.messages.text(), timeout=60_000)
    window.findChild(QAction, "actionOpenFolder").trigger()
    other = tmp_path / "other"
    fill(other, 1)
    window.findChildren(QFileDialog, "imageFolderDialog")[-1].fileSelected.emit(str(other))
    qtbot.waitUntil(
        lambda: window.findChild(QMessageBox, "freshNetworkQuestion") is not None, timeout=60_000
    )
    window.findChild(QMessageBox, "freshNetworkQuestion").reject()
    assert window.session.view_state.settings.root == str(folder)


def test_reading_a_folder_shows_progress_and_is_cancelled(
    open_window: OpenWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(tmp_path / "mine", 1)
    monkeypatch.setattr(images, "QUIET_S", 0.0)

    def read_on_and_on(root: str, report: Report) -> object:
        while True:
            read_folder(root, report)

    monkeypatch.setattr(image_folder, "read_folder", read_on_and_on)
    window = open_window("--preset", "digits")
    drop(window, tmp_path / "mine")
    qtbot.waitUntil(window.reading_strip.isVisible, timeout=60_000)
    assert "Reading image" in window.reading_strip.text()
    window.findChild(QAction, "actionIteration").trigger()
    assert window.session.wait_idle(30)
    assert window.session.iteration == 1
    window.findChild(QToolButton, "readingStripCancel").click()
    assert not window.reading_strip.isVisible()
    assert "cancelled" in window.messages.text()
    assert window.session.view_state.settings.data == "strokes"
