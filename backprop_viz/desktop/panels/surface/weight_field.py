"""A field for one weight of the network, by its parameter's name and its place."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from backprop_viz.analysis.numbers.number_names import element_name
from backprop_viz.analysis.weight_places import read_weight
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.desktop.widgets.fields.bubble import Bubble
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.requests.loss_surface import WeightPlace


class WeightField(QLineEdit):
    """Takes ``conv1.weight[2, 0, 1, 1]``; ``changed`` when another weight is finished.

    A text that names no weight stays, marked, with a sentence below it.
    """

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFont(code_font(11))
        self.place: WeightPlace | None = None
        self._shapes: Mapping[str, tuple[int, ...]] = {}
        self.bubble = Bubble(self)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.textEdited.connect(lambda: self._mark(""))
        self.returnPressed.connect(self.finish)

    def set_shapes(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Offer the parameters with these shapes; a weight that is no more is forgotten."""
        self._shapes = shapes
        first = [element_name(name, (0,) * len(shape)) for name, shape in shapes.items()]
        self._names.setStringList(first)
        if self.place is not None and not self._has(self.place):
            self.place = None

    def set_place(self, place: WeightPlace) -> None:
        """Show a weight."""
        self.place = place
        self.setText(element_name(place.parameter, place.index))
        self.setCursorPosition(0)
        self._mark("")

    def finish(self) -> bool:
        """Accept what was typed, or mark it; returns whether it is a weight."""
        try:
            place = read_weight(self.text(), self._shapes)
        except ArgumentError as error:
            self._mark(QCoreApplication.translate("errors", error.text).format(*error.values))
            return False
        other = place != self.place
        self.set_place(place)
        if other:
            self.changed.emit()
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Finish the weight, unless its list of names has opened."""
        super().focusOutEvent(event)
        reasons = Qt.FocusReason
        if event.reason() not in (reasons.ActiveWindowFocusReason, reasons.PopupFocusReason):
            self.finish()

    def _has(self, place: WeightPlace) -> bool:
        shape = self._shapes.get(place.parameter)
        if shape is None or len(shape) != len(place.index):
            return False
        return all(at < size for at, size in zip(place.index, shape, strict=True))

    def _mark(self, sentence: str) -> None:
        self.bubble.say(sentence)
        self.setAccessibleDescription(sentence)
        self.setProperty("invalid", bool(sentence))
        # Style sheets re-read properties only after a re-polish.
        self.style().unpolish(self)
        self.style().polish(self)
