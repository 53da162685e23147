"""Digits replayed with the mouse on the real pad of a real window, and how they are read."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.drawing.canvas import Canvas
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.window.main_window import MainWindow
from tests.nightly import NIGHTLY, by_day_every, by_night

OpenWindow = Callable[..., MainWindow]
Strokes = Sequence[NDArray[np.float64]]
TESTS = Path(__file__).resolve().parents[1]
UNIPEN = TESTS.parents[1] / "shared" / "data" / "pendigits" / "pendigits-orig-train.unipen"
CANVAS, DIGIT = 280, 200  # as bench_classification places a digit
TRAINED = 200  # iterations

# Digits as people write them, in shares of the pad: x right, y down.
BY_HAND: dict[str, Strokes] = {
    "one": [np.array([(0.4, 0.35), (0.55, 0.2), (0.55, 0.8)])],
    "two": [np.array([(0.3, 0.3), (0.5, 0.15), (0.68, 0.3), (0.5, 0.55), (0.3, 0.8), (0.7, 0.8)])],
    "seven": [np.array([(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)])],
    "four": [
        np.array([(0.45, 0.15), (0.3, 0.55), (0.7, 0.55)]),
        np.array([(0.6, 0.35), (0.6, 0.85)]),
    ],
    "zero": [
        np.array([(0.5, 0.2), (0.3, 0.4), (0.35, 0.75), (0.6, 0.78), (0.7, 0.4), (0.52, 0.2)])
    ],
    "dot in a corner": [np.array([(0.05, 0.95)])],
    "out of the pad": [np.array([(0.5, 0.1), (1.3, 0.5), (0.5, 0.9), (-0.2, 0.5)])],
}


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    return open_window("--preset", "digits", "--seed", "0")


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """The benchmark that replays trajectories around the pad."""
    spec = importlib.util.spec_from_file_location(
        "r", TESTS / "benchmarks" / "bench_classification.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def people(benchmark: ModuleType) -> list[tuple[Strokes, int]]:
    """What people wrote, a few of each digit, spread over the writers."""
    if not UNIPEN.is_file():
        pytest.skip(f"the pen trajectories {UNIPEN} are absent")
    written = list(benchmark.trajectories(UNIPEN))
    return [
        written[i]
        for digit in range(10)
        for i in [i for i, (_, label) in enumerate(written) if label == digit][::150][:2]
    ]


def send(pad: Canvas, kind: QEvent.Type, place: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    cause = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    where = pad.mapToGlobal(place)
    event = QMouseEvent(kind, place, where, cause, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(pad, event)


def write(window: MainWindow, strokes: Strokes) -> Canvas:
    """Write strokes given in shares of the pad with the left mouse button, on a clear pad."""
    window.panel(DrawPanel).clear()
    pad: Canvas = window.panel(DrawPanel).canvas
    for stroke in strokes:
        places = [QPointF(x * pad.width(), y * pad.width()) for x, y in stroke]
        send(pad, QEvent.Type.MouseButtonPress, places[0])
        for place in places[1:]:
            send(pad, QEvent.Type.MouseMove, place)
        send(pad, QEvent.Type.MouseButtonRelease, places[-1])
    assert window.session.wait_idle(30)
    return pad


def on_the_pad(strokes: Strokes) -> Strokes:
    """A trajectory in the middle of the pad, as large as the benchmark draws it, in shares."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = DIGIT / max(*(high - low), 1)
    return [((stroke - (low + high) / 2) * scale + CANVAS / 2) / CANVAS for stroke in strokes]


def assert_read_as_classify_does(window: MainWindow, trainer: bv.Trainer, pad: Canvas) -> None:
    expected = trainer.classify(pad.image())
    assert pad.probabilities is not None
    shown = np.array(pad.probabilities, np.float32)
    np.testing.assert_array_equal(shown, expected)
    assert shown.tolist() == pad.probabilities  # nothing was lost on the way
    assert window.panel(DrawPanel).probabilities == pad.probabilities
    assert window.panel(DrawPanel).prediction == pad.prediction == int(expected.argmax())


@by_night
def test_strokes_by_hand_are_read_as_classify_reads_them(window: MainWindow) -> None:
    trainer = bv.Trainer.from_settings(window.session.view_state.settings)
    for iterations in range(2):
        seen = set()
        for strokes in by_day_every(1 + 2 * iterations, list(BY_HAND.values())):
            pad = write(window, strokes)
            assert_read_as_classify_does(window, trainer, pad)
            seen.add(tuple(pad.probabilities))
        assert len(seen) == (len(BY_HAND) if NIGHTLY or not iterations else 3)
        assert window.session.iteration == iterations
        window.session.iterate()
        trainer.iterate()
    window.panel(DrawPanel).clear()
    assert window.session.wait_idle(30)
    assert window.panel(DrawPanel).probabilities is None
    assert window.panel(DrawPanel).prediction is None


@by_night
def test_trajectories_are_read_as_classify_reads_them(
    window: MainWindow, people: list[tuple[Strokes, int]], benchmark: ModuleType, qtbot: QtBot
) -> None:
    session = window.session
    session.train()
    qtbot.waitUntil(lambda: session.iteration >= TRAINED, timeout=120_000)
    session.pause()
    assert session.wait_idle(60)
    trainer = bv.Trainer.from_settings(session.view_state.settings)
    while trainer.iteration < session.iteration:
        trainer.iterate()
    assert len({digit for _, digit in people}) == 10
    same, right = 0, 0
    for strokes, digit in people:
        pad = write(window, on_the_pad(strokes))
        assert_read_as_classify_does(window, trainer, pad)
        around = int(trainer.classify(benchmark.replay(strokes)).argmax())
        same += pad.prediction == around
        right += pad.prediction == digit
    assert len(people) >= 20
    assert same >= 0.95 * len(people)
    assert right >= 0.7 * len(people)  # it does read: this is no agreement on nonsense
