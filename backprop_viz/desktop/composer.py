"""The composer: makes the session, the actions and the window, and connects them."""

import sys
from operator import attrgetter
from traceback import walk_tb
from types import TracebackType

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QStyle

from backprop_viz.analysis.selection import Kind, Selection, select
from backprop_viz.desktop.actions import MENUS, SUBMENUS, Command, make_actions, translated
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.controllers.autosave import AutosaveController
from backprop_viz.desktop.controllers.closing import ClosingController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.drawing import DrawingController
from backprop_viz.desktop.controllers.drawing_training import DrawingTrainingController
from backprop_viz.desktop.controllers.files import FilesController
from backprop_viz.desktop.controllers.help import HelpController
from backprop_viz.desktop.controllers.images import ImagesController
from backprop_viz.desktop.controllers.mnist import MnistController
from backprop_viz.desktop.controllers.navigation import NavigationController
from backprop_viz.desktop.controllers.presets import PresetsController
from backprop_viz.desktop.controllers.samples import SamplesController
from backprop_viz.desktop.controllers.scripts import ScriptsController
from backprop_viz.desktop.controllers.theme import ThemeController
from backprop_viz.desktop.controllers.training import TrainingController
from backprop_viz.desktop.controllers.worker_restarts import WorkerRestartsController
from backprop_viz.desktop.main_window import MainWindow
from backprop_viz.desktop.message_texts import sentence
from backprop_viz.desktop.panels.registry import find_panels
from backprop_viz.desktop.preferences import settings_store
from backprop_viz.desktop.qt_guard import Quiet
from backprop_viz.desktop.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices import Notice
from backprop_viz.recording.settings import Settings

FIRST_SIZE = QSize(1600, 1000)


class Composer(QObject):
    """Makes what a window needs, and connects it; it belongs to its window, and goes with it.

    Its controllers carry out the commands: ``running.step`` in the table of actions is the method
    ``step`` of the controller ``running``.
    """

    def __init__(self, arguments: Arguments) -> None:
        super().__init__()
        rows = list(make_actions(self))
        actions = {command.id: action for command, action in rows}
        self.window = window = MainWindow(actions, find_panels())
        self.setParent(window)
        for menu in MENUS:
            bar_menu = window.menuBar().addMenu(translated(menu))
            for within in SUBMENUS.get(menu, ()):
                _fill(bar_menu.addMenu(translated(within)), within, rows)
            _fill(bar_menu, menu, rows)
        settings = Settings(**arguments.settings)
        self.session = session = Session(settings, self)
        window.toolbar.settings.show_settings(settings)
        window.session = session
        self._store = settings_store()
        context = Context(window, session, actions, self._store)
        self.running = TrainingController(context)
        self.choices = PresetsController(context, self.running)
        self.mnist = MnistController(context, self.running)
        self.images = ImagesController(context, self.running)
        self.travelling = NavigationController(context)
        self.drawing = DrawingController(context)
        self.scripting = ScriptsController(context)
        self.teaching = DrawingTrainingController(context)
        self.viewing = ThemeController(context, arguments.theme)
        self.samples = SamplesController(context, self.viewing)
        self.helping = HelpController(context)
        self.files = FilesController(context)
        self.images.session_wanted.connect(self.files.open)
        self.running.began.connect(self.files.leave_file)
        self.autosave = AutosaveController(context, self.files)
        self.restarting = WorkerRestartsController(context, self.autosave)
        self.closing = ClosingController(context, self.files, self.autosave)
        for command, action in rows:
            action.triggered.connect(attrgetter(command.call)(self))
        self._view_state: ViewState | None = None
        self._selection: Selection | None = None
        session.view_state_ready.connect(self._show)
        window.closing.connect(self._close)
        window.picked.connect(self._select)
        self._hook_exceptions()
        window.resize(_fitting(FIRST_SIZE))
        window.restore_layout(self._store)
        if arguments.file is not None:
            self.files.open_first(arguments.file)

    def _show(self, view_state: ViewState) -> None:
        before, self._view_state = self._view_state, view_state
        self.window.show_view_state(view_state)
        graph = view_state.cursor.recording.graph
        if graph.nodes and (before is None or before.cursor.recording.graph is not graph):
            self._select_again(view_state)
        self.running.show_view_state(view_state)
        self.choices.show_view_state(view_state)
        self.travelling.show_view_state(view_state)
        self.teaching.show_view_state(view_state)
        self.files.show_view_state(view_state)
        self.autosave.show_view_state(view_state)
        self.restarting.show_view_state(view_state)

    def _select(self, kind: Kind, key: str) -> None:
        if self._view_state is not None:
            self._selection = select(self._view_state.cursor.recording, kind, key)
            self.window.select(self._selection)

    def _select_again(self, view_state: ViewState) -> None:
        """In another graph what is selected may have other kin: that of the loss has more nodes."""
        selection = self._selection
        if selection is not None:
            found = select(view_state.cursor.recording, selection.kind, selection.key)
            if found != selection:
                self._selection = found
                self.window.select(found)

    def _close(self) -> None:
        self.window.save_layout(self._store)
        self.session.close()
        self.autosave.finish()
        sys.excepthook = self._outer_hook

    def _hook_exceptions(self) -> None:
        """Have an exception in the window told in the window, besides the usual trace."""
        self._quiet = Quiet()
        self._outer_hook = sys.excepthook
        sys.excepthook = self._failed

    def _failed(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # A timer that fails would say so at each beat, and nobody could dismiss the message.
        place = next((f.f_code, line) for f, line in reversed([*walk_tb(trace)])) if trace else None
        if self._quiet.first((kind, place)):
            self._outer_hook(kind, error, trace)
            notice = Notice("window_failed", (kind.__name__, str(error)[:200]))
            self.window.messages.tell(sentence(notice), "error")


def _fill(menu: QMenu, name: str, rows: list[tuple[Command, QAction]]) -> None:
    """Put the commands that belong in a menu there; a tooltip says why one is grey."""
    menu.setToolTipsVisible(True)
    for command, action in rows:
        if command.menu == name:
            if command.separated:
                menu.addSeparator()
            menu.addAction(action)


def _fitting(size: QSize) -> QSize:
    """A window size that the screen has room for, with the title bar that comes above it."""
    screen = QGuiApplication.primaryScreen().availableGeometry().size()
    bar = QApplication.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    return size.boundedTo(screen - QSize(0, bar))
