"""A strip that says that a connection is lost, and when it is tried again."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.widgets.announcing import announce


class ConnectionStrip(QFrame):
    """Hidden while every connection is there. ``now``: try again at once; ``given_up``: no more."""

    now = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connectionStrip")
        self.setProperty("role", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._label = ElidedLabel()
        self._label.setFixedWidth(420)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(self._label)
        for name, text, tooltip, signal in (
            (
                "reconnectNow",
                self.tr("Reconnect now"),
                self.tr("Try the connection again now"),
                self.now,
            ),
            (
                "giveConnectionUp",
                self.tr("Give up"),
                self.tr("Try no more; what was recorded stays"),
                self.given_up,
            ),
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setProperty("role", "link")
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(tooltip)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(signal)
            row.addWidget(button)
        self.hide()

    def tell(self, text: str, why: str) -> None:
        """Say how things stand, and as a tooltip why the last attempt failed."""
        first = self.isHidden()
        self._label.setText(text)
        self.setToolTip(why)
        self.setAccessibleName(text)
        self.show()
        if first:
            announce(self, text)

    def text(self) -> str:
        """What is said."""
        return self._label.text()
