"""The square to draw on with mouse, finger or stylus."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.desktop.panels.drawing.cursors import ring_cursor
from backprop_viz.desktop.panels.drawing.ink import Ink
from backprop_viz.desktop.panels.drawing.pointer_input import (
    PointerEvent,
    mouse_pointer_events,
    tablet_pointer_events,
    touch_pointer_events,
)
from backprop_viz.desktop.panels.drawing.sketch import Sketch
from backprop_viz.desktop.panels.drawing.stroke_in_progress import StrokeInProgress
from backprop_viz.desktop.panels.drawing.strokes import (
    ERASER,
    MEDIUM,
    WIDTHS,
    PadMark,
    Picture,
    Piece,
    paint_mark,
    pieces,
    tail_piece,
)
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.recording.limits import PAD_SIDE

# Half a display refresh: with more, an answer lags behind a point by up to a refresh more.
_EMIT_MS = 8
_TOUCHES = frozenset(
    (
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TouchCancel,
    )
)


class Canvas(QWidget):
    """The square to draw on with mouse, finger or stylus.

    ``digit_drawn`` carries a float32 array (280, 280), light strokes (1) on dark (0), or None when
    there is no drawing: at most once in 8 ms, and always at the end of a stroke. ``changed``:
    strokes were added or removed. ``probabilities`` and ``prediction`` are the network's last
    answer.
    """

    digit_drawn = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawPad")
        self.setAccessibleName(self.tr("Drawing area"))
        tip = self.tr(
            "Draw a digit. The right button erases. Del clears, {undo} undoes a stroke, "
            "{redo} draws it again."
        )
        keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
        undo, redo = (QKeySequence(key).toString() for key in keys)
        self.setToolTip(tip.format(undo=undo, redo=redo))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)  # to notice a release that went to another widget
        # The right button erases; a context menu would interfere.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._theme = DARK
        self._sketch = Sketch()
        self._ink = Ink()
        self._size = MEDIUM
        self._erasing = False
        self._stroke_in_progress = StrokeInProgress()
        self._began_empty = True
        self._waiting = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_EMIT_MS)
        self._timer.timeout.connect(self._emit_waiting)
        self._probabilities: tuple[float, ...] | None = None
        self._show_tool()

    # -- what the net made of it -------------------------------------------------------------

    def set_probabilities(self, probabilities: Sequence[float] | None) -> None:
        """Set the network's answer, or None if it was not asked."""
        self._probabilities = None if probabilities is None else tuple(probabilities)

    @property
    def probabilities(self) -> list[float] | None:
        """Ten probabilities, or None."""
        return None if self._probabilities is None else list(self._probabilities)

    @property
    def prediction(self) -> int | None:
        """The likeliest digit; None without probabilities, or if they are not finite."""
        if self._probabilities is None or not np.isfinite(self._probabilities).all():
            return None
        return int(np.argmax(self._probabilities))

    # -- the drawing -------------------------------------------------------------------------

    @property
    def empty(self) -> bool:
        """Whether no ink is visible: nothing was drawn, or everything was erased."""
        return self._ink.empty

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke or a clearing to undo."""
        return self._sketch.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something undone to redo."""
        return self._sketch.can_redo

    def strokes(self) -> tuple[PadMark, ...]:
        """The finished strokes, after the picture if one was put here."""
        return self._sketch.strokes

    def image(self) -> NDArray[np.float32]:
        """A copy of the drawing as it is shown: (280, 280), 0..1, light on dark."""
        return self._ink.image(self._stroke_in_progress.tail())

    def show_picture(self, image: NDArray[np.float32]) -> None:
        """Replace the drawing by an image (280, 280), 0..1; can be undone."""
        self._stroke_in_progress.lift()
        self._sketch.show(Picture.of(image))
        self._changed()

    def show_strokes(self, strokes: tuple[PadMark, ...]) -> None:
        """Replace the drawing by strokes; can be undone."""
        self._stroke_in_progress.lift()
        self._sketch.replace(strokes)
        self._changed()

    def clear(self) -> None:
        """Clear the drawing; can be undone. Emits None even if nothing was drawn."""
        self._stroke_in_progress.lift()
        self._sketch.clear()
        self._changed()

    def undo(self) -> None:
        """Undo the last stroke."""
        if self.can_undo and self._stroke_in_progress.holder is None:
            self._sketch.undo()
            self._changed()

    def redo(self) -> None:
        """Redo what was undone last."""
        if self.can_redo and self._stroke_in_progress.holder is None:
            self._sketch.redo()
            self._changed()

    def _changed(self) -> None:
        self._repaint_all()
        self._tell()
        self.changed.emit()

    # -- the tools ---------------------------------------------------------------------------

    @property
    def size_of_pen(self) -> int:
        """The index in ``WIDTHS`` of the pen in use."""
        return self._size

    def set_size_of_pen(self, size: int) -> None:
        """Use the pen with this index in ``WIDTHS``, or the nearest one."""
        self._size = min(max(size, 0), len(WIDTHS) - 1)
        self._show_tool()

    def set_erasing(self, erasing: bool) -> None:
        """Erase with every instrument, or draw again."""
        self._erasing = erasing
        self._show_tool()

    def _show_tool(self) -> None:
        """Show a cross for drawing, or a ring as wide as the eraser."""
        if self._erasing:
            across = ERASER * WIDTHS[self._size] * self.width() / PAD_SIDE
            self.setCursor(ring_cursor(max(round(across), 5)))
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)

    # -- the pen -----------------------------------------------------------------------------

    def _take(self, pointer_events: Sequence[PointerEvent]) -> None:
        """Draw with one instrument; others are ignored until it is lifted."""
        for pointer in pointer_events:
            if pointer.kind == "down" and self._stroke_in_progress.holder in (None, pointer.by):
                if self._stroke_in_progress.holder is not None:
                    self._pen_up()  # no release was reported
                self._pen_down(pointer)
            elif pointer.by != self._stroke_in_progress.holder:
                continue
            elif pointer.kind == "move":
                self._pen_move(pointer)
            elif pointer.kind == "up":
                self._pen_up()
            elif pointer.kind == "drop":
                self._stroke_in_progress.lift()
                self._repaint_all()
                self._tell()

    def _pen_down(self, pointer: PointerEvent) -> None:
        self._began_empty = self.empty
        erases = pointer.erases or self._erasing
        self._stroke_in_progress.take(pointer, WIDTHS[self._size], erases, self.width())
        self._settle()
        if self._began_empty:
            self.update()  # the hint disappears

    def _pen_move(self, pointer: PointerEvent) -> None:
        before = self._stroke_in_progress.tail()
        if self._stroke_in_progress.move(pointer, self.width()):
            self._update(before)
            self._settle()

    def _pen_up(self) -> None:
        stroke = self._stroke_in_progress.lift()
        self._paint(tail_piece(stroke.points, stroke.erases))
        if not (stroke.erases and self._began_empty):  # otherwise nothing has changed
            self._sketch.add(stroke)
        if self.empty:
            self.update()  # the hint appears
        self._tell()
        self.changed.emit()

    def _settle(self) -> None:
        self._paint(self._stroke_in_progress.newest_piece())
        self._update(self._stroke_in_progress.tail())
        if self._timer.isActive():
            self._waiting = True
        else:
            self._tell()
            self._timer.start()

    def _tell(self) -> None:
        """Emit the drawing as it is now."""
        self._waiting = False
        self._timer.stop()
        self.digit_drawn.emit(None if self.empty else self.image())

    def _emit_waiting(self) -> None:
        if self._waiting:
            self._tell()
            self._timer.start()

    # -- events ------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Handle touches here, so that Qt does not make mouse events of them."""
        if event.type() in _TOUCHES and isinstance(event, QTouchEvent):
            self._take(touch_pointer_events(event, self._stroke_in_progress.holder))
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a stroke."""
        self._take(mouse_pointer_events(event, self._stroke_in_progress.holder))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Continue the stroke."""
        self._take(mouse_pointer_events(event, self._stroke_in_progress.holder))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        self._take(mouse_pointer_events(event, self._stroke_in_progress.holder))

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a stylus; pressure changes the width, its other end erases."""
        self._take(tablet_pointer_events(event))
        event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        """End the stroke: its release will not arrive while the canvas is hidden."""
        if self._stroke_in_progress.holder is not None:
            self._pen_up()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear on Del; undo and redo."""
        if event.key() == Qt.Key.Key_Delete:
            self.clear()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the drawing at the new size."""
        super().resizeEvent(event)
        self._repaint_all()
        self._show_tool()

    # -- painting ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Paint border and ring in a theme's colours; the drawing is always light on black."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """A comfortable square."""
        return QSize(190, 190)

    def minimumSizeHint(self) -> QSize:
        """Enough to draw on."""
        return QSize(96, 96)

    def _repaint_all(self) -> None:
        side = round(max(self.width(), 1) * self.devicePixelRatio())
        run = [piece for stroke in self._sketch.strokes for piece in pieces(stroke)]
        self._ink.paint_anew((*run, *self._stroke_in_progress.settled()), side)
        self.update()

    def _paint(self, piece: Piece) -> None:
        """Paint a piece, and update the area that it touches."""
        self._ink.paint((piece,))
        self._update(piece)

    def _update(self, piece: Piece | None) -> None:
        """Schedule a repaint of the area that a piece touches."""
        if piece is None:
            return
        scale = self.width() / PAD_SIDE
        box = piece.bounds()
        dirty = QRectF(box.x() * scale, box.y() * scale, box.width() * scale, box.height() * scale)
        self.update(dirty.toAlignedRect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the drawing, the end of the unfinished stroke, and the border or hint."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(QRectF(self.rect()), self._ink.shown)
        if (tail := self._stroke_in_progress.tail()) is not None:
            painter.save()
            painter.scale(self.width() / PAD_SIDE, self.width() / PAD_SIDE)
            paint_mark(painter, tail)
            painter.restore()
        if self.empty and self._stroke_in_progress.holder is None:
            painter.setPen(QColor(DARK.muted))
            painter.setFont(body_font(12))
            words = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
            hint = self.tr("Draw a digit with the mouse or pen.")
            painter.drawText(self.rect().adjusted(14, 14, -14, -14), words, hint)
        ring = self.hasFocus()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.accent if ring else self._theme.border), 1 + ring))
        edge = 0.5 + 0.5 * ring
        painter.drawRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge))
        painter.end()
