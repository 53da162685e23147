"""Wherever the cursor came from, the panels show the same at an event."""

import random
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGridLayout,
    QLabel,
    QTableView,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import SelectionKind, select
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.inspector.bars import BarChart
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.desktop.panels.plots.plots import AccuracyPlot, LossPlot
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import NIGHTLY, by_day_every, by_night

MakeViewState = Callable[..., ViewState]
TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
DIGITS = Settings(data="strokes", optimizer="adam", lr=0.01, batch_size=3)
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.ForegroundRole,
)

Place = tuple[int, int]  # which of the recordings, and the cursor in it


class Panels(QWidget):
    """Every panel that shows the cursor, as large as in a wide window."""

    def __init__(self, selected: tuple[SelectionKind, str | int], recording: Recording) -> None:
        super().__init__()
        self.phase_bar, self.program = PhaseBar(), ProgramView()
        self.network, self.autograd = NetworkView(), AutogradView()
        self.inspector, self.flow = InspectorView(), GradientFlowPlot()
        self.loss, self.accuracy = LossPlot(), AccuracyPlot()
        self.timeline = TimelineView()
        self.all = (
            self.phase_bar, self.program, self.network, self.autograd, self.inspector,
            self.flow, self.loss, self.accuracy, self.timeline,
        )  # fmt: skip
        grid = QGridLayout(self)
        grid.addWidget(self.phase_bar, 0, 0, 1, 3)
        grid.addWidget(self.program, 1, 0, 2, 1)
        grid.addWidget(self.network, 1, 1)
        grid.addWidget(self.autograd, 2, 1)
        grid.addWidget(self.inspector, 1, 2, 2, 1)
        grid.addWidget(self.loss, 3, 0)
        grid.addWidget(self.accuracy, 3, 1)
        grid.addWidget(self.flow, 3, 2)
        grid.addWidget(self.timeline, 4, 0, 1, 3)
        grid.setColumnStretch(1, 2)
        self.resize(2000, 1300)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()  # and no panel: it would be drawn with a ring
        self._selection = select(recording, *selected)

    def begin(self, view_state: ViewState) -> None:
        self.show()
        self.show_view_state(view_state)
        for panel in (self.program, self.network, self.autograd, self.inspector):
            panel.select(self._selection)

    def show_view_state(self, view_state: ViewState) -> None:
        for panel in self.all:
            panel.show_view_state(view_state)

    def seen(self) -> dict[str, Any]:
        """All that the panels show, as plain values."""
        settle()
        network, autograd = self.network.canvas, self.autograd.canvas
        return {
            "phases": [(c.note, plain(c.standing), c.toolTip()) for c in self.phase_bar.cells],
            "line": self.program.marked_line(),
            "marks": plain(self.program.marks()),
            "mode": self.network.mode,
            "network": plain(network.state),
            "maps": [plain(network.blocks_of(i)) for i in range(len(network.layers))],
            "nodes": dict(autograd.item.states),
            "node": autograd.current,
            "gradients": plain(autograd.item.shown_cursor),
            "flow": plain(self.flow.bars.flows),
            "readings": [self.flow.reading(flow) for flow in self.flow.bars.flows],
            "caption": self.timeline.caption(),
            **{type(panel).__name__: texts(panel) for panel in self.all},
        }

    def pictures(self) -> dict[str, bytes]:
        """What never scrolls, pixel by pixel.

        Not the inspector's table: its columns stay as wide as the widest number seen.
        """
        settle()
        parts = (self.inspector.gradient, self.inspector.why, self.inspector.state_section)
        still = (self.phase_bar, self.network, self.flow, self.timeline, *parts)
        return {type(panel).__name__: pixels(panel) for panel in still}


def settle() -> None:
    """Let layouts come to rest: one in another does one round later, as a table's scroll bar."""
    for _ in range(3):
        QApplication.processEvents()


def pixels(widget: QWidget) -> bytes:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return bytes(image.constBits())


def texts(panel: QWidget) -> list[Any]:
    """Every text in a panel that can be seen or heard."""
    found: list[Any] = []
    for widget in [panel, *panel.findChildren(QWidget)]:
        if not widget.isVisibleTo(panel):
            continue
        name = (type(widget).__name__, widget.objectName(), widget.accessibleDescription())
        if name[2]:
            found.append(name)
        if isinstance(widget, QLabel | QAbstractButton):
            found.append((name, widget.text(), widget.toolTip(), widget.isEnabled()))
        elif isinstance(widget, QTextEdit):
            found.append((name, widget.toPlainText()))
        elif isinstance(widget, QComboBox):
            found.append((name, widget.currentText(), widget.count()))
        elif isinstance(widget, QTableView):
            found.append((name, cells(widget)))
        elif isinstance(widget, BarChart):
            found.append((name, plain(widget.chart)))
    return found


def cells(table: QTableView) -> list[str]:
    model = table.model()
    return [
        str(model.data(model.index(row, column), role))
        for row in range(min(model.rowCount(), 20))
        for column in range(model.columnCount())
        for role in ROLES
    ]


def plain(value: Any) -> Any:
    """Records and arrays as values that compare by what is in them."""
    if isinstance(value, Recording | Event):
        return id(value)  # frozen: the same one is shown, or another
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if is_dataclass(value) and not isinstance(value, type | Enum):
        return type(value).__name__, tuple(plain(getattr(value, f.name)) for f in fields(value))
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, float):
        return repr(value)
    return value


