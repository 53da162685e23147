"""Reads and writes files: sessions, the autosave, and weights."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import stamp_of
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.recording.process_memory import give_back_memory
from backprop_viz.recording.run.window_part import WindowPart
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.commands import (
    LoadWeights,
    OpenSessionFile,
    SaveSessionFile,
    SaveWeights,
)
from backprop_viz.stream.messages import CodeFound, Filed
from backprop_viz.training.recorded_steps import preview
from backprop_viz.training.script.run_journal import UNKNOWN, RunJournal
from backprop_viz.training.state.checkpoints import Checkpoints
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.curve_log import CurveLog
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.files.session_file import StoredRun, load_session, resume, save_session
from backprop_viz.worker.files.weights import load_weights, save_weights
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.rerecording import FEW_BYTES, MOST_SAVED_BYTES, Rerecording, worth_keeping
from backprop_viz.worker.run_state import RunState

# The command behind each result.
_COMMANDS = {
    "saved": SaveSessionFile,
    "opened": OpenSessionFile,
    "weights_saved": SaveWeights,
    "weights_loaded": LoadWeights,
}


class SessionFiles:
    """Writes the run to files, and takes it up from them.

    A file that is refused changes nothing, and training goes on; the window is told why.
    """

    def __init__(
        self,
        state: RunState,
        channel: WorkerChannel,
        faults: ReportedFaults,
        drawing_training: DrawingTraining,
        publisher: Publisher,
        rerecording: Rerecording,
        curves: CurveLog,
    ) -> None:
        self._state = state
        self._channel = channel
        self._faults = faults
        self._drawing_training = drawing_training
        self._publisher = publisher
        self._rerecording = rerecording
        self._curves = curves

    # -- commands ----------------------------------------------------------------------------

    def save(
        self,
        path: str,
        auto: bool,
        kept: Sequence[Kept],
        about: Mapping[str, str],
        part: WindowPart,
    ) -> None:
        """Write the session as it stands; one that is not asked for has less to go back to."""
        few = auto and self._state.training
        try:
            stored = self._stored(kept, part, FEW_BYTES if few else MOST_SAVED_BYTES)
            save_session(Path(path), stored, about)
        except Exception as error:  # whatever it is, training goes on
            self._refuse("autosaved" if auto else "saved", path, error)
            return
        finally:
            give_back_memory()  # of copies of all curves, each time longer ones
        stands = self._state.trainer.iteration, self._state.trainer.phase
        self._channel.answer(Filed("autosaved" if auto else "saved", path, state=stands))

    def open(self, path: str, code: str | None) -> None:
        """Take up the run of a session file; the window reads its own part of it.

        A network's source in it that is not ``code`` is told, and nothing else is done.
        """
        try:
            stamp = stamp_of(Path(path))
            run = load_session(Path(path))
            if run.settings.network not in (None, code):
                self._channel.answer(CodeFound(path, run.settings.network or ""))
                return
            resumed = resume(run, Path(path))
        except (Exception, SystemExit) as error:
            self._refuse("opened", path, error)
            return
        starts = {c.iteration: c for c in (*run.past, run.before, run.checkpoint) if c is not None}
        checkpoints = Checkpoints(starts[min(starts)])
        for iteration in sorted(starts):
            checkpoints.add(starts[iteration])
        self._state.adopt(
            run.settings,
            resumed.trainer,
            resumed.recording,
            resumed.recorder,
            checkpoints,
            run.journal or _unknown(run),
        )
        self._rerecording.begin(run)
        # Before the update that shows the run: with it the window has what it reads of the file.
        due = len(self._rerecording.due)
        self._channel.answer(Filed("opened", path, stamp=stamp, rerecorded=due))
        self._publisher.show_history(run.curves)

    def save_weights(self, path: str) -> None:
        """Write the weights as they are now."""
        try:
            save_weights(Path(path), self._state.trainer.model)
        except Exception as error:
            self._refuse("weights_saved", path, error)
        else:
            self._channel.answer(Filed("weights_saved", path))

    def load_weights(self, path: str) -> None:
        """Go on with the weights of a file; an iteration in progress begins again with them."""
        state = self._state
        network = copy.deepcopy(state.trainer.model)
        try:
            load_weights(Path(path), network)
        except Exception as error:
            self._refuse("weights_loaded", path, error)
            return
        state.abandon()
        state.trainer.model.load_state_dict(network.state_dict())
        state.renew(preview(state.trainer))
        self._drawing_training.forget_all()
        self._channel.answer(Filed("weights_loaded", path))

    # -- saving ------------------------------------------------------------------------------

    def _stored(self, recorded: Sequence[Kept], part: WindowPart, most: int) -> StoredRun:
        """The run as it stands, with all of its curves. Raises UserError if it cannot be saved."""
        state = self._state
        self._publisher.publish()  # and with it note what is new of the curves
        trainer, recording = state.trainer, state.recording
        iteration = trainer.iteration
        between = trainer.phase is Phase.ZERO_GRAD
        checkpoint = trainer.checkpoint() if between else state.checkpoints.at(iteration)
        if checkpoint is None:
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "An unfinished iteration cannot be saved: press F11 to finish it, then save.",
                )
            )
        # What is shown of the newest iteration can be shown again if it was recorded whole.
        shown = recording.iteration == iteration + (not between) and not recording.preview
        kept, past = worth_keeping(
            (*self._rerecording.due, *recorded),
            state.checkpoints,
            iteration + (not between),
            most,
        )
        oldest = past[0].iteration if past else iteration
        return StoredRun(
            settings=state.settings,
            due=trainer.phase,
            checkpoint=checkpoint,
            before=state.checkpoints.at(iteration - 1) if shown else None,
            curves=self._curves.curves(),
            intervention=recording.intervention if shown else None,
            backwards=recording.backwards if shown else 1,
            earlier=part.earlier,
            window=part.window,
            kept=kept,
            past=past,
            given_batches={
                at: batch for at, batch in trainer.given_batches.items() if at >= oldest
            },
            journal=_without_batches(
                state.journal, [at for at in trainer.given_batches if at < oldest]
            ),
        )

    def _refuse(self, what: str, path: str, error: BaseException) -> None:
        notice = notice_of(error)
        self._channel.answer(Filed(what, path, refusal=notice))
        if what in _COMMANDS:
            self._faults.tell(notice, _COMMANDS[what].__name__)
        else:
            self._faults.note(error)  # of an autosave the window tells itself


def _unknown(run: StoredRun) -> RunJournal:
    """Of a file that does not tell how the run came to be where it is."""
    journal = RunJournal({0: run.settings})
    done = run.checkpoint.iteration
    return journal.came_in(0, UNKNOWN) if done else journal


def _without_batches(journal: RunJournal, lost: Sequence[int]) -> RunJournal:
    """The batches of these iterations are not in the file."""
    for iteration in lost:
        journal = journal.came_in(iteration, UNKNOWN)
    return journal
