"""Small things that several panels paint: an elided line of text, an arrow, a badge."""

import math
from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from backprop_viz.desktop.style.theme import Theme, body_font

_HEAD = 6.0

# Marks an intervention, in the colour of errors.
INTERVENTION_SIGN = "≠"
BADGE = 14


def text_line(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    color: QColor,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
) -> None:
    """A line of text in the middle of a box or at a side, elided if it is wider than the box."""
    if not text:
        return
    painter.setFont(font)
    painter.setPen(color)
    where = align | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, where, elided(font, text, rect.width(), elide))


def hint_in_middle(painter: QPainter, rect: QRect, text: str, color: QColor | str) -> None:
    """What is said in a panel that has nothing to show yet, in as many lines as it takes."""
    painter.setPen(QColor(color))
    painter.setFont(body_font(13))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


# Cached: measuring a text takes as long as drawing it, and most texts are drawn again.
@lru_cache(maxsize=512)
def elided(
    font: QFont,
    text: str,
    width: int,
    where: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> str:
    """As much of a text as fits into a width. On the left a dotted name loses whole parts.

    Its last part is whole, without an ellipsis, where there is no room for that.
    """
    metrics = QFontMetrics(font)
    if where == Qt.TextElideMode.ElideLeft and metrics.horizontalAdvance(text) > width:
        parts = text.split(".")
        ends = [f"…{'.'.join(parts[first:])}" for first in range(1, len(parts))]
        if len(parts) > 1:
            ends.append(parts[-1])
        whole = next((end for end in ends if metrics.horizontalAdvance(end) <= width), None)
        if whole is not None:
            return whole
    return metrics.elidedText(text, where, width)


@lru_cache(maxsize=512)
def fitting(font: QFont, text: str, width: float, least: int) -> QFont:
    """The font, made smaller until the text fits, but not below ``least`` pixels.

    Fonts are shared: do not modify the result.
    """
    smaller = QFont(font)
    while smaller.pixelSize() > least and QFontMetrics(smaller).horizontalAdvance(text) > width:
        smaller.setPixelSize(smaller.pixelSize() - 1)
    return smaller


def first_fitting(
    font: QFont, texts: Iterable[str], width: float, least: int | None = None
) -> tuple[str, QFont]:
    """The first text that fits whole, made smaller down to ``least`` pixels; "" if none does.

    A number that is cut would be another one: it is tried in fewer digits, as ``rounded`` gives it.
    """
    room = width - 1  # a part of a pixel more than the width that is measured elides a text
    for text in texts:
        smaller = fitting(font, text, room, font.pixelSize() if least is None else least)
        if QFontMetrics(smaller).horizontalAdvance(text) <= room:
            return text, smaller
    return "", font


def arrow(painter: QPainter, start: QPointF, end: QPointF, pen: QPen) -> None:
    """A line with an open head at its end, or nothing if it is too short."""
    line = end - start
    length = math.hypot(line.x(), line.y())
    if length < 3:
        return
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLine(start, end)
    head = QPen(pen)
    head.setStyle(Qt.PenStyle.SolidLine)
    painter.setPen(head)
    painter.drawPolyline(head_of(line / length, end))


def head_of(direction: QPointF, tip: QPointF) -> QPolygonF:
    """The two strokes of an arrow's head; ``direction`` has length 1."""
    back = tip - direction * _HEAD
    side = QPointF(-direction.y(), direction.x()) * (_HEAD * 0.6)
    return QPolygonF([back + side, tip, back - side])


def intervention_badge(painter: QPainter, right: float, middle: float, theme: Theme) -> None:
    """The sign of an intervention on a small background that ends at ``right``."""
    box = QRectF(right - BADGE, middle - BADGE / 2, BADGE, BADGE)
    color = QColor(theme.error)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(ink_on(color, theme))
    painter.setFont(body_font(12, bold=True))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, INTERVENTION_SIGN)


def ink_on(color: QColor, theme: Theme) -> QColor:
    """The theme's text or panel colour, whichever has more contrast with a colour."""
    return max((QColor(theme.text), QColor(theme.panel)), key=lambda ink: contrast(ink, color))


def contrast(a: QColor, b: QColor) -> float:
    """The contrast of two colours, 1 to 21: nearly that of WCAG."""
    light, dark = sorted((_luminance(a) + 0.05, _luminance(b) + 0.05), reverse=True)
    return light / dark


def _luminance(color: QColor) -> float:
    red, green, blue = (c**2.2 for c in (color.redF(), color.greenF(), color.blueF()))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def thin_dashes(color: QColor, scale: float) -> QPen:
    """A dashed line of one pixel, where all is painted at a scale.

    One of hardly more than a pixel on screen is no wider: Qt paints that in half the time.
    """
    # A little less than one, which it may be rounded to.
    width = 0.999 / scale if 1 < scale < 1.25 else 1.0
    return QPen(color, width, Qt.PenStyle.DashLine)
