"""Tells the window how the run stands."""

from contextlib import suppress

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.digits.digit_detector import looks_like_a_digit
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Prediction
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from backprop_viz.stream.commands import Draw
from backprop_viz.stream.messages import Update
from backprop_viz.training.evaluation.drawn import probabilities_of
from backprop_viz.training.evaluation.evaluate import Evaluation
from backprop_viz.training.five_phases import Iteration
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.curve_log import CurveLog
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.publish_throttle import PublishThrottle
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.run_state import RunState

# The accuracies of this many iterations are computed at once: what training has driven out of the
# processor's caches is fetched once for all of them. More would keep more outputs.
TOGETHER = 32
# The subject of a fault in publishing.
_SUBJECT = "publish"


class Publisher:
    """Sends updates: how the run stands, and what is new of its curves since the last one.

    ``carried_out`` is the number of the last command that was carried out.
    """

    def __init__(
        self,
        state: RunState,
        channel: WorkerChannel,
        faults: ReportedFaults,
        drawing_training: DrawingTraining,
        throttle: PublishThrottle,
        curves: CurveLog,
    ) -> None:
        self._state = state
        self._channel = channel
        self._faults = faults
        self._drawing_training = drawing_training
        self._throttle = throttle
        self._curves = curves
        self.carried_out = 0
        # Finished iterations, of which not all that is told of them is worked out yet.
        self._finished: list[Iteration] = []
        self._opened: Curves | None = None
        self._points: list[tuple[float, float]] = []
        self._validation: list[tuple[int, float, float]] = []
        self._judged: Array | None = None
        self._looks = True
        self._sent: tuple[Settings | None, Recording | None, Program | None] = (None, None, None)
        state.on_begin.append(self._forget)
        state.on_rewind.append(lambda _: self._forget())
        state.on_iteration.append(self._note_iteration)

    def show_history(self, curves: Curves) -> None:
        """Send these curves to the window as those of the run that was adopted."""
        self._opened = curves

    def _forget(self) -> None:
        """Drop what was not sent yet: it does not belong to the run that goes on."""
        self._finished.clear()
        self._opened = None
        self._points.clear()
        self._validation.clear()

    def _note_iteration(self, done: Iteration) -> None:
        self._finished.append(done)
        if len(self._finished) == TOGETHER:
            self._work_out()

    def note_evaluation(self, iteration: int, done: Evaluation) -> None:
        """The validation set was evaluated after an iteration."""
        self._validation.append((iteration, done.loss, done.accuracy))

    def publish(self) -> None:
        """Send how things stand, with what is new since the last time. Never raises.

        What cannot be sent is told once, until it can be sent again; the window still hears
        which command was carried out.
        """
        try:
            self._publish()
        except Exception as error:
            if not self._faults.is_told(_SUBJECT):
                self._faults.tell(notice_of(error), _SUBJECT)
            with suppress(Exception):
                self._publish_progress()
        else:
            self._faults.went_right(_SUBJECT)

    def _publish(self) -> None:
        state = self._state
        settings, recording, program = self._sent
        prediction, drawing_training = self._readings()
        self._work_out()
        update = Update(
            command=self.carried_out,
            run=state.branch,
            kept=state.kept,
            settings=None if state.settings is settings else state.settings,
            iteration=state.trainer.iteration,
            due=state.trainer.phase,
            training=state.training,
            rate=self._throttle.rate,
            prediction=prediction,
            drawing_training=drawing_training,
            program=None if state.program is program else state.program,
            points=self._points,
            validation=self._validation,
            opened=self._opened,
        )
        self._channel.publish(update, None if state.recording == recording else state.recording)
        # Only now: what could not be sent goes with the next update.
        self._sent = (state.settings, state.recording, state.program)
        self._points, self._validation, self._opened = [], [], None
        self._curves.note(update.run, update.kept, update.points, update.validation, update.opened)

    def _publish_progress(self) -> None:
        """Send how far the run is, and nothing that is new of it."""
        state = self._state
        if self._sent[0] is None:
            return  # the window cannot do without the rest
        self._channel.publish(
            Update(
                command=self.carried_out,
                run=state.branch,
                iteration=state.trainer.iteration,
                due=state.trainer.phase,
                training=state.training,
                rate=self._throttle.rate,
                kept=state.kept,
            )
        )

    def _work_out(self) -> None:
        self._points += [(done.loss, done.accuracy) for done in self._finished]
        self._finished.clear()

    def _readings(self) -> tuple[Prediction | None, DrawingTrainingState]:
        """What the network makes of the drawing, which is dropped if it cannot be classified."""
        try:
            return self._prediction(), self._drawing_training.state()
        except Exception as error:
            self._faults.tell(notice_of(error), Draw.__name__)
            self._drawing_training.draw(None)
            return None, self._drawing_training.state()

    def _prediction(self) -> Prediction | None:
        drawing = self._drawing_training.drawing
        if drawing is None:
            return None
        probabilities = probabilities_of(self._state.trainer.model, drawing)
        looks = self._judgement(drawing)
        return Prediction(tuple(float(p) for p in probabilities), drawing, looks)

    def _judgement(self, drawing: Array) -> bool | None:
        """Whether the drawing looks like a digit, where digits were learnt."""
        if not DATA_SETS[self._state.settings.data].digits or not self._state.trained:
            return None
        # While training goes on, the same drawing is reported many times a second.
        if drawing is not self._judged:
            self._judged, self._looks = drawing, looks_like_a_digit(drawing)
        return self._looks
