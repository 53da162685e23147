"""What the tests of the whole window share."""

from PySide6.QtGui import QAction

from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from tests.waiting import until_idle


def trigger(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    until_idle(window.session)


def view_state_of(window: MainWindow) -> ViewState:
    view_state: ViewState = window.session.view_state
    return view_state


NAMES = (
    "drawPad",
    "networkView",
    "autogradView",
    "inspector",
    "programView",
    "lossPlot",
    "accuracyPlot",
    "gradientFlowPlot",
    "timeline",
    "phaseBar",
)
