"""The line that the window keeps free for what it tells: its height is always the same."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark
from backprop_viz.desktop.widgets.message_bar import MessageBar

_HEIGHT = 28


class NoticeStrip(QWidget):
    """A message lies over the batch mark, and both over the hint; progress is at the right.

    So nothing in the window moves when one of them comes or goes.
    """

    def __init__(
        self,
        hint: QLabel,
        mark: BatchMark,
        messages: MessageBar,
        progress: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("noticeStrip")
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._covered = (hint, mark)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setRowMinimumHeight(0, _HEIGHT)
        for widget in (hint, mark, messages):
            grid.addWidget(widget, 0, 0)
        for column, strip in enumerate(progress, 1):
            grid.addWidget(strip, 0, column, Qt.AlignmentFlag.AlignRight)
        messages.raise_()
        messages.shown.connect(self._cover)

    def _cover(self, covered: bool) -> None:
        """What lies under a message is not reached by the keyboard."""
        for widget in self._covered:
            widget.setEnabled(not covered)
