"""The loss plot with a million points: what appending, panning and zooming cost, repainted.

    python tests/benchmarks/bench_plot.py

Prints the 95th percentile of the milliseconds for each repaint; the bar is a refresh of the screen.
"""

import os
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication
from report import Figure, print_figures

from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.history import History
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase

POINTS = 1_000_000
BAR_MS = 16.0
REPAINTS = 100


def _history() -> History:
    """A long, noisy run; it is evaluated every hundred iterations."""
    random = np.random.default_rng(0)
    at = np.arange(POINTS)
    loss = 2 * np.exp(-at / 300_000) + 0.2 * random.random(POINTS)
    points = np.column_stack([loss, random.random(POINTS)]).tolist()
    validation = [(i + 1, *points[i]) for i in range(0, POINTS, 100)]
    history = History()
    history.extend(points, validation)
    return history


def _view_state(history: History) -> ViewState:
    return ViewState(
        settings=Settings(),
        cursor=Recording(1, ()).at(0),
        program=Program(()),
        curves=history.curves(),
        iteration=len(history.curves().loss),
        due=Phase.ZERO_GRAD,
    )


def _p95(act: Callable[[int], object]) -> float:
    """The 95th percentile of the milliseconds in which something is done and painted."""
    spent = []
    for i in range(REPAINTS):
        begun = time.perf_counter()
        act(i)
        QApplication.processEvents()
        spent.append(1e3 * (time.perf_counter() - begun))
    return float(np.percentile(spent, 95))


def figures() -> Iterator[Figure]:
    """Append, pan and zoom at three widths of the view."""
    application = QApplication.instance() or QApplication([])
    history = _history()
    plot = LossPlot()
    plot.resize(620, 230)
    plot.show()
    plot.show_view_state(_view_state(history))
    while plot.plot.behind:  # so many are taken in over several turns
        application.processEvents()
    application.processEvents()
    view = plot.plot.getPlotItem().getViewBox()

    def append(_: int) -> None:
        history.extend([(0.3, 0.3)] * 20, [])
        plot.show_view_state(_view_state(history))

    def pan(_: int) -> None:
        left, right = view.viewRange()[0]
        view.translateBy(x=(right - left) / 200)

    def zoom(i: int) -> None:
        # In for a quarter, out for a half, in again.
        view.scaleBy((0.9 if (i + REPAINTS // 4) % REPAINTS < REPAINTS // 2 else 1 / 0.9, 1))

    yield _figure("append and repaint", _p95(append))
    for name, left, right in (
        ("all of it", 0.0, POINTS),
        ("a fifth of it", 0.4 * POINTS, 0.6 * POINTS),
        ("2,000 of them", 0.5 * POINTS, 0.5 * POINTS + 2000),
    ):
        for verb, act in (("pan", pan), ("zoom", zoom)):
            view.setRange(xRange=(left, right), padding=0)
            yield _figure(f"{verb}, {name} in view", _p95(act))
    plot.close()


def _figure(what: str, ms: float) -> Figure:
    return Figure(f"million-point plot: {what}", ms, "ms", BAR_MS)


if __name__ == "__main__":
    print_figures(figures())
