"""Widgets that fail when they are painted, for the tests of the guard."""

from collections.abc import Iterator

from PySide6.QtCore import (
    QPoint,
)
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QWidget,
)
from shiboken6 import Shiboken

from backprop_viz.desktop.system import qt_guard
from backprop_viz.desktop.window.main_window import MainWindow


def divide() -> None:
    1 / 0  # noqa: B018


def unhashable() -> None:
    {[]}  # type: ignore[misc]  # noqa: B018


def interrupt() -> None:
    raise KeyboardInterrupt


ERRORS = {"ZeroDivisionError": divide, "TypeError": unhashable, "KeyboardInterrupt": interrupt}


def classes_of(package: str) -> Iterator[type]:
    """The classes of Qt's that a package has made."""
    left, seen = list(type.__subclasses__(Shiboken.Object)), set()
    while left:
        cls = left.pop()
        left += type.__subclasses__(cls)
        if cls not in seen and cls.__module__.split(".")[0] == package:
            seen.add(cls)
            yield cls


def painted_alone(widget: QWidget) -> QImage:
    """What a widget itself paints, without the widgets in it."""
    part = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    image = QImage(part.size(), QImage.Format.Format_RGB32)
    image.fill(0)
    part.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    return image


def text_instead(widget: QWidget) -> QImage:
    """What is painted where a widget could not be."""
    part = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    image = QImage(part.size(), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setFont(part.font())
    qt_guard.write(painter, image.rect(), over=qt_guard.has_others(part))
    painter.end()
    return image


def let_run(window: MainWindow) -> None:
    assert window.session.wait_idle(60)
    for _ in range(3):
        QApplication.processEvents()
