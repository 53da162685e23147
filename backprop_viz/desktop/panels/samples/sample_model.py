"""The samples of a query as a Qt model; images are fetched a page at a time."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage

from backprop_viz.desktop.panels.samples.sample_texts import Sample, sample_sentence
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.samples import Page, Query, Sheet, choose

# Images fetched at once: as many as a large window shows, and as many again.
PAGE = 192
# The most images kept; each has a kilobyte.
_KEPT = 20_000
# The time for a scrolling view to ask for everything that it shows.
GATHER_MS = 15

SAMPLE = Qt.ItemDataRole.UserRole
IMAGE = Qt.ItemDataRole.UserRole + 1

ModelIndex = QModelIndex | QPersistentModelIndex


class SampleModel(QAbstractListModel):
    """``images_wanted`` asks for a page: part, source, indices (n,) int64; one at a time.

    ``refreshed``: the rows are the same, but images or scores have changed. ``dataChanged`` would
    make a view lay out every row again.
    """

    # object: the source does not fit into the 32 bits of Qt's int.
    images_wanted = Signal(str, object, object)
    refreshed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.query = Query()
        self.classes = DIGITS
        self.sheet: Sheet | None = None
        self.rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._images_of: tuple[str, int] | None = None
        # Rows painted without their image, in that order.
        self._missing: dict[int, None] = {}
        self._waiting = False
        self._gather = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._gather.timeout.connect(self._ask)

    def show_sheet(self, sheet: Sheet) -> None:
        """Take the state of a part's samples."""
        if self._images_of != (sheet.part, sheet.source):
            self._images_of = (sheet.part, sheet.source)
            self._images.clear()
            self._waiting = False
        self._find(sheet)

    def show_query(self, query: Query) -> None:
        """Show a query's samples; for another part, as soon as its sheet has arrived."""
        self.query = query
        self._find(self.sheet)

    def show_page(self, page: Page) -> None:
        """Take images that were asked for."""
        if self._images_of != (page.part, page.source):
            return
        self._waiting = False
        for index, pixels in zip(page.index.tolist(), page.images, strict=True):
            height, width = pixels.shape
            gray = QImage.Format.Format_Grayscale8
            self._images[index] = QImage(pixels.tobytes(), width, height, width, gray).copy()
        while len(self._images) > _KEPT:
            self._images.popitem(last=False)
        self.refreshed.emit()

    def sample(self, row: int) -> Sample | None:
        """What is known of the sample in a row."""
        if self.sheet is None or not 0 <= row < len(self.rows):
            return None
        i, scores = int(self.rows[row]), self.sheet.scores
        predicted, loss = int(scores.predicted[i]), scores.loss[i]
        return Sample(
            self.sheet.part,
            self.sheet.source,
            i,
            int(self.sheet.labels[i]),
            None if predicted < 0 else predicted,
            None if np.isnan(loss) and predicted < 0 else float(loss),
            self.classes,
        )

    def image(self, row: int) -> QImage | None:
        """The sample's image, or None until it arrives; asks for it."""
        if not 0 <= row < len(self.rows):
            return None
        found = self._images.get(int(self.rows[row]))
        if found is None:
            self._missing[row] = None
            if not self._gather.isActive():
                self._gather.start()
        return found

    def row_of(self, index: int) -> int | None:
        """The row of a sample; None if the query leaves it out."""
        found = np.flatnonzero(self.rows == index)
        return int(found[0]) if found.size else None

    # -- Qt's model --------------------------------------------------------------------------

    def rowCount(self, parent: ModelIndex | None = None) -> int:  # noqa: N802
        """The number of samples that the query found."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The sample, its image, or a sentence about it."""
        sample = self.sample(index.row())
        if sample is None:
            return None
        if role == SAMPLE:
            return sample
        if role == IMAGE:
            return self.image(index.row())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return sample_sentence(sample)
        return None

    # -- finding and asking ------------------------------------------------------------------

    def _find(self, sheet: Sheet | None) -> None:
        """Use a sheet, and find the rows that match the query."""
        if sheet is None or sheet.part != self.query.part:
            rows: NDArray[np.int64] = np.empty(0, np.int64)
        else:
            rows = choose(sheet, self.query)
        if np.array_equal(rows, self.rows):
            self.sheet = sheet
            self.refreshed.emit()
            return
        # Until then the rows belong to the previous sheet, which may be longer.
        self.beginResetModel()
        self.sheet = sheet
        self.rows = rows
        self._missing.clear()
        self.endResetModel()

    def _ask(self) -> None:
        """Ask for the images painted last, and for the following ones."""
        if self._waiting or not self._missing or self._images_of is None:
            return
        painted = list(self._missing)[-PAGE:]
        self._missing.clear()
        following = range(max(painted) + 1, len(self.rows))[: PAGE - len(painted)]
        index = self.rows[[row for row in (*painted, *following) if row < len(self.rows)]]
        index = np.array([i for i in index.tolist() if i not in self._images], np.int64)
        if len(index):
            self._waiting = True
            self.images_wanted.emit(*self._images_of, index)
