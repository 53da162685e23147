"""The box around every panel: a title, a subtitle, and room for switches."""

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.wrapping_row import WrappingRow


class Panel(QFrame):
    """A titled box. ``header`` takes more widgets at its right, ``body`` the content."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(title)
        self._title = QLabel(title)
        self._title.setProperty("role", "title")
        # A long subtitle is elided; it never makes the panel wider.
        self.subtitle = ElidedLabel()
        self.subtitle.setProperty("role", "caption")
        self.header = WrappingRow()
        self.header.setSpacing(8)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 8, 12, 10)
        self.body.setSpacing(6)
        # Before it has widgets: PySide makes the items of those it has then the outer layout's.
        self.body.addLayout(self.header)
        self.header.addWidget(self._title)
        self.header.addWidget(self.subtitle, 1)
