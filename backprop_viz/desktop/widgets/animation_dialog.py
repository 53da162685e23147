"""Asks which part of the cursor's walk becomes an animation, and in which format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QWidget,
)

from backprop_viz.desktop.widgets.dialog_form import named_choices, put_form

Walk = Literal["phases", "events", "iterations", "lesson"]
# Seconds that a picture stays, by the walk.
_USUAL: Mapping[Walk, float] = {
    "phases": 1.0,
    "events": 0.25,
    "iterations": 0.5,
    "lesson": 8.0,  # time to read it
}
_SHARES = (1.0, 0.75, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class AnimationChoice:
    """What the user wants: which steps of the cursor, of which widget, how long and how large."""

    walk: Walk
    widget: QWidget
    seconds: float
    share: float
    suffix: str


class AnimationDialog(QDialog):
    """``chosen`` carries an AnimationChoice when the user accepts."""

    chosen = Signal(object)

    def __init__(
        self,
        pictures: Mapping[Walk, int],
        widgets: Sequence[tuple[str, QWidget]],
        suffixes: Sequence[str],
        parent: QWidget,
    ) -> None:
        """``pictures`` are how many each walk has; ``widgets`` what can be shown, by name."""
        super().__init__(parent)
        self.setObjectName("animationDialog")
        self.setWindowTitle(self.tr("Export an animation"))
        self._pictures = pictures
        names = {
            "phases": self.tr("This iteration, phase by phase"),
            "events": self.tr("This iteration, event by event"),
            "lesson": self.tr("This lesson, page by page"),
            "iterations": self.tr("The kept iterations, one after the other"),
        }
        self._walk = named_choices("animationWalk", self.tr("What the cursor walks through"))
        for walk, count in pictures.items():
            if count > 1:
                self._walk.addItem(names[walk], walk)
        self._widget = named_choices("animationWidget", self.tr("What is in the picture"))
        for name, widget in widgets:
            self._widget.addItem(name, widget)
        self._share = named_choices("animationSize", self.tr("The picture's size in pixels"))
        self._suffix = named_choices("animationFormat", self.tr("The kind of file"))
        kinds = {
            ".gif": self.tr("GIF, 256 colours, plays anywhere"),
            ".png": self.tr("APNG, all colours"),
            ".webp": self.tr("WebP, all colours, small"),
            ".mp4": self.tr("MP4 video"),
        }
        for suffix in suffixes:
            self._suffix.addItem(kinds[suffix], suffix)
        self._seconds = QDoubleSpinBox()
        self._seconds.setObjectName("animationSeconds")
        self._seconds.setRange(0.05, 60.0)
        self._seconds.setSingleStep(0.05)
        self._seconds.setSuffix(self.tr(" s"))
        tip = self.tr("How long each picture stays; the last one longer")
        self._seconds.setToolTip(tip)
        self._seconds.setAccessibleName(tip)
        self._length = QLabel()
        self._length.setObjectName("animationLength")
        self._length.setProperty("role", "muted")
        form = QFormLayout()
        form.addRow(self.tr("&Walk"), self._walk)
        form.addRow(self.tr("&Picture"), self._widget)
        form.addRow(self.tr("Si&ze"), self._share)
        form.addRow(self.tr("&Each stays"), self._seconds)
        form.addRow(self.tr("&Format"), self._suffix)
        form.addRow("", self._length)
        put_form(self, form, self._accept)
        self._walk.currentIndexChanged.connect(self._set_usual)
        self._widget.currentIndexChanged.connect(self._show_sizes)
        self._seconds.valueChanged.connect(self._show_length)
        self._show_sizes()
        self._set_usual()

    def _set_usual(self) -> None:
        self._seconds.setValue(_USUAL[self._walk.currentData()])
        self._show_length()

    def _show_sizes(self) -> None:
        chosen = max(self._share.currentIndex(), 0)
        size = self._widget.currentData().size()
        self._share.clear()
        for share in _SHARES:
            scaled = size * share
            self._share.addItem(f"{scaled.width()} × {scaled.height()}", share)
        self._share.setCurrentIndex(chosen)

    def _show_length(self) -> None:
        count = self._pictures[self._walk.currentData()]
        text = self.tr("{0} pictures, {1:.1f} s")
        self._length.setText(text.format(count, count * self._seconds.value()))

    def _accept(self) -> None:
        choice = AnimationChoice(
            self._walk.currentData(),
            self._widget.currentData(),
            self._seconds.value(),
            self._share.currentData(),
            self._suffix.currentData(),
        )
        self.accept()
        self.chosen.emit(choice)
