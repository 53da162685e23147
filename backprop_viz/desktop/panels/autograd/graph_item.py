"""Paints a grad_fn graph: one graphics item for all nodes and edges."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from backprop_viz.analysis.graph.box_sizes import OPEN, BoxSizes
from backprop_viz.analysis.graph.folded_graph import FoldedGraph
from backprop_viz.analysis.graph.graph_layout import Placement, Point, Rect
from backprop_viz.analysis.graph.graph_structure import is_leaf
from backprop_viz.desktop.panels.autograd.graph_index import index_edges, index_nodes
from backprop_viz.desktop.panels.autograd.graph_overview import FindSpans, OverviewPainter
from backprop_viz.desktop.panels.autograd.node_states import (
    NodeState,
    arriving_gradient_text,
    box_states,
)
from backprop_viz.desktop.style.painting import elided, fitting, head_of, thin_dashes
from backprop_viz.desktop.style.theme import DARK, Theme, scene_code_font, scene_font
from backprop_viz.desktop.texts.parameter_names import brief_parameter
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.phases import Phase

_LEAST = 11  # pixels on screen of the smallest text
_AFAR = 0.61  # the scale below which almost no text is drawn
_AROUND = 8.0  # the margin for a node's rings and an edge's head
_CORNER = 6.0
_GROUND = 0.06  # how strongly an unfolded box's ground is tinted
_PILE = 3.0  # how far the second card of a box looks out


def name_lines(name: str) -> tuple[str, str]:
    """``ConvolutionBackward0`` as ("Convolution", "Backward0"); other names stay whole."""
    parts = re.fullmatch(r"(.+?)(Backward\d*)", name)
    return (parts[1], parts[2]) if parts else (name, "")


@dataclass(frozen=True, slots=True)
class _Line:
    """A text elided once to fit its place."""

    box: QRectF
    text: str
    font: QFont


class GraphItem(QGraphicsItem):
    """All nodes and edges; built once for a layout, afterwards only recoloured."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.theme: Theme = DARK
        self.graph = Graph()
        self.folded = FoldedGraph()
        self.placement = Placement({}, {}, 0, 0, 0)
        self.shown_cursor: Cursor | None = None
        self.states: Mapping[int, NodeState] = {}
        self.selected: frozenset[int] = frozenset()
        self.lit: frozenset[int] = frozenset()  # nodes of the number that is explained
        self.focused: int | None = None
        self.breaking: frozenset[int] = frozenset()  # the nodes that have a breakpoint
        # Scalar gradients are shown as numbers, which differ between iterations.
        self._scalars: list[Node] = []
        self._numbers: list[str] = []
        self._boxes: dict[int, QRectF] = {}
        # Created when first seen.
        self._paths: dict[tuple[int, int], QPainterPath] = {}
        self._names: dict[int, _Line] = {}
        self._text = 1.0  # how much larger than usual its text is
        self._names_scale = 1.0  # at which the names were elided
        self._headed: frozenset[tuple[int, int]] = frozenset()
        self._nodes_near = index_nodes(self.placement, _AROUND)
        self._edges_near = index_edges(self.placement, _AROUND)
        self._afar = OverviewPainter(self.placement, self._boxes, tuple)
        # What is seen when zoomed out, sorted by state.
        self._sorted: tuple[list[int], list[tuple[int, int]]] | None = None

    def build(self, folded: FoldedGraph, placement: Placement, named: FindSpans) -> None:
        """Take a graph, the places of its nodes, and a function that names parts of it."""
        self.prepareGeometryChange()
        self.folded, self.graph, self.placement = folded, folded.graph, placement
        self._scalars = [node for node in self.graph.nodes if node.shape == ()]
        self._boxes = {node: _box(rect) for node, rect in placement.rects.items()}
        low = placement.sizes.pill_height
        boxes = {node for node, rect in placement.rects.items() if rect.height > low}
        self._headed = frozenset(e for e in placement.edges if boxes.issuperset(e))
        self._names, self._paths = {}, {}
        self._nodes_near = index_nodes(placement, _AROUND)
        self._edges_near = index_edges(placement, _AROUND)
        self._afar = OverviewPainter(placement, self._boxes, named)
        self._sorted = None
        self.update()

    def set_text_scale(self, scale: float) -> None:
        """Make the smallest text so much larger than usual, at whatever scale it is painted."""
        if scale != self._text:
            self._text, self._names = scale, {}
            self.update()

    def recolour(self, cursor: Cursor | None, since: int = 0) -> None:
        """Show another cursor, and what ran from ``since`` on; repaint if it looks different."""
        states = box_states(self.folded, cursor, since)
        numbers = [arriving_gradient_text(node, cursor) for node in self._scalars]
        self.shown_cursor = cursor
        if (states, numbers) != (self.states, self._numbers):
            self.states, self._numbers = states, numbers
            self._sorted = None
            self.update()

    @property
    def current(self) -> int | None:
        """The node that backward has just run, or the box that it is in."""
        event = None if self.shown_cursor is None else self.shown_cursor.event
        if event is None or event.node is None:
            return None
        node = self.folded.box_of.get(event.node, event.node)
        if node not in self._boxes:
            return None
        return node if self._is_at(node, NodeState.CURRENT) else None

    def _is_at(self, node: int, state: NodeState) -> bool:
        return self.states.get(node, NodeState.WAITING) is state

    def box(self, node: int) -> QRectF:
        """The box of a node."""
        return self._boxes[node]

    def node_at(self, point: QPointF) -> int | None:
        """The node at a point."""
        near = self._nodes_near.within(point.x(), point.y(), point.x(), point.y())
        return next((node for node in near if self._boxes[node].contains(point)), None)

    def boundingRect(self) -> QRectF:
        """All nodes and edges, with their rings."""
        return QRectF(-8, -8, self.placement.width + 16, self.placement.height + 16)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint what lies in the exposed area."""
        exposed: QRectF = option.exposedRect
        if painter.worldTransform().m11() < _AFAR * self._text:
            self._paint_from_afar(painter, exposed)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        area = (exposed.left(), exposed.top(), exposed.right(), exposed.bottom())
        near = self._nodes_near.within(*area)
        for node_id in near:
            if node_id in self.folded.around:
                self._paint_ground(painter, self._boxes[node_id])
        for edge in self._edges_near.within(*area):
            self._paint_edge(painter, edge)
        for node_id in near:
            node, box = self.graph.nodes[node_id], self._boxes[node_id]
            self._paint_node(painter, node, box)
            self._paint_texts(painter, node)
            if node_id in self.breaking:
                self._paint_break(painter, box)

    def _paint_ground(self, painter: QPainter, box: QRectF) -> None:
        """Paint what joins the nodes of an unfolded box: the grounds of neighbours touch."""
        across, down = self.placement.sizes.gap / 2, _AROUND
        painter.fillRect(
            box.adjusted(-across, -down, across, down), self.theme.tint(self.theme.text, _GROUND)
        )

    def _paint_from_afar(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint it zoomed out: only modules' names as text; marked nodes stand out."""
        area = (exposed.left(), exposed.top(), exposed.right(), exposed.bottom())
        sight = (self._nodes_near.within(*area), self._edges_near.within(*area))
        seen = [self.graph.nodes[node] for node in sight[0]]
        if sight != self._sorted:
            roles = {node.id: self._node_role(node) for node in seen}
            self._afar.sort(roles, {edge: self._edge_role(edge) for edge in sight[1]})
            self._sorted = sight
        theme = self.theme
        self._afar.paint(painter, theme)
        marked = {*self.selected, *self.lit, *([] if self.focused is None else [self.focused])}
        for node in sorted(marked & self._boxes.keys()):
            role = self._node_role(self.graph.nodes[node])
            self._afar.paint_spot(
                painter, node, theme.tint(getattr(theme, role), 0.5), QColor(theme.accent)
            )
        if self.current is not None:
            color = QColor(getattr(theme, self._node_role(self.graph.nodes[self.current])))
            self._afar.paint_spot(painter, self.current, color, QColor(theme.text))
        for node in sorted(self.breaking & self._boxes.keys()):
            color = QColor(theme.error)
            self._afar.paint_spot(painter, node, color, color)
        inks = {True: QColor(theme.muted), False: QColor(theme.text)}
        self._afar.paint_stems(
            painter,
            (
                (node.id, name_lines(node.name)[0], inks[self._is_at(node.id, NodeState.WAITING)])
                for node in seen
                if not is_leaf(node)
            ),
        )
        self._afar.paint_names(painter, theme, exposed)

    def _node_role(self, node: Node) -> str:
        """The colour of a node: faint until backward has run it."""
        if self._is_at(node.id, NodeState.WAITING):
            return "faint"
        return "update" if is_leaf(node) else "backward"

    def _paint_break(self, painter: QPainter, box: QRectF) -> None:
        """Paint a breakpoint's dot and ring on the upper left corner of a node."""
        color, center = QColor(self.theme.error), box.topLeft() + QPointF(3, 3)
        painter.setPen(QPen(color, 1))
        painter.setBrush(QColor(self.theme.panel))
        painter.drawEllipse(center, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(center, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _edge_role(self, edge: tuple[int, int]) -> str:
        """The colour of an edge: faint until backward has run both of its nodes."""
        if NodeState.WAITING in (self.states.get(edge[0]), self.states.get(edge[1])):
            return "faint"
        return "update" if is_leaf(self.graph.nodes[edge[1]]) else "backward"

    def _paint_edge(self, painter: QPainter, edge: tuple[int, int]) -> None:
        if edge not in self._paths:
            self._paths[edge] = _rounded(self.placement.edges[edge])
        path = self._paths[edge]
        role = self._edge_role(edge)
        color = QColor(getattr(self.theme, role))
        if role == "faint":
            painter.setPen(thin_dashes(color, painter.worldTransform().m11()))
            painter.drawPath(path)
            return
        painter.setPen(QPen(color, 1.4))
        painter.drawPath(path)
        if edge in self._headed:
            tip, before = path.pointAtPercent(1), path.pointAtPercent(max(1 - 4 / path.length(), 0))
            step = tip - before
            size = (step.x() ** 2 + step.y() ** 2) ** 0.5
            if size > 0:
                painter.drawPolyline(head_of(step / size, tip))

    def _paint_node(self, painter: QPainter, node: Node, box: QRectF) -> None:
        state = self.states.get(node.id, NodeState.WAITING)
        leaf = is_leaf(node)
        fill, outline = _look(self.theme, state, leaf, painter.worldTransform().m11())
        radius = box.height() / 2 if leaf else _CORNER
        if node.id in self.selected or node.id == self.focused:
            ring = QPen(QColor(self.theme.accent), 2)
            if node.id != self.focused:
                ring.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(ring)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            away = 4 if self.placement.sizes is OPEN else 2
            ring_box = box.adjusted(-away, -away, away, away)
            painter.drawRoundedRect(ring_box, radius + away, radius + away)
        if node.id in self.lit:
            fill = self.theme.tint(outline.color(), 0.45)
            outline = QPen(outline.color(), 2.5)
        painter.setPen(outline)
        if node.id in self.folded.groups:  # as cards on a pile
            painter.setBrush(QColor(self.theme.panel))
            painter.drawRoundedRect(box.translated(_PILE, _PILE), radius, radius)
            painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_texts(self, painter: QPainter, node: Node) -> None:
        waiting = self._is_at(node.id, NodeState.WAITING)
        scale = painter.worldTransform().m11()
        color = self.theme.phase(Phase.UPDATE if is_leaf(node) else Phase.BACKWARD)
        muted = QColor(self.theme.muted)
        ink = muted if waiting else color if is_leaf(node) else QColor(self.theme.text)
        if scale != self._names_scale:
            self._names, self._names_scale = {}, scale
        if node.id not in self._names:
            place = _on_screen(self._boxes[node.id], scale)
            self._names[node.id] = _name(node, place, self.placement.sizes, scale, self._text)
        line, box = self._names[node.id], self._boxes[node.id]
        if QFontMetrics(line.font).height() > line.box.height() + 2:
            return
        # Letters have whole pixels on screen, whatever the scale.
        painter.save()
        painter.translate(box.topLeft())
        painter.scale(1 / scale, 1 / scale)
        painter.setFont(line.font)
        painter.setPen(ink)
        painter.drawText(line.box, _ALIGN, line.text)
        if self.placement.sizes is OPEN and not is_leaf(node):
            painter.setPen(muted if waiting else color)
            self._paint_gradient(painter, node, _on_screen(box, scale), line.box.bottom())
        painter.restore()

    def _paint_gradient(self, painter: QPainter, node: Node, box: QRectF, top: float) -> None:
        """Paint the shape of the gradient that arrives, where it has room below ``top``."""
        size = max(_LEAST * self._text, _LEAST * self._names_scale)
        font = scene_code_font(round(size))
        metrics = QFontMetrics(font)
        below = QRectF(box.x() + 6, 0, box.width() - 10, metrics.height())
        below.moveBottom(box.bottom() - 0.08 * box.height())
        text = arriving_gradient_text(node, self.shown_cursor)
        if metrics.horizontalAdvance(text) > below.width():
            text = text.removeprefix("∂ ")
        if below.top() >= top - 1 and metrics.horizontalAdvance(text) <= below.width():
            painter.setFont(font)
            painter.drawText(below, _ALIGN, text)


def _on_screen(box: QRectF, scale: float) -> QRectF:
    """A box's size in pixels on screen, from its own corner."""
    return QRectF(0, 0, box.width() * scale, box.height() * scale)


@lru_cache(maxsize=64)
def _look(theme: Theme, state: NodeState, leaf: bool, scale: float) -> tuple[QColor, QPen]:
    """The fill and outline of a node."""
    if state is NodeState.WAITING:
        return QColor(theme.panel), thin_dashes(QColor(theme.faint), scale)
    color = theme.phase(Phase.UPDATE if leaf else Phase.BACKWARD)
    if state is NodeState.CURRENT:
        return theme.tint(color, 0.28), QPen(color, 2.4)
    return theme.tint(color, 0.1), QPen(theme.tint(color, 0.7), 1.2)


_ALIGN = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


# MaxPool2DWithIndices is a MaxPool2D for whoever looks; its hint has the whole name.
_VARIANT = re.compile(r"(?<=.)With[A-Z]\w*$")


def _box(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)


def _name(node: Node, box: QRectF, sizes: BoxSizes, scale: float, text_scale: float) -> _Line:
    """A node's name as it fits in its box on screen; "Backward0" is not repeated on each."""
    least = round(_LEAST * text_scale)
    if box.height() <= sizes.pill_height * scale:
        inside = box.adjusted(1, 0, -1, 0)
        text, font = node.parameter or node.name, scene_font(max(least, round(_LEAST * scale)))
        font = fitting(font, text, inside.width(), least)
        if (
            node.parameter is not None
            and QFontMetrics(font).horizontalAdvance(text) > inside.width()
        ):
            text = brief_parameter(text)
        # What has a dotted name differs at its end, as layers.3.conv1.weight does.
        is_dotted = node.parameter is not None or "." in text
        where = Qt.TextElideMode.ElideLeft if is_dotted else Qt.TextElideMode.ElideMiddle
        shown = elided(font, text, math.ceil(inside.width()), where)
        left = (inside.width() - QFontMetrics(font).horizontalAdvance(shown)) / 2
        return _Line(inside.adjusted(max(left, 0), 0, 2, 0), shown, font)
    stem, suffix = name_lines(node.name)
    shown = stem if suffix in ("", "Backward0") else node.name
    inside = box.adjusted(7 * scale, 5 * scale, -4, 0)
    if sizes is OPEN:
        inside.setHeight(max(18 * scale, least + 4))
    else:
        inside = box.adjusted(3, 0, -1, 0)
    font = scene_font(max(least, round(sizes.name * scale)), bold=True)
    if QFontMetrics(font).horizontalAdvance(shown) > inside.width():
        shown = stem  # in the size of the others, not the beginning of both in small print
    whole, font = font, fitting(font, shown, inside.width(), least)
    if QFontMetrics(font).horizontalAdvance(shown) > inside.width():
        shown = _VARIANT.sub("", stem)
        font = fitting(whole, shown, inside.width(), least)
    # A module's dotted name differs at its end from those beside it.
    where = Qt.TextElideMode.ElideLeft if "." in shown else Qt.TextElideMode.ElideRight
    cut = elided(font, shown, math.ceil(inside.width()), where)
    return _Line(inside, cut, font)


def _rounded(points: tuple[Point, ...]) -> QPainterPath:
    """A path through points with slightly rounded corners."""
    path = QPainterPath(QPointF(*points[0]))
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(QPointF(*corner), _towards(corner, after))
    path.lineTo(QPointF(*points[-1]))
    return path


def _towards(corner: Point, other: Point) -> QPointF:
    """The point at the corner's radius on the way to another point, at most half way."""
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = (across**2 + down**2) ** 0.5
    part = min(_CORNER / length, 0.5) if length else 0.0
    return QPointF(corner[0] + across * part, corner[1] + down * part)
