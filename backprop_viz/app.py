"""The composer: makes the session, the actions and the window, and connects them."""

import sys
from dataclasses import replace
from types import TracebackType

from PySide6.QtCore import QObject, QSettings, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox

from . import __version__
from .actions import COMMANDS, MENUS, make_actions, native, translated
from .arguments import Arguments, parse
from .core.flow import finite_range
from .core.records import Breakpoint, Frame, Notice, Settings
from .core.selection import Kind, select
from .session import Session
from .views.breakpoints.breakpoints_dialog import BreakpointsDialog
from .views.breakpoints.sentences import sentence as break_sentence
from .views.cheat_sheet import CheatSheet, panel_keys
from .views.notices import sentence
from .views.settings.options_dialog import OptionsDialog
from .views.style.theme import DARK, LIGHT, body_font, style_sheet
from .views.window import MainWindow

FIRST_SIZE = QSize(1600, 1000)
MEGABYTE = 2**20
TRANSPORT = ("actionFirst", "actionEventBack", "actionPlay", "actionEvent", "actionLast")


def run(arguments: Arguments) -> int:
    """Open the window and run it; the exit status."""
    window = _make_window(arguments)
    window.show()
    return QApplication.exec()


def create_window(argv: list[str]) -> MainWindow:
    """A window for these arguments (without the program's name), not shown yet."""
    return _make_window(parse(argv))


def _make_window(arguments: Arguments) -> MainWindow:
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("backprop_viz")
    application.setApplicationDisplayName("backprop_viz")
    application.setApplicationVersion(__version__)
    application.setFont(body_font())
    composer = Composer(application, arguments)
    return composer.window


