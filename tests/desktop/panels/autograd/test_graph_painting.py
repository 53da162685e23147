"""The graph is painted where it looks otherwise, and only there."""

from collections.abc import Callable
from dataclasses import replace

import torch
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps

MakeViewState = Callable[..., ViewState]
DIGITS = Settings(data="strokes", batch_size=3)


class Paintings(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_a_graph_is_painted_when_it_looks_otherwise_and_only_then(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view = AutogradView()
    qtbot.addWidget(view)
    view.resize(876, 267)
    view.show()
    view_state = make_view_state(settings=DIGITS)
    recording = view_state.cursor.recording
    last = len(recording.events)
    canvas = view.canvas.viewport()
    paintings = Paintings(canvas)

    def look(position: int) -> tuple[QImage, bool]:
        """How the graph looks in full, and whether it was painted on the way to this cursor."""
        view.show_view_state(replace(view_state, cursor=recording.at(position)))
        paintings.count = 0
        canvas.installEventFilter(paintings)
        QApplication.processEvents()
        canvas.removeEventFilter(paintings)
        return canvas.grab().toImage(), paintings.count > 0

    before, _ = look(0)
    changes = 0
    for position in [*range(1, last + 1), *(k * 37 % (last + 1) for k in range(last + 1))]:
        image, painted = look(position)
        assert painted == (image != before), position
        changes += painted
        before = image
    assert len(recording.graph.nodes) <= changes < 2 * last


class Scaled(nn.Module):
    """Its graph has an inner node for a single number: exp."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(32 * 32, 10)
        self.log_scale = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.fc(x.flatten(1)) * self.log_scale.exp()
        return logits


def test_a_gradient_shown_as_a_number_is_painted_anew(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    trainer = bv.Trainer("random", "mse", batch_size=2, model=Scaled())
    recordings = []
    for _ in range(2):
        recorder = RecordedSteps(trainer)
        while recorder.step() is not Phase.UPDATE:
            pass
        trainer.finished()
        recordings.append(recorder.recording())
    first, second = recordings
    assert first.graph == second.graph
    view = AutogradView()
    qtbot.addWidget(view)
    view.resize(876, 267)
    view.show()
    canvas = view.canvas.viewport()
    view.show_view_state(replace(make_view_state(), cursor=first.at(len(first.events))))
    QApplication.processEvents()
    before = canvas.grab().toImage()
    paintings = Paintings(canvas)
    canvas.installEventFilter(paintings)
    view.show_view_state(replace(make_view_state(), cursor=second.at(len(second.events))))
    QApplication.processEvents()
    canvas.removeEventFilter(paintings)
    assert canvas.grab().toImage() != before
    assert paintings.count > 0
