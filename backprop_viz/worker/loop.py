"""What runs torch: commands in, updates and notices out, training in between."""

import threading
import time
from dataclasses import replace
from operator import attrgetter

import torch

from backprop_viz.analysis.breakpoints import PLACES, first_stop
from backprop_viz.capture.recorder import Recorder, preview
from backprop_viz.digits.strokes import training_strokes
from backprop_viz.recording.breakpoint import Breakpoint
from backprop_viz.recording.events import Array
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices import LOSS, RUN, Notice
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.pictures import Pictures
from backprop_viz.recording.process_memory import give_back_memory
from backprop_viz.recording.settings import Settings
from backprop_viz.training.checkpoints import Checkpoint, Checkpoints
from backprop_viz.training.evaluation import InterruptedEvaluation
from backprop_viz.training.prefetch import Ahead
from backprop_viz.training.program_text import program
from backprop_viz.training.run_journal import WEIGHTS, RunJournal
from backprop_viz.training.stop_conditions import gradients_stop, has_loss, loss_stops
from backprop_viz.training.thread_count import torch_threads
from backprop_viz.training.trainer import Trainer
from backprop_viz.training.without_compiler import leave_out_compiler
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.experiments import Experiments
from backprop_viz.worker.fault_notices import notice_of
from backprop_viz.worker.publish_throttle import PublishThrottle
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.reported_faults import Place, ReportedFaults
from backprop_viz.worker.rerecording import Rerecording
from backprop_viz.worker.sample_service import SampleService
from backprop_viz.worker.script_service import Scripts
from backprop_viz.worker.session_files import SessionFiles

# So long the window has to paint that training is paused; it may be busy, or be suspended.
PAINTED_WITHIN_S = 0.1


