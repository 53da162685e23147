"""The events of the iteration as a bar in five phases, and the cursor among them."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolTip, QWidget

from ...core.records import PHASES, Event, Frame, Phase
from ..style.theme import DARK, Theme, body_font
from .phases import running_free
from .timeline_layout import (
    Segment,
    cursor_at,
    event_at,
    expected_counts,
    lay_out,
    position,
)

_HEIGHT = 42
_MARGIN = 16
_BAR = 8
_HANDLE = 7.5


class TimelineView(QFrame):
    """Shows and follows the cursor; ``cursor_moved`` asks for it to be elsewhere."""

    cursor_moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Time line of the iteration"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._theme = DARK
        self._frame: Frame | None = None
        # Counts of the recording before, so that the bar keeps its shape from step to step.
        self._known: dict[Phase, int] = {}

    def show_frame(self, frame: Frame) -> None:
        """Show the recording's events and the cursor."""
        self._frame = frame
        for span in frame.moment.recording.spans:
            self._known[span.phase] = span.stop - span.start
        description = self.caption()
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it gets, one row high."""
        return QSize(600, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Enough to hit each phase."""
        return QSize(240, _HEIGHT)

    def caption(self) -> str:
        """Where the cursor is, in words: ``iteration 128 · backward 17/26``."""
        frame = self._frame
        if frame is None:
            return ""
        if running_free(frame):
            text = self.tr("training · iteration {number}")
            return text.format(number=f"{frame.iteration:,}")
        moment = frame.moment
        number = f"{moment.recording.iteration:,}"
        event = moment.event
        if moment.recording.preview or event is None:
            return self.tr("iteration {number} · not begun").format(number=number)
        span = moment.recording.span(event.phase)
        assert span is not None
        return self.tr("iteration {number} · {phase} {done}/{total}").format(
            number=number,
            phase=event.phase.value,
            done=moment.cursor - span.start,
            total=span.stop - span.start,
        )

    def segments(self) -> tuple[Segment, ...]:
        """The bar as it is laid out now; empty before the first frame."""
        if self._frame is None:
            return ()
        recording = self._frame.moment.recording
        counts = expected_counts(recording, self._known)
        width = self.width() - 2 * _MARGIN - self._caption_width() - 16
        return lay_out(recording, counts, _MARGIN, max(width, 10))

    def describe(self, index: int) -> str:
        """An event in words, for the tip under the mouse."""
        assert self._frame is not None
        recording = self._frame.moment.recording
        event = recording.events[index]
        span = recording.span(event.phase)
        number = index - (span.start if span else 0) + 1
        where = f"{event.phase.value} {number}/{span.stop - span.start if span else 1}"
        return f"{where} · {_event_name(event)}"

    # -- what the user does ------------------------------------------------------------------

    def _can_travel(self) -> bool:
        frame = self._frame
        return (
            frame is not None
            and not frame.training
            and not frame.moment.recording.preview
            and bool(frame.moment.recording.events)
        )

    def _go(self, cursor: int) -> None:
        if not self._can_travel() or self._frame is None:
            return
        cursor = max(0, min(cursor, len(self._frame.moment.recording.events)))
        if cursor != self._frame.moment.cursor:
            self.cursor_moved.emit(cursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where the bar was clicked."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._go(cursor_at(self.segments(), event.position().x()) if self._frame else 0)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while it drags."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._frame is not None:
            self._go(cursor_at(self.segments(), event.position().x()))
        shape = Qt.CursorShape.PointingHandCursor if self._can_travel() else None
        self.setCursor(shape or Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right by one event, Home and End to the ends."""
        if self._frame is None:
            super().keyPressEvent(event)
            return
        cursor = self._frame.moment.cursor
        targets: dict[int, int] = {
            Qt.Key.Key_Left: cursor - 1,
            Qt.Key.Key_Right: cursor + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._frame.moment.recording.events),
        }
        target = targets.get(event.key())
        if target is None:
            super().keyPressEvent(event)
        else:
            self._go(target)

    def event(self, event: QEvent) -> bool:
        """Name the event under the mouse."""
        if event.type() is not QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        index = event_at(self.segments(), event.pos().x())
        text = self.tr("The events of this iteration. Left, Right, Home and End move the cursor.")
        QToolTip.showText(event.globalPos(), text if index is None else self.describe(index), self)
        return True

    # -- painting ----------------------------------------------------------------------------

    def _caption_width(self) -> int:
        # Of the widest caption, so that the bar does not move as the numbers count up.
        assert self._frame is not None
        most = max(self._known.values(), default=0)
        wide = self.tr("iteration {number} · {phase} {done}/{total}").format(
            number=f"{self._frame.iteration + 1:,}",
            phase=Phase.ZERO_GRAD.value,
            done=most,
            total=most,
        )
        metrics = QFontMetrics(body_font(12))
        needed = max(metrics.horizontalAdvance(text) for text in (wide, self.caption()))
        return min(needed, round(self.width() * 0.35))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, the bar with its handle, the caption."""
        super().paintEvent(event)
        if self._frame is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        segments = self.segments()
        if running_free(self._frame):
            self._paint_flow(painter, segments)
        else:
            self._paint_segments(painter, segments, self._frame.moment.cursor)
        self._paint_caption(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    def _bar(self, segments: Sequence[Segment]) -> QRectF:
        last = segments[-1]
        return QRectF(segments[0].left, 11, last.left + last.width - segments[0].left, _BAR)

    def _paint_flow(self, painter: QPainter, segments: Sequence[Segment]) -> None:
        """The phases run into each other: too fast to be seen one by one."""
        bar = self._bar(segments)
        flow = QLinearGradient(bar.topLeft(), bar.topRight())
        for i, phase in enumerate(PHASES):
            flow.setColorAt(
                (i + 0.5) / len(PHASES), self._theme.tint(self._theme.phase(phase), 0.6)
            )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(flow)
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        self._paint_names(painter, segments)

    def _paint_segments(self, painter: QPainter, segments: Sequence[Segment], cursor: int) -> None:
        bar, handle = self._bar(segments), position(segments, cursor)
        painter.setPen(Qt.PenStyle.NoPen)
        for segment in segments:
            color = self._theme.phase(segment.phase)
            box = QRectF(segment.left, bar.top(), segment.width, _BAR)
            painter.setBrush(self._theme.tint(color, 0.3 if segment.recorded else 0.12))
            painter.drawRoundedRect(box, 2.5, 2.5)
            if segment.recorded and handle > segment.left and cursor > segment.start:
                painter.setBrush(color)
                painter.drawRoundedRect(box.intersected(_until(box, handle)), 2.5, 2.5)
            if segment.recorded:
                self._paint_ticks(painter, segment, box)
        self._paint_names(painter, segments)
        if any(segment.recorded for segment in segments):
            self._paint_handle(painter, QPointF(handle, bar.center().y()))

    def _paint_ticks(self, painter: QPainter, segment: Segment, box: QRectF) -> None:
        step = segment.width / max(segment.count, 1)
        if step < 6:
            return
        between = QColor(self._theme.panel)
        between.setAlphaF(0.55)
        painter.setBrush(between)
        for i in range(1, segment.count):
            painter.drawRect(QRectF(segment.left + i * step - 0.5, box.top(), 1, box.height()))

    def _paint_names(self, painter: QPainter, segments: Sequence[Segment]) -> None:
        font = body_font(10)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        for segment in segments:
            name = segment.phase.value
            if metrics.horizontalAdvance(name) <= segment.width:
                where = QRectF(segment.left, 22, segment.width, 16)
                painter.drawText(where, Qt.AlignmentFlag.AlignLeft, name)

    def _paint_handle(self, painter: QPainter, center: QPointF) -> None:
        assert self._frame is not None
        event = self._frame.moment.event
        color = self._theme.phase(event.phase if event else Phase.ZERO_GRAD)
        painter.setPen(QPen(QColor(self._theme.panel), 2))
        painter.setBrush(color)
        painter.drawEllipse(center, _HANDLE, _HANDLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.panel))
        painter.drawEllipse(center, 2, 2)

    def _paint_caption(self, painter: QPainter) -> None:
        font = body_font(12)
        width = self._caption_width()
        text = QFontMetrics(font).elidedText(self.caption(), Qt.TextElideMode.ElideRight, width)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            QRectF(self.width() - _MARGIN - width, 0, width, self.height()), align, text
        )


def _until(box: QRectF, x: float) -> QRectF:
    return QRectF(box.left(), box.top(), max(x - box.left(), 0), box.height())


def _event_name(event: Event) -> str:
    return f"{event.op} {event.parameter}" if event.parameter else event.op
