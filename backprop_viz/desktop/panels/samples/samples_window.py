"""The samples window: filters, the confusion matrix, the grid and the chosen sample."""

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QLabel, QSplitter, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.samples.confusion_matrix import ConfusionMatrix
from backprop_viz.desktop.panels.samples.evaluate_bar import EvaluateBar
from backprop_viz.desktop.panels.samples.query_bar import QueryBar
from backprop_viz.desktop.panels.samples.sample_facts import SampleFacts
from backprop_viz.desktop.panels.samples.sample_grid import SampleGrid
from backprop_viz.desktop.panels.samples.sample_model import SampleModel
from backprop_viz.desktop.panels.samples.sample_texts import Sample
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.style.window_geometry import (
    restore_place,
    restore_sizes,
    save_place,
    save_sizes,
)
from backprop_viz.recording.requests.samples import (
    EvaluationProgress,
    Page,
    Query,
    SamplePart,
    Sheet,
    confusion,
)

_FIRST_SIZE = QSize(1180, 740)


class SamplesWindow(QDialog):
    """Shows samples, and asks for what it needs.

    ``watched`` carries the part whose sheets are wanted (None while hidden), ``images_wanted`` a
    page (part, source, indices), ``evaluation_wanted`` how much of a part to evaluate, ``opened``
    the sample to step through.
    """

    watched = Signal(object)
    images_wanted = Signal(str, object, object)
    evaluation_wanted = Signal(str, object)
    evaluation_cancelled = Signal()
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samplesWindow")
        self.setWindowTitle(self.tr("Samples"))
        self.setWindowFlags(Qt.WindowType.Window)
        self.model = SampleModel(self)
        self.query_bar = QueryBar()
        self.matrix = ConfusionMatrix()
        self.evaluate_bar = EvaluateBar()
        self.facts = SampleFacts()
        self.grid = SampleGrid(self.model)
        self._part: SamplePart | None = None
        self._compose()
        self._connect()
        self.resize(_FIRST_SIZE)

    def _compose(self) -> None:
        self.matrix_panel = Panel(self.tr("Confusion matrix"))
        self.numbers = QLabel()
        self.numbers.setObjectName("matrixNumbers")
        self.numbers.setProperty("role", "muted")
        self.numbers.setWordWrap(True)
        self.matrix_panel.body.addWidget(self.matrix, 1)
        self.matrix_panel.body.addWidget(self.numbers)
        self.matrix_panel.body.addWidget(self.evaluate_bar)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.matrix_panel, 1)
        column.addWidget(self.facts)
        self.grid_panel = Panel(self.tr("Samples"))
        self.grid_panel.body.addWidget(self.grid, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(8)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.grid_panel)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([520, 640])
        page = QVBoxLayout(self)
        page.setContentsMargins(12, 10, 12, 12)
        page.setSpacing(8)
        page.addWidget(self.query_bar)
        page.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.query_bar.changed.connect(self._show_query)
        self.matrix.opened.connect(self._open_cell)
        self.model.images_wanted.connect(self.images_wanted)
        self.grid.picked.connect(self._show_sample)
        self.grid.opened.connect(self.opened)
        self.facts.opened.connect(self.opened)
        self.evaluate_bar.wanted.connect(self._want_evaluation)
        self.evaluate_bar.cancelled.connect(self.evaluation_cancelled)

    # -- what is shown -----------------------------------------------------------------------

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes everywhere."""
        if classes != self.model.classes:
            self.model.classes = classes
            self.query_bar.show_classes(classes)
            self.matrix.show_classes(classes)
            self.grid.viewport().update()

    def show_sheet(self, sheet: Sheet) -> None:
        """Show the state of a part's samples, if that part is still wanted."""
        if sheet.part != self._part:
            return
        self.model.show_sheet(sheet)
        self.evaluate_bar.show_part(sheet.part, len(sheet.labels))
        table = confusion(sheet)
        self.matrix.show_table(table)
        evaluated = int(table.sum())
        if sheet.iteration is None:
            self.matrix_panel.subtitle.setText("")
            self.numbers.setText(self._unread(sheet.part))
        else:
            subtitle = self.tr("as of iteration {0:,} · colour: share of the row").format(
                sheet.iteration
            )
            self.matrix_panel.subtitle.setText(subtitle)
            self.numbers.setText(self._accuracy(int(table.trace()), evaluated, len(sheet.labels)))
        self._show_found()

    def show_page(self, page: Page) -> None:
        """Show images that were asked for."""
        self.model.show_page(page)

    def show_progress(self, progress: EvaluationProgress) -> None:
        """Show the progress of an evaluation on demand."""
        self.evaluate_bar.show_progress(progress)

    def set_theme(self, theme: Theme) -> None:
        """Paint everything in a theme's colours."""
        for part in (self.matrix, self.grid, self.facts):
            part.set_theme(theme)

    def _unread(self, part: SamplePart) -> str:
        if part == "train":
            return self.tr("Not evaluated yet: press Evaluate.")
        return self.tr("Not evaluated yet: press Evaluate, or train.")

    def _accuracy(self, correct: int, evaluated: int, size: int) -> str:
        text = self.tr("{correct:,} of {evaluated:,} correct: accuracy {share:.2f} %")
        if evaluated < size:
            text = self.tr("{correct:,} of the first {evaluated:,} correct: accuracy {share:.2f} %")
        return text.format(correct=correct, evaluated=evaluated, share=100 * correct / evaluated)

    def _show_found(self) -> None:
        sheet, count = self.model.sheet, self.model.rowCount()
        size = 0 if sheet is None else len(sheet.labels)
        self.query_bar.found.setText(self.tr("{0:,} of {1:,} samples").format(count, size))
        evaluated = sheet is not None and sheet.iteration is not None
        if sheet is None or sheet.part != self._part:
            self.grid.empty_text = self.tr("Loading the samples…")
        elif evaluated or self.query_bar.query().label is not None:
            self.grid.empty_text = self.tr("No sample matches.")
        else:
            self.grid.empty_text = self.tr("Not evaluated yet: press Evaluate.")
        self.grid.viewport().update()

    def _show_sample(self, sample: Sample | None) -> None:
        image = None if sample is None else self.model.image(self.grid.currentIndex().row())
        self.facts.show_sample(sample, image)

    # -- what the user does ------------------------------------------------------------------

    def _show_query(self, query: Query) -> None:
        self._watch(query.part)
        self.model.show_query(query)
        self.matrix.show_cell(query.label, query.predicted)
        self._show_found()
        self.grid.scrollToTop()

    def _watch(self, part: SamplePart) -> None:
        if part != self._part:
            self._part = part
            self.watched.emit(part)

    def _open_cell(self, label: int | None, predicted: int | None) -> None:
        order = self.query_bar.query().order
        self.query_bar.set_query(Query(self._part or "validation", label, predicted, None, order))

    def _want_evaluation(self, count: int | None) -> None:
        if self._part is not None:
            self.evaluation_wanted.emit(self._part, count)

    # -- shown and hidden --------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what is shown."""
        super().showEvent(event)
        self._watch(self.query_bar.query().part)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop asking, so that a hidden window costs nothing."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._part = None
            self.watched.emit(None)

    def save_layout(self, store: QSettings) -> None:
        """Store the window's geometry and sizes for the next launch."""
        save_place(store, "samples/place", self)
        save_sizes(store, "samples/sizes", self.splitter.sizes())

    def restore_layout(self, store: QSettings) -> None:
        """Restore the layout of the last launch, if there was one."""
        restore_place(store, "samples/place", self)
        restore_sizes(store, "samples/sizes", self.splitter)
