"""An error in a method that Qt calls is told once, and the window lives on."""

import importlib
import pkgutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import CellType
from typing import Any

import pytest
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QAction, QImage, QPainter, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractScrollArea,
    QApplication,
    QGraphicsItem,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

import backprop_viz
from backprop_viz.desktop import qt_guard
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.main_window import MainWindow
from backprop_viz.desktop.panels.program.code_area import _Colours
from backprop_viz.desktop.widgets.message_bar import MessageBar
from tests.conftest import OpenWindow

# Of Qt's methods that our classes have too, those that Qt itself never calls.
CALLED_BY_US = {"setText", "setToolTip"}


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


def methods_of_qt(cls: type) -> Iterator[tuple[str, Any]]:
    """The methods that a class has in place of Qt's, its own and inherited ones in Python."""
    of_qt = [base for base in cls.__mro__ if base.__module__.startswith("PySide6")]
    names = {name for base in cls.__mro__ if base not in of_qt for name in vars(base)}
    for name in names:
        found = next(vars(base)[name] for base in cls.__mro__ if name in vars(base))
        if callable(found) and not name.startswith("__") and any(hasattr(b, name) for b in of_qt):
            yield name, found


def test_every_method_that_qt_calls_is_guarded() -> None:
    for module in pkgutil.walk_packages(backprop_viz.__path__, "backprop_viz."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = [(cls, *of) for cls in classes_of("backprop_viz") for of in methods_of_qt(cls)]
    own = {(cls.__name__, name) for cls, name, _ in found}
    assert {("Canvas", "event"), ("SampleModel", "data"), ("SampleCell", "paint")} <= own
    bare = [
        f"{cls.__module__}.{cls.__name__}.{name}"
        for cls, name, method in found
        # pyqtgraph's own have names that its Python calls; those of ours are all looked at.
        if not qt_guard.is_guarded(method)
        and (name in vars(cls) or qt_guard.is_virtual(name))
        and name not in CALLED_BY_US
    ]
    assert not bare, (
        "say in qt_guard.ANSWERS what they answer when they fail, or here who calls them"
    )


def test_those_of_the_library_of_plots_are_guarded() -> None:
    import pyqtgraph as pg

    for cls in (pg.AxisItem, pg.PlotCurveItem, pg.ViewBox, pg.GraphicsView, pg.PlotWidget):
        for name, method in methods_of_qt(cls):
            assert qt_guard.is_guarded(method) or not qt_guard.is_virtual(name), (cls, name)
    assert qt_guard.is_guarded(pg.AxisItem.paint)
    assert qt_guard.is_guarded(pg.GraphicsView.paintEvent)


def test_classes_of_others_are_left_alone() -> None:
    class Own(QWidget):
        def paintEvent(self, event: Any) -> None:
            """Nothing."""

    assert not qt_guard.is_guarded(Own.paintEvent)


class Broken:
    """Has what is written in a method of every class raise; ``mend`` brings it back.

    Inside the guard: Qt goes on to call the function that it has found once.
    """

    def __init__(self, name: str, raise_: Callable[[], None]) -> None:
        self.calls = 0
        self._written: list[tuple[CellType, Any]] = []

        def raising(*_: Any, **named: Any) -> None:
            self.calls += 1
            raise_()

        for package in qt_guard.PACKAGES:
            for cls in classes_of(package):
                method = vars(cls).get(name)
                if qt_guard.is_guarded(method):
                    place = method.__code__.co_freevars.index("method")
                    cell = method.__closure__[place]
                    self._written.append((cell, cell.cell_contents))
                    cell.cell_contents = raising

    def mend(self) -> None:
        for cell, method in self._written:
            cell.cell_contents = method
        self._written.clear()


@pytest.fixture
def breaking() -> Iterator[Callable[[str, Callable[[], None]], Broken]]:
    made: list[Broken] = []

    def break_(name: str, raise_: Callable[[], None]) -> Broken:
        made.append(Broken(name, raise_))
        return made[-1]

    yield break_
    for broken in made:
        broken.mend()


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


def painting_widgets(window: MainWindow) -> list[QWidget]:
    return [
        w
        for w in window.findChildren(QWidget)
        if "paintEvent" in {n for c in type(w).__mro__ for n in vars(c) if is_ours(c)}
        and w.isVisible()
        and w.width() > 30
        and w.height() > 8
    ]


def is_ours(cls: type) -> bool:
    return cls.__module__.split(".")[0] in qt_guard.PACKAGES


def let_run(window: MainWindow) -> None:
    assert window.session.wait_idle(60)
    for _ in range(3):
        QApplication.processEvents()


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("error", ERRORS)
def test_every_panel_that_cannot_be_painted_says_so(
    open_window: OpenWindow, breaking: Any, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.step()
    let_run(window)
    widgets = painting_widgets(window)
    assert len({type(w) for w in widgets}) > 12
    broken = breaking("paintEvent", ERRORS[error])
    painted = [painted_alone(w) for w in widgets]
    for widget, image in zip(widgets, painted, strict=True):
        assert image == text_instead(widget), widget
    assert error in window.messages.text()
    assert "failed" in window.messages.text()
    capsys.readouterr()
    calls = broken.calls
    for widget in widgets:  # again: it has been told
        painted_alone(widget)
    assert broken.calls >= calls + len(widgets)
    assert "Traceback" not in capsys.readouterr().err
    broken.mend()
    for widget in widgets:
        assert painted_alone(widget) != text_instead(widget), widget
    window.session.step()
    let_run(window)
    assert window.session.view_state.due == "loss"


def use(window: MainWindow) -> None:
    """A bit of everything that makes Qt call the window's methods."""
    window.resize(window.width() + 1, window.height() - 1)
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and is_ours(type(widget)):
            part = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
            part.repaint()
            centre = part.rect().center()
            if not isinstance(widget, MainWindow):
                QTest.mouseMove(part, centre)
                QTest.mousePress(part, Qt.MouseButton.RightButton, pos=centre)
                QTest.mouseRelease(part, Qt.MouseButton.RightButton, pos=centre)
            QTest.keyClick(widget, Qt.Key.Key_Down)
            QApplication.sendEvent(widget, QEvent(QEvent.Type.ToolTip))
            widget.updateGeometry()
            widget.sizeHint()
            widget.minimumSizeHint()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()


def show_again(window: MainWindow) -> None:
    window.hide()
    window.show()


def colour_again(window: MainWindow) -> None:
    window.findChild(_Colours).rehighlight()


def ask_models(window: MainWindow) -> None:
    models = [m for m in window.findChildren(QAbstractItemModel) if is_ours(type(m))]
    for model in models:
        model.rowCount(QModelIndex())
        if isinstance(model, QAbstractTableModel):
            model.columnCount(QModelIndex())
            model.headerData(0, Qt.Orientation.Horizontal)
        if model.index(0, 0).isValid():
            model.data(model.index(0, 0))
    assert models


# The methods that Qt calls, and how to have it call them.
CALLED: dict[str, Callable[[MainWindow], None]] = {
    **dict.fromkeys(("event", "viewportEvent", "eventFilter", "keyPressEvent", "paint"), use),
    **dict.fromkeys(("mousePressEvent", "mouseMoveEvent", "resizeEvent"), use),
    **dict.fromkeys(("sizeHint", "minimumSizeHint"), use),
    **dict.fromkeys(("data", "rowCount", "columnCount", "headerData"), ask_models),
    "showEvent": show_again,
    "highlightBlock": colour_again,
}


@pytest.mark.qt_no_exception_capture
@pytest.mark.no_qt_log  # the pointer is moved to widgets that are out of sight
@pytest.mark.parametrize("error", ERRORS)
def test_whatever_method_fails_the_window_lives_on(
    open_window: OpenWindow, breaking: Any, error: str
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    let_run(window)
    window.findChild(QAction, "actionSamples").trigger()
    let_run(window)
    for done, (name, call) in enumerate(CALLED.items(), 2):
        window.messages.dismiss()
        window.findChild(Composer)._quiet.forget()  # as if a while had gone by
        broken = breaking(name, ERRORS[error])
        call(window)
        let_run(window)
        assert broken.calls, name
        assert error in window.messages.text(), name
        broken.mend()
        window.session.iterate()
        let_run(window)
        assert window.session.view_state.iteration == done, name
        assert window.isVisible()


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("error", ERRORS)
def test_a_timer_that_fails_is_told_once(
    open_window: OpenWindow, qtbot: QtBot, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    window = open_window("--preset", "tutorial")
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1
        ERRORS[error]()

    timer = QTimer(window, interval=1)
    timer.timeout.connect(beat)
    timer.start()
    qtbot.waitUntil(lambda: error in window.messages.text())
    window.messages.dismiss()
    first = beats
    qtbot.waitUntil(lambda: beats > first + 5)
    timer.stop()
    assert not window.messages.text()
    assert capsys.readouterr().err.count("Traceback") == 1
    window.session.step()
    let_run(window)
    assert window.session.view_state.due == "forward"


def test_a_method_that_calls_the_one_above_is_told_of_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: told.append(kind))
    after: list[str] = []

    class Above(QLabel):
        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.ToolTip:
                divide()
            return super().event(event)

    class Below(Above):
        def event(self, event: QEvent) -> bool:
            answer = super().event(event)
            if event.type() == QEvent.Type.ToolTip:
                after.append("not to be reached")
            return answer

    for cls in (Above, Below):
        cls.__module__ = "backprop_viz.made_in_a_test"
        qt_guard.guard(cls)
    label = Below()
    qtbot.addWidget(label)
    assert not QApplication.sendEvent(label, QEvent(QEvent.Type.ToolTip))
    assert told == [ZeroDivisionError]
    assert not after


def test_a_painter_that_was_left_active_is_not_in_the_way(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: told.append(kind))

    class Half(QWidget):
        fails = True

        def paintEvent(self, event: Any) -> None:
            painter = QPainter(self)
            painter.setOpacity(0.1)
            painter.setClipRect(QRect(0, 0, 1, 1))
            if self.fails:
                divide()
            painter.fillRect(self.rect(), Qt.GlobalColor.red)

    Half.__module__ = "backprop_viz.made_in_a_test"
    qt_guard.guard(Half)
    half = Half()
    qtbot.addWidget(half)
    half.resize(200, 60)
    for _ in range(3):
        assert painted_alone(half) == text_instead(half)
    assert told == [ZeroDivisionError]
    half.fails = False
    assert painted_alone(half) != text_instead(half)
    half.fails = True  # it had recovered: this is another one
    painted_alone(half)
    assert told == [ZeroDivisionError] * 2


CRASH = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFrame
import backprop_viz.desktop.panels
application = QApplication([])

class Frame(QFrame):
    __module__ = "backprop_viz.frame"
    def event(self, event): return super().event(event)
    def paintEvent(self, event): {raises}

told = []
sys.excepthook = lambda kind, *_: told.append(kind.__name__)
frame = Frame()
frame.resize(200, 200)
frame.show()
timer = QTimer(interval=10)
beats = []
def beat():
    beats.append(1)
    frame.update()
    if len(beats) == 20: application.quit()
timer.timeout.connect(beat)
timer.start()
application.exec()
print("lives on", *told)
"""


@pytest.mark.parametrize("raises", ["1 / 0", "{[]}", "raise KeyboardInterrupt"])
def test_the_process_does_not_end(raises: str) -> None:
    """As with an error raised in C, in a class with an ``event`` of its own, on Python 3.11."""
    code = textwrap.dedent(CRASH).replace("{raises}", raises)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:2] == ["lives", "on"]
    assert len(done.stdout.split()) == 3


def test_the_message_bar_itself_may_fail() -> None:
    assert qt_guard.is_guarded(MessageBar.paintEvent)
    for kind in (QGraphicsItem, QAbstractItemDelegate):
        assert all(
            qt_guard.is_guarded(cls.paint)
            for cls in classes_of("backprop_viz")
            if issubclass(cls, kind)
        )
