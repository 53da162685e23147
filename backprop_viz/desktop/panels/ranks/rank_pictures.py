"""A parameter's gradient on each rank, and the mean that all-reduce has made of them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from backprop_viz.analysis.joined_ranks import own_gradient
from backprop_viz.analysis.numbers.slices import first_slice
from backprop_viz.analysis.ranks import RankGradient
from backprop_viz.desktop.panels.inspector.slice_picture import SlicePicture, as_floats
from backprop_viz.desktop.rank_states import RanksState
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.images import signed_range
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE, REDUCE_SCATTER
from backprop_viz.recording.trace.tensors import Array

# This many ranks have a picture; the shown one is always among them.
MOST_PICTURES = 4


class RankPictures(QWidget):
    """Pictures in one range. ``number_picked`` carries the place of a rank, and the Number of its
    recording that was clicked; ``pointed`` the text of the one under the mouse.
    """

    number_picked = Signal(int, object)
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places: tuple[int, ...] = ()
        self.pictures: list[SlicePicture] = []
        self.mean: SlicePicture | None = None
        self._captions: list[QLabel] = []
        self._mean_parts: tuple[QWidget, ...] = ()
        self._theme = DARK
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self._count = 0  # of ranks that the mean is of
        self._full_precision = False
        self._name = ""

    def show_gradient(
        self, state: RanksState, gradient: RankGradient, full_precision: bool
    ) -> None:
        """Show a parameter's gradient on the ranks of one iteration."""
        recordings = state.recordings
        assert recordings is not None
        self._full_precision = full_precision
        places = _pictured(len(state.ranks), state.shown)
        if places != self.places or gradient.ranks != self._count:
            self._make(state, places, gradient.ranks)
            self._count = gradient.ranks
        sharded = gradient.full_shape is not None
        own = gradient.after if sharded else gradient.before
        arrays = [*(own[place] for place in places), gradient.after[state.shown]]
        limit = max((signed_range(as_floats(a)) for a in arrays if a is not None), default=0.0)
        for place, picture, label in zip(places, self.pictures, self._captions, strict=True):
            rank = state.ranks[place].rank
            text = self.tr("rank {0} shard") if sharded else self.tr("rank {0} before")
            label.setText(text.format(rank))
            picture.setAccessibleName(text.format(rank))
            origin = _given(recordings[place], gradient.name)
            self._paint(picture, own[place], limit, f"{gradient.name}.grad", origin)
        assert self.mean is not None
        for sign in self._between:  # shards lie beside each other
            sign.setText("|" if sharded else "+")
        self._sign.setText(f"÷ {gradient.ranks} =")
        self._mean_label.setText(self.tr("all ranks after"))
        self.mean.setAccessibleName(self._mean_label.text())
        self.mean.setProperty("place", state.shown)
        after = gradient.after[state.shown] if gradient.reduced else None
        origin = _mean(recordings[state.shown], gradient.name)
        self._paint(self.mean, after, limit, f"{gradient.name}.grad", origin)
        for part in self._mean_parts:
            part.setVisible(gradient.reduced)
        if gradient.name != self._name:
            self._name = gradient.name
            self.mean.ring_farthest()

    def show_full(self, array: Array | None, title: str, name: str) -> None:
        """Show a tensor that the ranks have shards of, in the place of the mean; None: no more."""
        assert self.mean is not None
        for part in self._mean_parts:
            part.setVisible(array is not None)
        if array is not None:
            self._sign.setText("→")
            self._mean_label.setText(title)
            self.mean.setAccessibleName(title)
            self._paint(self.mean, array, signed_range(as_floats(array)), name, None)
            self.mean.ring_farthest()

    def mean_number(self) -> tuple[int, Number] | None:
        """The mean's element in the ring, at first the farthest from zero; and its rank's place."""
        mean = self.mean
        if mean is None or not mean.isVisibleTo(self):
            return None
        number = mean.copied_by_key()
        picked = None if number is None else number.number
        return None if picked is None else (int(mean.property("place")), picked)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for picture in (*self.pictures, *([] if self.mean is None else [self.mean])):
            picture.set_theme(theme)

    # -- within ------------------------------------------------------------------------------

    def _make(self, state: RanksState, places: Sequence[int], count: int) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.places, self.pictures, self._captions = tuple(places), [], []
        self._between: list[QLabel] = []
        for i, place in enumerate(places):
            if i:
                self._between.append(_sign("+"))
                self._row.addWidget(self._between[-1])
            picture, label, part = self._part(place)
            self.pictures.append(picture)
            self._captions.append(label)
            self._row.addWidget(part, 1)
        if count > len(places):
            more = self.tr("+ {0} more").format(count - len(places))
            self._row.addWidget(_sign(more))
        self.mean, label, part = self._part(state.shown)
        self._sign, self._mean_label = _sign(f"÷ {count} ="), label
        self._mean_parts = (self._sign, part)
        self._row.addWidget(self._mean_parts[0])
        self._row.addWidget(part, 1)

    def _part(self, place: int) -> tuple[SlicePicture, QLabel, QWidget]:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        label = ElidedLabel()
        label.setFont(body_font(11, bold=True))
        picture = SlicePicture()
        picture.setProperty("place", place)
        picture.set_theme(self._theme)
        picture.number_picked.connect(
            lambda number, picture=picture: self.number_picked.emit(
                int(picture.property("place")), number
            )
        )
        picture.pointed.connect(lambda number, label=label: self._point(label.text(), number))
        column.addWidget(label)
        column.addWidget(picture, 1)
        return picture, label, part

    def _point(self, caption: str, number: ShownNumber) -> None:
        self.pointed.emit(f"{caption}: {number.said(self._full_precision)}")

    def _paint(
        self,
        picture: SlicePicture,
        array: Array | None,
        limit: float,
        name: str,
        origin: Number | None,
    ) -> None:
        part = first_slice(() if array is None else array.shape)
        if array is not None and array.ndim > 1 and array.shape[-2] > array.shape[-1]:
            part = part.with_rows(array.ndim - 1)  # they stand beside each other: wide ones fit
        plane = None if array is None else part.of(np.asarray(array))
        picture.show_slice(plane, part, limit, name, origin)


def _sign(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(code_font(13))
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return label


def _pictured(count: int, shown: int) -> tuple[int, ...]:
    """The places of the ranks that have a picture."""
    first = list(range(min(count, MOST_PICTURES)))
    if shown not in first:
        first[-1] = shown
    return tuple(first)


def _given(recording: Recording, name: str) -> Number | None:
    """The gradient that a rank gave into its last all-reduce, or that it has without one."""
    indices = recording.happened_to.get(name, ())
    reductions = sum(recording.events[i].op == ALL_REDUCE for i in indices)
    if reductions:
        return own_gradient(recording, name, reductions - 1, ())
    for i in reversed(indices):
        event = recording.events[i]
        if event.op in (REDUCE_SCATTER, "AccumulateGrad") and event.output_ids[0] is not None:
            return Number(event.output_ids[0], (), i)
    return None


def _mean(recording: Recording, name: str) -> Number | None:
    for i in reversed(recording.happened_to.get(name, ())):
        event = recording.events[i]
        if event.op == ALL_REDUCE and event.output_ids[0] is not None:
            return Number(event.output_ids[0], (), i)
    return None
