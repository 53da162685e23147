"""The worker's part that tells the window how things stand."""

from typing import TYPE_CHECKING

from backprop_viz.digits.digit_detector import looks_like_a_digit
from backprop_viz.digits.prepare import prepare
from backprop_viz.recording.drawing_training import DrawingTrainingState, Prediction
from backprop_viz.recording.events import Array
from backprop_viz.recording.history import Curves
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.program import Program
from backprop_viz.recording.settings import Settings
from backprop_viz.stream.messages import Update
from backprop_viz.training.evaluation import Evaluation
from backprop_viz.training.five_phases import Iteration
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.fault_notices import notice_of

if TYPE_CHECKING:
    from backprop_viz.worker.loop import Worker

# The accuracies of so many iterations are worked out at once: what training has driven out of the
# processor's caches is fetched once for all of them. More would keep more outputs.
TOGETHER = 32
# The data that are digits for sure; a folder's classes may be anything.
DIGITS = ("strokes", "mnist")


class Publisher:
    """Sends updates: how the run stands, and what is new of its curves since the last one.

    ``run`` numbers the branches: a new one keeps the curves of the first ``kept`` iterations.
    """

    def __init__(self, worker: "Worker", channel: WorkerChannel) -> None:
        self._worker = worker
        self._channel = channel
        self._run = self._kept = 0
        # Finished iterations, of which not all that is told of them is worked out yet.
        self._finished: list[Iteration] = []
        self._opened: Curves | None = None
        self._points: list[tuple[float, float]] = []
        self._validation: list[tuple[int, float, float]] = []
        self._judged: Array | None = None
        self._looks = True
        self._sent: tuple[Settings | None, Recording | None, Program | None] = (None, None, None)

    @property
    def run(self) -> int:
        """Which branch it is."""
        return self._run

    def branch(self, kept: int) -> None:
        """What comes now follows the first ``kept`` iterations, and takes the others' place."""
        self._run += 1
        self._kept = kept
        self._finished.clear()
        self._opened = None
        self._points.clear()
        self._validation.clear()

    def show_history(self, curves: Curves) -> None:
        """Send these curves to the window as those of the run that was adopted."""
        self._opened = curves

    def note_iteration(self, done: Iteration) -> None:
        """An iteration is finished."""
        self._finished.append(done)
        if len(self._finished) == TOGETHER:
            self._work_out()

    def note_evaluation(self, iteration: int, done: Evaluation) -> None:
        """The held-out part was read after an iteration."""
        self._validation.append((iteration, done.loss, done.accuracy))

    def publish(self, command: int, rate: float, program: Program) -> None:
        """Send how things stand after a command; ``rate`` in iterations per second."""
        worker, trainer = self._worker, self._worker.trainer
        settings, recording, program_ = self._sent
        prediction, drawing_training = self._readings()
        self._work_out()
        points, self._points = self._points, []
        validation, self._validation = self._validation, []
        opened, self._opened = self._opened, None
        worker.files.note(self._run, self._kept, points, validation, opened)
        self._channel.publish(
            Update(
                command=command,
                run=self._run,
                kept=self._kept,
                settings=None if worker.settings is settings else worker.settings,
                iteration=trainer.iteration,
                due=trainer.phase,
                training=worker.training,
                rate=rate,
                prediction=prediction,
                drawing_training=drawing_training,
                recording=None if worker.recording is recording else worker.recording,
                program=None if program is program_ else program,
                points=points,
                validation=validation,
                opened=opened,
            )
        )
        self._sent = (worker.settings, worker.recording, program)

    def _work_out(self) -> None:
        self._points += [(done.loss, done.accuracy) for done in self._finished]
        self._finished.clear()

    def _readings(self) -> tuple[Prediction | None, DrawingTrainingState]:
        """What the network makes of the drawing; one that it cannot read is dropped, and told."""
        worker = self._worker
        try:
            return self._prediction(), worker.drawing_training.state()
        except Exception as error:
            worker.reported_faults.tell(notice_of(error), "draw")
            worker.draw(None)
            return None, worker.drawing_training.state()

    def _prediction(self) -> Prediction | None:
        drawing = self._worker.drawing
        if drawing is None:
            return None
        probabilities = self._worker.trainer.classify(drawing)
        seen = prepare(drawing)
        return Prediction(tuple(float(p) for p in probabilities), seen, self._judgement(seen))

    def _judgement(self, seen: Array) -> bool | None:
        """Whether the drawing looks like a digit, where digits were learnt."""
        worker = self._worker
        if worker.settings.data not in DIGITS or not worker.trained:
            return None
        # While training goes on, the same drawing is reported many times a second.
        if worker.drawing is not self._judged:
            self._judged, self._looks = worker.drawing, looks_like_a_digit(seen)
        return self._looks
