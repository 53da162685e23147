"""All keyboard shortcuts of the window on one page."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

Section = tuple[str, list[tuple[str, str]]]
_COLUMNS = 3
_COLUMN_WIDTH = 320  # the least width, so that few lines wrap
_LARGEST = (1180, 760)


class CheatSheet(QDialog):
    """Sections of descriptions and keys, in columns of similar height."""

    def __init__(self, rows: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cheatSheet")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(22, 18, 22, 18)
        columns.setSpacing(36)
        for sections in in_columns([section for section in rows if section[1]], _COLUMNS):
            column = QVBoxLayout()
            column.setSpacing(18)
            for title, lines in sections:
                column.addWidget(_section(title, lines))
            column.addStretch(1)
            columns.addLayout(column, 1)
        area = QScrollArea()
        area.setAccessibleName(self.windowTitle())
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(page)
        # Transparent, so that the dialog's own background shows.
        area.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        wanted = page.sizeHint()
        self.resize(min(wanted.width() + 14, _LARGEST[0]), min(wanted.height() + 4, _LARGEST[1]))


def in_columns(rows: Sequence[Section], count: int) -> list[list[Section]]:
    """The sections in order, in at most ``count`` columns; the tallest is as low as possible."""
    heights = [len(lines) + 2 for _, lines in rows]
    for limit in range(max(heights, default=1), sum(heights) + 1):
        columns: list[list[Section]] = []
        filled = limit
        for section, height in zip(rows, heights, strict=True):
            if filled + height > limit:
                columns.append([])
                filled = 0
            columns[-1].append(section)
            filled += height
        if len(columns) <= count:
            return columns
    return []


def _section(title: str, lines: Sequence[tuple[str, str]]) -> QWidget:
    box = QWidget()
    box.setMinimumWidth(_COLUMN_WIDTH)
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(5)
    grid.setHorizontalSpacing(14)
    grid.setColumnStretch(0, 1)
    heading = QLabel(title)
    heading.setProperty("role", "title")
    grid.addWidget(heading, 0, 0, 1, 2)
    for i, (what, keys) in enumerate(lines, 1):
        words = QLabel(what)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        grid.addWidget(words, i, 0)
        grid.addWidget(_keys(keys), i, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    return box


def _keys(keys: str) -> QWidget:
    """Each key in a box of its own; ``keys`` are separated by two spaces."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for key in keys.split("  "):
        cap = QLabel(key)
        cap.setProperty("role", "inset")
        cap.setStyleSheet("font-size: 11px; padding: 1px 5px; border-radius: 4px;")
        row.addWidget(cap)
    return box


def panel_keys() -> list[Section]:
    """The keys that panels handle themselves while they have the focus."""
    return [
        _timeline(),
        _graph(),
        _network(),
        _origin(),
        _program(),
        _plots(),
        _pad(),
        _samples(),
        _everywhere(),
    ]


def _copy_key() -> str:
    key = QKeySequence(QKeySequence.StandardKey.Copy)
    return key.toString(QKeySequence.SequenceFormat.NativeText)


def _timeline() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "In the timeline"),
        [
            (tr("keys", "Previous or next event"), "←  →"),
            (tr("keys", "First or last event"), "Home  End"),
            (tr("keys", "Previous or next iteration"), "PgUp  PgDn"),
        ],
    )


def _graph() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "In the autograd graph"),
        [
            (tr("keys", "Move between nodes"), "←  →  ↑  ↓"),
            (tr("keys", "Select the node"), "Enter"),
            (tr("keys", "Set a breakpoint at the node"), "Menu"),
            (tr("keys", "Zoom in or out"), "+  -"),
            (tr("keys", "Show the whole graph"), "0"),
        ],
    )


def _network() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "In the network"),
        [
            (tr("keys", "Move between maps"), "←  →  ↑  ↓"),
            (tr("keys", "Enlarge the map"), "Enter"),
            (tr("keys", "Show the layer's other output"), "O"),
            (tr("keys", "Close the enlarged map"), "Esc"),
            (tr("keys", "Copy the number under the mouse, or the map"), _copy_key()),
        ],
    )


def _origin() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "Where does it come from?"),
        [
            (tr("keys", "Move between numbers"), "←  →  ↑  ↓"),
            (tr("keys", "Ask where the number comes from"), "Enter"),
            (tr("keys", "Back to the number before, forward again"), "Alt+←  Alt+→"),
            (tr("keys", "Check the gradient by finite differences"), "F7"),
            (tr("keys", "Close"), "Esc"),
        ],
    )


def _program() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "In the program"),
        [(tr("keys", "Select what the line computes"), "Enter")],
    )


def _plots() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "In the plots"),
        [
            (tr("keys", "Move the crosshair"), "←  →"),
            (tr("keys", "Move the crosshair farther"), "PgUp  PgDn"),
            (tr("keys", "First or last iteration"), "Home  End"),
            (tr("keys", "Show the whole curve"), "A"),
            (tr("keys", "Select a parameter in the gradient flow"), "Enter"),
            (tr("keys", "Hide the crosshair"), "Esc"),
            (tr("keys", "Copy the numbers at the crosshair"), _copy_key()),
        ],
    )


def _pad() -> Section:
    tr = QCoreApplication.translate
    undo, redo = (
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    )
    return (
        tr("keys", "On the drawing pad"),
        [
            (tr("keys", "Clear the drawing"), "Del"),
            (tr("keys", "Undo or redo a stroke"), f"{undo}  {redo}"),
        ],
    )


def _samples() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "In the samples window"),
        [
            (tr("keys", "Move between samples or cells"), "←  →  ↑  ↓"),
            (tr("keys", "Step through this sample"), "Enter"),
            (tr("keys", "Show the samples of the cell"), "Enter"),
            (tr("keys", "Close the window"), "Esc"),
        ],
    )


def _everywhere() -> Section:
    tr = QCoreApplication.translate
    return (
        tr("keys", "Everywhere"),
        [
            (tr("keys", "Next or previous control"), "Tab  Shift+Tab"),
            (tr("keys", "Press the focused button"), "Space"),
            (tr("keys", "Dismiss a message"), "Esc"),
            (tr("keys", "Compare a number with the iteration before"), tr("keys", "Ctrl+click")),
            (tr("keys", "Copy the rows of a table"), _copy_key()),
        ],
    )
