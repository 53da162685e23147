"""Makes the session, the actions, the window and the controllers, and connects them."""

import sys
from collections.abc import Mapping
from operator import attrgetter
from traceback import format_exception, walk_tb
from types import TracebackType

from PySide6.QtCore import QMetaMethod, QObject, QSize, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QStyle

from backprop_viz.analysis.selection import Selection, SelectionKind, select
from backprop_viz.desktop.actions.menu_command import Menu, translated
from backprop_viz.desktop.actions.menus import MENUS, make_actions
from backprop_viz.desktop.actions.mnemonics import give_mnemonics
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.controllers.appearance.language import LanguageController
from backprop_viz.desktop.controllers.appearance.layouts import LayoutsController
from backprop_viz.desktop.controllers.appearance.text_size import TextSizeController
from backprop_viz.desktop.controllers.appearance.theme import ThemeController
from backprop_viz.desktop.controllers.appearance.viewing import ViewingController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.drawing.drawing import DrawingController
from backprop_viz.desktop.controllers.drawing.drawing_training import DrawingTrainingController
from backprop_viz.desktop.controllers.drawing.images import ImagesController
from backprop_viz.desktop.controllers.earlier_numbers import EarlierNumbersController
from backprop_viz.desktop.controllers.explanations import ExplanationsController
from backprop_viz.desktop.controllers.exports.animations import AnimationsController
from backprop_viz.desktop.controllers.exports.data_exports import DataExportsController
from backprop_viz.desktop.controllers.exports.pictures import PicturesController
from backprop_viz.desktop.controllers.exports.recordings import RecordingsController
from backprop_viz.desktop.controllers.exports.scripts import ScriptsController
from backprop_viz.desktop.controllers.exports.web_pages import WebPagesController
from backprop_viz.desktop.controllers.findings import FindingsController
from backprop_viz.desktop.controllers.help import HelpController
from backprop_viz.desktop.controllers.lessons.lessons import LessonsController
from backprop_viz.desktop.controllers.navigation import NavigationController
from backprop_viz.desktop.controllers.own_loops.attached import AttachedController
from backprop_viz.desktop.controllers.own_loops.other_windows import OtherWindowsController
from backprop_viz.desktop.controllers.saving.autosave import AutosaveController
from backprop_viz.desktop.controllers.saving.closing import ClosingController
from backprop_viz.desktop.controllers.saving.files import FilesController
from backprop_viz.desktop.controllers.training.data_folders import DataFoldersController
from backprop_viz.desktop.controllers.training.networks import NetworksController
from backprop_viz.desktop.controllers.training.presets import PresetsController
from backprop_viz.desktop.controllers.training.races import RacesController
from backprop_viz.desktop.controllers.training.samples import SamplesController
from backprop_viz.desktop.controllers.training.surfaces import SurfacesController
from backprop_viz.desktop.controllers.training.training import TrainingController
from backprop_viz.desktop.controllers.training.worker_restarts import WorkerRestartsController
from backprop_viz.desktop.panels.registry import find_panels
from backprop_viz.desktop.run.foreign_runs import foreign_run
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.style.theme import set_text_scale
from backprop_viz.desktop.system.preferences import settings_store
from backprop_viz.desktop.system.qt_guard import Quiet
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings

_FIRST_SIZE = QSize(1600, 1000)


# The session's signals to the window.
_SIGNALS = [name for name, value in vars(Session).items() if isinstance(value, Signal)]


