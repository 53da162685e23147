"""A widget as a picture in a file: PNG, or SVG and PDF, in which text stays text."""

from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, QSizeF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

# A PNG has so many pixels for one on screen, so that it is sharp in print.
_SHARPNESS = 2.0
_POINTS_AN_INCH = 72


def picture_of(widget: QWidget) -> QPixmap:
    """What a widget shows, twice as fine as on screen."""
    pixmap = QPixmap(widget.size() * _SHARPNESS)
    pixmap.setDevicePixelRatio(_SHARPNESS)
    pixmap.fill(_background(widget))
    widget.render(pixmap, QPoint(), renderFlags=_ALL)
    return pixmap


def save_picture(widget: QWidget, path: Path) -> bool:
    """Write what a widget shows to a file, in the format of its suffix; whether it could be."""
    match path.suffix.lower():
        case ".svg":
            return _save_svg(widget, path)
        case ".pdf":
            return _save_pdf(widget, path)
    return picture_of(widget).save(str(path), "PNG")


_ALL = QWidget.RenderFlag.DrawWindowBackground | QWidget.RenderFlag.DrawChildren


def _background(widget: QWidget) -> QColor:
    return widget.window().palette().window().color()


def _save_svg(widget: QWidget, path: Path) -> bool:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(widget.size())
    generator.setViewBox(widget.rect())
    generator.setTitle(widget.accessibleName() or widget.window().windowTitle())
    painter = QPainter()
    if not painter.begin(generator):
        return False
    _paint(widget, painter)
    return painter.end()


def _save_pdf(widget: QWidget, path: Path) -> bool:
    writer = QPdfWriter(str(path))
    size = QPageSize(
        QSizeF(widget.size()), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(_POINTS_AN_INCH)
    painter = QPainter()
    if not painter.begin(writer):
        return False
    _paint(widget, painter)
    return painter.end()


def _paint(widget: QWidget, painter: QPainter) -> None:
    painter.fillRect(widget.rect(), _background(widget))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    widget.render(painter, QPoint(), renderFlags=_ALL)


PICTURE_SUFFIXES = (".png", ".svg", ".pdf")
