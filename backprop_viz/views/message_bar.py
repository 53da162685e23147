"""The one place where the window tells the user something."""

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QEnterEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from .style.theme import DARK, Theme, body_font

Kind = Literal["info", "error"]

_INFO_MS = 6000


class _Badge(QWidget):
    """An "i" in a circle, or a "!" in a triangle: the shape tells them apart, not the colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(QSize(18, 22))
        self.kind: Kind = "info"
        self.theme = DARK

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sign in the colour of its kind."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, 2)
        color = QColor(self.theme.error if self.kind == "error" else self.theme.accent)
        pen = QPen(color, 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setFont(body_font(11, bold=True))
        if self.kind == "error":
            painter.drawPolygon(QPolygonF([QPointF(9, 1.5), QPointF(17, 16), QPointF(1, 16)]))
            painter.drawText(QRectF(0, 4, 18, 13), Qt.AlignmentFlag.AlignCenter, "!")
        else:
            painter.drawEllipse(QRectF(1.5, 1.5, 15, 15))
            painter.drawText(QRectF(0, 0, 18, 18), Qt.AlignmentFlag.AlignCenter, "i")
        painter.end()


class MessageBar(QFrame):
    """One message at a time: the newest, but an error stays until it is dismissed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._kind: Kind = "info"
        self._subject = ""
        self._theme = DARK
        self._badge = _Badge(self)
        self._label = QLabel()
        self._label.setObjectName("messageText")
        self._label.setWordWrap(True)
        self._label.setContentsMargins(0, 3, 0, 3)  # the first line is level with the button
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._dismiss = QToolButton()
        self._dismiss.setObjectName("dismissMessage")
        self._dismiss.setProperty("role", "link")
        self._dismiss.setText(self.tr("Dismiss"))
        self._dismiss.setToolTip(self.tr("Dismiss this message (Esc)"))
        self._dismiss.setAccessibleName(self.tr("Dismiss this message"))
        self._dismiss.clicked.connect(self.dismiss)
        # A shortcut of a hidden widget is not active: Esc is free while there is no message.
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 8, 7)
        row.setSpacing(10)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INFO_MS)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    def tell(self, text: str, kind: Kind, subject: str = "") -> None:
        """Show a message of one or two sentences. An info does not replace an error.

        ``withdraw`` takes it away when its ``subject`` has gone right.
        """
        if not text or (kind == "info" and self._kind == "error" and self.text()):
            return
        self._kind = self._badge.kind = kind
        self._subject = subject
        self._label.setText(text)
        what = self.tr("Error: {text}") if kind == "error" else self.tr("Message: {text}")
        self.setAccessibleName(what.format(text=text))
        self._colour()
        self.show()
        self._timer.stop()
        if kind == "info" and not self.underMouse():
            self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def text(self) -> str:
        """The message shown, "" if there is none."""
        return self._label.text()

    def kind(self) -> Kind:
        """The kind of the message shown, or of the last one."""
        return self._kind

    def withdraw(self, subject: str) -> None:
        """Take the message away if it is about something that has gone right since."""
        if subject and subject == self._subject:
            self.dismiss()

    def dismiss(self) -> None:
        """Take the message away."""
        self._timer.stop()
        self._subject = ""
        self._label.clear()
        self.setAccessibleName("")
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = self._badge.theme = theme
        self._colour()

    def enterEvent(self, event: QEnterEvent) -> None:
        """A message that is being read stays."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """It goes a while after it was left."""
        super().leaveEvent(event)
        if self.text() and self._kind == "info":
            self._timer.start()

    def _colour(self) -> None:
        self._badge.update()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box tinted by the kind."""
        color = QColor(self._theme.error if self._kind == "error" else self._theme.accent)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.tint(color, 0.12))
        painter.setPen(QPen(self._theme.tint(color, 0.6), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()
