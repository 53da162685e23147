"""The ranks of a run in rows: where each runs, its batch, loss and gradient, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from backprop_viz.analysis.numbers.number_origin import loss_number
from backprop_viz.analysis.ranks import RankGradient
from backprop_viz.desktop.panels.ranks.standing_texts import standing_word
from backprop_viz.desktop.rank_states import RanksState, RankState
from backprop_viz.desktop.style.numbers import full, norm, short
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.style.tight_cell import TightCell
from backprop_viz.desktop.widgets.cell_copier import NUMBER_ROLE, CellCopier
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import Array

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_LOSS, _OWN, _MEAN = 2, 3, 4
_PADDING = 4  # also in the style sheet
_ALWAYS_SEEN = 2


@dataclass(frozen=True, slots=True)
class RankCell:
    """A cell's text, every digit of it, a role of the theme, and the number that it shows."""

    text: str
    exact: str = ""
    color: str = "text"
    value: float | None = None


class RankTable(QTableWidget):
    """A row for each rank. ``rank_wanted`` carries the place of the one that was chosen;
    ``loss_asked`` the place of the one whose loss was, ``norm_asked`` that of the one whose
    gradient's norm was, and whether it is that before the ranks talked.
    """

    rank_wanted = Signal(int)
    loss_asked = Signal(int)
    norm_asked = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rankTable")
        self.setAccessibleName(self.tr("The ranks of this run"))
        self.setToolTip(self.tr("Choose a row to show that rank in every panel"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setMinimumWidth(200)
        self.setItemDelegate(TightCell(_PADDING, self))
        self._theme = DARK
        self._state: RanksState | None = None
        CellCopier(self)
        self.cellClicked.connect(self._chosen)
        self.cellActivated.connect(self._chosen)

    def show_ranks(self, state: RanksState, gradient: RankGradient | None, now: float) -> None:
        """Show how all ranks stand; the shown one is marked."""
        titles = self._titles()
        self._state = state
        self.setColumnCount(len(titles))
        self.setRowCount(len(state.ranks))
        self.setHorizontalHeaderLabels(titles)
        self.setFont(code_font(11))
        self.horizontalHeader().setFont(body_font(11))
        for row, one in enumerate(state.ranks):
            for column, cell in enumerate(self._cells(row, one, state, gradient, now)):
                self.setItem(row, column, self._item(cell, column))
        height = self.fontMetrics().height() + 6
        self.verticalHeader().setDefaultSectionSize(height)
        # However low the panel is: two ranks can be compared at a glance.
        rows = min(len(state.ranks), _ALWAYS_SEEN) * height
        beside = self.horizontalHeader().sizeHint(), self.horizontalScrollBar().sizeHint()
        self.setMinimumHeight(rows + sum(each.height() for each in beside) + 2 * self.frameWidth())
        if self.currentRow() != state.shown:
            self.setCurrentCell(state.shown, 0)

    def text(self, row: int, column: int) -> str:
        """The text of a cell."""
        item = self.item(row, column)
        return "" if item is None else item.text()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, in which the next state is shown."""
        self._theme = theme

    def _titles(self) -> list[str]:
        return [
            self.tr("rank · host"),
            self.tr("batch"),
            self.tr("loss"),
            self.tr("‖g‖ before"),
            self.tr("‖g‖ mean"),
            self.tr("waited"),
            self.tr("weights"),
            self.tr("state"),
        ]

    def _item(self, cell: RankCell, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem(cell.text)
        color = QColor(getattr(self._theme, cell.color))
        item.setData(Qt.ItemDataRole.ForegroundRole, color)
        item.setTextAlignment(_LEFT if column == 0 else _RIGHT)
        item.setToolTip(cell.exact or cell.text)
        item.setData(NUMBER_ROLE, cell.value)
        return item

    def _cells(
        self,
        row: int,
        one: RankState,
        state: RanksState,
        gradient: RankGradient | None,
        now: float,
    ) -> Sequence[RankCell]:
        origin, recording = one.origin, one.recording
        where = str(one.rank) if origin is None else f"{one.rank} · {origin.host}"
        device = "" if origin is None else f"{where} · {origin.device} · pid {origin.pid}"
        waited = "" if one.waited is None else f"{one.waited * 1000:.1f} ms"
        word = standing_word(one, now)
        standing = one.standing(now)
        bad = standing in ("failed", "silent", "stuck", "unreached", "lost", "cut")
        return (
            RankCell(where, device),
            RankCell(_batch(recording)),
            _number(one.loss, "loss"),
            _own(gradient, row),
            _mean(gradient, row),
            RankCell(waited),
            self._weights(one, state),
            RankCell(word, color="error" if bad else "muted"),
        )

    def _weights(self, one: RankState, state: RanksState) -> RankCell:
        if state.difference is not None and one.rank in state.difference.ranks:
            return RankCell(self.tr("differ"), ", ".join(state.difference.parameters[:8]), "error")
        return RankCell(self.tr("equal"), color="update") if state.compared else RankCell("")

    def _has_number(self, row: int, column: int) -> bool:
        item = self.item(row, column)
        return item is not None and item.data(NUMBER_ROLE) is not None

    def _chosen(self, row: int, column: int) -> None:
        known = None if self._state is None else self._state.ranks[row].recording
        if column == _LOSS and known is not None and _has_loss(known):
            self.loss_asked.emit(row)
        elif column in (_OWN, _MEAN) and self._has_number(row, column):
            self.norm_asked.emit(row, column == _OWN)
        else:
            self.rank_wanted.emit(row)


def _has_loss(recording: Recording) -> bool:
    return loss_number(recording.at(len(recording.events))) is not None


def _batch(recording: Recording | None) -> str:
    batch = None if recording is None else recording.input
    if batch is None:
        return ""
    return "×".join(map(str, batch.shape)) or QCoreApplication.translate("ranks", "a number")


def _number(value: float | None, color: str) -> RankCell:
    return RankCell("") if value is None else RankCell(short(value), full(value), color, value)


def _own(gradient: RankGradient | None, row: int) -> RankCell:
    """The rank's own gradient; nothing where that is not known, as of shards."""
    unknown = gradient is None or gradient.full_shape is not None
    return RankCell("") if gradient is None or unknown else _norm(gradient.before[row])


def _mean(gradient: RankGradient | None, row: int) -> RankCell:
    """What the ranks have made of it; nothing where they have not talked."""
    if gradient is None or not (gradient.reduced or gradient.full_shape is not None):
        return RankCell("")
    return _norm(gradient.after[row])


def _norm(array: Array | None) -> RankCell:
    if array is None:
        return RankCell("None", color="muted")
    length = norm(array)
    return RankCell(short(length), full(length), "backward", length)
