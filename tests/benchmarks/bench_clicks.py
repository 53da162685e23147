"""Milliseconds from the click on a cell to the painted explanation of its number.

    python tests/benchmarks/bench_clicks.py

The click is a mouse event of the real window; the end is when the panel has painted the terms of
that number. Each figure is the slowest kind of number, of several clicks the median. Of the
convolution a recording file is opened, which the first click, not counted, hands to a worker.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_explanations import CONVOLUTION_BAR, LENET_BAR, convolution
from report import Figure, print_figures
from windows import open_window, run_events

from PySide6.QtCore import QEvent, QObject, Qt  # isort: skip
from PySide6.QtTest import QTest  # isort: skip
from PySide6.QtWidgets import QApplication  # isort: skip
from backprop_viz.desktop.clients.wake import wait_until
from backprop_viz.desktop.panels.inspector.array_table import ArrayTable
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number

CLICKS = 5
_LIMIT_S = 60.0


class TermsPainted(QObject):
    """Notes which number's terms the panel has painted last."""

    def __init__(self, panel: OriginView) -> None:
        super().__init__(panel)
        self._panel = panel
        self.number: Number | None = None
        # Where there are no terms, a sentence says why.
        for part in (panel.columns.table.viewport(), panel.columns.value, panel.columns.facts):
            part.installEventFilter(self)

    def is_idle(self) -> bool:
        """Whether nothing is asked that is not answered yet."""
        return self._panel.history.current is None or self._panel.complete

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember it."""
        explanation = self._panel.explanation
        if event.type() is QEvent.Type.Paint and explanation is not None:
            self.number = explanation.number
        return False


def clicked(table: ArrayTable, row: int, column: int, painted: TermsPainted) -> float:
    """The milliseconds from a click on a cell to its painted terms."""
    index = table.rows.index(row, column)
    table.scrollTo(index)
    # The chain and the effects of the number before: nobody clicks before having seen its terms.
    wait_until(painted.is_idle, _LIMIT_S)
    run_events(0.05)
    shown = table.rows.number(row, column)
    assert shown is not None
    assert shown.number is not None
    place = table.visualRect(index).center()
    painted.number = None
    begun = time.perf_counter()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    while painted.number != shown.number:
        QApplication.processEvents()
        time.sleep(0.0005)
        if time.perf_counter() - begun > _LIMIT_S:
            raise TimeoutError(f"{shown.text} was not explained")
    return (time.perf_counter() - begun) * 1e3


def slowest(window: MainWindow, choices: list[tuple[str, str]]) -> tuple[float, str]:
    """The slowest of the kinds of numbers that the inspector shows of these choices."""
    inspector, draw, found = window.panel(InspectorView), random.Random(0), []
    painted = TermsPainted(window.panel(OriginView))
    for kind, name in choices:
        window.picked.emit(kind, name)
        run_events(0.3)
        table = inspector.tensor.table if kind == "layer" else inspector.update_section.table
        rows = table.rows
        for column in range(1, rows.columnCount()):
            shown = rows.number(0, column)
            title = rows.headerData(column, Qt.Orientation.Horizontal)
            if shown is None or shown.number is None or shown.number.event is None:
                continue
            if title == "step":  # the difference of two numbers, for which no worker is asked
                continue
            places = [draw.randrange(rows.rowCount()) for _ in range(CLICKS + 1)]
            # The first of a kind imports what it needs.
            times = [clicked(table, row, column, painted) for row in places][1:]
            found.append((statistics.median(times), f"{name}, {title}"))
            run_events(0.5)  # the chain and the effects
    return max(found)


def figures() -> Iterator[Figure]:
    """LeNet's, and the convolution's."""
    window, session = open_window("--preset", "digits")
    session.iterate()
    session.wait_idle(60)
    layers = [("layer", name) for name in ("conv1", "conv2", "fc1", "fc3")]
    parameters = [("parameter", name) for name in ("conv1.weight", "conv2.weight", "fc1.weight")]
    took, which = slowest(window, layers + parameters)
    window.close()
    yield Figure(f"Click to terms, LeNet, batch 64 ({which})", took, "ms", LENET_BAR)
    path = Path(tempfile.mkdtemp()) / "convolution.bprec"
    convolution().save(path)
    window, session = open_window(str(path), generate=False)
    run_events(1.0)
    recording = session.view_state.cursor.recording
    layer = next(y.name for y in recording.layers.layers if y.operations)
    parameter = next(p.name for p in recording.parameters if p.value.ndim == 4)
    took, which = slowest(window, [("layer", layer), ("parameter", parameter)])
    window.close()
    yield Figure(f"Click to terms, 3x3x512 convolution ({which})", took, "ms", CONVOLUTION_BAR)


if __name__ == "__main__":
    print_figures(figures())
