"""The grid of samples; only visible samples are painted, and only their images fetched."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QWidget

from backprop_viz.desktop.panels.samples.sample_cell import CELL, SampleCell
from backprop_viz.desktop.panels.samples.sample_model import SampleModel
from backprop_viz.desktop.panels.samples.sample_texts import Sample
from backprop_viz.desktop.style.painting import text_line
from backprop_viz.desktop.style.theme import DARK, Theme, body_font


class SampleGrid(QListView):
    """``picked`` carries the current sample or None, ``opened`` the sample to load."""

    picked = Signal(object)
    opened = Signal(object)

    def __init__(self, model: SampleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sampleGrid")
        self.setAccessibleName(self.tr("Samples"))
        self.setToolTip(self.tr("Arrow keys select a sample, Enter steps through it"))
        self.empty_text = ""
        self._samples = model
        self._cell = SampleCell()
        self._theme: Theme = DARK
        self._current: int | None = None
        # A wrapping list: icon mode would lay out each of 120,000 items singly.
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always visible: otherwise the number of columns would change with it.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setModel(model)
        self.setItemDelegate(self._cell)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._recall)
        model.refreshed.connect(self._refresh)
        self.selectionModel().currentChanged.connect(self._tell)
        self.activated.connect(self._open)

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._theme = self._cell.theme = theme
        self.viewport().update()

    @property
    def current(self) -> Sample | None:
        """The sample with the keyboard focus."""
        index = self.currentIndex()
        return self._samples.sample(index.row()) if index.isValid() else None

    def _remember(self) -> None:
        sample = self.current
        self._current = None if sample is None else sample.index
        self._scrolled = self.verticalScrollBar().value()

    def _recall(self) -> None:
        """Keep the same sample current if the query still finds it."""
        row = None if self._current is None else self._samples.row_of(self._current)
        if row is not None:
            self.selectionModel().setCurrentIndex(
                self._samples.index(row),
                self.selectionModel().SelectionFlag.ClearAndSelect,
            )
        self.verticalScrollBar().setValue(self._scrolled)
        self._tell()

    def _refresh(self) -> None:
        self.viewport().update()
        self._tell()

    def _tell(self) -> None:
        self.picked.emit(self.current)

    def _open(self) -> None:
        if self.current is not None:
            self.opened.emit(self.current)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible cells, or why there are none."""
        super().paintEvent(event)
        if self._samples.rowCount() or not self.empty_text:
            return
        painter = QPainter(self.viewport())
        room: QRect = self.viewport().rect().adjusted(12, 12, -12, -12)
        color = QColor(self._theme.muted)
        text_line(painter, room, self.empty_text, body_font(13), color)
        painter.end()
