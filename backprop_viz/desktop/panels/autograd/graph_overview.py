"""A grad_fn graph zoomed out: too small for text, it shows shapes, colours and modules."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from backprop_viz.analysis.graph.graph_layout import Placement, Rect
from backprop_viz.desktop.panels.autograd.module_spans import Stretch
from backprop_viz.desktop.style.theme import Theme, body_font, text_scale

_NAME = 11  # pixels on screen
_PLATE = 3.0  # around a name
_COVERED = 0.15  # the share of the graph that names may cover
_STEM = 11  # the text size in a box, in pixels on screen
_STEM_ROOM = 40.0  # the box size that text needs, in pixels on screen
_OUTLINED = 8.0  # the size in pixels below which a box is only a spot of colour

# Returns the modules that name parts of a graph, from coarse to fine.
FindSpans = Callable[[], tuple[tuple[Stretch, ...], ...]]


class OverviewPainter:
    """Paints a graph in few calls: everything of one colour at once."""

    def __init__(self, placement: Placement, boxes: Mapping[int, QRectF], named: FindSpans) -> None:
        self._named_later = named
        self._area = placement.width * placement.height
        self._rects = boxes
        self._edges = placement.edges
        self._segments: dict[tuple[int, int], list[QLineF]] = {}  # created when first painted
        self._boxes: dict[str, list[QRectF]] = {}
        self._lines: dict[str, list[QLineF]] = {}

    @cached_property
    def _modules(self) -> tuple[tuple[Stretch, ...], ...]:
        return self._named_later()

    def sort(self, nodes: Mapping[int, str], edges: Mapping[tuple[int, int], str]) -> None:
        """Take what is to be painted, with the theme role that colours each item."""
        self._boxes, self._lines = {}, {}
        for node, role in nodes.items():
            self._boxes.setdefault(role, []).append(self._rects[node])
        for edge, role in edges.items():
            if edge not in self._segments:
                points = pairwise(self._edges[edge])
                self._segments[edge] = [QLineF(*a, *b) for a, b in points]
            self._lines.setdefault(role, []).extend(self._segments[edge])

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Paint a background for every other module, the edges and the boxes."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        scale = painter.worldTransform().m11()
        for stretch in self._named(scale)[1::2]:
            for box in stretch.boxes:
                painter.fillRect(_grown(box), theme.tint(theme.text, 0.06))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, lines in self._lines.items():
            painter.setPen(QPen(theme.tint(getattr(theme, role), 0.55), 0))
            painter.drawLines(lines)
        for role, boxes in self._boxes.items():
            color, waits = QColor(getattr(theme, role)), role == "faint"
            outlined = boxes[0].height() * scale >= _OUTLINED
            fill = theme.tint(color, 0.0 if waits else 0.3)
            if not outlined:
                fill = theme.tint(color, 0.45 if waits else 0.8)
            painter.setPen(QPen(color, 0) if outlined else QPen(fill, 0))
            painter.setBrush(fill)
            painter.drawRects(boxes)

    def paint_spot(self, painter: QPainter, node: int, color: QColor, ring: QColor) -> None:
        """Paint a node so that it can be found at any scale."""
        pixel = 1 / painter.worldTransform().m11()
        painter.setPen(QPen(ring, 1.5 * pixel))
        painter.setBrush(color)
        painter.drawRect(self._rects[node].adjusted(-2 * pixel, -2 * pixel, 2 * pixel, 2 * pixel))

    def paint_stems(self, painter: QPainter, texts: Iterable[tuple[int, str, QColor]]) -> None:
        """Paint the nodes' names, cut to their boxes, where the boxes are large enough."""
        scale = painter.worldTransform().m11()
        font = body_font(_STEM)
        metrics = QFontMetricsF(font)
        for node, text, ink in texts:
            box = self._rects[node]
            size = QRectF(0, 0, box.width() * scale, box.height() * scale)
            if size.width() < _STEM_ROOM or size.height() < metrics.height():
                continue
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, size.width() - 4)
            _to_screen(painter, box.topLeft(), scale)
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(size, Qt.AlignmentFlag.AlignCenter, shown)
            painter.restore()

    def paint_names(self, painter: QPainter, theme: Theme, exposed: QRectF) -> None:
        """Paint each module's name where the module starts or comes into sight."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = painter.worldTransform().m11()
        for stretch in self._named(scale):
            plate = _plate(stretch.module)
            corner = _corner(stretch, exposed, plate.width() / scale)
            if corner is not None:
                # In the first row the name would lie above the visible area.
                corner.setY(max(corner.y(), exposed.top() - (plate.top() - 1) / scale))
                _paint_name(painter, theme, corner, stretch.module, scale)

    def _named(self, scale: float) -> tuple[Stretch, ...]:
        """The finest modules whose names leave enough of the graph visible."""
        room = _COVERED * self._area * scale**2
        found = [m for m in self._modules if len(m) > 1 and _covered(m) <= room]
        return found[-1] if found else ()


def _grown(box: Rect) -> QRectF:
    return QRectF(box.x, box.y, box.width, box.height).adjusted(-7, -9, 8, 5)


def _covered(modules: tuple[Stretch, ...]) -> float:
    """The area of the screen that the names cover, in square pixels."""
    plates = (_plate(stretch.module) for stretch in modules)
    return sum(plate.width() * plate.height() for plate in plates)


def _plate(name: str) -> QRectF:
    """The background of a name above its corner, in pixels on screen."""
    return _plate_at(name, text_scale())


@cache
def _plate_at(name: str, text: float) -> QRectF:
    metrics = QFontMetricsF(body_font(_NAME, bold=True))
    width, height = metrics.horizontalAdvance(name) + 2 * _PLATE, metrics.height()
    return QRectF(0, 2 - height, width, height)


def _corner(stretch: Stretch, exposed: QRectF, width: float) -> QPointF | None:
    """The corner for a name of this width: the first visible box that is long enough.

    If there is none, the name may extend beyond the first box, but only from its start.
    """
    seen = [box for box in stretch.boxes if _grown(box).intersects(exposed)]
    for box in seen:
        left = max(box.x, exposed.left())
        if min(box.right, exposed.right()) - left >= width:
            return QPointF(left, box.y)
    begun = [box for box in seen if box.x >= exposed.left()]
    return QPointF(begun[0].x, begun[0].y) if begun else None


def _to_screen(painter: QPainter, corner: QPointF, scale: float) -> None:
    """Measure in pixels on screen from a corner, until ``restore``."""
    painter.save()
    painter.translate(corner)
    painter.scale(1 / scale, 1 / scale)


def _paint_name(painter: QPainter, theme: Theme, corner: QPointF, name: str, scale: float) -> None:
    """Paint a name on a small plate at a box's upper left corner, of one size on screen."""
    _to_screen(painter, corner, scale)
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(QColor(theme.panel))
    painter.drawRoundedRect(_plate(name), 3, 3)
    painter.setFont(body_font(_NAME, bold=True))
    painter.setPen(QColor(theme.text))
    painter.drawText(_plate(name), Qt.AlignmentFlag.AlignCenter, name)
    painter.restore()
