"""Paints the network's columns, arrows and marks, and caches the images of its maps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.desktop.panels.network.feature_maps import Block, Look, Range, color_range
from backprop_viz.desktop.panels.network.lit_numbers import paint_lit
from backprop_viz.desktop.panels.network.mosaic import colours, mosaic
from backprop_viz.desktop.panels.network.network_edges import paint_edge, side_of
from backprop_viz.desktop.panels.network.network_hints import row_names, shown_captions
from backprop_viz.desktop.panels.network.network_layout import ROW_NAME, Grid, NetworkColumn
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.panels.network.range_texts import color_range_texts
from backprop_viz.desktop.style.numbers import rounded
from backprop_viz.desktop.style.painting import first_fitting, fitting, ink_on, text_line
from backprop_viz.desktop.style.theme import (
    DARK,
    Theme,
    body_font,
    code_font,
    least_text,
    scaled,
    text_scale,
)
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase

Blocks = tuple[Block, ...]

AROUND = 24.0  # room for the outline, its ring and the logits' marks
_LEFT = Qt.TextElideMode.ElideLeft
_INTO = 3  # so far above the line's letters a line of text begins, and below them it ends
_APART = 3  # pixels at each side of a text beside others
SWITCH = 12  # room for the arrows beside the name of a layer with several outputs


@dataclass(frozen=True, slots=True, eq=False)
class _PaintedColumn:
    """The cached images of a column; equal keys give equal images."""

    key: tuple[object, ...]
    images: tuple[QImage, ...]
    spans: tuple[Range | None, ...]  # of each block; those of a row have one


def row_label(name: str, width: int) -> tuple[str, QFont]:
    """The name of a row of a comparison and its font; in little room the sign of a difference.

    Half a word says nothing: where there is no room for "then" or "now", there is none.
    """
    font = fitting(body_font(11), name, width, least_text(11))
    signs = (name, "Δ" if name == row_names()[-1] else "", "")
    return next(s for s in signs if QFontMetrics(font).horizontalAdvance(s) <= width), font


class NetworkPainter:
    """Paints a ``NetworkState``; creates images only for what has changed."""

    def __init__(self) -> None:
        self.theme: Theme = DARK
        self.selected: frozenset[str] = frozenset()
        self.marks: NumberMarks | None = None  # what takes part in the number that is explained
        self.broken: frozenset[str] = frozenset()  # names of layers with a breakpoint
        self._pictures: dict[int, _PaintedColumn] = {}

    def forget(self) -> None:
        """Drop the images of the previous network."""
        self._pictures.clear()

    def paint(
        self,
        painter: QPainter,
        state: NetworkState,
        blocks: Sequence[Blocks],
        columns: Sequence[NetworkColumn],
        exposed: QRectF,
    ) -> None:
        """Paint the exposed part of the network."""
        layers = state.layers.layers
        seen = [i for i, column in enumerate(columns) if _touches(column, column, exposed)]
        for i in seen:
            self._paint_frame(painter, state, layers[i], columns[i])
        for a, b in state.layers.edges:
            if _touches(columns[a], columns[b], exposed):
                paint_edge(painter, self.theme, state, (a, b), columns)
        if state.rows > 1:
            self._row_names(painter, columns)
        for i in seen:
            self._texts(painter, state, layers[i], columns[i])
            self._column(painter, state, i, blocks[i], columns[i])
            for block, grid in zip(blocks[i], columns[i].grids, strict=True):
                paint_lit(painter, self.theme, self.marks, block, grid)

    def focus(self, painter: QPainter, tile: QRectF) -> None:
        """Paint the ring of the keyboard focus."""
        painter.setPen(QPen(QColor(self.theme.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(tile.adjusted(-2, -2, 2, 2), 3, 3)

    def _paint_frame(
        self, painter: QPainter, state: NetworkState, layer: Layer, column: NetworkColumn
    ) -> None:
        """Paint an outline around the layer at the cursor, dotted around selected ones."""
        side = side_of(state, layer)
        box = column.content.adjusted(-side, -6, side, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if layer.name in self.selected:
            painter.setPen(QPen(QColor(self.theme.accent), 1.2, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(selection_frame(column, side), 8, 8)
        if layer.name in self.broken:
            painter.setPen(QPen(QColor(self.theme.text), 1))
            painter.setBrush(QColor(self.theme.error))
            painter.drawEllipse(box.topLeft(), 5, 5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if layer.name == state.current and state.phase is not None:
            color = self.theme.phase(state.phase)
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(self.theme.tint(color, 0.08))
            for row in column.rows:
                painter.drawRoundedRect(row.adjusted(-side, -6, side, 6), 6, 6)

    def _row_names(self, painter: QPainter, columns: Sequence[NetworkColumn]) -> None:
        """Write on the left what each row of a comparison is."""
        for foot in {column.captions[0].y(): column for column in columns}.values():
            top = foot.header.bottom()
            for name, caption in zip(row_names(), foot.captions, strict=True):
                painter.save()
                painter.translate(0, caption.bottom())
                painter.rotate(-90)
                box = QRect(0, 0, round(caption.bottom() - top), scaled(ROW_NAME))
                said, font = row_label(name, box.width())
                text_line(painter, box, said, font, QColor(self.theme.muted))
                painter.restore()
                top = caption.bottom()

    def _texts(
        self, painter: QPainter, state: NetworkState, layer: Layer, column: NetworkColumn
    ) -> None:
        color = QColor(self.theme.text)
        if layer.name in self.selected:
            color = QColor(self.theme.accent)
        if layer.name == state.current and state.phase is not None:
            color = self.theme.phase(state.phase)
        box = text_box(column)
        muted = QColor(self.theme.muted)
        line = box.adjusted(0, 2, 0, -scaled(18))
        if state.switchable(layer):
            line.setRight(line.right() - scaled(SWITCH))
        title = _fitting_title(state, layer, line.width())
        if state.switchable(layer):
            self._switch(painter, line, title, color)
        # Elide dotted names at the start, titles with an operation in the middle.
        mode = Qt.TextElideMode.ElideMiddle if state.switchable(layer) else _LEFT
        self._text(painter, line, title, _title_font(title, line.width()), color, mode)
        # Shapes that touch read as one: they are smaller before they do.
        below, captions = box.adjusted(0, scaled(19), 0, -scaled(3)), shown_captions(state, layer)
        shape, font = first_fitting(code_font(11), captions, below.width() - 2 * _APART, 11)
        self._text(painter, below, shape or captions[-1], font, muted)

    def _text(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        font: QFont,
        color: QColor,
        mode: Qt.TextElideMode = _LEFT,
    ) -> None:
        """Write a line on top of any arrow."""
        font = fitting(font, text, box.width(), least_text(11))
        across = min(QFontMetrics(font).horizontalAdvance(text) + 6, box.width())
        back = QRect(box.center().x() - across // 2, box.y(), across, box.height())
        painter.fillRect(back, QColor(self.theme.panel))
        text_line(painter, box, text, font, color, mode)

    def _switch(self, painter: QPainter, line: QRect, title: str, color: QColor) -> None:
        """Paint two small arrows beside a name: a click shows the layer's other output."""
        font = _title_font(title, line.width())
        across = min(QFontMetrics(font).horizontalAdvance(title), line.width())
        size = text_scale()
        x, y = line.center().x() + across / 2 + 7 * size, line.center().y() + 1.0
        back = QRectF(x - 6 * size, line.y(), 11 * size, line.height())
        painter.fillRect(back, QColor(self.theme.panel))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        half = 3.5 * size
        for way in (-size, size):
            base, tip = y + 1.5 * way, y + 5 * way
            painter.drawPolygon([QPointF(x - half, base), QPointF(x + half, base), QPointF(x, tip)])

    def _column(
        self,
        painter: QPainter,
        state: NetworkState,
        index: int,
        blocks: Blocks,
        column: NetworkColumn,
    ) -> None:
        layer = state.layers.layers[index]
        picture = self._picture(index, blocks, column, painter.device().devicePixelRatio())
        parts = zip(blocks, column.grids, picture.images, picture.spans, strict=True)
        for block, grid, image, span in parts:
            if block.size.look is Look.NOTHING:
                painter.setPen(QPen(QColor(self.theme.border), 1, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(grid.rect, 4, 4)
            elif block.size.look is Look.SCALAR:
                self._scalar(painter, state, block, grid)
            else:
                painter.drawImage(QPointF(grid.x, grid.y), image)
            if block.size.look is Look.UNITS and block.parameter is None:
                self._units(painter, block, grid, span)
                if state.rows == 1:
                    self._marks(painter, state, layer, grid)
        in_row = len(blocks) // len(column.captions)
        for row, box in enumerate(column.captions):
            span, look = picture.spans[row * in_row], blocks[row * in_row].size.look
            if span is not None and look is not Look.SCALAR:
                self._range(painter, look, box, span)

    def _picture(
        self, index: int, blocks: Blocks, column: NetworkColumn, ratio: float
    ) -> _PaintedColumn:
        shows = tuple(block.shows for block in blocks)
        key = (shows, column.grids, self.theme.name, ratio)
        known = self._pictures.get(index)
        if known is not None and known.key == key:
            return known
        spans = spans_of(blocks, len(column.captions))
        images = tuple(
            QImage()
            if block.size.look in (Look.NOTHING, Look.SCALAR)
            else mosaic(block, grid, span, self.theme, ratio)
            for block, grid, span in zip(blocks, column.grids, spans, strict=True)
        )
        self._pictures[index] = _PaintedColumn(key, images, spans)
        return self._pictures[index]

    def _range(self, painter: QPainter, look: Look, caption: QRectF, span: Range) -> None:
        color = QColor(self.theme.muted)
        if span.broken:
            color = QColor(self.theme.error)
        box = caption.toRect().adjusted(-1, 0, 1, 0)
        texts = tuple(color_range_texts(look, span))
        text, font = first_fitting(code_font(11), texts[:1], box.width() - 2 * _APART, 11)
        if not text:
            box.adjust(-7, 0, 7, 0)  # into the gaps between columns
            text, font = first_fitting(code_font(11), texts, box.width(), 11)
        cut = QFontMetrics(font).horizontalAdvance(text) / 2 - box.center().x()
        box.translate(max(math.ceil(cut), 0), 0)
        text_line(painter, box, text, font, color)

    def _scalar(self, painter: QPainter, state: NetworkState, block: Block, grid: Grid) -> None:
        maps = block.maps
        if maps is None:
            painter.setPen(QPen(QColor(self.theme.border), 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(grid.rect)
            return
        color = self.theme.phase(Phase.BACKWARD if state.mode == "gradients" else Phase.LOSS)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(self.theme.tint(color, 0.14))
        painter.drawEllipse(grid.rect)
        inside = grid.rect.toRect().adjusted(4, 4, -4, -4)
        bold = code_font(12, bold=True)
        texts = rounded(maps.flat[0])
        text, font = first_fitting(bold, texts, inside.width(), least_text(12))
        text_line(painter, inside, text, font, color)

    def _units(self, painter: QPainter, block: Block, grid: Grid, span: Range | None) -> None:
        """Write the index of each unit if there is room; of whole numbers the number."""
        if grid.height < 11 * text_scale() or grid.width < 12:
            return
        font, numbers = code_font(11), block.numbers
        whole = numbers is not None and numbers.dtype.kind in "iu"
        texts = [
            str(numbers[i]) if numbers is not None and whole else str(i) for i in range(grid.count)
        ]
        if max(map(QFontMetrics(font).horizontalAdvance, texts), default=0) > grid.width:
            return
        inks = [QColor(self.theme.faint)] * grid.count
        painted = block.maps
        if painted is not None and span is not None:
            under = colours(painted.reshape(-1), Look.UNITS, span, self.theme)
            inks = [ink_on(QColor.fromRgba(int(color)), self.theme) for color in under]
        for i, (ink, text) in enumerate(zip(inks, texts, strict=True)):
            text_line(painter, grid.tile(i).toRect(), text, font, ink)

    def _marks(self, painter: QPainter, state: NetworkState, layer: Layer, grid: Grid) -> None:
        """Paint a dot beside the largest logit and a ring beside the label's: both together are
        correct.
        """
        largest, label = state.marks(layer)
        if label is not None:
            painter.setPen(QPen(QColor(self.theme.muted), 1.3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(_beside(grid.tile(label)), 3.6, 3.6)
        if largest is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.text))
            painter.drawEllipse(_beside(grid.tile(largest)), 1.8, 1.8)


def spans_of(blocks: Blocks, rows: int) -> tuple[Range | None, ...]:
    """The range in which each block is drawn: one for all, or then and now share theirs."""
    in_row = len(blocks) // rows
    shared = len(blocks) if rows == 1 else 2 * in_row
    found: list[Range | None] = []
    for part in (blocks[:shared], blocks[shared:]):
        numbers = (block.numbers for block in part)
        found += [color_range(tuple(n for n in numbers if n is not None))] * len(part)
    return tuple(found)


def _fitting_title(state: NetworkState, layer: Layer, width: int) -> str:
    """A layer's title, or its name alone where there is no room for which output is shown."""
    title = state.title(layer)
    least = QFontMetrics(_title_font(title, width))
    return title if least.horizontalAdvance(title) <= width else layer.name


def _title_font(title: str, width: int) -> QFont:
    """Bold if there is room, otherwise regular, which is narrower and stays legible."""
    bold = fitting(body_font(13, bold=True), title, width, least_text(13))
    if QFontMetrics(bold).horizontalAdvance(title) <= width:
        return bold
    return fitting(body_font(12), title, width, least_text(12))


def selection_frame(column: NetworkColumn, side: int) -> QRectF:
    """The frame around a selected column; where it is low, it keeps off the texts around it."""
    box = column.content.adjusted(-side - 3, -9, side + 3, 9)
    box.setTop(max(box.top(), column.header.bottom() - _INTO))
    box.setBottom(min(box.bottom(), column.captions[-1].top() + _INTO))
    return box


def text_box(column: NetworkColumn) -> QRect:
    """Where name and shape stand: a part of a pixel more than the measured width elides them."""
    return column.header.toRect().adjusted(-2, 0, 2, 0)


def room_of(column: NetworkColumn) -> QRectF:
    """The area that a column paints in."""
    box = column.header | column.content | column.captions[-1]
    return box.adjusted(-AROUND, -AROUND, AROUND, AROUND)


def _touches(left: NetworkColumn, right: NetworkColumn, exposed: QRectF) -> bool:
    """Whether some columns, with what is around them, reach into an area."""
    first = min(left.header.left(), left.content.left(), right.header.left(), right.content.left())
    last = max(
        left.header.right(), left.content.right(), right.header.right(), right.content.right()
    )
    return first - AROUND < exposed.right() and exposed.left() < last + AROUND


def _beside(tile: QRectF) -> QPointF:
    return QPointF(tile.right() + 7, tile.center().y())
