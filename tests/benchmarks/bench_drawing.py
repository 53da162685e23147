"""How soon the pad answers while training runs in the whole window at 1600x1000.

    python tests/benchmarks/bench_drawing.py [--strokes N]

Draws with the mouse, a point every 16 ms, while Train runs. Prints the 95th percentile of the
milliseconds from a point to its pixels, and to the painted probabilities of a drawing with it.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from report import Figure, print_figures
from windows import open_window

from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow

POINT_MS = 16
POINTS = 40  # of a stroke
WARM = 100  # iterations before it is measured: what is done only once is done
PIXELS_MS, ANSWER_MS = 20.0, 50.0


class Paints(QObject):
    """Notes when widgets were painted."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.last: dict[QObject, float] = {}
        self._within = False
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint here, to know when it is done."""
        if event.type() is not QEvent.Type.Paint or self._within:
            return False
        self._within = True
        QApplication.sendEvent(watched, event)
        self._within = False
        self.last[watched] = time.perf_counter()
        return True


class Measurement:
    """Draws strokes and notes when each point came, was painted, and was answered."""

    def __init__(self, window: MainWindow) -> None:
        session = window.session
        assert isinstance(session, Session)
        self._session = session
        self._pad = window.panel(DrawPanel).canvas
        self._bars = window.panel(DrawPanel).findChild(QWidget, "probabilityBars")
        self._paints = Paints(self._pad, self._bars)
        self._unpainted: list[float] = []
        self._unanswered: list[tuple[float, int]] = []  # when, and the command that carries it
        self._shown: list[float] = []  # points whose answer is shown but not painted yet
        self.pixels: list[float] = []
        self.answers: list[float] = []
        window.panel(DrawPanel).digit_drawn.connect(self._sent)
        session.view_state_ready.connect(self._answered)
        self._untold: list[float] = []

    def stroke(self) -> None:
        """A spiral, a point every 16 ms."""
        turn = np.linspace(0, 3 * np.pi, POINTS)
        radius = 0.15 + 0.25 * turn / turn[-1]
        xs, ys = 0.5 + radius * np.cos(turn), 0.5 + radius * np.sin(turn)
        kinds = [QEvent.Type.MouseButtonPress] + [QEvent.Type.MouseMove] * (POINTS - 2)
        for kind, x, y in zip([*kinds, QEvent.Type.MouseButtonRelease], xs, ys, strict=True):
            self._point(kind, x, y)
            self.wait(POINT_MS / 1000)
        self.wait(0.2)
        self._pad.clear()
        self.wait(0.1)

    def wait(self, seconds: float) -> None:
        """Run the window's loop, and look at what was painted after each of its turns."""
        loop, until = QEventLoop(), time.perf_counter() + seconds
        QTimer.singleShot(round(seconds * 1000), loop, loop.quit)
        while time.perf_counter() < until:
            loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            self._look()

    def _point(self, kind: QEvent.Type, x: float, y: float) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        place = QPointF(x * self._pad.width(), y * self._pad.width())
        cause = none if kind == QEvent.Type.MouseMove else left
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        where = self._pad.mapToGlobal(place)
        now = time.perf_counter()
        self._unpainted.append(now)
        self._untold.append(now)
        event = QMouseEvent(kind, place, where, cause, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._pad, event)

    def _sent(self, image: object) -> None:
        if image is not None:
            number = self._session.submitted
            self._unanswered += [(when, number) for when in self._untold]
        self._untold.clear()

    def _answered(self, view_state: ViewState) -> None:
        done = self._session.shown_command
        self._shown += [when for when, number in self._unanswered if number <= done]
        self._unanswered = [(when, number) for when, number in self._unanswered if number > done]

    def _look(self) -> None:
        painted = self._paints.last.pop(self._pad, None)
        if painted is not None:
            early = [when for when in self._unpainted if when < painted]
            self.pixels += [(painted - when) * 1e3 for when in early]
            self._unpainted = self._unpainted[len(early) :]
        painted = self._paints.last.pop(self._bars, None)
        if painted is not None:
            self.answers += [(painted - when) * 1e3 for when in self._shown]
            self._shown.clear()


def figures(strokes: int) -> Iterator[Figure]:
    """The 95th percentile of both waits."""
    window, session = open_window("--preset", "digits")
    session.train()
    measurement = Measurement(window)
    while session.iteration < WARM:
        measurement.wait(0.5)
    for _ in range(strokes):
        measurement.stroke()
    for what, waits, bar in (
        ("a stroke's point to pixels", measurement.pixels, PIXELS_MS),
        ("a stroke's point to probabilities", measurement.answers, ANSWER_MS),
    ):
        p95 = float(np.percentile(waits, 95))
        yield Figure(f"{what}, percentile 95", p95, "ms", bar)
    window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--strokes", type=int, default=12)
    print_figures(figures(parser.parse_args().strokes))


if __name__ == "__main__":
    main()
