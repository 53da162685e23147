"""A parameter's ``.grad`` before and after backward, as bars."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from backprop_viz.analysis.cursor.clearing import before_last_clearing
from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_names import element_name
from backprop_viz.analysis.numbers.number_origin import grad_number, old_grad_number
from backprop_viz.desktop.panels.inspector.bars import (
    BarChart,
    Bars,
    Chart,
    bin_names,
    bin_tips,
    element_tips,
)
from backprop_viz.desktop.panels.inspector.clip_line import ClipLine
from backprop_viz.desktop.panels.inspector.figures_label import Figure, FiguresLabel
from backprop_viz.desktop.panels.inspector.told_counts import told_count
from backprop_viz.desktop.panels.inspector.update_section import UpdateSection
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import norm, short, signed
from backprop_viz.desktop.style.theme import Theme, body_font, code_font
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.components import Component, component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase

# Parameters with more elements are shown as a histogram.
MOST_BARS = 24
_BINS, _SPACING = 31, 2
_GAP = 10  # pixels between the bars, the reason below them, and the update
_ROWS_SEEN = (2, 1)  # of the update's table: the second where there is no room for the first


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """A parameter's ``.grad`` before and after backward.

    ``ran``: backward has reached the parameter. Before that, ``after`` is None and has no meaning.
    It stays what it was where the iteration ends by clearing it.
    """

    before: Array | None
    after: Array | None
    ran: bool


def gradients(cursor: Cursor, name: str) -> Gradients:
    """A parameter's gradients at a cursor."""
    cursor = before_last_clearing(cursor)
    backward = cursor.span(Phase.BACKWARD)
    over = backward is not None and backward.is_over(cursor.position)
    ran = over or cursor.last(name, Phase.BACKWARD) is not None
    before = cursor.grad_before_backward(name)
    return Gradients(before, cursor.grad(name) if ran else None, ran)


def histogram(arrays: list[Array]) -> tuple[list[Array], Array]:
    """The counts of each array in common bins, and the bins' edges.

    Zeros and numbers that are not finite are left out: dead units would dwarf everything else.
    """
    flat = [np.asarray(a, np.float64).ravel() for a in arrays]
    flat = [a[np.isfinite(a) & (a != 0)] for a in flat]
    low = min((float(a.min()) for a in flat if a.size), default=0.0)
    high = max((float(a.max()) for a in flat if a.size), default=0.0)
    if not low < high:
        reach = abs(low) or 1.0
        low, high = low - reach, high + reach
    edges = np.linspace(low, high, _BINS + 1)
    return [np.bincount(_bins(a, edges), minlength=_BINS) for a in flat], edges


def _bins(values: Array, edges: Array) -> NDArray[np.intp]:
    """In which bin each of some finite values lies."""
    low, high = float(edges[0]), float(edges[-1])
    scale = _BINS / (high - low)
    return np.minimum(((values - low) * scale).astype(np.intp), _BINS - 1)