class Walker:
    """One set of panels that walks, compared with a fresh set at each place."""

    def __init__(
        self, qtbot: QtBot, view_states: list[ViewState], selected: tuple[SelectionKind, str | int]
    ) -> None:
        self._qtbot = qtbot
        self._view_states = view_states
        self._selected = selected
        self._fresh: dict[Place, tuple[dict[str, Any], dict[str, bytes]]] = {}
        self._walking = self._panels((0, 0))

    def view_state(self, place: Place) -> ViewState:
        view_state = self._view_states[place[0]]
        return replace(view_state, cursor=view_state.cursor.recording.at(place[1]))

    def sizes(self) -> list[int]:
        return [len(view_state.cursor.recording.events) for view_state in self._view_states]

    def _panels(self, place: Place) -> Panels:
        panels = Panels(self._selected, self._view_states[0].cursor.recording)
        self._qtbot.addWidget(panels)
        panels.begin(self.view_state(place))
        return panels

    def go(self, place: Place, came: str, pictures: bool, compared: bool = True) -> None:
        """Walk to a place and compare; ``came`` tells how, if there is a difference."""
        self._walking.show_view_state(self.view_state(place))
        if not compared:
            return
        if place not in self._fresh:
            panels = self._panels(place)
            self._fresh[place] = (panels.seen(), panels.pictures() if pictures else {})
            panels.close()
        expected, drawn = self._fresh[place]
        found = self._walking.seen()
        other = [name for name in expected if found[name] != expected[name]]
        if pictures:
            shown = self._walking.pictures()
            other += [f"picture of {name}" for name in drawn if shown[name] != drawn[name]]
        assert not other, f"{self._selected} at {place}, {came}: {other}"


def wander(sizes: list[int], steps: int, seed: int) -> Iterator[tuple[Place, str]]:
    """Steps forward and backward, jumps, and now and then to another iteration."""
    draw = random.Random(seed)
    which, position = 0, 0
    for _ in range(steps):
        kind = draw.choices(["forward", "back", "jump", "iteration"], [4, 4, 2, 1])[0]
        before = (which, position)
        if kind == "iteration":
            which = draw.randrange(len(sizes))
        if kind in ("iteration", "jump"):
            position = draw.randint(0, sizes[which])
        else:
            by = draw.randint(1, 3) * (1 if kind == "forward" else -1)
            position = max(0, min(position + by, sizes[which]))
        yield (which, position), f"{kind} from {before}, walk {seed}"


def node_of(view_state: ViewState, name: str) -> int:
    return next(n.id for n in view_state.cursor.recording.graph.nodes if n.name == name)


def things(view_state: ViewState) -> list[tuple[SelectionKind, str | int]]:
    """One of each kind to look at in the inspector."""
    return [
        ("parameter", "conv1.bias"),
        ("parameter", "fc1.weight"),
        ("layer", "conv2"),
        ("node", node_of(view_state, "ConvolutionBackward0")),
    ]


@pytest.mark.parametrize("thing", range(4))
def test_every_event_of_the_tutorial_forwards_and_backwards(
    qtbot: QtBot, make_view_state: MakeViewState, thing: int
) -> None:
    view_state = make_view_state(TUTORIAL)
    walker = Walker(qtbot, [view_state], things(view_state)[thing])
    (size,) = walker.sizes()
    assert size > 50
    # A fresh set of panels takes long to make: by day each thing is compared at a
    # thirty-second of the events, together at an eighth of them. The walk itself leaves none out.
    compared = {p for p in range(size + 1) if NIGHTLY or p % 32 == 8 * thing}
    for position in range(size + 1):
        walker.go((0, position), "forwards", thing == 0, position in compared)
    for position in reversed(range(size + 1)):
        walker.go((0, position), "backwards", thing == 0, position in compared)


@by_night
@pytest.mark.parametrize(
    ("settings", "thing"),
    by_day_every(4, [(TUTORIAL, 1), (TUTORIAL, 3), (DIGITS, 2), (DIGITS, 0)]),
)
def test_random_walks_over_two_iterations(
    qtbot: QtBot, make_view_state: MakeViewState, settings: Settings, thing: int
) -> None:
    # Both as they are seen from the end of the second.
    later = make_view_state(settings, iterations=1)
    first = make_view_state(settings).cursor
    view_states = [replace(later, cursor=first), later]
    walker = Walker(qtbot, view_states, things(later)[thing])
    steps = 60 if NIGHTLY else 12
    for place, came in wander(walker.sizes(), steps, seed=thing):
        walker.go(place, came, pictures=False)


def test_what_is_compared_changes_with_the_cursor(
    qtbot: QtBot, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(TUTORIAL)
    recording = view_state.cursor.recording
    panels = Panels(("parameter", "conv1.bias"), recording)
    qtbot.addWidget(panels)
    panels.begin(replace(view_state, cursor=recording.at(0)))
    seen = []
    for phase in Phase:
        span = recording.span(phase)
        assert span is not None
        panels.show_view_state(replace(view_state, cursor=recording.at(span.stop)))
        seen.append((panels.seen(), panels.pictures()))
    changed = {n for (a, _), (b, _) in pairwise(seen) for n in a if a[n] != b[n]}
    assert changed >= {"phases", "line", "mode", "network", "maps", "nodes", "flow", "caption"}
    assert changed >= {"PhaseBar", "AutogradView", "InspectorView", "TimelineView"}
    drawn = [pictures for _, pictures in seen]
    assert all(drawn[2][name] != drawn[4][name] for name in drawn[0])