class Worker:
    """Owns the trainer and its recording; lives in a process of its own.

    The methods under "commands" are those that the window may name; so may it those of
    ``drawing_training``, ``experiments``, ``scripts``, ``samples`` and ``files``, as in
    "drawing_training.undo".
    """

    def __init__(self, channel: WorkerChannel, settings: Settings) -> None:
        leave_out_compiler()
        torch.set_num_threads(torch_threads())
        self._channel = channel
        self.samples = SampleService(self, channel)
        self.rerecording = Rerecording(self, channel)
        self._carried_out = 0
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._checkpoints: Checkpoints
        self._settings_changed = False
        self._weights_given = False
        self._training = False
        self._evaluation_due = False
        self._throttle = PublishThrottle()
        self._ahead = Ahead()
        self._drawing: Array | None = None
        self.reported_faults = ReportedFaults(channel)
        # Where the run was when a phase raised, in the command that is carried out.
        self._failed_at: Place | None = None
        self.experiments = Experiments(self)
        self.drawing_training = DrawingTraining(self)
        self.files = SessionFiles(self, channel)
        self.scripts = Scripts(self, channel)
        self.journal: RunJournal
        self.publisher = Publisher(self, channel)
        self._trainer: Trainer
        self._settings = settings
        self._recorder: Recorder | None = None
        self._recording: Recording
        self._generator: threading.Thread | None = None
        try:
            self._begin(settings)
        except Exception as error:
            # What was asked for cannot be had: the notice tells, the built-in digits serve.
            self.reported_faults.tell(notice_of(error), "configure")
            self._begin(Settings())
        self.publish()

    def run(self) -> None:
        """Carry out commands; between them train, or evaluate, or wait."""
        channel = self._channel
        while True:
            if self.samples.busy and not channel.has_command():
                self._guarded("samples.go_on", self._training)
            if self._training and not channel.has_command():
                self._guarded("_train")
            elif self._evaluation_due and not channel.has_command():
                self._guarded("_evaluate")
            elif self.rerecording.busy and not channel.has_command():
                self.rerecording.go_on()
            elif not self.samples.busy or channel.has_command():
                command = channel.next_command()
                self._guarded(command.name, *command.arguments)
                self._carried_out = command.number
                # A drawing that has gone on meanwhile is not worth an answer.
                if command.name != "draw" or not channel.has_command():
                    self.publish()

    def _guarded(self, name: str, *arguments: object) -> None:
        """Call a method; what goes wrong in it is told, and the thread goes on."""
        told, self._failed_at = self.reported_faults.count, None
        try:
            attrgetter(name)(self)(*arguments)
        except Exception as error:
            if name.startswith("_") or self._failed_at or not isinstance(error, ValueError):
                self._training = self._evaluation_due = False  # else a command was only refused
            subject = name if self._failed_at is None else RUN
            self.reported_faults.tell(notice_of(error), subject, self._failed_at)
            self.publish()
        else:
            if self.reported_faults.count == told:
                self.reported_faults.went_right(name)

    # -- commands ----------------------------------------------------------------------------

    def configure(self, settings: Settings) -> None:
        """Take over changed settings: at once where they are live, else from a fresh network."""
        untouched = self._trainer.iteration == 0 and self._recorder is None
        untouched = untouched and not self._weights_given
        if untouched or not settings.continues(self._settings):
            self._begin(settings)
            return
        self._trainer.take_over(settings)
        under_way = self._trainer.phase is not Phase.ZERO_GRAD
        self.journal = self.journal.changed(self._trainer.iteration, settings, under_way)
        # An iteration before this must not be run again with what holds after it.
        self._settings_changed = self._recorder is not None
        if not self._settings_changed:
            self._checkpoints.add(self._trainer.checkpoint())
        self._settings = settings
        self._program = program(settings, self._trainer.model)

    def watch(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Stop free training from now on where one of these holds."""
        self._breakpoints = breakpoints

    def continue_from(self, iteration: int) -> None:
        """Take the run up again as it was after an iteration, to go on from there."""
        if self._checkpoints.at(iteration) is not None:
            self._rewind(iteration)
        else:
            with self._trainer.undone_if_it_fails():
                self.bring_trainer_to(iteration - 1)
                start, recorder = self._trainer.checkpoint(), Recorder(self._trainer)
                while recorder.step() is not Phase.UPDATE:
                    pass
            self.ran_again(start, recorder, branch=True)
        self._forget_given_batches(iteration)

    def _rewind(self, iteration: int) -> None:
        """Be as the run was after an iteration; what came later is another branch."""
        with self._trainer.undone_if_it_fails():
            self.bring_trainer_to(iteration)
        self._branch_off(iteration)

    def bring_trainer_to(self, iteration: int) -> None:
        """Have the trainer, and nothing else yet, be as it was after an iteration."""
        self._trainer.restore(self._checkpoints.before(iteration + 1))
        while self._trainer.iteration < iteration:
            self._trainer.iterate()

    def ran_again(self, start: Checkpoint, recorder: Recorder, branch: bool) -> None:
        """The trainer ran an iteration anew; with ``branch`` in the place of a finished one."""
        self._training = self._evaluation_due = False
        if branch:
            self._branch_off(start.iteration)
        self._checkpoints.add(start)
        self._recorder, self._recording = recorder, recorder.recording()
        if self._trainer.phase is Phase.ZERO_GRAD:
            self._recorder = None
            self._note_iteration(self._recording)

    def _branch_off(self, iteration: int) -> None:
        """What comes after an iteration takes the place of what came before."""
        trainer = self._trainer
        self._training = self._evaluation_due = False
        self._recorder = None
        self._checkpoints.forget_after(iteration)
        self.rerecording.forget_after(iteration)
        live = {name: getattr(trainer, name) for name in self._settings.live()}
        self._settings = replace(self._settings, **live)
        self._program = program(self._settings, trainer.model)
        self.journal = self.journal.up_to(iteration, self._settings)
        self.publisher.branch(iteration)
        self.samples.rewound()

    def reset(self) -> None:
        """The same settings again, from a fresh network."""
        self._begin(self._settings)

    def step(self) -> None:
        """Run the phase that is due, recorded; training stops."""
        self._training = False
        self._run_phase(self._next())

    def iterate(self) -> None:
        """Run to the end of the iteration, recorded; training stops."""
        self._training = False
        self._finish(self._next())

    def train(self) -> None:
        """Train until told to pause."""
        self.drawing_training.release()
        self._training = True
        self._throttle.begin(time.perf_counter(), self._trainer.iteration)

    def pause(self) -> None:
        """Stop training, with the last iteration recorded whole."""
        if self._training:
            self._training = False
            self._throttle.stop()
            self.publish()
            # Not at once: to record takes as many cores as there are from who paints this.
            self._channel.wait_painted(PAINTED_WITHIN_S)
            self._finish(self._begun())
            self._evaluation_due = True

    def draw(self, image: Array | None) -> None:
        """Take a drawing (2-D, 0..1) to classify, or None for no drawing."""
        self._drawing = image
        if image is None:
            self.drawing_training.forget_label()

    # -- for its parts -----------------------------------------------------------------------

    def publish(self) -> None:
        """Send how things stand, with what is new since the last time."""
        self.publisher.publish(self._carried_out, self._throttle.rate, self._program)

    @property
    def trainer(self) -> Trainer:
        """What is trained."""
        return self._trainer

    @property
    def drawing(self) -> Array | None:
        """The drawing (2-D, 0..1), if there is one."""
        return self._drawing

    @property
    def trained(self) -> bool:
        """Whether the network has learnt anything, or was given weights."""
        return self._trainer.iteration > 0 or self._weights_given

    @property
    def training(self) -> bool:
        """Whether training runs."""
        return self._training

    @property
    def settings(self) -> Settings:
        """What the run is made from."""
        return self._settings

    @property
    def recording(self) -> Recording:
        """What was recorded last."""
        return self._recording

    def abandon(self) -> bool:
        """Leave the iteration in progress, to begin it again; whether there was one."""
        self._training = False
        if self._recorder is None:
            return False
        self._trainer.restart_iteration()
        self._recorder = None
        return True

    def go_back_to(self, iteration: int, shown: Recording | None) -> None:
        """Be as the run was after an iteration, with what was shown then, if it is known."""
        self._rewind(iteration)
        self._forget_given_batches(iteration)
        self._recording = shown or self._recording

    def _forget_given_batches(self, iteration: int) -> None:
        """Drop the lessons of iterations after one: that future will not be."""
        self._trainer.forget_given_batches(iteration)
        # In place of one that may still tell of a lesson.
        self._checkpoints.add(self._trainer.checkpoint())

    @property
    def checkpoints(self) -> Checkpoints:
        """The run as it was after some of its iterations."""
        return self._checkpoints

    def renew(self, recording: Recording) -> None:
        """The network was given other weights: what was before cannot be run again."""
        self._checkpoints = Checkpoints(self._trainer.checkpoint())
        self._weights_given = True
        self.drawing_training.forget_all()
        self.journal = self.journal.came_in(self._trainer.iteration, WEIGHTS)
        self._recording = recording
        self._program = program(self._settings, self._trainer.model)

    def hold_pictures(self, pictures: Pictures) -> None:
        """Have a folder that was read already at hand, to train on when told to."""
        from backprop_viz.digits.folder_digits import keep_pictures  # and Pillow with it

        keep_pictures(pictures)

    # -- runs --------------------------------------------------------------------------------

    def _begin(self, settings: Settings) -> None:
        """Start a run from a fresh network; if it cannot be made, the run before goes on."""
        trainer = Trainer.from_settings(settings)
        self.adopt(settings, trainer, preview(trainer))

    def adopt(
        self,
        settings: Settings,
        trainer: Trainer,
        recording: Recording,
        recorder: Recorder | None = None,
        checkpoints: Checkpoints | None = None,
        journal: RunJournal | None = None,
    ) -> None:
        """Go on with another run; ``recorder`` is the one of its iteration in progress."""
        self.reported_faults.went_right(RUN, LOSS)
        self._trainer = trainer
        trainer.read_ahead(self._ahead)
        trainer.own_random_state()
        self._recording = recording
        self._recorder = recorder
        self._weights_given = False
        self.drawing_training.forget_all()
        self._settings = settings
        self.journal = journal or RunJournal({0: settings})
        self._program = program(settings, trainer.model)
        self._checkpoints = checkpoints or Checkpoints(trainer.checkpoint())
        self._settings_changed = False
        self.rerecording.forget_after(0)
        self.publisher.branch(0)
        self._training = self._evaluation_due = False
        self._throttle.stop()
        self.samples.begin()
        if settings.data == "strokes" and self._generator is None:
            # The rest of the built-in digits is drawn while the first ones are learnt.
            self._generator = threading.Thread(target=training_strokes().generate, daemon=True)
            self._generator.start()

    # -- training ----------------------------------------------------------------------------

    def _train(self) -> None:
        """One iteration of free training, recorded if the window wants a frame."""
        pace, iteration = self._throttle, self._trainer.iteration
        if pace.evaluation_due(time.perf_counter()):
            self._evaluate()
        now = time.perf_counter()
        wanted = self._channel.update_wanted()
        if self._recorder is not None or any(b.kind in PLACES for b in self._breakpoints):
            self._finish(self._begun())
            self.publish()
        elif wanted and pace.recording_due(now, iteration):
            self._checkpoints.add(self._trainer.checkpoint())
            self._run_free(Recorder(self._trainer, samples=1))
            self.publish()
            pace.recorded(now, iteration)
        else:
            self._run_free(None)
            if wanted and pace.update_due(now):
                self.publish()

    def _run_free(self, recorder: Recorder | None) -> None:
        """An iteration of free training; if something stops it, once more, recorded whole."""
        trainer = self._trainer
        step = trainer.step if recorder is None else recorder.step
        try:
            while step() is not Phase.LOSS:
                pass
            stopped = loss_stops(trainer, self._breakpoints)
            if not stopped:
                step()
                stopped = gradients_stop(trainer, self._breakpoints)
        except Exception:
            self._failed_at = (trainer.iteration, trainer.phase)
            refused = trainer.phase is Phase.FORWARD and trainer.input_form == "single"
            trainer.restart_iteration()
            if refused:
                self._finish(self._begun())  # it is again, and recorded: the window shows where
            raise
        if stopped:
            trainer.restart_iteration()
            self._finish(self._begun())
            self.publish()
            return
        step()
        self.reported_faults.went_right(RUN, LOSS)
        self._note_iteration()
        if recorder is not None:
            self._recording = recorder.recording()

    def _begun(self) -> Recorder:
        """The recorder of the iteration in progress, or of the one that begins."""
        if self._recorder is None:
            self._checkpoints.add(self._trainer.checkpoint())
            self._recorder = Recorder(self._trainer)
        return self._recorder

    def _next(self) -> Recorder:
        """As ``_begun``; an iteration that begins takes the drawing if that is the batch."""
        if self._recorder is None:
            self.drawing_training.begin(self._recording)
        return self._begun()

    def _finish(self, recorder: Recorder) -> None:
        """Run to the end of the iteration; what stops free training stops it here."""
        self._recorder = recorder
        training = self._training
        while self._recorder is not None and self._training == training:
            self._run_phase(recorder)

    def _run_phase(self, recorder: Recorder) -> None:
        iteration = self._trainer.iteration
        try:
            phase = recorder.step()
        except Exception:
            self._failed_at = (iteration, self._trainer.phase)
            if self._trainer.phase is Phase.BACKWARD:
                # Of the graph that backward has begun to free nothing more can be had.
                self.abandon()
            raise
        finally:
            self._recording = recorder.recording()
        if phase is Phase.LOSS and not has_loss(self._trainer):
            # Training stops here, before the loss spoils the weights.
            self._training = False
            number = str(self._trainer.iteration + 1)
            notice = Notice("loss_not_finite", (str(self._trainer.loss_value()), number))
            self.reported_faults.tell(notice, LOSS)
        elif phase is Phase.LOSS:
            self.reported_faults.went_right(LOSS)
        self.reported_faults.ran(iteration, phase)
        if self._training and self._breakpoints:
            recording, due = self._recording, self._trainer.phase
            stop = first_stop(
                recording, self._breakpoints, self._program.lines, recording.spans[-1].start, due
            )
            self._training = stop is None
        if phase is Phase.UPDATE:
            self._recorder = None
            self._note_iteration(self._recording)

    def _note_iteration(self, recording: Recording | None = None) -> None:
        """An iteration is finished; ``recording`` may tell of an experiment in it."""
        done = self._trainer.finished()
        if recording is not None:
            intervention, twice = recording.intervention is not None, recording.backwards > 1
            self.journal = self.journal.ran(done.number - 1, intervention=intervention, twice=twice)
        self.publisher.note_iteration(done)
        if self._settings_changed or self._checkpoints.wants(done.number):
            self._checkpoints.add(self._trainer.checkpoint())
            self._settings_changed = False

    def _evaluate(self) -> None:
        try:
            done = self._trainer.evaluate(self._channel.has_command)
        except InterruptedEvaluation:
            return
        self._evaluation_due = False
        give_back_memory()  # of slices that may be larger than a batch
        self.publisher.note_evaluation(self._trainer.iteration, done)
        # The curves before the samples: who waits for the samples sees both.
        self.publish()
        self.samples.evaluated(done)
