"""Windows for tests: one of their own, or one that the tests of a module share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from backprop_viz.app import create_window
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.plots.plots import AccuracyPlot, LossPlot
from backprop_viz.desktop.panels.surface.surface_view import SurfaceView
from backprop_viz.desktop.style.language import use_language
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.settings.run_settings import Settings

OpenWindow = Callable[..., MainWindow]
SIZE = (1280, 800)


class OpenedWindows:
    """Opens windows, and closes all that are left of them."""

    def __init__(self) -> None:
        self._windows: list[MainWindow] = []

    def open(self, *argv: str, size: tuple[int, int] | None = SIZE) -> MainWindow:
        """A window that waits for its user; ``size`` None: of its own first size.

        Those that have been closed are gone then, unless one is still open.
        """
        if not any(window.isVisible() for window in filter(isValid, self._windows)):
            # Making a window while a style sheet is set takes Qt twice as long.
            self.close()
        window = create_window(list(argv))
        self._windows.append(window)
        if size is not None:
            window.resize(*size)
        window.show()
        assert window.session.wait_idle(60)
        return window

    def close(self) -> None:
        """Close them; they are gone then."""
        if not self._windows:
            return
        for window in filter(isValid, self._windows):  # another one may have taken its place
            window.close()
            window.deleteLater()
        self._windows.clear()
        # Past that, Qt would delete them only where an event loop runs.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        # The next test's widgets are not in these windows.
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setStyleSheet("")
        use_language("en")


def keep_settings_in(folder: Path) -> None:
    """Windows that are opened from now on have their settings there."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens windows with settings of their own; they are closed and gone when the test ends."""
    keep_settings_in(tmp_path / "settings")
    windows = OpenedWindows()
    yield windows.open
    windows.close()


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    """What the module's shared window is started with; a module may have a fixture of its own."""
    return ("--preset", "tutorial")


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    """How large the module's shared window is; a module may have a fixture of its own."""
    return SIZE


@dataclass(frozen=True)
class AtFirst:
    """A window, and what is put back in it."""

    window: MainWindow
    settings: Settings
    size: tuple[int, int]
    places: dict[str, list[int]]


@pytest.fixture(scope="module")
def opened_once(
    qapp: QApplication,
    window_arguments: tuple[str, ...],
    window_size: tuple[int, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[AtFirst]:
    """What ``shared_window`` hands out."""
    keep_settings_in(tmp_path_factory.mktemp("settings"))
    windows = OpenedWindows()
    window = windows.open(*window_arguments, size=window_size)
    QApplication.processEvents()
    # Of what is made late a part is a window, which would be taken for one left behind: that of a
    # box's entries, or the one that each of pyqtgraph's plots has.
    assert all(window.panel(kind).plot for kind in (LossPlot, AccuracyPlot))
    inspector = window.panel(InspectorView)
    assert all((inspector.node_section, inspector.slices))
    settings = window.session.view_state.settings
    yield AtFirst(window, settings, window_size, window.layout_state())
    windows.close()


@pytest.fixture(scope="module")
def late_plots(opened_once: AtFirst) -> None:
    """Has the shared window make the plots that few tests want."""
    check = opened_once.window.panel(OriginView).columns.check
    surface = opened_once.window.panel(SurfaceView)
    assert all((check.loss_plot, check.error_plot, surface.plot, surface.line))


@pytest.fixture
def shared_window(opened_once: AtFirst, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window at the start of its run, which the tests of a module have one after the other.

    That takes a fraction of the time of one of its own. Its run, settings, size and layout are put
    back, and nothing is selected; a test that changes anything else, or ends the worker, opens a
    window of its own.
    """
    keep_settings_in(tmp_path / "settings")  # for those that are opened besides
    window = opened_once.window
    if window.session.view_state.settings != opened_once.settings:
        window.session.configure(opened_once.settings)
    window.session.reset()
    assert window.session.wait_idle(60)
    window.unpicked.emit()
    window.messages.dismiss()
    size = window.width(), window.height()
    if size != opened_once.size or window.layout_state() != opened_once.places:
        window.resize(*opened_once.size)
        window.findChild(QAction, "actionResetLayout").trigger()
    QApplication.processEvents()
    return window
