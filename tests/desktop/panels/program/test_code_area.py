"""Rows of code keep their indents when a scroll bar comes or goes with the text."""

from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.program.code_area import CodeArea
from backprop_viz.recording.run.program import Line

_LOOP = ("for x, y in loader:", "    out = net(x)", "    loss = criterion(out, y)", "    step()")
_SHORT = tuple(map(Line, (*_LOOP, "", "def forward(self, x):", "    return self.fc3(x)")))
_LONG = tuple(map(Line, [line.text for line in _SHORT] * 4 + ["    last()"]))


def _starts(area: CodeArea) -> dict[str, set[float]]:
    """Where rows of each text begin in the document, in pixels."""
    document, found = area.document(), dict[str, set[float]]()
    for row in range(document.blockCount()):
        block = document.findBlockByNumber(row)
        line = block.layout().lineAt(0)
        place = document.documentLayout().blockBoundingRect(block).x() + line.x()
        found.setdefault(block.text(), set()).add(round(place, 3))
    return found


def test_rows_begin_at_the_left_edge_whatever_was_shown_before(qtbot: QtBot) -> None:
    area = CodeArea()
    qtbot.addWidget(area)
    area.resize(160, 150)
    area.show()
    area.show_lines(_LONG)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    margin = area.document().documentMargin()
    for shown in (_SHORT[:3], _LONG, _LONG, _SHORT[:2], _LONG):
        cursor = area.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        area.setTextCursor(cursor)
        area.show_lines(shown)
        starts = _starts(area)
        assert starts["for x, y in loader:"] == {margin}
        assert starts.get("def forward(self, x):", {margin}) == {margin}