class GradientSection(QWidget):
    """A title, the chart, and a line of figures if there are too many elements for bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel()
        self.title.setFont(code_font(12, bold=True))
        self.chart = BarChart()
        self.figures = (FiguresLabel(), FiguresLabel())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        # No taller than its content; the sections below get the rest.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        layout.setSpacing(_SPACING)
        layout.addWidget(self.title)
        layout.addWidget(self.chart, 1)
        for line in self.figures:
            line.setProperty("role", "caption")
            line.setFont(body_font(11))
            layout.addWidget(line)
        self.clip_line = ClipLine()
        layout.addWidget(self.clip_line)
        self._shown = ChangeGuard()
        self._reason: QWidget | None = None
        self._update: UpdateSection | None = None

    def stand_above(self, reason: QWidget, update: UpdateSection) -> None:
        """Leave room for the reason below the bars, however many lines it has.

        If the bars need not be too low for it, also for some rows of the update below that. Else
        the update comes first: its numbers are looked at more often.
        """
        self._reason, self._update = reason, update
        reason.installEventFilter(self)

    def follow_room(self, sight: QWidget) -> None:
        """Follow the height of the widget in which the section is seen."""
        sight.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In little room the bars are lower, so that the reason below is seen, too."""
        if isinstance(event, QResizeEvent):
            self._give_room()
        return super().eventFilter(watched, event)

    def _give_room(self) -> None:
        # Asked for each time: Python's side of a viewport may be gone while Qt's is there.
        page = self.parentWidget()
        sight = None if page is None else page.parentWidget()
        if sight is None:
            return
        lines = (self.title, *self.figures, self.clip_line)
        taken = sum(w.sizeHint().height() + _SPACING for w in lines if not w.isHidden())
        room = sight.height() - taken
        beside = room - _GAP - (0 if self._reason is None else self._reason.sizeHint().height())
        least = self.chart.minimumSizeHint().height()
        rooms = [beside]
        if self._update is not None:
            tables = [_GAP + self._update.height_of(rows) for rows in _ROWS_SEEN]
            rooms = [beside - table for table in tables]
            seen = max(rooms) >= least
            self._put_update_first(not seen)
            if not seen:
                rooms = [*(room - table for table in tables), beside]
        self.chart.take_room(next((height for height in rooms if height >= least), room))

    def _put_update_first(self, first: bool) -> None:
        page, update, reason = self.parentWidget(), self._update, self._reason
        column = None if page is None else page.layout()
        if not isinstance(column, QVBoxLayout) or update is None or reason is None:
            return
        above, below = (update, reason) if first else (reason, update)
        if column.indexOf(above) > column.indexOf(below):
            stretch = column.stretch(column.indexOf(above))
            column.insertWidget(column.indexOf(below), above, stretch)

    def show_cursor(self, cursor: Cursor, name: str) -> None:
        """Show a parameter at a cursor."""
        self.clip_line.show_cursor(cursor, name)
        found, cursor = gradients(cursor, name), before_last_clearing(cursor)
        shape = cursor.recording.by_parameter[name].value.shape
        size = math.prod(shape)
        ids = cursor.grad_before_backward_id(name), cursor.grad_id(name)
        if not self._shown.is_new(cursor.recording.serial, name, *ids, found.ran):
            return
        self.title.setText(f"{name}.grad")
        self.chart.setAccessibleName(f"{name}.grad")
        before = old_grad_number(cursor, name, ())
        after = grad_number(cursor, name, ()) if found.ran else None
        bars = (
            Bars(self._before_word(found), "muted", _flat(found.before), before),
            Bars(self._after_word(found), "backward", _flat(found.after), after),
        )
        if np.iscomplexobj(cursor.recording.by_parameter[name].value):
            bars = _of_parts(bars[1] if found.ran else bars[0])
        few = size <= MOST_BARS
        self.chart.show_chart(
            _elements(bars, f"{name}.grad", shape) if few else _counts(bars, name, cursor.recording)
        )
        nothing: tuple[str, Sequence[Figure]] = "", ()
        lines = nothing, nothing
        if not few:
            origin = after if found.ran else before
            lines = self._figures(found, origin, cursor.recording, f"{name}.grad")
        for line, (text, figures) in zip(self.figures, lines, strict=True):
            line.show_figures(text, figures)
            line.setVisible(bool(text))
        self._give_room()
        if not few:
            zeros = self.tr("The histogram leaves zeros out.")
            self.figures[0].setToolTip(f"{self.figures[0].toolTip()}\n{zeros}".strip())
        self.chart.setAccessibleDescription(", ".join(b.word for b in bars))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.chart.set_theme(theme)

    def _before_word(self, found: Gradients) -> str:
        if found.before is None:
            return self.tr("before: None")
        if not found.before.any():
            return self.tr("before: zeros")
        return self.tr("before")

    def _after_word(self, found: Gradients) -> str:
        if not found.ran:
            return self.tr("after: not yet")
        if found.after is None:
            return self.tr("after backward: None")
        if not found.after.any():
            return self.tr("after backward: zeros")
        return self.tr("after backward")

    def _figures(
        self, found: Gradients, origin: Number | None, recording: Recording, name: str
    ) -> tuple[tuple[str, Sequence[Figure]], tuple[str, Sequence[Figure]]]:
        """Two lines, each with the figures in it; ``origin`` is the tensor that they are of."""
        shown = found.after if found.ran else found.before
        if shown is None:
            return ("", ()), ("", ())
        finite = shown[np.isfinite(shown)]
        strange, zeros = shown.size - finite.size, int((finite == 0).sum())
        if np.iscomplexobj(shown):
            text = self.tr("norm {norm}").format(norm=short(norm(shown)))
            return (text, ()), ("", ())
        with np.errstate(invalid="ignore", over="ignore"):
            mean = signed(shown.mean(dtype=np.float64))
        low, high, length = signed(shown.min()), signed(shown.max()), short(norm(shown))
        parts = [self.tr("min {low} · max {high}").format(low=low, high=high)]
        ends: list[Figure] = [
            (low, measure_of(origin, "min")),
            (high, measure_of(origin, "max")),
        ]
        middle: list[Figure] = [
            (mean, measure_of(origin, "mean")),
            (length, measure_of(origin, "norm")),
        ]
        of = origin, recording
        if zeros:
            parts.append(self.tr("{n} zeros").format(n=f"{zeros:,}"))
            told = told_count(name, self.tr("exactly 0"), shown, shown == 0, *of)
            ends.append((f"{zeros:,}", told))
        second = [self.tr("mean {mean} · norm {norm}").format(mean=mean, norm=length)]
        if strange:
            second.append(self.tr("{n} not finite").format(n=f"{strange:,}"))
            told = told_count(name, self.tr("NaN or infinite"), shown, ~np.isfinite(shown), *of)
            middle.append((f"{strange:,}", told))
        return (" · ".join(parts), ends), (" · ".join(second), middle)


