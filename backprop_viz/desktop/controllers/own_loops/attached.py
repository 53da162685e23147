"""A script's run in the window: what applies to it, what is said when it ends, and closing."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from backprop_viz.desktop.actions.menus import MENUS
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.controllers.navigation import STOP_SUBJECT
from backprop_viz.desktop.controllers.own_loops.lost_connections import LostConnectionsController
from backprop_viz.desktop.controllers.own_loops.reading import ReadingController
from backprop_viz.desktop.controllers.own_loops.run_again import RunAgainController
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.style.action_texts import native_key
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.run_origin import OriginKind, RunOrigin
from backprop_viz.stream.messages import Preparing, RunEnded


class AttachedController(QObject):
    """Leaves out what a script has no use for; closing the window lets the script go on."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._actions = context.actions
        self._origin: RunOrigin | None = None
        self._running = True
        self._closed = self._unrecorded = False
        self._prepares = False  # whether the script has not begun to train, and takes long
        self._window.may_close = self._may_close
        self._session.attached.connect(self._attached)
        self._session.answered.connect(self._show_preparing)
        self._window.reading_strip.cancelled.connect(self._cancel)
        self._session.run_ended.connect(self._ended)
        self._session.told.connect(self._offer_again)
        self._session.view_state_ready.connect(self._show_view_state)
        self._leave_out()
        self._reading = ReadingController(context)
        self._lost_connections = LostConnectionsController(context)
        self._run_again = RunAgainController(context)

    def _leave_out(self) -> None:
        for menu in MENUS:
            for command in menu.all_commands():
                if command.built_in or menu.built_in:
                    self._actions[command.id].setVisible(False)
                    self._actions[command.id].setEnabled(False)
        save = self._actions["actionSaveRecording"]  # there is no session to save
        save.setShortcut(QKeySequence(QKeySequence.StandardKey.Save))
        save.setToolTip(f"{save.statusTip()} ({native_key(save)})")
        for shown in self._window.menuBar().findChildren(QMenu):
            if not any(a.isVisible() and not a.isSeparator() for a in shown.actions()):
                shown.menuAction().setVisible(False)
        self._window.leave_out_built_in()

    def _show_preparing(self, told: object) -> None:
        """Show where a script is that has not trained yet."""
        if not isinstance(told, Preparing):
            return
        strip, origin = self._window.reading_strip, self._origin
        self._prepares = not told.over and self._running and origin is not None
        if not self._prepares or origin is None:
            strip.hide()
            return
        if told.line is None:
            text = self.tr("{name} has not begun to train: {seconds} s")
        else:
            text = self.tr("{name} has not begun to train: line {line}, {seconds} s")
        name, seconds = Path(origin.path).name, round(told.seconds)
        strip.show_progress(text.format(name=name, line=told.line, seconds=seconds), None)
        if origin.kind == "model":
            strip.tell_what_cancel_does(self.tr("Stop it, and close this window"))
        else:
            strip.tell_what_cancel_does(self.tr("Interrupt the script, as Ctrl+C does"))

    def _cancel(self) -> None:
        """Stop what takes long: interrupt a script, or close the window on a file."""
        if self._prepares and self._origin is not None and self._origin.kind == "script":
            self._session.interrupt()
        else:
            self._leave()

    def _attached(self, origin: RunOrigin) -> None:
        self._origin = origin
        if origin.kind != "file":  # of which more may be read yet
            self._window.reading_strip.hide()
        title = origin.title if origin.kind != "script" else f"run {origin.title}"
        named = title
        if origin.world_size > 1 and origin.kind != "file":  # a file's name tells its rank
            named = self.tr("rank {rank} of {count} · {title}").format(
                rank=origin.rank, count=origin.world_size, title=title
            )
        self._window.setWindowTitle(f"{named} - backprop_viz")
        self._window.toolbar.show_run(title, origin)
        save = self._actions["actionSaveRecording"]
        save.setVisible(origin.kind != "file")  # that is one
        save.setEnabled(origin.kind != "file")
        if origin.kind == "model" and origin.path:
            edit = self._actions["actionEditNetwork"]
            edit.setText(self.tr("&Edit the file"))
            edit.setToolTip(self.tr("Edit the file, and run it again"))
            edit.setVisible(True)
            edit.setEnabled(True)

    def take_over(self, before: "AttachedController") -> None:
        """Go on with the run of a window whose place this one takes."""
        if before._origin is not None:
            self._attached(before._origin)
        if not before._running:
            self._stop_offering()

    def _show_view_state(self, view_state: ViewState) -> None:
        """Say so where another rank is shown; nothing holds a script that is not recorded."""
        if view_state.unrecorded != self._unrecorded and self._running:
            self._unrecorded = view_state.unrecorded
            for name in ("actionTrain", "actionIteration"):
                self._actions[name].setEnabled(not self._unrecorded)
        if view_state.origin is not None and view_state.origin != self._origin:
            self._attached(view_state.origin)

    def _offer_again(self, notice: Notice) -> None:
        """Offer to look at the iteration in which the loss became NaN, which may be unrecorded."""
        if notice.code not in ("loss_of_script", "loss_holds_script") or self._origin is None:
            return
        if self._origin.kind == "script":
            self._run_again.offer(self._origin, int(notice.values[1]))

    def _ended(self, told: RunEnded) -> None:
        self._stop_offering()
        # One iteration of a model is all that there is: that it has ended says nothing.
        if told.line is not None:
            self._window.panel(ProgramView).show_raised(told.line)
        loops = self._origin is None or self._origin.kind in ("script", "watch")
        if loops or told.error:
            newest = self._session.shown.newest_recording
            # One that raised unrecorded has no phase; one that raised at once has no event.
            recorded = newest.iteration if newest.spans else 0
            notice = self._lost_connections.why_ended or notice_of_end(
                told,
                self._session.iteration,
                recorded,
                kind=None if self._origin is None else self._origin.kind,
                unrecorded=self._unrecorded,
            )
            self._window.messages.withdraw(STOP_SUBJECT)
            self._window.messages.tell_notice(notice)
            if notice.code == "script_raised_unrecorded" and self._origin is not None:
                self._run_again.offer(self._origin, self._session.iteration + 1)

    def _stop_offering(self) -> None:
        """Offer no more what only a script that runs can do."""
        self._running = self._prepares = False
        self._window.reading_strip.hide()
        for question in self._window.findChildren(QMessageBox, "leaveQuestion"):
            question.reject()
        is_file = self._origin is not None and self._origin.kind == "file"
        over = self.tr("The script has ended.")
        why = self.tr("A recording was opened: nothing runs.") if is_file else over
        self._actions["actionTrain"].setEnabled(False)
        self._actions["actionTrain"].setToolTip(why)

    # -- closing -----------------------------------------------------------------------------

    def _may_close(self) -> bool:
        ends_too = self._origin is not None and self._origin.kind == "model"
        shown = self._session.view_state
        stands = shown is not None and shown.between_cells  # nothing is left alone with it
        if self._closed or ends_too or stands or not self._running or not self._session.has_worker:
            return True
        question = QMessageBox(self._window)
        question.setObjectName("leaveQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("The script is still running."))
        question.setInformativeText(
            self.tr("It can go on without the window, or be interrupted as by Ctrl+C.")
        )
        leave = question.addButton(
            self.tr("Go on without the window"), QMessageBox.ButtonRole.AcceptRole
        )
        interrupt = question.addButton(
            self.tr("Interrupt it"), QMessageBox.ButtonRole.DestructiveRole
        )
        stay = question.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        leave.clicked.connect(self._leave)
        interrupt.clicked.connect(self._interrupt)
        question.setDefaultButton(leave)
        question.setEscapeButton(stay)
        open_(question)
        return False

    def end(self) -> None:
        """Close the window without asking anything, as on a signal; the script goes on."""
        self._leave()

    def _leave(self) -> None:
        self._closed = True
        self._window.close()

    def _interrupt(self) -> None:
        self._session.interrupt()
        self._leave()


def notice_of_end(
    told: RunEnded,
    done: int,
    recorded: int,
    *,
    kind: OriginKind | None = None,
    unrecorded: bool = False,
) -> Notice:
    """What to say of a script that has ended, after ``done`` iterations.

    ``recorded`` is the newest one that was recorded, 0 for none. A script of the ``kind`` "script"
    was started by ``backprop-viz run``, and can be again; the "watch" of a loop may be over and the
    script or the notebook go on. ``unrecorded``: it has gone on after a fault of our own.
    """
    by_command = kind == "script"
    if told.error:
        where = "" if told.line is None else str(told.line)
        code = "script_raised" if where else "script_raised_elsewhere"
        values: tuple[str, ...] = (told.error, where)
        if where and told.error.partition(":")[0] == "KeyboardInterrupt":
            return Notice("script_interrupted", (where, str(done)))
        # It raised in a later iteration than the one that is shown.
        if where and by_command and recorded < done and not told.recorded:
            code, values = "script_raised_unrecorded", (*values, str(done), str(done + 1))
        elif where and 0 < recorded < done:
            code, values = "script_raised_later", (*values, str(done), str(recorded))
        return Notice(code, values, details=told.details)
    if told.status < 0:
        return Notice("script_gone")
    if told.status == 0 and by_command and not (done or recorded or unrecorded):
        return Notice("nothing_trained")
    if told.status == 0 and kind == "watch":
        return Notice("watch_ended")
    return Notice("script_ended" if told.status == 0 else "script_failed", (str(told.status),))
