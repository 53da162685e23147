"""Asks what becomes a picture, how large, and in which colours."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QLabel,
    QWidget,
)

from backprop_viz.desktop.widgets.dialog_form import named_choices, put_form
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.settings.quantities import Quantity

PICTURE_WIDTH = Quantity(50, 20_000, whole=True, step=100)


@dataclass(frozen=True, slots=True, eq=False)
class PictureChoice:
    """Of which widget, how wide in pixels (SVG: units, PDF: points), and in which colours.

    ``theme`` is "light" or "dark"; "" for the colours in use.
    """

    widget: QWidget
    width: int
    theme: str


class PictureDialog(QDialog):
    """``chosen`` carries a PictureChoice when the user accepts."""

    chosen = Signal(object)

    def __init__(
        self, widgets: Sequence[tuple[str, QWidget]], first: QWidget, parent: QWidget
    ) -> None:
        """``widgets`` are what can be shown, by name; ``first`` is chosen at first."""
        super().__init__(parent)
        self.setObjectName("pictureDialog")
        self.setWindowTitle(self.tr("Save picture"))
        self._widget = named_choices("pictureWidget", self.tr("What is in the picture"))
        for name, widget in widgets:
            self._widget.addItem(name, widget)
        self._theme = named_choices("pictureColours", self.tr("Colours of the picture"))
        self._theme.addItem(self.tr("As in the window"), "")
        self._theme.addItem(self.tr("Light"), "light")
        self._theme.addItem(self.tr("Dark"), "dark")
        self.width_field = NumberField(PICTURE_WIDTH, self.tr("Width"), 1000)
        self.width_field.setObjectName("pictureWidth")
        self._size = QLabel()
        self._size.setObjectName("pictureSize")
        self._size.setProperty("role", "muted")
        form = QFormLayout()
        form.addRow(self.tr("&Picture"), self._widget)
        form.addRow(self.tr("&Width"), self.width_field)
        form.addRow("", self._size)
        form.addRow(self.tr("&Colours"), self._theme)
        put_form(self, form, self._accept)
        self._widget.currentIndexChanged.connect(self._show_usual)
        self.width_field.changed.connect(self._show_size)
        places = [widget for _, widget in widgets]
        self._widget.setCurrentIndex(places.index(first) if first in places else 0)
        self._show_usual()

    def _show_usual(self) -> None:
        """Twice as wide as on screen, which is sharp in print."""
        self.width_field.setValue(2 * self._widget.currentData().width())
        self._show_size()

    def _show_size(self) -> None:
        size = self._widget.currentData().size()
        width = int(self.width_field.value())
        height = round(size.height() * width / size.width())
        self._size.setText(self.tr("{0} × {1} pixels").format(width, height))

    def _accept(self) -> None:
        if self.width_field.finish():
            width = int(self.width_field.value())
            widget, theme = self._widget.currentData(), self._theme.currentData()
            self.chosen.emit(PictureChoice(widget, width, theme))
            self.accept()
