"""The stroke that is being drawn, and by which instrument."""

from backprop_viz.desktop.panels.drawing.pointer_input import PointerEvent
from backprop_viz.desktop.panels.drawing.strokes import (
    ERASER,
    PenPoint,
    Piece,
    Stroke,
    settled_piece,
    settled_pieces,
    tail_piece,
)
from backprop_viz.recording.limits import PAD_SIDE


class StrokeInProgress:
    """Collects the points of a stroke; ``holder`` draws it, None between strokes."""

    def __init__(self) -> None:
        self.holder: str | None = None
        self._points: list[PenPoint] = []
        self._erases = False
        self._width = 0.0

    def take(self, pointer: PointerEvent, width: float, erases: bool, widget_side: int) -> None:
        """Start a stroke ``width`` wide, in the drawing's units."""
        self.holder = pointer.by
        self._erases = erases
        self._width = width * (ERASER if erases else 1)
        self._points = [self._point(pointer, widget_side)]

    def move(self, pointer: PointerEvent, widget_side: int) -> bool:
        """Add a point; returns whether it differs from the last one."""
        point, last = self._point(pointer, widget_side), self._points[-1]
        if (point.x, point.y) == (last.x, last.y):
            return False
        self._points.append(point)
        return True

    def lift(self) -> Stroke:
        """End the stroke and return it."""
        stroke = Stroke(tuple(self._points), self._erases)
        self.holder = None
        self._points = []
        return stroke

    def newest_piece(self) -> Piece:
        """The piece that the newest point has settled."""
        return settled_piece(self._points[-3:], self._erases)

    def settled(self) -> tuple[Piece, ...]:
        """All settled pieces of the stroke."""
        return tuple(settled_pieces(self._points, self._erases))

    def tail(self) -> Piece | None:
        """The end of the stroke, which the next point may still bend."""
        return tail_piece(self._points, self._erases) if self._points else None

    def _point(self, pointer: PointerEvent, widget_side: int) -> PenPoint:
        scale = PAD_SIDE / max(widget_side, 1)
        width = self._width
        if pointer.pressure is not None:
            # Only a little, so that light pressure still leaves ink, and gradually.
            width *= 0.65 + 0.6 * min(max(pointer.pressure, 0.0), 1.0)
            width = 0.5 * (self._points[-1].width + width) if self._points else width
        return PenPoint(pointer.at.x() * scale, pointer.at.y() * scale, width)
