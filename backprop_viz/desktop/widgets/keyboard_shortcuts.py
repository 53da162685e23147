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
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.style.theme import scaled
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea

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
        area = SteadyScrollArea()
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
        cap.setStyleSheet(f"font-size: {scaled(11)}px; padding: 1px 5px; border-radius: 4px;")
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
    translate = QCoreApplication.translate
    return (
        translate("keys", "In the timeline"),
        [
            (translate("keys", "Previous or next event"), "←  →"),
            (translate("keys", "First or last event"), "Home  End"),
            (translate("keys", "Previous or next iteration"), "PgUp  PgDn"),
        ],
    )


def _graph() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "In the autograd graph"),
        [
            (translate("keys", "Move between nodes"), "←  →  ↑  ↓"),
            (translate("keys", "Select the node"), "Enter"),
            (translate("keys", "Set a breakpoint at the node"), "Menu"),
            (translate("keys", "Zoom in or out"), "+  -"),
            (translate("keys", "Show the whole graph"), "0"),
        ],
    )


def _network() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "In the network"),
        [
            (translate("keys", "Move between maps"), "←  →  ↑  ↓"),
            (translate("keys", "Enlarge the map"), "Enter"),
            (translate("keys", "Show the layer's other output"), "O"),
            (translate("keys", "Close the enlarged map"), "Esc"),
            (translate("keys", "Copy the number under the mouse, or the map"), _copy_key()),
        ],
    )


def _origin() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "Where does it come from?"),
        [
            (translate("keys", "Move between numbers"), "←  →  ↑  ↓"),
            (translate("keys", "Ask where the number comes from"), "Enter"),
            (translate("keys", "Back to the number before, forward again"), "Alt+←  Alt+→"),
            (translate("keys", "Check the gradient by finite differences"), "F7"),
            (translate("keys", "Close"), "Esc"),
        ],
    )


def _program() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "In the program"),
        [(translate("keys", "Select what the line computes"), "Enter")],
    )


def _plots() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "In the plots"),
        [
            (translate("keys", "Move the crosshair"), "←  →"),
            (translate("keys", "Move the crosshair farther"), "PgUp  PgDn"),
            (translate("keys", "First or last iteration"), "Home  End"),
            (translate("keys", "Show the whole curve"), "A"),
            (translate("keys", "Select a parameter in the gradient flow"), "Enter"),
            (translate("keys", "Hide the crosshair"), "Esc"),
            (translate("keys", "Copy the numbers at the crosshair"), _copy_key()),
        ],
    )


def _pad() -> Section:
    translate = QCoreApplication.translate
    undo, redo = (
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    )
    return (
        translate("keys", "On the drawing pad"),
        [
            (translate("keys", "Clear the drawing"), "Del"),
            (translate("keys", "Undo or redo a stroke"), f"{undo}  {redo}"),
        ],
    )


def _samples() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "In the samples window"),
        [
            (translate("keys", "Move between samples or cells"), "←  →  ↑  ↓"),
            (translate("keys", "Step through this sample"), "Enter"),
            (translate("keys", "Show the samples of the cell"), "Enter"),
            (translate("keys", "Close the window"), "Esc"),
        ],
    )


def _everywhere() -> Section:
    translate = QCoreApplication.translate
    return (
        translate("keys", "Everywhere"),
        [
            (translate("keys", "Next or previous control"), "Tab  Shift+Tab"),
            (translate("keys", "Press the focused button"), "Space"),
            (translate("keys", "Dismiss a message"), "Esc"),
            (
                translate("keys", "Compare a number with the iteration before"),
                translate("keys", "Ctrl+click"),
            ),
            (translate("keys", "Copy the rows of a table"), _copy_key()),
        ],
    )
