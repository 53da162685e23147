"""The square to draw on: smooth strokes kept in logical coordinates, and what they look like."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..style.theme import DARK, Theme, body_font
from .strokes import PEN, SIDE, Piece, Point, Stroke, draw, pieces, settled_piece, tail_piece

_EMIT_MS = 33


class Canvas(QWidget):
    """Draws with mouse, pen and touch. What it says: ``digit_drawn`` and ``changed``.

    ``digit_drawn`` carries a float32 array (280, 280), light strokes (1) on dark (0), or None
    when there is no drawing: at most 30 times a second, and always at the end of a stroke.
    ``probabilities`` and ``prediction`` are what the net made of it, kept here to be read.
    """

    digit_drawn = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawPad")
        self.setAccessibleName(self.tr("Drawing area"))
        tip = self.tr("Draw a digit. Del clears, {undo} undoes a stroke, {redo} draws it again.")
        keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
        undo, redo = (QKeySequence(key).toString() for key in keys)
        self.setToolTip(tip.format(undo=undo, redo=redo))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme = DARK
        self._strokes: tuple[Stroke, ...] = ()
        self._undo: list[tuple[Stroke, ...]] = []
        self._redo: list[tuple[Stroke, ...]] = []
        self._pen: list[Point] = []  # the stroke being drawn
        self._drawing = _blank(SIDE)
        self._shown = _blank(SIDE)  # the same at the screen's resolution
        self._waiting = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_EMIT_MS)
        self._timer.timeout.connect(self._emit_waiting)
        self._probabilities: tuple[float, ...] | None = None

    # -- what the net made of it -------------------------------------------------------------

    def set_probabilities(self, probabilities: Sequence[float] | None) -> None:
        """Keep what the net answered, None if it was not asked."""
        self._probabilities = None if probabilities is None else tuple(probabilities)

    @property
    def probabilities(self) -> list[float] | None:
        """Ten probabilities, or None."""
        return None if self._probabilities is None else list(self._probabilities)

    @property
    def prediction(self) -> int | None:
        """The likeliest digit; None if there is none, or they are no numbers."""
        if self._probabilities is None or not np.isfinite(self._probabilities).all():
            return None
        return int(np.argmax(self._probabilities))

    # -- the drawing -------------------------------------------------------------------------

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self._strokes and not self._pen

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke (or a clearing) to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether something taken back can be done again."""
        return bool(self._redo)

    def strokes(self) -> tuple[Stroke, ...]:
        """The finished strokes."""
        return self._strokes

    def image(self) -> NDArray[np.float32]:
        """A copy of the drawing: (280, 280), 0..1, light on dark."""
        pixels = np.frombuffer(self._drawing.constBits(), np.uint32).reshape(SIDE, SIDE)
        return (pixels & 255).astype(np.float32) / np.float32(255)

    def clear(self) -> None:
        """Wipe the drawing; can be undone. Tells None even where nothing was drawn."""
        self._pen = []
        if self._strokes:
            self._become(())
        else:
            self._repaint_all()
            self._tell()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._undo and not self._pen:
            self._redo.append(self._strokes)
            self._restore(self._undo.pop())

    def redo(self) -> None:
        """Draw again what was taken back."""
        if self._redo and not self._pen:
            self._undo.append(self._strokes)
            self._restore(self._redo.pop())

    def _become(self, strokes: tuple[Stroke, ...]) -> None:
        self._undo.append(self._strokes)
        self._redo.clear()
        self._restore(strokes)

    def _restore(self, strokes: tuple[Stroke, ...]) -> None:
        self._strokes = strokes
        self._repaint_all()
        self._tell()
        self.changed.emit()

    # -- the pen -----------------------------------------------------------------------------

    def _pen_down(self, at: QPointF, pressure: float | None) -> None:
        was_empty = self.empty
        self._pen = [self._point(at, pressure)]
        self._settle()
        if was_empty:
            self.update()  # the hint goes

    def _pen_move(self, at: QPointF, pressure: float | None) -> None:
        point = self._point(at, pressure)
        last = self._pen[-1]
        if (point.x, point.y) == (last.x, last.y):
            return
        self._update(tail_piece(self._pen))
        self._pen.append(point)
        self._settle()

    def _pen_up(self) -> None:
        stroke = tuple(self._pen)
        self._paint((tail_piece(stroke),))
        self._pen = []
        self._undo.append(self._strokes)
        self._redo.clear()
        self._strokes = (*self._strokes, stroke)
        self._tell()
        self.changed.emit()

    def _settle(self) -> None:
        self._paint((settled_piece(self._pen[-3:]),))
        self._update(tail_piece(self._pen))
        if self._timer.isActive():
            self._waiting = True
        else:
            self._tell()
            self._timer.start()

    def _point(self, at: QPointF, pressure: float | None) -> Point:
        scale = SIDE / max(self.width(), 1)
        # A pen varies the width modestly: a light hand still leaves ink.
        width = PEN if pressure is None else PEN * (0.65 + 0.6 * min(max(pressure, 0.0), 1.0))
        return Point(at.x() * scale, at.y() * scale, width)

    def _tell(self) -> None:
        """Send the drawing as it is now."""
        self._waiting = False
        self._timer.stop()
        self.digit_drawn.emit(None if self.empty else self.image())

    def _emit_waiting(self) -> None:
        if self._waiting:
            self._tell()
            self._timer.start()

    # -- events ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pen_down(event.position(), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on."""
        if self._pen and event.buttons() & Qt.MouseButton.LeftButton:
            self._pen_move(event.position(), None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if self._pen and event.button() is Qt.MouseButton.LeftButton:
            self._pen_move(event.position(), None)
            self._pen_up()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A stylus: its pressure makes the stroke wider or thinner."""
        known = event.pointerType() is QPointingDevice.PointerType.Pen
        pressure = event.pressure() if known and event.pressure() > 0 else None
        if event.type() is QTabletEvent.Type.TabletPress:
            self._pen_down(event.position(), pressure)
        elif event.type() is QTabletEvent.Type.TabletMove and self._pen:
            self._pen_move(event.position(), pressure)
        elif event.type() is QTabletEvent.Type.TabletRelease and self._pen:
            self._pen_up()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del clears; undo and redo."""
        if event.key() == Qt.Key.Key_Delete:
            self.clear()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The drawing keeps its shape at any size."""
        super().resizeEvent(event)
        self._repaint_all()

    # -- painting ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """The border and the ring; the drawing is light on black in every theme."""
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
        self._drawing, self._shown = _blank(SIDE), _blank(side)
        run = [piece for stroke in self._strokes for piece in pieces(stroke)]
        run += [settled_piece(self._pen[:count][-3:]) for count in range(1, len(self._pen) + 1)]
        self._ink(run)
        self.update()

    def _paint(self, run: Sequence[Piece]) -> None:
        """Paint pieces, and ask for what they touch to be shown."""
        self._ink(run)
        for piece in run:
            self._update(piece)

    def _ink(self, run: Sequence[Piece]) -> None:
        """Paint pieces into both images."""
        for image in (self._drawing, self._shown):
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(image.width() / SIDE, image.width() / SIDE)
            for piece in run:
                draw(painter, piece)
            painter.end()

    def _update(self, piece: Piece) -> None:
        scale = self.width() / SIDE
        box = piece.bounds()
        dirty = QRectF(box.x() * scale, box.y() * scale, box.width() * scale, box.height() * scale)
        self.update(dirty.toAlignedRect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The drawing, the end of the stroke in hand, the border; a hint while it is empty."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(QRectF(self.rect()), self._shown)
        if self._pen:
            painter.save()
            painter.scale(self.width() / SIDE, self.width() / SIDE)
            draw(painter, tail_piece(self._pen))
            painter.restore()
        if self.empty:
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


def _blank(side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    return image