class Composer(QObject):
    """Makes and connects the parts of one window; it is a child of the window and goes with it.

    Its attributes are the controllers that carry out the commands: the command "training.step"
    calls ``self.training.step``.
    """

    def __init__(self, arguments: Arguments, session: Session | None = None) -> None:
        """``session``: the run of a window whose place this one takes; else one of its own."""
        super().__init__()
        self.arguments = arguments
        commands = list(make_actions(self))
        actions = {command.id: action for command, action in commands}
        # Widgets have their lengths at 100 %, also those of a window that takes another's place.
        set_text_scale(1.0)
        self.window = window = MainWindow(actions, find_panels())
        self.setParent(window)
        for menu in MENUS:
            _fill(window.menuBar().addMenu(translated(menu.title)), menu, actions)
        settings = Settings(**arguments.settings)
        taken_over = session is not None
        if session is None:
            session = Session(settings, self, foreign_run(arguments, settings))
            window.toolbar.settings.show_settings(settings)
        session.setParent(self)
        self.session = session
        window.session = session
        self._store = settings_store()
        self.context = context = Context(
            window, session, actions, self._store, arguments.run_options
        )
        self._make_controllers(context, arguments)
        for command, action in commands:
            action.triggered.connect(attrgetter(command.call)(self))
        self._view_state: ViewState | None = None
        self.selection: Selection | None = None
        session.view_state_ready.connect(self._show)
        window.closing.connect(self._close)
        window.picked.connect(self.select)
        window.unpicked.connect(self._unselect)
        self._hook_exceptions()
        window.resize(_fitting(_FIRST_SIZE))
        window.restore_layout(self._store)
        self.text_size.apply_kept()
        self.layouts.show_chosen()
        if arguments.file is not None and not taken_over:
            self.files.open_first(arguments.file)

    def _make_controllers(self, context: Context, arguments: Arguments) -> None:
        window = self.window
        self.training = TrainingController(context)
        self.presets = PresetsController(context, self.training)
        self.data_folders = DataFoldersController(context, self.training)
        self.images = ImagesController(context, self.training)
        self.navigation = NavigationController(context)
        self.viewing = ViewingController(context)
        self.drawing = DrawingController(context)
        self.scripts = ScriptsController(context)
        self.drawing_training = DrawingTrainingController(context)
        self.explanations = ExplanationsController(context)
        self.earlier_numbers = EarlierNumbersController(context)
        self.races = RacesController(context)
        self.surfaces = SurfacesController(context)
        self.findings = FindingsController(context)
        self.layouts = LayoutsController(context)
        self.theme = ThemeController(context, arguments.theme)
        self.text_size = TextSizeController(context, self.theme)
        self.layouts.presented.connect(self.text_size.show_for_a_room)
        self.layouts.presented.connect(window.toolbar.show_for_a_room)
        self.samples = SamplesController(context, self.theme)
        self.help = HelpController(context)
        self.language = LanguageController(context)
        self.pictures = PicturesController(context, self.theme)
        self.web_pages = WebPagesController(context)
        self.data_exports = DataExportsController(context)
        self.recordings = RecordingsController(context)
        self.other_windows = OtherWindowsController(context)
        window.messages.log_wanted.connect(self.help.show_log)
        self.files = FilesController(context)
        self.images.session_wanted.connect(self.files.open)
        self.images.recording_wanted.connect(self.other_windows.show_recording)
        self.training.began.connect(self.files.leave_file)
        self.autosave = AutosaveController(context, self.files)
        self.restarts = WorkerRestartsController(context, self.autosave)
        self.networks = NetworksController(context, self.theme, self.autosave)
        self.networks.began.connect(self.files.leave_file)
        self.networks.stop_wanted.connect(self.restarts.start_again)
        self.networks.model_wanted.connect(self.other_windows.show_model)
        self.closing: ClosingController | AttachedController
        if not arguments.is_foreign:
            self.closing = ClosingController(context, self.files, self.autosave)
        else:
            self.closing = AttachedController(context)
        self.lessons = LessonsController(context, self.explanations, self.autosave)
        self.animations = AnimationsController(context, self.lessons, self.theme)

    def _show(self, view_state: ViewState) -> None:
        before, self._view_state = self._view_state, view_state
        self.window.show_view_state(view_state)
        recording = view_state.cursor.recording
        if recording.graph.nodes and (before is None or before.cursor.recording != recording):
            self._select_again(view_state)
        self.training.show_view_state(view_state)
        self.presets.show_view_state(view_state)
        self.navigation.show_view_state(view_state)
        self.viewing.show_view_state(view_state)
        self.explanations.show_view_state(view_state)
        self.findings.show_view_state(view_state)
        self.drawing_training.show_view_state(view_state)
        self.files.show_view_state(view_state)
        self.autosave.show_view_state(view_state)
        self.restarts.show_view_state(view_state)
        self.networks.show_view_state(view_state)
        self.lessons.show_view_state(view_state)

    def select(self, kind: SelectionKind, key: str) -> None:
        """Select something of the recording that is shown, in every panel."""
        if self._view_state is not None:
            self.selection = select(self._view_state.cursor.recording, kind, key)
            self.window.select(self.selection)

    def _unselect(self) -> None:
        self.selection = None
        self.window.select(None)

    def _select_again(self, view_state: ViewState) -> None:
        """Select the kin in another graph too: that of the loss has more nodes."""
        selection = self.selection
        if selection is not None:
            found = select(view_state.cursor.recording, selection.kind, selection.key)
            if found != selection:
                self.selection = found
                self.window.select(found)

    def let_go(self) -> None:
        """Leave the run to another window; this one will be closed."""
        self.window.save_layout(self._store)
        self.window.may_close = lambda: True
        self.window.closing.disconnect(self._close)
        for name in _SIGNALS:
            signal = getattr(self.session, name)
            if self.session.isSignalConnected(QMetaMethod.fromSignal(signal)):
                signal.disconnect()
        sys.excepthook = self._outer_hook

    def _close(self) -> None:
        self.window.save_layout(self._store)
        self.session.close()
        self.autosave.finish()
        sys.excepthook = self._outer_hook

    def _hook_exceptions(self) -> None:
        """Show uncaught exceptions in the window too, besides the usual traceback."""
        self._quiet = Quiet()
        self._outer_hook = sys.excepthook
        sys.excepthook = self._failed

    def _failed(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # A failing timer would repeat the message faster than anyone could dismiss it.
        place = next((f.f_code, line) for f, line in reversed([*walk_tb(trace)])) if trace else None
        if self._quiet.first((kind, place)):
            self._outer_hook(kind, error, trace)
            details = "".join(format_exception(kind, error, trace))
            values = (kind.__name__, str(error)[:200])
            self.window.messages.tell_notice(Notice("window_failed", values, details=details))


def _fill(menu: QMenu, content: Menu, actions: Mapping[str, QAction]) -> None:
    """Add submenus and commands to a menu; tooltips say why a command is disabled."""
    menu.setToolTipsVisible(True)
    _add_submenus(menu, content, "", actions)
    for command in content.commands:
        if command.separated:
            menu.addSeparator()
        menu.addAction(actions[command.id])
        _add_submenus(menu, content, command.id, actions)
    give_mnemonics(menu.actions())


def _add_submenus(menu: QMenu, content: Menu, after: str, actions: Mapping[str, QAction]) -> None:
    for submenu in content.submenus:
        if submenu.after == after:
            _fill(menu.addMenu(translated(submenu.title)), submenu, actions)


def _fitting(size: QSize) -> QSize:
    """The window size, reduced to what the screen has room for below a title bar."""
    screen = QGuiApplication.primaryScreen().availableGeometry().size()
    bar = QApplication.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    return size.boundedTo(screen - QSize(0, bar))
