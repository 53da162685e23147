"""The sign of a finding's severity: its shape tells it apart, not its colour alone."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.recording.notices.finding import Severity

_SIDE = 16


def severity_color(theme: Theme, severity: Severity) -> QColor:
    """Red for an error, orange for a warning, blue for a hint."""
    roles = {"error": theme.error, "warning": theme.backward, "hint": theme.accent}
    return QColor(roles[severity])


class SeveritySign(QWidget):
    """A "!" in an octagon (error) or in a triangle (warning), or an "i" in a circle (hint)."""

    def __init__(self, severity: Severity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(QSize(_SIDE, _SIDE))
        self.severity = severity
        self.theme = DARK

    def paintEvent(self, event: QPaintEvent) -> None:
        """The outline and the letter in the severity's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(severity_color(self.theme, self.severity), 1.4)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setFont(body_font(11, bold=True))
        if self.severity == "hint":
            painter.drawEllipse(QRectF(1, 1, 14, 14))
            painter.drawText(QRectF(0, 0, 16, 16), Qt.AlignmentFlag.AlignCenter, "i")
        elif self.severity == "warning":
            painter.drawPolygon(QPolygonF([QPointF(8, 1.5), QPointF(15, 14), QPointF(1, 14)]))
            painter.drawText(QRectF(0, 3, 16, 12), Qt.AlignmentFlag.AlignCenter, "!")
        else:
            corners = ((5, 1), (11, 1), (15, 5), (15, 11), (11, 15), (5, 15), (1, 11), (1, 5))
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
            painter.drawText(QRectF(0, 0, 16, 16), Qt.AlignmentFlag.AlignCenter, "!")
        painter.end()