def _of_parts(bars: Bars) -> tuple[Bars, Bars]:
    """Bars of complex numbers as those of their real and of their imaginary parts."""
    colors: tuple[tuple[str, Component, str], ...] = (
        ("Re", "real", bars.color),
        ("Im", "imag", "text"),
    )
    real, imaginary = (
        Bars(
            f"{bars.word} · {part}",
            color,
            None if bars.values is None else component_of(bars.values, component),
            None if bars.origin is None else replace(bars.origin, component=component),
        )
        for part, component, color in colors
    )
    return real, imaginary


def _flat(array: Array | None) -> Array | None:
    return None if array is None else array.ravel()


def _elements(bars: tuple[Bars, ...], tensor: str, shape: tuple[int, ...]) -> Chart:
    if all(each.values is None for each in bars):
        return Chart(bars, message=_message(bars))
    size = math.prod(shape)
    labels = tuple(((i + 0.5) / size, str(i)) for i in range(size))
    places = (tuple(int(i) for i in np.unravel_index(n, shape)) for n in range(size))
    names = tuple(element_name(tensor, place) for place in places)
    tips = element_tips(bars, names)
    return Chart(bars, labels, tips, _message(bars), names, tensor, shape)


@dataclass(frozen=True, eq=False)
class _CountTold:
    """What a bar of a histogram is a count of; ``bars`` are those that have values."""

    bars: tuple[Bars, ...]
    parameter: str
    bins: tuple[str, ...]
    edges: Array
    recording: Recording

    def __call__(self, nearest: int, at: int) -> ToldNumber:
        shown, shape = self.bars[nearest], self.recording.by_parameter[self.parameter].value.shape
        assert shown.values is not None
        values = shown.values.astype(np.float64).reshape(shape)
        lying = np.isfinite(values) & (values != 0)
        lying[lying] = _bins(values[lying], self.edges) == at
        name = f"{self.parameter}.grad"
        return told_count(name, self.bins[at], values, lying, shown.origin, self.recording)


def _counts(bars: tuple[Bars, ...], name: str, recording: Recording) -> Chart:
    arrays = [b.values for b in bars if b.values is not None]
    if not arrays:
        return Chart(bars, message=_message(bars))
    counts, edges = histogram(arrays)
    left = iter(counts)
    counted = tuple(Bars(b.word, b.color, None if b.values is None else next(left)) for b in bars)
    low, high = float(edges[0]), float(edges[-1])
    labels = [(0.0, f"{low:+.3g}"), (1.0, f"{high:+.3g}")]
    if low < 0 < high:
        labels.append((-low / (high - low), "0"))
    tips, names = bin_tips(counted, edges), bin_names(edges)
    there = tuple(each for each in bars if each.values is not None)
    told = _CountTold(there, name, names, edges, recording)
    return Chart(counted, tuple(labels), tips, names=names, told=told)


def _message(bars: tuple[Bars, ...]) -> str:
    return "" if any(b.values is not None for b in bars) else "None"
