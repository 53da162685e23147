"""Runs a script again that raised in an unrecorded iteration, and holds it there."""

import os
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QMessageBox

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.controllers.own_loops.same_look import look_options
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream.own_processes import program_command


class RunAgainController(QObject):
    """Offers *Run again* in the message on how the script ended, and asks before it starts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context, self._window = context, context.window

    def offer(self, origin: RunOrigin, iteration: int) -> None:
        """Put a button into the message that is shown."""
        self._window.messages.offer(
            self.tr("Run again from {0}").format(iteration),
            self.tr("Run the script again, recorded from iteration {0} on").format(iteration),
            lambda: self._ask(origin, iteration),
        )

    def _ask(self, origin: RunOrigin, iteration: int) -> None:
        question = QMessageBox(self._window)
        question.setObjectName("runAgainQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Run {0} again?").format(origin.title))
        question.setInformativeText(
            self.tr(
                "It starts from its beginning and writes again what it writes. It runs freely up "
                "to iteration {0}, and is held there in a window of its own."
            ).format(iteration)
        )
        run = question.addButton(self.tr("Run again"), QMessageBox.ButtonRole.AcceptRole)
        stay = question.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        run.clicked.connect(lambda: self._run(origin, iteration))
        question.setDefaultButton(run)
        question.setEscapeButton(stay)
        open_(question)

    def _run(self, origin: RunOrigin, iteration: int) -> None:
        command, *rest = command_from(origin, iteration, self._options())
        started, _ = QProcess.startDetached(command, rest, os.getcwd())
        if started:
            self._window.messages.dismiss()
        else:
            said = self.tr("{0} could not be started.").format(command)
            self._window.messages.tell(said, "error")

    def _options(self) -> tuple[str, ...]:
        """Those that the script was run with, and how the window looks by now."""
        return *self._context.run_options, *look_options(self._context)


def command_from(origin: RunOrigin, iteration: int, options: Sequence[str] = ()) -> Sequence[str]:
    """The command that runs a script again with its arguments, and holds it before an iteration.

    ``options`` are more of ``backprop-viz run``.
    """
    flag, _, named = origin.title.partition(" ")
    script = ("-m", named.split(" ")[0]) if flag == "-m" else (origin.path,)
    return program_command("run", "--from", str(iteration), *options, *script, *origin.arguments)
