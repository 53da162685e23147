"""The layout of a window on a run that the program did not make."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

import backprop_viz as bv
from backprop_viz.desktop.widgets.corner_row import CornerRow
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.application_helpers import trigger
from tests.nightly import by_night
from tests.recording.records import made_recording

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def path(tmp_path: Path) -> str:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    weight = np.arange(6.0).reshape(2, 3)
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as writer:
        writer.add(made_recording(1, {"weight": (weight, None)}, input=weight, loss=1.0))
    return str(tmp_path / "run.bprec")


def chosen(window: MainWindow) -> list[str]:
    buttons = window.findChild(CornerRow).findChildren(QToolButton)
    return [b.text() for b in buttons if b.isVisible() and b.isChecked()]


@by_night
def test_it_is_debug_until_another_is_chosen(open_window: OpenWindow, path: str) -> None:
    window = open_window(path, size=(1600, 1000))
    assert chosen(window) == ["Debug"]
    trigger(window, "actionLayoutPresent")
    window.close()
    assert chosen(open_window(path, size=(1600, 1000))) == ["Present"]


def test_the_layout_for_the_pad_is_not_offered(open_window: OpenWindow, path: str) -> None:
    window = open_window(path, size=(1600, 1000))
    buttons = window.findChild(CornerRow).findChildren(QToolButton)
    assert [b.text() for b in buttons if b.isVisible()] == ["Learn", "Debug", "Present"]
    assert not window.findChild(QAction, "actionLayoutDraw").isVisible()


def test_one_kept_from_when_it_was_offered_is_not_shown(open_window: OpenWindow, path: str) -> None:
    window = open_window(path, size=(1600, 1000))
    panels = set(window.layout_state())
    window.show_layout("draw")
    window.close()
    again = open_window(path, size=(1600, 1000))
    assert chosen(again) == ["Debug"]
    assert set(again.layout_state()) == panels
