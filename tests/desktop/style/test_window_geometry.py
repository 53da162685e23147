"""Where windows were is kept as plain numbers; a damaged settings file does no harm."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRect, QSettings
from PySide6.QtWidgets import QLabel, QSplitter, QStyle, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.window_geometry import (
    keep_frame_on_screen,
    restore_place,
    restore_sizes,
    save_place,
    save_sizes,
)


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    found = QWidget()
    qtbot.addWidget(found)
    return found


@pytest.fixture
def splitter(qtbot: QtBot) -> QSplitter:
    found = QSplitter()
    qtbot.addWidget(found)
    for text in "ab":
        found.addWidget(QLabel(text))
    found.resize(508, 100)
    found.show()
    found.setSizes([300, 200])
    return found


def read_again(store: QSettings) -> QSettings:
    """As the next launch reads it."""
    store.sync()
    return QSettings(store.fileName(), QSettings.Format.IniFormat)


def test_a_window_as_large_as_the_screen_is_made_smaller_by_its_frame(
    store: QSettings, window: QWidget
) -> None:
    room = window.screen().availableGeometry()
    window.setGeometry(QRect(0, 30, 500, room.height()))
    save_place(store, "place", window)
    words = store.value("place").split()
    assert len(words) == 7
    store.setValue("place", " ".join([*words[:5], "4", "46"]))  # a frame that was 46 high in all
    other = QWidget()
    restore_place(read_again(store), "place", other)
    assert (other.width(), other.height()) == (500, room.height() - 46)
    bar = other.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    assert bar <= other.geometry().top()
    assert other.geometry().bottom() < room.bottom()


class Framed(QWidget):
    """As large as the screen, in a frame that is 6 wide and 30 high."""

    def frameGeometry(self) -> QRect:  # noqa: N802
        return self.geometry().adjusted(-3, -27, 3, 3)


@pytest.mark.parametrize("larger", [0, 1])
def test_a_frame_that_is_known_late_is_kept_on_the_screen(qtbot: QtBot, larger: int) -> None:
    window = Framed()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry().size()
    window.resize(200, room.height() + larger)
    keep_frame_on_screen(window)
    # Who made it larger than the screen wants that.
    wanted = room.height() + 1 if larger else room.height() - 30
    assert (window.width(), window.height()) == (200, wanted)


def test_a_place_is_that_of_the_last_launch(store: QSettings, window: QWidget) -> None:
    window.setGeometry(QRect(70, 90, 400, 300))
    save_place(store, "place", window)
    other = QWidget()
    restore_place(read_again(store), "place", other)
    assert other.geometry() == QRect(70, 90, 400, 300)
    window.showMaximized()
    save_place(store, "place", window)
    restore_place(read_again(store), "place", other)
    assert other.isMaximized()
    assert store.value("place").startswith("70 90 400 300")


def test_shares_are_those_of_the_last_launch(store: QSettings, splitter: QSplitter) -> None:
    before = splitter.sizes()
    save_sizes(store, "sizes", splitter.sizes())
    splitter.setSizes([10, 490])
    restore_sizes(read_again(store), "sizes", splitter)
    assert splitter.sizes() == before


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "1",
        "1 2 3 4 5 6",
        "0 0 0 0 0",
        "0 0 -5 10 0",
        "0 0 1e9 10 0",
        "99999999999999999999 0 10 10 0",
        "nothing of the kind at all",
        QByteArray(b"\xff" * 64),
        QByteArray(b"\x00\x00\x00\xff\x00\x00\x00\x01\x00\x00\x00\x02" + b"\x80\x00\x00\x00" * 2),
        7,
        ["300", "200"],
    ],
    ids=str,
)
def test_what_is_no_place_changes_nothing(
    store: QSettings, window: QWidget, splitter: QSplitter, kept: object
) -> None:
    window.setGeometry(QRect(70, 90, 400, 300))
    before = splitter.sizes()
    for key in ("place", "sizes"):
        store.setValue(key, kept)
    started = time.process_time()
    restore_place(read_again(store), "place", window)
    restore_sizes(read_again(store), "sizes", splitter)
    assert time.process_time() - started < 1
    assert window.geometry() == QRect(70, 90, 400, 300)
    assert splitter.sizes() == before


def test_a_place_that_no_screen_has_is_brought_back(store: QSettings, window: QWidget) -> None:
    room = window.screen().availableGeometry()
    for numbers in ("-90000 -90000 400 300 0", "90000 90000 400 300 0", "0 0 90000 90000 0"):
        store.setValue("place", numbers)
        restore_place(read_again(store), "place", window)
        assert room.contains(window.geometry())
