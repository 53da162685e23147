"""The worker's loop: carries out commands, and trains, evaluates or waits between them."""

import threading
from collections.abc import Callable
from typing import Any

import torch

from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.notices import RUN, notice_of
from backprop_viz.recording.pictures import Pictures
from backprop_viz.recording.samples import Part
from backprop_viz.recording.settings import Settings
from backprop_viz.training.thread_count import torch_threads
from backprop_viz.training.without_compiler import leave_out_compiler
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.curve_log import CurveLog
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.experiments import Experiments
from backprop_viz.worker.phase_runner import PhaseRunner
from backprop_viz.worker.publish_throttle import PublishThrottle
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.rerecording import Rerecording
from backprop_viz.worker.run_state import RunState
from backprop_viz.worker.sample_service import SampleService
from backprop_viz.worker.script_service import ScriptService
from backprop_viz.worker.session_files import SessionFiles


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
        self._table = self._commands()
        self._generator: threading.Thread | None = None
        state.on_begin.append(self._make_rest)
        try:
            state.begin(settings)
        except Exception as error:
            # What was asked for cannot be had: the notice tells, the built-in digits serve.
            faults.tell(notice_of(error), "configure")
            state.begin(Settings())
        self.publisher.publish()

    def _commands(self) -> dict[str, Callable[..., None]]:
        """What the window may ask for, by name. The one place where commands are known."""
        state, phases, files = self.state, self.phases, self.files
        drawing_training, samples = self.drawing_training, self.samples
        return {
            "configure": state.configure,
            "reset": state.reset,
            "continue_from": state.continue_from,
            "watch": phases.watch,
            "step": phases.step,
            "iterate": phases.iterate,
            "train": phases.train,
            "pause": phases.pause,
            "draw": drawing_training.draw,
            "hold_pictures": _hold_pictures,
            "drawing_training.choose": drawing_training.choose,
            "drawing_training.take_up": drawing_training.take_up,
            "drawing_training.use": drawing_training.use,
            "drawing_training.train_on": self.train_on_drawing,
            "drawing_training.undo": drawing_training.undo,
            "drawing_training.explain": drawing_training.explain,
            "experiments.alter": self.experiments.alter,
            "experiments.backward_twice": self.experiments.backward_twice,
            "samples.watch": samples.watch,
            "samples.images": samples.images,
            "samples.evaluate": samples.evaluate,
            "samples.cancel": samples.cancel,
            "samples.load": self.step_on_sample,
            "files.save": files.save,
            "files.autosave": files.autosave,
            "files.open": files.open,
            "files.save_weights": files.save_weights,
            "files.load_weights": files.load_weights,
            "scripts.copy": self.scripts.copy,
            "scripts.save": self.scripts.save,
        }

    def run(self) -> None:
        """Carry out commands; between them train, or evaluate, or wait."""
        channel, state = self._channel, self.state
        while True:
            if self.samples.busy and not channel.has_command():
                self._guarded("samples.go_on", lambda: self.samples.go_on(state.training))
            if state.training and not channel.has_command():
                self._guarded("_train", self.phases.train_on)
            elif state.evaluation_due and not channel.has_command():
                self._guarded("_evaluate", self.phases.evaluate)
            elif self.rerecording.busy and not channel.has_command():
                self.rerecording.go_on()
            elif not self.samples.busy or channel.has_command():
                command = channel.next_command()
                self.carry_out(command.name, *command.arguments)
                self.publisher.carried_out = command.number
                # A drawing that has gone on meanwhile is not worth an answer.
                if command.name != "draw" or not channel.has_command():
                    self.publisher.publish()

    def carry_out(self, name: str, *arguments: Any) -> None:
        """Carry out a command; what goes wrong in it is told, and the thread goes on."""
        self._guarded(name, lambda: self._table[name](*arguments))

    def _guarded(self, name: str, call: Callable[[], None]) -> None:
        told, self.phases.failed_at = self._faults.count, None
        try:
            call()
        except Exception as error:
            failed_at = self.phases.failed_at
            refused = isinstance(error, UserError) and name in self._table and failed_at is None
            if not refused:
                self.state.stop()
            self._faults.tell(notice_of(error), name if failed_at is None else RUN, failed_at)
            self.publisher.publish()
        else:
            if self._faults.count == told:
                self._faults.went_right(name)

    # -- commands to more than one part ------------------------------------------------------

    def train_on_drawing(self) -> None:
        """Run one iteration on the drawing. One in progress begins again after it."""
        self.drawing_training.take_next()
        self.phases.iterate()

    def step_on_sample(self, part: Part, source: int, index: int) -> None:
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
