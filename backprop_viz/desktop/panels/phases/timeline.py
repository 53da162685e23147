"""The timeline: the events of the iteration as a bar in five phases, with the cursor."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolTip, QWidget

from backprop_viz.desktop.panels.phases.iteration_strip import (
    STRIP_HEIGHT,
    IterationStrip,
    neighbour_iteration,
)
from backprop_viz.desktop.panels.phases.iteration_strip_note import IterationStripNote, leaves_out
from backprop_viz.desktop.panels.phases.phases import repeated_runs, running_free
from backprop_viz.desktop.panels.phases.timeline_bar import bar_box, paint_bar, paint_flow
from backprop_viz.desktop.panels.phases.timeline_caption import (
    caption,
    caption_width,
    paint_caption,
)
from backprop_viz.desktop.panels.phases.timeline_layout import (
    Segment,
    cursor_at,
    event_at,
    expected_counts,
    lay_out,
    stops_at,
)
from backprop_viz.desktop.panels.phases.transport import Transport
from backprop_viz.desktop.style.theme import DARK, Theme, scaled
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.announcing import announce
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

_ABOVE = 22  # pixels of the height that are no text: the bar, and what is around it
_LINE = 16  # the height of a line of small text at 100 %
_MARGIN = 16
_SPEAK_MS = 400
_EDGE = 10  # margin left of the buttons
_REACH = 14  # clicks this far beside the bar still count as its end


class TimelineView(QFrame):
    """Shows the cursor and lets the user move it.

    ``cursor_moved`` carries a position, ``iteration_picked`` a kept iteration, ``speed_changed`` a
    number of events per second.
    """

    cursor_moved = Signal(int)
    iteration_picked = Signal(int)
    speed_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Timeline of the iteration"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._theme = DARK
        self._view_state: ViewState | None = None
        # Event counts of the previous recording, so that the bar keeps its shape while stepping.
        self._known: dict[Phase, int] = {}
        self._caption_room = 0  # pixels that the widest caption of the view state takes
        self._dragging = False
        # While the cursor moves on, only where it stops is said.
        self._speak = QTimer(self, interval=_SPEAK_MS, singleShot=True)
        self._speak.timeout.connect(lambda: announce(self, self.spoken()))
        self.transport = Transport(self)
        self.transport.hide()
        self.transport.speed_changed.connect(self.speed_changed)
        self.kept_iterations = IterationStrip(self)
        self.kept_iterations.hide()
        self.kept_iterations.picked.connect(self.iteration_picked)
        self.note = IterationStripNote(self)
        self.note.hide()

    def set_transport(self, actions: Sequence[QAction]) -> None:
        """Set the actions of five buttons: to the start, back, play, forward, to the end."""
        self.transport.set_actions(actions)
        self.transport.show()
        self._place()

    def set_continue_action(self, action: QAction) -> None:
        """Set the action of the link that is shown for older iterations."""
        self.note.set_action(action)
        self._place()

    @property
    def speed(self) -> float:
        """The chosen speed of playback, in events per second."""
        return self.transport.speed

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the recording's events, the cursor and the kept iterations."""
        self._view_state = view_state
        for span in (s for s in view_state.cursor.recording.spans if s.ended):
            self._known[span.phase] = span.stop - span.start
        self._measure()
        description = self.caption()
        if description != self.accessibleDescription():
            moved = bool(self.accessibleDescription())
            self.setAccessibleDescription(description)
            if moved and not (view_state.training or view_state.playing):
                self._speak.start()
        self.transport.show_playing(view_state.playing)
        if self.isVisible():
            self._show_kept_iterations()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while hidden."""
        super().showEvent(event)
        self._show_kept_iterations()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.transport.set_theme(theme)
        self._measure()  # the size of text may be another one
        self.updateGeometry()
        self.kept_iterations.set_theme(theme)
        self.update()

    def sizeHint(self) -> QSize:
        """Any width, one row high."""
        return QSize(600, _ABOVE + 2 * scaled(_LINE))

    def minimumSizeHint(self) -> QSize:
        """Wide enough to click each phase."""
        return QSize(240 + round(self._left()), self.sizeHint().height())

    def caption(self) -> str:
        """The position of the cursor in words."""
        return "" if self._view_state is None else caption(self._view_state)

    def spoken(self) -> str:
        """The position of the cursor and the event before it, for a screen reader."""
        event = None if self._view_state is None else self._view_state.cursor.event
        return self.caption() if event is None else f"{self.caption()} · {_event_name(event)}"

    def segments(self) -> tuple[Segment, ...]:
        """The layout of the bar; empty before the first view state."""
        if self._view_state is None:
            return ()
        recording = self._view_state.cursor.recording
        counts = expected_counts(recording, self._known)
        left = self._left()
        width = self.width() - left - _MARGIN - self._words_width() - 16
        runs = repeated_runs(self._view_state)
        return lay_out(recording, counts, left, max(width, 10), self._view_state.order, runs)

    def describe(self, index: int) -> str:
        """An event in words, for its tooltip."""
        assert self._view_state is not None
        recording = self._view_state.cursor.recording
        event = recording.events[index]
        span = recording.span_of(index)
        number = index - (span.start if span else 0) + 1
        where = f"{event.phase.value} {number}/{span.stop - span.start if span else 1}"
        return f"{where} · {_event_name(event)}"

    # -- what the user does ------------------------------------------------------------------

    def _can_navigate(self) -> bool:
        view_state = self._view_state
        return (
            view_state is not None
            and not view_state.training
            and not view_state.cursor.recording.preview
            and bool(view_state.cursor.recording.events)
        )

    def _go(self, position: int) -> None:
        if not self._can_navigate() or self._view_state is None:
            return
        position = max(0, min(position, len(self._view_state.cursor.recording.events)))
        if position != self._view_state.cursor.position:
            self.cursor_moved.emit(position)

    def _can_pick(self) -> bool:
        view_state = self._view_state
        return (
            view_state is not None
            and not view_state.training
            and len(view_state.kept_iterations.iterations) > 1
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the cursor to where the bar was clicked."""
        segments, x = self.segments(), event.position().x()
        if event.button() is not Qt.MouseButton.LeftButton or not segments:
            super().mousePressEvent(event)
            return
        end = segments[-1].left + segments[-1].width
        self._dragging = segments[0].left - _REACH <= x <= end + _REACH
        if self._dragging:
            self._go(cursor_at(segments, x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the cursor with the mouse while it is dragged."""
        if self._dragging and event.buttons() & Qt.MouseButton.LeftButton:
            self._go(cursor_at(self.segments(), event.position().x()))
        shape = Qt.CursorShape.PointingHandCursor if self._can_navigate() else None
        self.setCursor(shape or Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        super().mouseReleaseEvent(event)
        self._dragging = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move by one event, Home and End to the ends, Page keys by an iteration."""
        if self._view_state is None:
            super().keyPressEvent(event)
            return
        position, key = self._view_state.cursor.position, event.key()
        targets: dict[int, int] = {
            Qt.Key.Key_Left: position - 1,
            Qt.Key.Key_Right: position + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._view_state.cursor.recording.events),
        }
        pages: dict[int, int] = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key in targets:
            self._go(targets[key])
        elif key in pages:
            self._turn(pages[key])
        else:
            super().keyPressEvent(event)

    def _turn(self, by: int) -> None:
        if self._view_state is None or not self._can_pick():
            return
        iteration = neighbour_iteration(self._view_state.kept_iterations, by)
        if iteration is not None:
            self.iteration_picked.emit(iteration)

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the event under the mouse; give the buttons the room they ask for."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._place()  # there is no layout that would
        if event.type() is not QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        index = event_at(self.segments(), event.pos().x())
        known = self._view_state is not None and self._view_state.cursor.recording.events
        if index is not None and known and index >= len(known):
            index = None  # of a phase that is under way, yet to come
        text = self.tr(
            "The events of this iteration. Left, Right, Home and End move the cursor, "
            "Page Up and Page Down show the previous and the next iteration."
        )
        QToolTip.showText(event.globalPos(), text if index is None else self.describe(index), self)
        return True

    # -- where things are ----------------------------------------------------------------------

    def _left(self) -> float:
        """The left end of the bar, right of the buttons."""
        if self.transport.isHidden():
            return _MARGIN
        return _EDGE + self.transport.sizeHint().width() + 2 * _REACH

    def _bar_top(self) -> float:
        if not self.kept_iterations.isHidden():
            return 24
        return (self.height() - 8 - scaled(_LINE)) / 2

    def _words_width(self) -> int:
        """Room for the widest caption, so that the bar does not move when it changes."""
        needed = self._caption_room
        if not self.kept_iterations.isHidden():
            needed = max(needed, self.note.sizeHint().width())
        return min(needed, round(self.width() * 0.35))

    def _measure(self) -> None:
        if self._view_state is not None:
            most = max(self._known.values(), default=0)
            self._caption_room = caption_width(self._view_state, most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place everything again."""
        super().resizeEvent(event)
        self._place()

    def _show_kept_iterations(self) -> None:
        if self._view_state is None:
            return
        kept_iterations = self._view_state.kept_iterations
        several = len(kept_iterations.iterations) > 1 or leaves_out(self._view_state)
        self.kept_iterations.show_kept_iterations(kept_iterations, self._can_pick())
        self.note.show_view_state(self._view_state)
        self.kept_iterations.setVisible(several)
        self.note.setVisible(several)
        self._place()

    def _place(self) -> None:
        """Place the buttons, the iteration strip and the note."""
        size = self.transport.sizeHint()
        self.transport.setGeometry(
            _EDGE, (self.height() - size.height()) // 2, size.width(), size.height()
        )
        segments = self.segments()
        if not segments:
            return
        before = self.kept_iterations.geometry(), self.note.geometry()
        bar = bar_box(segments, 0)
        self.kept_iterations.setGeometry(round(bar.left()), 5, round(bar.width()), STRIP_HEIGHT)
        width = self._words_width()
        top, high = 12 + scaled(_LINE), 4 + scaled(_LINE)
        self.note.setGeometry(self.width() - _MARGIN - width, top, width, high)
        if before != (self.kept_iterations.geometry(), self.note.geometry()):
            self.update()

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, the bar with its handle, and the caption."""
        super().paintEvent(event)
        if self._view_state is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        segments = self.segments()
        if running_free(self._view_state):
            paint_flow(painter, self._theme, segments, self._bar_top())
        else:
            view_state = self._view_state
            stops = stops_at(
                view_state.cursor.recording, view_state.breakpoints, view_state.program.lines
            )
            paint_bar(painter, self._theme, segments, self._bar_top(), self._view_state, stops)
        self._paint_caption(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    def _paint_caption(self, painter: QPainter) -> None:
        assert self._view_state is not None
        width = self._words_width()
        alone = self.kept_iterations.isHidden()
        height = self.height() if alone else 18 + scaled(_LINE)
        box = QRectF(self.width() - _MARGIN - width, 0, width, height)
        paint_caption(painter, box, self._view_state, self._theme)


def _event_name(event: Event) -> str:
    return f"{event.op} {event.parameter}" if event.parameter else event.op
