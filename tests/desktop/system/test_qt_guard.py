"""An error in a method that Qt calls is told once, and the window lives on."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import CellType
from typing import Any

import pytest
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    Qt,
)
from PySide6.QtGui import QAction, QSyntaxHighlighter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QWidget,
)

import backprop_viz
from backprop_viz.desktop.panels.program.code_area import CodeArea
from backprop_viz.desktop.system import qt_guard
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.desktop.system.qt_guard_helpers import (
    ERRORS,
    classes_of,
    let_run,
    painted_alone,
    text_instead,
)
from tests.nightly import by_day_every

# Of Qt's methods that our classes have too, those that Qt itself never calls.
CALLED_BY_US = {"text", "setText", "setToolTip", "addWidget", "insertWidget", "setStretchFactor"}


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


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("error", by_day_every(3, list(ERRORS)[::-1]))
def test_every_panel_that_cannot_be_painted_says_so(
    open_window: OpenWindow, breaking: Any, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.shown.step()
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
    window.session.shown.step()
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
    window.findChild(CodeArea).document().findChild(QSyntaxHighlighter).rehighlight()


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
@pytest.mark.parametrize("error", by_day_every(3, list(ERRORS)))
def test_whatever_method_fails_the_window_lives_on(
    open_window: OpenWindow, breaking: Any, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    let_run(window)
    window.findChild(QAction, "actionSamples").trigger()
    let_run(window)
    monkeypatch.setattr(qt_guard, "SAID_AGAIN_S", -1.0)  # as if a while had always gone by
    called = by_day_every(10, list(CALLED.items()))
    for done, (name, call) in enumerate(called, 2):
        window.messages.dismiss()
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
