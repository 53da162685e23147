"""A widget as a picture in a file: PNG, or SVG and PDF, in which text stays text."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRect, QSizeF, Qt
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPixmap, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from backprop_viz.recording.files.atomic import write_atomically

# A PNG has this many pixels for one on screen, so that it is sharp in print.
_SHARPNESS = 2.0
_POINTS_AN_INCH = 72


def picture_of(widget: QWidget, scale: float = _SHARPNESS) -> QPixmap:
    """What a widget shows, ``scale`` times as fine as on screen."""
    pixmap = QPixmap(widget.size() * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(_background(widget))
    widget.render(pixmap, QPoint(), renderFlags=_ALL)
    return pixmap


def save_picture(widget: QWidget, path: Path, scale: float | None = None) -> None:
    """Write what a widget shows to a file, in the format of its suffix.

    ``scale`` is how many times as large as on screen; None: 2 for PNG, else 1.
    Raises UserError if the file cannot be written; then it is as it was.
    """
    match path.suffix.lower():
        case ".svg":
            content = _svg_of(widget, scale or 1.0)
        case ".pdf":
            content = _pdf_of(widget, scale or 1.0)
        case _:
            buffer = _new_buffer()
            picture_of(widget, scale or _SHARPNESS).save(buffer, "PNG")
            content = bytes(buffer.data().data())
    write_atomically(path, content)


def _new_buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


# What Qt writes of images that are not smoothed, such as maps: browsers smooth them all the same.
_UNSMOOTHED = b'image-rendering="optimizeSpeed"'
# Before each widget an SVG has a rectangle far outside: the widget's number is its y.
_MARK = -99999
_MARKED = re.compile(rb'<g [^>]*>\s*<rect x="-99999" y="(\d+)" [^>]*/>\s*</g>')
_BACKGROUND, _ITSELF = QWidget.RenderFlag.DrawWindowBackground, QWidget.RenderFlag(0)
_ALL = _BACKGROUND | QWidget.RenderFlag.DrawChildren


def _background(widget: QWidget) -> QColor:
    return widget.window().palette().window().color()


def _svg_of(widget: QWidget, scale: float) -> bytes:
    buffer, generator = _new_buffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size() * scale)
    generator.setViewBox(widget.rect())
    generator.setTitle(widget.accessibleName() or widget.window().windowTitle())
    rooms: list[QRect] = []
    with QPainter(generator) as painter:

        def mark(room: QRect) -> None:
            painter.save()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("black"))
            painter.drawRect(_MARK, len(rooms), 1, 1)
            painter.restore()
            rooms.append(room)

        _paint(widget, painter, mark)
    svg = _clipped(bytes(buffer.data().data()), rooms)
    return svg.replace(_UNSMOOTHED, _UNSMOOTHED + b' style="image-rendering: pixelated"')


def _clipped(svg: bytes, rooms: list[QRect]) -> bytes:
    """The SVG with a clip of each room from its mark on: QSvgGenerator writes none."""
    defined = "".join(
        f'<clipPath id="room{k}"><rect x="{room.x()}" y="{room.y()}" '
        f'width="{room.width()}" height="{room.height()}"/></clipPath>\n'
        for k, room in enumerate(rooms)
    )
    begun = _MARKED.sub(rb'</g><g clip-path="url(#room\1)">', svg)
    begun = begun.replace(b'</g><g clip-path="url(#room0)">', b'<g clip-path="url(#room0)">', 1)
    begun = begun.replace(b"<defs>", b"<defs>\n" + defined.encode(), 1)
    head, _, tail = begun.rpartition(b"</g>")
    return head + b"</g></g>" + tail


def _pdf_of(widget: QWidget, scale: float) -> bytes:
    buffer = _new_buffer()
    writer = QPdfWriter(buffer)
    size = QPageSize(
        QSizeF(widget.size()) * scale,
        QPageSize.Unit.Point,
        "",
        QPageSize.SizeMatchPolicy.ExactMatch,
    )
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(_POINTS_AN_INCH)
    with QPainter(writer) as painter:
        painter.scale(scale, scale)
        _paint(widget, painter)
    return bytes(buffer.data().data())


def _paint(
    widget: QWidget, painter: QPainter, before: Callable[[QRect], None] = lambda room: None
) -> None:
    """``before`` is called with the room that each widget has, before it is painted."""
    painter.fillRect(widget.rect(), _background(widget))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    views = [x for x in (widget, *widget.findChildren(QWidget)) if isinstance(x, QGraphicsView)]
    items = [item for view in views if (scene := view.scene()) for item in scene.items()]
    plotted = [item for item in items if hasattr(item, "setExportMode")]
    # Else pyqtgraph paints its symbols from pixmaps, which are coarse at any other size.
    for item in plotted:
        item.setExportMode(True)
    try:
        _paint_within(widget, widget, painter, widget.rect(), before)
    finally:
        for item in plotted:
            item.setExportMode(False)


def _paint_within(
    widget: QWidget,
    whole: QWidget,
    painter: QPainter,
    room: QRect,
    before: Callable[[QRect], None],
) -> None:
    """Paint a widget that lies in ``whole``, as much as there is room for, and those in it.

    One by one, each clipped: Qt clips what lies within another on a screen, but in no SVG or PDF.
    """
    at = widget.mapTo(whole, QPoint())
    room = room.intersected(widget.rect().translated(at))
    if room.isEmpty():
        return
    before(room)
    painter.save()
    painter.setClipRect(room)
    part = QRegion(room.translated(-at))
    flags = _BACKGROUND if widget is whole else _ITSELF
    # Of a QGraphicsView render is something else.
    QWidget.render(widget, painter, room.topLeft(), part, flags)
    painter.restore()
    for child in widget.children():
        if isinstance(child, QWidget) and child.isVisibleTo(widget) and not child.isWindow():
            _paint_within(child, whole, painter, room, before)


PICTURE_SUFFIXES = (".png", ".svg", ".pdf")
