"""The worker's loop: carries out commands, and trains, evaluates or waits between them."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import fields

import torch

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import RUN, Notice, notice_of, with_explanation
from backprop_viz.recording.requests.pictures import Pictures
from backprop_viz.recording.requests.samples import SamplePart
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream import commands
from backprop_viz.stream.commands import Command, Draw
from backprop_viz.stream.wire import NumberedCommand, Unreadable
from backprop_viz.training.parts.without_compiler import leave_out_compiler
from backprop_viz.training.thread_count import torch_threads
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.check_service import CheckService
from backprop_viz.worker.curve_log import CurveLog
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.edited_networks import EditedNetworks
from backprop_viz.worker.experiments import Experiments
from backprop_viz.worker.explanation_service import ExplanationService
from backprop_viz.worker.lesson_runs import LessonRuns
from backprop_viz.worker.phase_runner import PhaseRunner
from backprop_viz.worker.publish_throttle import PublishThrottle
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.race_service import RaceService
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.rerecording import Rerecording
from backprop_viz.worker.run_state import RunState
from backprop_viz.worker.saliency_recording import SaliencyRecording
from backprop_viz.worker.sample_service import SampleService
from backprop_viz.worker.script_service import ScriptService
from backprop_viz.worker.session_files import SessionFiles
from backprop_viz.worker.surface_service import SurfaceService


class Worker:
    """Makes the parts, and gives each command to the one that carries it out.

    It lives in a process of its own.
    """

    def __init__(self, channel: WorkerChannel, settings: Settings) -> None:
        leave_out_compiler()
        torch.set_num_threads(torch_threads())
        self._channel = channel
        self.state = state = RunState()
        self._faults = faults = ReportedFaults(channel)
        curves, throttle = CurveLog(), PublishThrottle()
        self.samples = SampleService(state, channel)
        self.drawing_training = DrawingTraining(state)
        self.publisher = Publisher(state, channel, faults, self.drawing_training, throttle, curves)
        self.phases = PhaseRunner(
            state, channel, faults, self.drawing_training, self.samples, throttle, self.publisher
        )
        self.experiments = Experiments(state, faults)
        self.rerecording = Rerecording(state, channel, faults)
        self.explanations = ExplanationService(state, channel)
        self.saliency = SaliencyRecording(state, channel, self.drawing_training, self.explanations)
        self.checks = CheckService(channel, self.explanations.find)
        self.surfaces = SurfaceService(state, channel)
        self.races = RaceService(channel)
        self.scripts = ScriptService(state, channel)
        self.files = SessionFiles(
            state,
            channel,
            faults,
            self.drawing_training,
            self.publisher,
            self.rerecording,
            curves,
        )
        self.networks = EditedNetworks(state, channel)
        self.lessons = LessonRuns(
            state, channel, self.drawing_training, self.publisher, curves, self.surfaces
        )
        self._table = self._handlers()
        self._names = {kind.__name__ for kind in self._table}
        self._generator: threading.Thread | None = None
        state.on_begin.append(self._make_rest)
        try:
            state.begin(settings)
        except (Exception, SystemExit) as error:  # a network's own code may call sys.exit
            # What was asked for cannot be had: the notice tells, the built-in digits serve.
            faults.tell(notice_of(error), commands.Configure.__name__)
            state.begin(Settings())
        self.publisher.publish()

    def _handlers(self) -> Mapping[type[Command], Callable[..., None]]:
        """What carries out each command: it is given the command's fields, in their order.

        The one place where the worker knows commands.
        """
        state, phases, files = self.state, self.phases, self.files
        drawing_training, samples = self.drawing_training, self.samples
        return {
            commands.Configure: state.configure,
            commands.RunNetwork: self.networks.run,
            commands.Reset: state.reset,
            commands.ContinueFrom: state.continue_from,
            commands.SetBreakpoints: phases.watch,
            commands.Step: lambda by_event: phases.step(),  # a phase is run as a whole
            commands.Iterate: phases.iterate,
            commands.Train: phases.train,
            commands.Pause: phases.pause,
            commands.Draw: drawing_training.draw,
            commands.HoldPictures: _hold_pictures,
            commands.ChooseLabel: drawing_training.choose,
            commands.RestoreDrawing: drawing_training.take_up,
            commands.UseDrawing: drawing_training.use,
            commands.TrainOnDrawing: self.train_on_drawing,
            commands.UndoDrawing: drawing_training.undo,
            commands.ExplainDrawing: drawing_training.explain,
            commands.RecordSaliency: self.saliency.record,
            commands.AlterGradient: self.experiments.alter,
            commands.BackwardTwice: self.experiments.backward_twice,
            commands.WatchSamples: samples.watch,
            commands.GetImages: samples.images,
            commands.Evaluate: samples.evaluate,
            commands.CancelEvaluation: samples.cancel,
            commands.LoadSample: self.step_on_sample,
            commands.SaveSessionFile: files.save,
            commands.OpenSessionFile: files.open,
            commands.SaveWeights: files.save_weights,
            commands.LoadWeights: files.load_weights,
            commands.CopyScript: self.scripts.copy,
            commands.SaveScript: self.scripts.save,
            commands.HoldRecording: self.explanations.take,
            commands.ExplainNumber: self.explanations.explain,
            commands.CheckGradient: self.checks.check,
            commands.CancelCheck: self.checks.cancel,
            commands.ComputeSurface: self.surfaces.compute,
            commands.CancelSurface: self.surfaces.cancel,
            commands.RunRace: self.races.run,
            commands.CancelRace: self.races.cancel,
            commands.RecordWhole: self.rerecording.record_whole,
            commands.PutRunAside: self.lessons.put_aside,
            commands.TakeRunBack: self.lessons.take_back,
            commands.RunSnippet: self.lessons.run_snippet,
        }

    def run(self) -> None:
        """Carry out commands; between them explain, train, evaluate or wait."""
        channel, state = self._channel, self.state
        while True:
            if self.explanations.busy and not channel.has_command():
                self._guarded("explanations.go_on", self.explanations.go_on)
            elif self.checks.busy and not channel.has_command():
                self._guarded("checks.go_on", lambda: self.checks.go_on(state.training))
            if self.surfaces.busy and not channel.has_command():
                self._guarded("surfaces.go_on", lambda: self.surfaces.go_on(state.training))
            if self.races.busy and not channel.has_command():
                self._guarded("races.go_on", self.races.go_on)
            if self.samples.busy and not channel.has_command():
                self._guarded("samples.go_on", lambda: self.samples.go_on(state.training))
            if state.training and not channel.has_command():
                self._guarded("_train", self.phases.train_on)
            elif state.evaluation_due and not channel.has_command():
                self._guarded("_evaluate", self.phases.evaluate)
            elif self.rerecording.busy and not channel.has_command():
                self.rerecording.go_on()
            elif channel.has_command() or not self._busy:
                self._next_command()

    @property
    def _busy(self) -> bool:
        """Whether there is anything to do between commands, besides training."""
        at_work = (self.samples, self.explanations, self.checks, self.surfaces, self.races)
        return any(service.busy for service in at_work)

    def _next_command(self) -> None:
        received = self._channel.next_command()
        if isinstance(received, Unreadable):
            self._channel.tell(Notice("not_understood", (received.reason,)))
            if received.number is None:
                return
        else:
            self.carry_out(received.command, received.recording)
        assert received.number is not None
        self.publisher.carried_out = received.number
        # A drawing that has gone on meanwhile is not worth an answer.
        drawn = isinstance(received, NumberedCommand) and isinstance(received.command, Draw)
        if not drawn or not self._channel.has_command():
            self.publisher.publish()

    def carry_out(self, command: Command, recording: Recording | None = None) -> None:
        """Carry out a command; what goes wrong in it is told, and the thread goes on."""
        values = [getattr(command, field.name) for field in fields(command)]  # type: ignore[arg-type]
        values += [] if recording is None else [recording]
        handler = self._table[type(command)]
        self._guarded(type(command).__name__, lambda: handler(*values))

    def _guarded(self, name: str, call: Callable[[], None]) -> None:
        told, self.phases.failed_at = self._faults.count, None
        try:
            call()
        except (Exception, SystemExit) as error:
            failed_at = self.phases.failed_at
            refused = isinstance(error, UserError) and name in self._names and failed_at is None
            if not refused:
                self.state.stop()
            notice = notice_of(error)
            if failed_at is not None:
                notice = with_explanation(notice, self.state.recording.error)
            self._faults.tell(notice, name if failed_at is None else RUN, failed_at)
            self.publisher.publish()
        else:
            if self._faults.count == told:
                self._faults.went_right(name)

    # -- commands to more than one part ------------------------------------------------------

    def train_on_drawing(self) -> None:
        """Run one iteration on the drawing. One in progress begins again after it."""
        self.drawing_training.take_next()
        self.phases.iterate()

    def step_on_sample(self, part: SamplePart, source: int, index: int) -> None:
        """Begin an iteration on a sample. One in progress begins again after it."""
        if self.samples.take_next(part, source, index):
            self.phases.step()

    def _make_rest(self) -> None:
        """Make the samples that are not there yet while the first ones are learnt."""
        make_rest = DATA_SETS[self.state.settings.data].make_rest
        if make_rest is not None and self._generator is None:
            self._generator = threading.Thread(target=make_rest, daemon=True)
            self._generator.start()


def _hold_pictures(pictures: Pictures) -> None:
    """Keep a folder's images, which the window has read, to train on when told to."""
    from backprop_viz.digits.folder_digits import keep_pictures  # and Pillow with it

    keep_pictures(pictures)
