"""The geometry of the gradient flow's bars and dots. Numbers only: no widgets, no painting."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from backprop_viz.analysis.cursor.clearing import before_last_clearing
from backprop_viz.analysis.doubles import less
from backprop_viz.desktop.style.numbers import norm
from backprop_viz.desktop.texts.parameter_names import brief_parameter
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class Flow:
    """A parameter at the cursor: ‖grad‖ (None: .grad is None), ‖Δw‖ / ‖w‖ (None: not updated)."""

    name: str
    grad: float | None
    ratio: float | None

    @property
    def label(self) -> str:
        """``conv1.weight`` as ``conv1.w``."""
        return brief_parameter(self.name)

    @property
    def module(self) -> str:
        """The name of its module, or its own name if it belongs to the network itself."""
        return self.name.rpartition(".")[0] or self.name


def shown_flow(flow: Flow, on_dot: bool) -> ShownNumber | None:
    """The ratio of a parameter's dot, or the norm of its bar; None where that is None."""
    if on_dot and flow.ratio is not None:
        return ShownNumber(f"‖Δ{flow.name}‖ / ‖{flow.name}‖", (), np.float64(flow.ratio))
    if flow.grad is None:
        return None
    return ShownNumber(f"‖{flow.name}.grad‖", (), np.float64(flow.grad))


class Norms:
    """The norms of a recording's tensors, each computed once."""

    def __init__(self) -> None:
        self._recording: Recording | None = None
        # Of a tensor, or of the difference of two, by id.
        self._known: dict[tuple[int, int | None], float] = {}

    def flows(self, cursor: Cursor) -> tuple[Flow, ...]:
        """Every parameter at the cursor, in the recording's order."""
        if self._recording is None or self._recording.serial != cursor.recording.serial:
            self._known.clear()
        self._recording, given = cursor.recording, before_last_clearing(cursor)
        return tuple(
            Flow(p.name, self._norm(given.grad_id(p.name)), self._ratio(cursor, p.name))
            for p in cursor.recording.parameters
        )

    def _ratio(self, cursor: Cursor, name: str) -> float | None:
        event = cursor.last(name, Phase.UPDATE)
        if event is None:
            return None
        before, after = event.input_ids[0], event.output_ids[0]
        if before is None or after is None:
            return None
        change, size = self._difference(after, before), self._norm(before)
        return change / size if size else math.nan

    def _norm(self, tensor: int | None) -> float | None:
        return None if tensor is None else self._difference(tensor, None)

    def _difference(self, one: int, other: int | None) -> float:
        known = self._known.get((one, other))
        if known is None:
            assert self._recording is not None
            tensors = self._recording.tensors
            change = tensors[one]
            if other is not None:
                change = less(change, tensors[other])
            known = self._known[one, other] = norm(change)
        return known


@dataclass(frozen=True, slots=True)
class Decades:
    """A logarithmic scale over whole powers of ten."""

    low: int
    high: int

    @classmethod
    def over(cls, values: Sequence[float | None]) -> "Decades | None":
        """The decades that hold all positive finite values; None if there are none."""
        logs = [math.log10(v) for v in values if v is not None and v > 0 and math.isfinite(v)]
        if not logs:
            return None
        low, high = math.floor(min(logs)), math.ceil(max(logs))
        # The bar of the smallest value must still be visible.
        if min(logs) - low < 0.15:
            low -= 1
        return cls(low, max(high, low + 1))

    def part(self, value: float) -> float:
        """The height of a value on the scale, 0..1."""
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return min(max(part, 0.0), 1.0)

    def ticks(self, most: int) -> list[int]:
        """Exponents for at most this many evenly spaced ticks."""
        step = max(1, math.ceil((self.high - self.low) / max(1, most - 1)))
        return [k for k in range(self.low, self.high + 1) if (k - self.low) % step == 0]


def column_box(area: QRectF, count: int, i: int) -> QRectF:
    """The column of the i-th of ``count`` parameters."""
    width = area.width() / count
    return QRectF(area.left() + i * width, area.top(), width, area.height())


def column_at(area: QRectF, count: int, x: float) -> int | None:
    """The index of the parameter whose column contains x."""
    if not count or not area.left() <= x < area.right():
        return None
    return min(count - 1, int((x - area.left()) / area.width() * count))


def bar(column: QRectF, part: float) -> QRectF:
    """The bar in a column, so high."""
    width = min(column.width() * 0.5, 34.0)
    height = max(part * column.height(), 1.0)
    left = column.left() + column.width() * 0.42 - width / 2
    return QRectF(left, column.bottom() - height, width, height)


def dot(column: QRectF, part: float) -> tuple[float, float]:
    """The dot in a column, beside the bar."""
    box = bar(column, 0)
    x = (box.right() + min(column.right(), box.right() + 22)) / 2
    return x, column.bottom() - part * column.height()


@dataclass(frozen=True, slots=True)
class Label:
    """A text below the columns ``first`` to ``last`` inclusive, at most ``width`` wide."""

    text: str
    first: int
    last: int
    width: float


def labels(flows: Sequence[Flow], width: float, measure: Callable[[str], float]) -> list[Label]:
    """Labels that never touch: for each parameter, each module, or every few modules.

    ``width`` is that of a column; ``measure`` returns a text's width.
    """
    own = [Label(flow.label, i, i, width) for i, flow in enumerate(flows)]
    if all(measure(label.text) + 6 <= width for label in own):
        return own
    modules: list[Label] = []
    for i, flow in enumerate(flows):
        if modules and modules[-1].text == flow.module:
            first = modules[-1].first
            modules[-1] = Label(flow.module, first, i, (i - first + 1) * width)
        else:
            modules.append(Label(flow.module, i, i, width))
    return _thinned(modules, width, measure)


def _thinned(
    modules: Sequence[Label], width: float, measure: Callable[[str], float]
) -> list[Label]:
    shown: list[Label] = []
    room = (modules[-1].last + 1) * width if modules else 0.0
    free = 0.0  # the right end of the last label shown
    for label in modules:
        middle = (label.first + label.last + 1) / 2 * width
        half = measure(label.text) / 2 + 4
        fits = max(label.width, 2 * half)
        # One that is wider than what is beside its middle is moved within the area.
        left = max(min(middle - half, room - 2 * half), 0.0)
        if left >= free:
            shown.append(Label(label.text, label.first, label.last, fits))
            free = left + 2 * half
    return shown
