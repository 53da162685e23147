"""The real window, and recordings of models that are not ours to show in it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.actions.menus import make_actions
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.registry import find_panels
from backprop_viz.desktop.style.theme import DARK
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.history import History
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from tests.foreign.steps import STEPS

_MADE: dict[str, Recording] = {}


def recording_of(name: str) -> Recording:
    """The recorded step of a model, made once."""
    if name not in _MADE:
        _MADE[name] = STEPS[name]()
    return _MADE[name]


def state_at(recording: Recording, position: int | None = None) -> ViewState:
    """What the window shows of a recording that no worker of ours made."""
    at = len(recording.events) if position is None else position
    return ViewState(
        settings=Settings(),
        cursor=recording.at(at),
        program=Program(()),
        curves=History().curves(),
        iteration=1,
        due=Phase.ZERO_GRAD,
        origin=RunOrigin("watch", recording.model),
    )


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with the panels of a run that is not ours, and no worker behind it."""
    yield from opened_window()


@pytest.fixture(scope="module")
def one_window(qapp: QApplication) -> Iterator[MainWindow]:
    """As ``window``, one for all tests of a module: they show one thing after the other in it."""
    for window in opened_window():
        recording = recording_of("gpt")
        for span in recording.spans:  # what Qt makes once, it makes now
            window.show_view_state(state_at(recording, span.stop))
            QCoreApplication.processEvents()
        inspector = window.panel(InspectorView)
        assert all((inspector.node_section, inspector.slices))
        yield window


def opened_window() -> Iterator[MainWindow]:
    """A window, until it is not needed any more."""
    owner = QObject()
    actions = {command.id: action for command, action in make_actions(owner)}
    window = MainWindow(actions, find_panels())
    window.set_theme(DARK)
    window.leave_out_built_in()
    window.resize(1280, 800)
    window.show()
    yield window
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
