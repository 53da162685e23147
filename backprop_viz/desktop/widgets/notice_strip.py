"""The line in which the window shows messages and hints; its height never changes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from backprop_viz.desktop.widgets.message_bar import MessageBar

_HEIGHT = 28


class NoticeStrip(QWidget):
    """Notices lie on top of each other, the last one uppermost, and a message covers them all.

    So nothing in the window moves when one of them comes or goes. Progress is shown at the right.
    """

    def __init__(
        self,
        notices: Sequence[QWidget],
        messages: MessageBar,
        progress: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("noticeStrip")
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._covered = tuple(notices)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setRowMinimumHeight(0, _HEIGHT)
        for widget in (*notices, messages):
            grid.addWidget(widget, 0, 0)
        for column, strip in enumerate(progress, 1):
            grid.addWidget(strip, 0, column, Qt.AlignmentFlag.AlignRight)
        messages.raise_()
        messages.shown.connect(self._cover)

    def _cover(self, covered: bool) -> None:
        """Keep the keyboard out of what lies under a message."""
        for widget in self._covered:
            widget.setEnabled(not covered)
