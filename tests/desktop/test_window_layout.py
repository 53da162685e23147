"""The window's size, layout, colours and painting."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QSplitter,
    QStyle,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.main_window import MainWindow
from tests.desktop.application_helpers import NAMES, trigger, view_state_of

OpenWindow = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


def test_the_first_size_leaves_room_for_the_title_bar(open_window: OpenWindow) -> None:
    window = open_window(size=None)
    screen = window.screen().availableGeometry().height()
    bar = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    assert bar > 0
    assert window.minimumSizeHint().height() < screen < 1000  # where nothing else decides
    assert window.height() == screen - bar


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000), (2560, 1440)])
def test_the_window_fits(open_window: OpenWindow, size: tuple[int, int]) -> None:
    window = open_window("--preset", "tutorial", size=size)
    assert (window.width(), window.height()) == size
    for name in NAMES:
        panel = window.findChild(QWidget, name)
        assert panel.isVisible()
        assert window.rect().contains(
            panel.rect().translated(panel.mapTo(window, QPoint())).center()
        )


def test_colours_can_be_switched_while_training(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial", "--light")
    train = window.findChild(QAction, "actionTrain")
    train.trigger()
    light = window.grab().toImage().pixelColor(2, window.height() - 2)
    trigger(window, "actionThemeDark")
    dark = window.grab().toImage().pixelColor(2, window.height() - 2)
    assert light.lightness() > 200
    assert dark.lightness() < 60
    train.trigger()
    assert window.session.wait_idle(30)


def test_the_layout_is_remembered_and_can_be_reset(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    columns = window.findChild(QSplitter, "columns")
    first = columns.sizes()
    columns.setSizes([first[0] + 80, first[1] - 80, first[2]])
    moved = columns.sizes()
    assert moved != first
    window.close()
    again = open_window("--preset", "tutorial")
    assert again.findChild(QSplitter, "columns").sizes() == moved
    trigger(again, "actionResetLayout")
    assert again.findChild(QSplitter, "columns").sizes() == first


def test_two_thousand_frames_are_painted(open_window: OpenWindow, qtbot: QtBot) -> None:
    """A binding that loses references to None aborts long before this many."""
    window = open_window("--preset", "tutorial", size=(1280, 800))
    trigger(window, "actionIteration")
    view_state = view_state_of(window)
    recording = view_state.cursor.recording
    for i in range(2000):
        window.show_view_state(replace(view_state, cursor=recording.at(i % len(recording.events))))
        if i % 4 == 0:
            QApplication.processEvents()
    assert window.isVisible()


def test_code_keeps_its_letters_when_the_colours_change(open_window: OpenWindow) -> None:
    window = open_window("--light")
    areas = window.findChildren(QTextEdit)
    before = [area.document().defaultFont().families() for area in areas]
    assert len(areas) >= 2
    for name in ("actionThemeDark", "actionThemeLight"):
        window.findChild(QAction, name).trigger()
        assert [area.document().defaultFont().families() for area in areas] == before
