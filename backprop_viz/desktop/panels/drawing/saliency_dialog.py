"""A window beside the pad: the saliency of the drawing, and its feature maps."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.number_origin import activation_number
from backprop_viz.desktop.panels.drawing.saliency_pictures import (
    ExcitedMaps,
    RangeStrip,
    SaliencyPicture,
)
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.class_names import class_name
from backprop_viz.recording.requests.drawing_training import Saliency


class SaliencyDialog(QDialog):
    """The saliency of the drawing, kept up to date; not modal.

    ``wanted`` says whether the saliency has to be computed. ``pixel_asked``: it is to be recorded
    with the number of the pixel of this row and column; ``asked_in`` then tells what was clicked.
    """

    wanted = Signal(bool)
    pixel_asked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Saliency"))
        self._classes = DIGITS
        self._saliency: Saliency | None = None
        self._heading = QLabel()
        self._heading.setObjectName("saliencyHeading")
        self._heading.setProperty("role", "title")
        self._formula = QLabel()
        self._formula.setProperty("role", "caption")
        self.picture = SaliencyPicture()
        self.strip = RangeStrip()
        self._hint = QLabel()
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self.maps = ExcitedMaps()
        # The layer and the place in it of the number that was asked about; None: a pixel.
        self._asked: tuple[str, tuple[int, ...]] | None = None
        self.picture.pixel_asked.connect(self._ask_pixel)
        self.strip.asked.connect(self._ask_largest)
        self.maps.asked.connect(self._ask_map)
        left = QVBoxLayout()
        left.setSpacing(6)
        for widget in (self._heading, self._formula):
            left.addWidget(widget)
        left.addWidget(self.picture, 1)
        left.addWidget(self.strip)
        left.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 14)
        row.setSpacing(18)
        row.addLayout(left, 5)
        row.addWidget(self.maps, 4)
        self.resize(660, 440)
        self._show(None)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the saliency of the drawing."""
        self._classes = view_state.classes
        if view_state.drawing_training.saliency is not self._saliency and self.isVisible():
            self._show(view_state.drawing_training.saliency)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        for widget in (self.picture, self.strip, self.maps):
            widget.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the saliency."""
        super().showEvent(event)
        self.wanted.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop asking for it, so that it costs nothing."""
        super().hideEvent(event)
        self._show(None)
        self.wanted.emit(False)

    def asked_in(self, recording: Recording, pixel: Number) -> Number:
        """What was asked about, in the recording of how the saliency comes about."""
        if self._asked is None:
            return pixel
        name, place = self._asked
        cursor = recording.at(len(recording.events))
        layers = (layer for layer in cursor.layers.layers if layer.name == name)
        found = (activation_number(cursor, layer, (0, *place)) for layer in layers)
        return next((number for number in found if number is not None), pixel)

    def _ask_pixel(self, row: int, column: int) -> None:
        self._asked = None
        self.pixel_asked.emit(row, column)

    def _ask_largest(self) -> None:
        """Ask about the pixel that the range is of."""
        if self._saliency is not None:
            sizes = np.nan_to_num(np.abs(self._saliency.gradient), posinf=0)
            row, column = np.unravel_index(sizes.argmax(), sizes.shape)
            self._ask_pixel(int(row), int(column))

    def _ask_map(self, name: str, place: tuple[int, ...]) -> None:
        self._asked = name, place
        self.pixel_asked.emit(0, 0)

    def _show(self, saliency: Saliency | None) -> None:
        self._saliency = saliency
        self.picture.show_saliency(saliency)
        self.maps.show_maps(() if saliency is None else saliency.maps)
        self.strip.show_limit(self.picture.limit)
        if saliency is None:
            self._heading.setText(self.tr("Saliency"))
            self._formula.setText(" ")
            self._hint.setText(self.tr("Draw something to see which of its pixels matter."))
            return
        heading = self.tr("Saliency for {0} (label)")
        if not saliency.chosen:
            heading = self.tr("Saliency for {0} (predicted)")
        self._heading.setText(heading.format(class_name(self._classes, saliency.digit)))
        formula = self.tr("∂ out[{0}] / ∂x of 1×32×32, from −{1} to +{1}")
        self._formula.setText(formula.format(saliency.digit, short(self.picture.limit)))
        hint = self.tr(
            "More ink on a pixel raises the logit of {0} where it is positive, and lowers it "
            "where it is negative. The line is the edge of your ink."
        )
        self._hint.setText(hint.format(class_name(self._classes, saliency.digit)))
