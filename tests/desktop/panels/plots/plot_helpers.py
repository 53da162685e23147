"""Curves and windows that the tests of the plots share."""

import numpy as np
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings

STROKES = Settings(data="strokes", loss="cross_entropy", lr=0.05, batch_size=8)


def shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.resize(520, 190)
    widget.show()


def curves(loss: list[float]) -> Curves:
    """Of a run that was evaluated once, after its first iteration."""
    one = np.array
    return Curves(one(loss), np.full(len(loss), 0.5), one([1.0]), one([1.5]), one([0.25]))
