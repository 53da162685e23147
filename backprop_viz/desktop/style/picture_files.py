"""A widget as a picture in a file: PNG, or SVG and PDF, in which text stays text."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QSizeF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from backprop_viz.recording.files.atomic import write_atomically

# A PNG has so many pixels for one on screen, so that it is sharp in print.
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
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    match path.suffix.lower():
        case ".svg":
            _paint_svg(widget, buffer, scale or 1.0)
        case ".pdf":
            _paint_pdf(widget, buffer, scale or 1.0)
        case _:
            picture_of(widget, scale or _SHARPNESS).save(buffer, "PNG")
    content = bytes(buffer.data().data())
    if path.suffix.lower() == ".svg":
        content = content.replace(_UNSMOOTHED, _UNSMOOTHED + b' style="image-rendering: pixelated"')
    write_atomically(path, content)


# What Qt writes of images that are not smoothed, such as maps: browsers smooth them all the same.
_UNSMOOTHED = b'image-rendering="optimizeSpeed"'
_ALL = QWidget.RenderFlag.DrawWindowBackground | QWidget.RenderFlag.DrawChildren


def _background(widget: QWidget) -> QColor:
    return widget.window().palette().window().color()


def _paint_svg(widget: QWidget, buffer: QBuffer, scale: float) -> None:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size() * scale)
    generator.setViewBox(widget.rect())
    generator.setTitle(widget.accessibleName() or widget.window().windowTitle())
    with QPainter(generator) as painter:
        _paint(widget, painter)


def _paint_pdf(widget: QWidget, buffer: QBuffer, scale: float) -> None:
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


def _paint(widget: QWidget, painter: QPainter) -> None:
    painter.fillRect(widget.rect(), _background(widget))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    widget.render(painter, QPoint(), renderFlags=_ALL)


PICTURE_SUFFIXES = (".png", ".svg", ".pdf")
