"""Runs phases: one, an iteration, or free training until something stops it."""

import time

from backprop_viz.analysis.cursor.breakpoints import PLACES, first_stop
from backprop_viz.recording.notices.notice import LOSS_SUBJECT, Notice
from backprop_viz.recording.process_memory import give_back_memory
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.evaluation.evaluate import InterruptedEvaluation
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.training.stop_conditions import gradients_stop, has_loss, loss_stops
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.publish_throttle import PublishThrottle
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.reported_faults import FaultPlace, ReportedFaults
from backprop_viz.worker.run_state import RunState
from backprop_viz.worker.sample_service import SampleService

# How long to wait for the window to paint that training is paused; it may be busy or suspended.
PAINTED_WITHIN_S = 0.1


class PhaseRunner:
    """Runs the phases of the run's iterations, and publishes what becomes of them.

    ``failed_at`` is where the run was when a phase raised, None until one does.
    """

    def __init__(
        self,
        state: RunState,
        channel: WorkerChannel,
        faults: ReportedFaults,
        drawing_training: DrawingTraining,
        samples: SampleService,
        throttle: PublishThrottle,
        publisher: Publisher,
    ) -> None:
        self._state = state
        self._channel = channel
        self._faults = faults
        self._drawing_training = drawing_training
        self._samples = samples
        self._throttle = throttle
        self._publisher = publisher
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self.failed_at: FaultPlace | None = None
        state.on_begin.append(throttle.stop)
        state.on_begin.append(faults.run_replaced)

    # -- commands ----------------------------------------------------------------------------

    def watch(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Stop free training from now on where one of these holds."""
        self._breakpoints = breakpoints

    def step(self) -> None:
        """Run the phase that is due, recorded; training stops."""
        self._state.training = False
        self._run_phase(self._next())

    def iterate(self) -> None:
        """Run to the end of the iteration, recorded; training stops."""
        self._state.training = False
        self._finish(self._next(unbroken=True))

    def train(self) -> None:
        """Train until told to pause."""
        self._drawing_training.release()
        self._state.training = True
        self._throttle.begin(time.perf_counter(), self._state.trainer.iteration)

    def pause(self) -> None:
        """Stop training, with the last iteration recorded whole."""
        if self._state.training:
            self._state.training = False
            self._throttle.stop()
            self._publisher.publish()
            # Not at once: recording keeps every core busy, also the one that paints the pause.
            self._channel.wait_painted(PAINTED_WITHIN_S)
            self._finish(self._state.record_iteration(unbroken=True))
            self._state.evaluation_due = True

    # -- between commands --------------------------------------------------------------------

    def train_on(self) -> None:
        """Run one iteration of free training, recorded if the window wants to see one."""
        state, throttle = self._state, self._throttle
        iteration = state.trainer.iteration
        if throttle.evaluation_due(time.perf_counter()):
            self.evaluate()
        now = time.perf_counter()
        wanted = self._channel.update_wanted()
        if state.recorder is not None or any(b.kind in PLACES for b in self._breakpoints):
            self._finish(state.record_iteration())
            self._publisher.publish()
        elif wanted and throttle.recording_due(now, iteration):
            state.checkpoints.add(state.trainer.checkpoint())
            self._run_free(RecordedSteps(state.trainer, samples=1, unbroken=True))
            self._publisher.publish()
            throttle.recorded(now, iteration)
        else:
            self._run_free(None)
            if wanted and throttle.update_due(now):
                self._publisher.publish()

    def evaluate(self) -> None:
        """Score the validation set, unless a command interrupts it."""
        try:
            done = self._state.trainer.evaluate(self._channel.has_command)
        except InterruptedEvaluation:
            return
        self._state.evaluation_due = False
        give_back_memory()  # of slices that may be larger than a batch
        self._publisher.note_evaluation(self._state.trainer.iteration, done)
        # The curves before the samples: who waits for the samples sees both.
        self._publisher.publish()
        self._samples.evaluated(done)

    # ----------------------------------------------------------------------------------------

    def _run_free(self, recorder: RecordedSteps | None) -> None:
        """An iteration of free training; if something stops it, once more, recorded whole."""
        state, trainer = self._state, self._state.trainer
        step = trainer.step if recorder is None else recorder.step
        try:
            while step() is not Phase.LOSS:
                pass
            stopped = loss_stops(trainer, self._breakpoints)
            if not stopped:
                step()
                stopped = gradients_stop(trainer, self._breakpoints)
        except Exception:
            self.failed_at = (trainer.iteration, trainer.phase)
            refused = trainer.phase is Phase.FORWARD and trainer.input_form == "single"
            trainer.restart_iteration()
            if refused:
                # It is refused again, and recorded: the window shows where.
                self._finish(state.record_iteration())
            raise
        if stopped:
            trainer.restart_iteration()
            self._finish(state.record_iteration())
            self._publisher.publish()
            return
        step()
        self._faults.run_replaced()
        state.note_iteration()
        if recorder is not None:
            state.recording = recorder.recording()

    def _next(self, *, unbroken: bool = False) -> RecordedSteps:
        """The iteration's recorder; one that begins takes the drawing if that is the batch."""
        if self._state.recorder is None:
            self._drawing_training.begin(self._state.recording)
        return self._state.record_iteration(unbroken=unbroken)

    def _finish(self, recorder: RecordedSteps) -> None:
        """Run to the end of the iteration; what stops free training stops this too."""
        state = self._state
        training = state.training
        while state.recorder is not None and state.training == training:
            self._run_phase(recorder, goes_on=not training)

    def _run_phase(self, recorder: RecordedSteps, *, goes_on: bool = False) -> None:
        """Run the phase that is due. ``goes_on``: nobody looks before the iteration has ended."""
        state, trainer = self._state, self._state.trainer
        iteration, phase = trainer.iteration, None
        try:
            phase = recorder.step()
        except Exception:
            self.failed_at = (iteration, trainer.phase)
            if trainer.phase is Phase.BACKWARD:
                # Backward has begun to free its graph, so it cannot run again from there.
                state.abandon()
            raise
        finally:
            if not goes_on or phase in (None, Phase.UPDATE):
                state.recording = recorder.recording()
        if phase is Phase.LOSS and not has_loss(trainer):
            # Training stops here, before the loss spoils the weights; who steps goes on.
            code = "training_stopped_by_loss" if state.training else "loss_not_finite"
            state.training = False
            values = (str(trainer.loss_value()), str(iteration + 1))
            self._faults.tell(Notice(code, values), LOSS_SUBJECT)
        elif phase is Phase.LOSS:
            self._faults.went_right(LOSS_SUBJECT)
        self._faults.ran(iteration, phase)
        if state.training and self._breakpoints:
            start = state.recording.spans[-1].start
            stop = first_stop(
                state.recording, self._breakpoints, state.program.lines, start, trainer.phase
            )
            state.training = stop is None
        if phase is Phase.UPDATE:
            state.recorder = None
            state.note_iteration(state.recording)
