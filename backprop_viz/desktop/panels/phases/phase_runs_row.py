"""The phases of an iteration as they ran, where one ran several times: micro-batches, a clip."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from backprop_viz.analysis.phase_runs import PhaseRun
from backprop_viz.desktop.panels.phases.phase_cell import PhaseCell
from backprop_viz.desktop.panels.phases.phases import PhaseState, run_state
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState

_SPACING = 6
_ROOM = 42  # of a cell beside its name: the margins and the dot

Runs = tuple[PhaseRun, ...]
# What a cell says at its right, and its tooltip.
Words = Callable[[ViewState, PhaseRun, PhaseState], tuple[str, str]]


class PhaseRunsRow(QWidget):
    """A cell for each phase that ran; where there is no room, micro-batches are folded.

    ``position_picked`` carries the place of the cursor at the end of what was clicked.
    """

    position_picked = Signal(int)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Phases of the iteration"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words = words
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_SPACING)
        self._runs: Runs = ()
        self._view_state: ViewState | None = None
        self._theme = DARK
        self.parts: tuple[Runs | PhaseRun, ...] = ()  # a tuple: runs that are folded
        self.cells: dict[int, PhaseCell] = {}  # by the runs' numbers

    def show_runs(self, view_state: ViewState, runs: Runs, width: int) -> None:
        """Show where the cursor is in these runs, in this many pixels."""
        self._view_state, self._runs = view_state, runs
        parts = folded_runs(runs, view_state.cursor.position, width, run_width)
        if parts != self.parts:
            self.parts = parts
            self._make()
        for run in (part for part in parts if isinstance(part, PhaseRun)):
            state = run_state(view_state, run, runs)
            note, tip = self._words(view_state, run, state)
            cell = self.cells[run.number]
            cell.show_standing(state, note)
            cell.setToolTip(tip)
            cell.setAccessibleName(f"{cell.text()}: {note}")

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        for cell in self.cells.values():
            cell.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold as many as there is no room for."""
        super().resizeEvent(event)
        if self._view_state is not None:
            self.show_runs(self._view_state, self._runs, event.size().width())

    def _make(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.cells = {}
        for part in self.parts:
            if isinstance(part, PhaseRun):
                cell = PhaseCell(part.phase, name=part.name)
                cell.set_theme(self._theme)
                cell.clicked.connect(partial(self.position_picked.emit, part.span.stop))
                self.cells[part.number] = cell
                # What takes long is wider.
                self._row.addWidget(cell, 3 if part.name == "backward" else 2)
            else:
                self._row.addWidget(self._more(part))

    def _more(self, runs: Runs) -> QToolButton:
        """A button that stands for folded micro-batches and leads to the first of them."""
        count = len({run.batch for run in runs})
        button = QToolButton()
        button.setText(self.tr("… {count} more").format(count=count))
        text = self.tr("{count} micro-batches have no room here; click to see the first")
        if runs[0].calls != 0:
            text = self.tr("{count} calls of the closure have no room here; click to see the first")
        elif runs[0].apart:
            text = self.tr("{count} passes have no room here; click to see the first")
        button.setToolTip(text.format(count=count))
        button.setAccessibleName(button.text())
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        if runs[0].to_come:
            button.setEnabled(False)
            text = self.tr("{count} micro-batches are to come")
            if runs[0].apart:
                text = self.tr("{count} passes are to come")
            button.setToolTip(text.format(count=count))
        button.clicked.connect(partial(self.position_picked.emit, runs[0].span.stop))
        return button


def run_width(name: str) -> int:
    """The least width of a cell."""
    return QFontMetrics(body_font(13, bold=True)).horizontalAdvance(name) + _ROOM + _SPACING


def folded_runs(
    runs: Sequence[PhaseRun], position: int, width: int, wide: Callable[[str], int]
) -> tuple[Runs | PhaseRun, ...]:
    """The runs in order, with micro-batches folded into tuples where there is no room for all.

    The one in which the cursor is stays unfolded, then those nearest to it. Of those to come only
    the next one is unfolded: what has run has results, which need the room.
    """
    groups = [tuple(group) for _, group in groupby(runs, lambda r: r.batch or -1 - r.number)]
    batches = [i for i, group in enumerate(groups) if group[0].batch]
    here = [i for i in batches if groups[i][0].span.start < position]
    current = here[-1] if here else (batches[0] if batches else 0)
    shown = {i for i in range(len(groups)) if i not in batches}
    used = sum(wide(run.name) for i in shown for run in groups[i])
    more = wide("… 99 more")
    later = [i for i in batches if groups[i][0].to_come][1:]
    for i in sorted((i for i in batches if i not in later), key=lambda i: (abs(i - current), i)):
        needed = sum(wide(run.name) for run in groups[i])
        left = [j for j in batches if j not in shown and j != i]
        # Folded ones may lie on both sides.
        signs = more * ((any(j < i for j in left)) + any(j > i for j in left))
        if i != current and used + needed + signs > width:
            break
        shown.add(i)
        used += needed
    found: list[Runs | PhaseRun] = []
    for hidden, together in groupby(range(len(groups)), lambda i: i not in shown):
        inside = [run for i in together for run in groups[i]]
        found += [tuple(inside)] if hidden else inside
    return tuple(found)
