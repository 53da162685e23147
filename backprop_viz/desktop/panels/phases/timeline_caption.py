"""Where the cursor is, in words, at the right end of the time line."""

import math

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from backprop_viz.desktop.panels.phases.phases import running_free
from backprop_viz.desktop.style.painting import BADGE, altered_badge
from backprop_viz.desktop.style.theme import Theme, body_font
from backprop_viz.desktop.view_state import Frame
from backprop_viz.recording.phases import Phase

_SIZE = 12
_BADGE_SPACE = BADGE + 5


def caption(frame: Frame) -> str:
    """``iteration 128 · backward 17/26``, and whether it was altered."""
    translate = QCoreApplication.translate
    if running_free(frame):
        text = translate("TimelineView", "training · iteration {number}")
        return text.format(number=f"{frame.iteration:,}")
    moment = frame.moment
    number, event = f"{moment.recording.iteration:,}", moment.event
    if moment.recording.preview or event is None:
        words = translate("TimelineView", "iteration {number} · not started")
        if is_altered(frame):
            words = translate("TimelineView", "iteration {number} · not started · altered")
        return words.format(number=number)
    span = moment.recording.span(event.phase)
    assert span is not None
    return _where(is_altered(frame)).format(
        number=number,
        phase=event.phase.value,
        done=moment.cursor - span.start,
        total=span.stop - span.start,
    )


def is_altered(frame: Frame) -> bool:
    """Whether the iteration that is shown had gradients changed on purpose."""
    return frame.moment.recording.altered is not None and not running_free(frame)


def caption_width(frame: Frame, most: int) -> int:
    """Room for the caption wherever the cursor goes among phases of at most so many events."""
    wide = _where(is_altered(frame)).format(
        number=f"{frame.iteration + 1:,}", phase=Phase.ZERO_GRAD.value, done=most, total=most
    )
    metrics = QFontMetrics(body_font(_SIZE))
    widest = max(metrics.horizontalAdvance(text) for text in (wide, caption(frame)))
    return widest + (_BADGE_SPACE if is_altered(frame) else 0)


def paint_caption(painter: QPainter, box: QRectF, frame: Frame, theme: Theme) -> None:
    """The caption at the right of a box; with a sign before it where something was altered."""
    altered = is_altered(frame)
    metrics = QFontMetrics(body_font(_SIZE))
    room = math.floor(box.width()) - (_BADGE_SPACE if altered else 0)
    text = metrics.elidedText(caption(frame), Qt.TextElideMode.ElideRight, room)
    if altered:
        left = box.right() - metrics.horizontalAdvance(text)
        altered_badge(painter, left - _BADGE_SPACE + BADGE, box.center().y(), theme)
    painter.setFont(body_font(_SIZE))
    painter.setPen(QColor(theme.error if altered else theme.muted))
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


def _where(altered: bool) -> str:
    translate = QCoreApplication.translate
    if altered:
        return translate("TimelineView", "iteration {number} · {phase} {done}/{total} · altered")
    return translate("TimelineView", "iteration {number} · {phase} {done}/{total}")