class Composer(QObject):
    """Connects a window with its session; the methods named in ``actions`` are here.

    It belongs to its window, and goes with it.
    """

    def __init__(self, application: QApplication, arguments: Arguments) -> None:
        super().__init__()
        self._application = application
        self._store = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "backprop_viz", "backprop_viz"
        )
        self._frame: Frame | None = None
        self._question: QMessageBox | None = None
        self.actions: dict[str, QAction] = {}
        rows = list(make_actions(self))
        for command, action in rows:
            self.actions[command.id] = action
            action.triggered.connect(getattr(self, command.call))
        self.window = MainWindow(self.actions)
        self.setParent(self.window)
        for command, action in rows:
            menu = self.window.menu(translated(command.menu), MENUS.index(command.menu))
            menu.addAction(action)
        self.breakpoints = BreakpointsDialog(self.window)
        self.session = Session(Settings(**arguments.settings), self)
        self.window.session = self.session
        self._connect()
        self._themes()
        self._apply_theme(arguments.theme or str(self._store.value("theme", "system")))
        self._hook_exceptions()
        self.window.resize(_fitting(FIRST_SIZE))
        self.window.restore_layout(self._store)

    def _connect(self) -> None:
        window, session = self.window, self.session
        session.frame_ready.connect(self._show)
        session.told.connect(self._tell)
        window.closing.connect(self._close)
        window.toolbar.settings.changed.connect(self._want)
        window.draw_panel.digit_drawn.connect(session.draw)
        window.timeline.cursor_moved.connect(session.move_cursor)
        window.timeline.iteration_picked.connect(session.show_iteration)
        window.timeline.speed_changed.connect(session.set_speed)
        window.timeline.set_transport([self.actions[name] for name in TRANSPORT])
        window.timeline.set_continue_action(self.actions["actionContinue"])
        window.inspector.evidence.connect(self._show_evidence)
        window.inspector.alter_wanted.connect(session.alter)
        window.inspector.undo_wanted.connect(lambda: session.alter(None))
        window.program.breakpoint_toggled.connect(self._toggle_breakpoint)
        window.autograd.breakpoint_toggled.connect(self._toggle_breakpoint)
        window.network.breakpoint_toggled.connect(self._toggle_breakpoint)
        self.breakpoints.changed.connect(session.watch)
        window.phase_bar.picked_phase.connect(session.show_phase)
        for panel in (
            window.program,
            window.network,
            window.autograd,
            window.inspector,
            window.gradient_flow,
        ):
            panel.picked.connect(self._select)
        self.actions["actionClearDrawing"].setShortcutContext(
            Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        window.draw_panel.addAction(self.actions["actionClearDrawing"])
        window.draw_panel.changed.connect(self._strokes_changed)
        self._strokes_changed()
        for name in (*TRANSPORT, "actionStepBack", "actionIterationBack", "actionContinue"):
            self.actions[name].setEnabled(False)

    # -- frames and notices ------------------------------------------------------------------

    def _show(self, frame: Frame) -> None:
        hit_before = None if self._frame is None else self._frame.hit
        self._frame = frame
        self.window.show_frame(frame)
        self.breakpoints.show_frame(frame)
        if frame.hit is not None and frame.hit != hit_before:
            self._tell_hit(frame, frame.hit)
        train = self.actions["actionTrain"]
        train.setChecked(frame.training)
        text = translated("Pause") if frame.training else translated("Train")
        if train.text() != text:
            train.setText(text)
        self._enable_travel(frame)

    def _tell_hit(self, frame: Frame, hit: Breakpoint) -> None:
        """Say where the cursor stopped; of a number that is none, also what it came from."""
        event = frame.moment.event
        between = None if event is None else finite_range(event.inputs)
        if hit.kind != "not_finite" or event is None or between is None:
            self.window.messages.tell(break_sentence(hit, frame), "info")
            return
        said = self.window.messages.text()
        origin = self.tr("It first came out of {0}, from numbers between {1:.4g} and {2:.4g}.")
        cause = origin.format(event.op, *between)
        # The two are sentences of their own, in this order in every language.
        self.window.messages.tell(f"{said} {cause}".strip(), "error")

    def _enable_travel(self, frame: Frame) -> None:
        """Offer what leads somewhere."""
        moment, reel = frame.moment, frame.reel
        still = not frame.training
        first = not reel.iterations or reel.shown <= reel.iterations[0]
        back = still and (moment.cursor > 0 or not first)
        for name in ("actionStepBack", "actionEventBack", "actionIterationBack"):
            self.actions[name].setEnabled(back)
        for name in ("actionEvent", "actionPlay"):
            self.actions[name].setEnabled(still)
        self.actions["actionFirst"].setEnabled(still and moment.cursor > 0)
        preview = moment.recording.preview
        self.actions["actionLast"].setEnabled(still and not preview and not moment.at_end)
        past = bool(reel.iterations) and reel.shown < reel.iterations[-1]
        self.actions["actionContinue"].setEnabled(still and past)

    def _tell(self, notice: Notice) -> None:
        self.window.messages.tell(sentence(notice), "error")
        self.window.toolbar.settings.revert()

    def _select(self, kind: Kind, key: str | int) -> None:
        if self._frame is not None:
            self.window.select(select(self._frame.moment.recording, kind, key))

    def _show_evidence(self, event: int) -> None:
        self.session.move_cursor(event + 1)

    # -- breakpoints and travelling -----------------------------------------------------------

    def _toggle_breakpoint(self, breakpoint_: Breakpoint) -> None:
        """Set a breakpoint, or remove it where it is set."""
        if self._frame is not None:
            others = tuple(b for b in self._frame.breakpoints if b != breakpoint_)
            there = len(others) < len(self._frame.breakpoints)
            self.session.watch(others if there else (*others, breakpoint_))

    def toggle_line(self) -> None:
        """Set or remove a breakpoint at the line of the program."""
        self.window.program.toggle_breakpoint_at_cursor()

    def show_breakpoints(self) -> None:
        """Open the list of breakpoints."""
        self.breakpoints.show()
        self.breakpoints.raise_()

    def event_forward(self) -> None:
        """Go forward by one event."""
        self.session.go("event")

    def event_back(self) -> None:
        """Go back by one event."""
        self.session.go_back("event")

    def iteration_back(self) -> None:
        """Go back to the start of the iteration, then to the one before."""
        self.session.go_back("iteration")

    def to_start(self) -> None:
        """Show the start of the iteration."""
        self.session.move_cursor(0)

    def to_end(self) -> None:
        """Show the end of what was recorded of the iteration."""
        if self._frame is not None:
            self.session.move_cursor(len(self._frame.moment.recording.events))

    def toggle_playing(self) -> None:
        """Let the cursor move on by itself, or stop it."""
        if self.session.playing:
            self.session.stop_playing()
        else:
            self.session.play()

    def continue_from_here(self) -> None:
        """Take the run up again as it was after the iteration shown."""
        self.session.continue_from_here()

    def ask_for_budget(self) -> None:
        """Let the user say how much memory past iterations may take."""
        if self._frame is None:
            return
        dialog = QInputDialog(self.window)
        dialog.setObjectName("budgetDialog")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(16, 65536)
        dialog.setIntValue(self._frame.reel.budget // MEGABYTE)
        dialog.setLabelText(self.tr("Memory for past iterations, in MB"))
        dialog.intValueSelected.connect(lambda value: self.session.set_budget(value * MEGABYTE))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- settings ----------------------------------------------------------------------------

    def _want(self, settings: Settings) -> None:
        """Take over settings; ask first where that would lose a trained network."""
        frame = self._frame
        if settings.data == "mnist" and settings.mnist_root is None:
            self._ask_for_mnist(settings)
            return
        if frame is None or frame.iteration == 0 or settings.continues(frame.settings):
            self.session.configure(settings)
            return
        question = QMessageBox(self.window)
        question.setObjectName("freshNetworkQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Begin again with a fresh network?"))
        question.setInformativeText(
            self.tr(
                "This change needs one. The network's {0:,} iterations of training are lost; "
                "their loss stays on the plot as a faint curve."
            ).format(frame.iteration)
        )
        begin = question.addButton(self.tr("Begin again"), QMessageBox.ButtonRole.AcceptRole)
        question.addButton(self.tr("Keep training this one"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(begin)
        question.accepted.connect(lambda: self.session.configure(settings))
        question.rejected.connect(self.window.toolbar.settings.revert)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def _ask_for_mnist(self, settings: Settings) -> None:
        dialog = QFileDialog(self.window, self.tr("The folder with MNIST's four files"))
        dialog.setObjectName("mnistDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self._want(replace(settings, mnist_root=path)))
        dialog.rejected.connect(self.window.toolbar.settings.revert)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_options(self) -> None:
        """Open the dialog with the optimizer's options."""
        if self._frame is not None:
            dialog = OptionsDialog(self._frame.settings, self.window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.changed.connect(self._want)
            dialog.open()

    # -- commands ----------------------------------------------------------------------------

    def step(self) -> None:
        """Run the phase that is due."""
        self.session.step()

    def step_back(self) -> None:
        """Show the end of the phase before."""
        self.session.step_back()

    def iterate(self) -> None:
        """Run to the end of the iteration."""
        self.session.iterate()

    def toggle_training(self, wanted: bool) -> None:
        """Train or pause."""
        if wanted:
            self.session.train()
        else:
            self.session.pause()

    def backward_twice(self) -> None:
        """Run backward a second time, which torch refuses."""
        self.session.backward_twice(retain_graph=False)

    def backward_twice_retained(self) -> None:
        """Run backward twice with the graph retained."""
        self.session.backward_twice(retain_graph=True)

    def reset(self) -> None:
        """Begin again with a fresh network and the same settings."""
        self.window.messages.dismiss()
        self.session.reset()

    def copy_script(self) -> None:
        """Copy the program as a script."""
        self.window.program.copy_script()

    def clear_drawing(self) -> None:
        """Clear the drawing."""
        self.window.draw_panel.clear()

    def undo_stroke(self) -> None:
        """Take back the last stroke."""
        self.window.draw_panel.undo()

    def redo_stroke(self) -> None:
        """Draw the stroke again that was taken back."""
        self.window.draw_panel.redo()

    def _strokes_changed(self) -> None:
        panel = self.window.draw_panel
        self.actions["actionUndoStroke"].setEnabled(panel.can_undo)
        self.actions["actionRedoStroke"].setEnabled(panel.can_redo)
        self.actions["actionClearDrawing"].setEnabled(panel.can_undo)

    def reset_layout(self) -> None:
        """Give every panel its first size again."""
        self.window.reset_layout()

    def cheat_sheet(self) -> None:
        """Show every key on one page."""
        rows = [
            (
                translated(menu).replace("&", ""),
                [
                    (translated(command.text), native(self.actions[command.id]))
                    for command in COMMANDS
                    if command.menu == menu and command.key
                ],
            )
            for menu in MENUS
        ]
        sheet = CheatSheet([*rows, *panel_keys()], self.window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def about(self) -> None:
        """Say what this program is."""
        box = QMessageBox(self.window)
        box.setWindowTitle(self.tr("About backprop_viz"))
        box.setText(self.tr("backprop_viz {0}").format(__version__))
        box.setInformativeText(
            self.tr(
                "See what back-propagation does, on a real PyTorch network, while it does it. "
                "MIT licence."
            )
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def quit(self) -> None:
        """Close the window."""
        self.window.close()

    # -- colours -----------------------------------------------------------------------------

    def theme_system(self) -> None:
        """Light or dark, as the system is."""
        self._choose_theme("system")

    def theme_light(self) -> None:
        """Light colours."""
        self._choose_theme("light")

    def theme_dark(self) -> None:
        """Dark colours."""
        self._choose_theme("dark")

    def _themes(self) -> None:
        group = QActionGroup(self)
        for name in ("actionThemeSystem", "actionThemeLight", "actionThemeDark"):
            group.addAction(self.actions[name])
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)

    def _choose_theme(self, choice: str) -> None:
        self._store.setValue("theme", choice)
        self._apply_theme(choice)

    def _system_theme_changed(self) -> None:
        if self._theme_choice == "system":
            self._apply_theme("system")

    def _apply_theme(self, choice: str) -> None:
        self._theme_choice = choice if choice in ("light", "dark") else "system"
        self.actions[f"actionTheme{self._theme_choice.title()}"].setChecked(True)
        system_dark = QGuiApplication.styleHints().colorScheme() is not Qt.ColorScheme.Light
        dark = system_dark if self._theme_choice == "system" else self._theme_choice == "dark"
        theme = DARK if dark else LIGHT
        self._application.setStyleSheet(style_sheet(theme))
        self.window.set_theme(theme)

    # -- the end -----------------------------------------------------------------------------

    def _close(self) -> None:
        self.window.save_layout(self._store)
        self.session.close()
        sys.excepthook = self._outer_hook

    def _hook_exceptions(self) -> None:
        """Have an exception in the window told in the window, besides the usual trace."""
        self._outer_hook = sys.excepthook
        sys.excepthook = self._failed

    def _failed(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._outer_hook(kind, error, trace)
        notice = Notice("window_failed", (kind.__name__, str(error)))
        self.window.messages.tell(sentence(notice), "error")


def _fitting(size: QSize) -> QSize:
    """A window size that the screen has room for."""
    screen = QGuiApplication.primaryScreen().availableGeometry().size()
    return size.boundedTo(screen)
