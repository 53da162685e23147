"""The row of boxes that says which samples to show."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.samples.sample_texts import part_name
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.samples import PARTS, Query


class QueryBar(QWidget):
    """``changed`` carries the query that the boxes describe."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        any_ = self.tr("any")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self.part = self._box(
            "samplesPart",
            self.tr("Set"),
            self.tr("The training set, or the validation set, which is not trained on"),
            [(part_name(part), part) for part in PARTS],
        )
        self.label = self._box(
            "samplesLabel",
            self.tr("Label"),
            self.tr("Only samples with this label"),
            [(any_, None)],
        )
        self.predicted = self._box(
            "samplesPredicted",
            self.tr("Predicted"),
            self.tr("Only samples that the network predicts as this class"),
            [(any_, None)],
        )
        self.correct = self._box(
            "samplesCorrect",
            self.tr("Result"),
            self.tr("Only samples classified correctly, or only those misclassified"),
            [(any_, None), (self.tr("correct ✓"), True), (self.tr("incorrect ✗"), False)],
        )
        self.order = self._box(
            "samplesOrder",
            self.tr("Order"),
            self.tr("In dataset order, or by the loss of each sample"),
            [
                (self.tr("dataset order"), "stored"),
                (self.tr("highest loss first"), "highest"),
                (self.tr("lowest loss first"), "lowest"),
            ],
        )
        self.found = ElidedLabel()
        self.found.setObjectName("samplesFound")
        self.found.setProperty("role", "muted")
        self._row.addStretch(1)
        self._row.addWidget(self.found)
        self._classes: tuple[str, ...] = ()
        self.show_classes(DIGITS)

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Offer these classes as labels and predictions; those chosen stay."""
        if classes == self._classes:
            return
        self._classes = classes
        for box in (self.label, self.predicted):
            chosen = box.currentData()
            box.blockSignals(True)
            while box.count() > 1:
                box.removeItem(1)
            for label, name in enumerate(classes):
                box.addItem(name, label)
            box.setCurrentIndex(_index(box, chosen))
            box.blockSignals(False)

    def query(self) -> Query:
        """The query that the boxes describe."""
        return Query(
            part=self.part.currentData(),
            label=self.label.currentData(),
            predicted=self.predicted.currentData(),
            correct=self.correct.currentData(),
            order=self.order.currentData(),
        )

    def set_query(self, query: Query) -> None:
        """Set the boxes to a query; emits ``changed`` once if it differs."""
        before = self.query()
        for box, value in (
            (self.part, query.part),
            (self.label, query.label),
            (self.predicted, query.predicted),
            (self.correct, query.correct),
            (self.order, query.order),
        ):
            box.blockSignals(True)
            box.setCurrentIndex(_index(box, value))
            box.blockSignals(False)
        if self.query() != before:
            self.changed.emit(self.query())

    def _box(self, name: str, title: str, tip: str, items: list[tuple[str, Any]]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setToolTip(tip)
        for text, value in items:
            box.addItem(text, value)
        box.currentIndexChanged.connect(self._changed)
        caption = QLabel(title)
        caption.setProperty("role", "caption")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(caption)
        column.addWidget(box)
        self._row.addLayout(column)
        return box

    def _changed(self) -> None:
        self.changed.emit(self.query())


def _index(box: QComboBox, value: Any) -> int:
    # Not findData, which confuses True with 1 and cannot find None.
    return next(
        (i for i in range(box.count()) if box.itemData(i) is value or box.itemData(i) == value), 0
    )
