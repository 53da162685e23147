"""Shows how far the window has read the files that it was opened on."""

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.phases.next_step_hint import NextStepHint
from backprop_viz.recording.requests.progress import Progress

_MEGABYTE = 1_000_000


class ReadingController(QObject):
    """Shows in a strip which file is read and how far, until there is something to step through.

    Until then the window's title is the file's name.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window = context.window
        self._attached = False
        self._files: dict[str, Progress] = {}  # by name
        context.session.answered.connect(self._show)
        context.session.attached.connect(self._begun)
        strip = self._window.reading_strip
        strip.tell_what_cancel_does(self.tr("Stop reading, and close this window"))
        self._window.panel(NextStepHint).setText("")
        names = "actionStep", "actionIteration", "actionTrain"
        self._run_actions = [context.actions[name] for name in names]

    def _begun(self) -> None:
        self._attached = True

    def _show(self, answer: object) -> None:
        if not isinstance(answer, Progress):
            return
        self._files[answer.name] = answer
        if not self._attached:
            for action in self._run_actions:
                action.setEnabled(False)
            self._window.setWindowTitle(f"{next(iter(self._files))} - backprop_viz")
        files = self._files.values()
        done, total = sum(one.done for one in files), sum(one.total for one in files)
        if done >= total:
            self._window.reading_strip.hide()
            return
        text = self.tr("Reading {0}: {1} of {2} MB")
        what = answer.name
        if len(self._files) > 1:
            text = self.tr("Reading {0} files: {1} of {2} MB")
            what = f"{len(self._files):,}"
        text = text.format(what, f"{done / _MEGABYTE:,.0f}", f"{total / _MEGABYTE:,.0f}")
        self._window.reading_strip.show_progress(text, done / total)
