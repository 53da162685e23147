"""Windows, their files and plain runs for the tests of session files and autosaves."""

from PySide6.QtGui import QAction

import backprop_viz as bv
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.panels.drawing.strokes import PenPoint, Stroke
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from tests.waiting import until_idle

STROKES = (
    Stroke((PenPoint(60, 60), PenPoint(90, 200.5))),
    Stroke((PenPoint(9, 9, 30.0),), erases=True),
)


def composer(window: MainWindow) -> Composer:
    return window.findChild(Composer)


def view_state_of(window: MainWindow) -> ViewState:
    until_idle(window.session)
    view_state: ViewState = window.session.view_state
    return view_state


def trigger(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    until_idle(window.session)


def losses_after(window: MainWindow, iterations: int) -> list[float]:
    for _ in range(iterations):
        trigger(window, "actionIteration")
    return view_state_of(window).curves.loss.tolist()


def plain_losses(settings: object, iterations: int) -> list[float]:
    trainer = bv.Trainer.from_settings(settings)
    return [trainer.iterate().loss for _ in range(iterations)]
