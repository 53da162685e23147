"""The one thread that runs torch: commands in, frames and notices out, training in between."""

import math
import os
import threading
import time
from contextlib import suppress

import torch

from .core.data import prepare, training_strokes
from .core.history import History
from .core.program import program
from .core.recorder import Recorder, preview
from .core.records import Array, Curves, Frame, Notice, Phase, Prediction, Settings
from .core.trainer import InterruptedEvaluation, Trainer
from .mailbox import Mailbox, Published

FRAMES_PER_SECOND = 30
EARLIER_RUNS = 4


class Worker:
    """Owns the trainer, its recording and its curves; lives in the thread that made it.

    The methods under "commands" are those that the window may name in the mailbox.
    """

    def __init__(self, mailbox: Mailbox, settings: Settings) -> None:
        # One core stays free for the window. A fixed number: results depend on it.
        torch.set_num_threads(max(1, min(4, _cores() - 1)))
        self._mailbox = mailbox
        self._carried_out = 0
        self._training = False
        self._evaluation_due = False
        self._evaluate_at = 0.0
        self._rate = 0.0
        self._frame_at = (0.0, 0)
        self._drawing: Array | None = None
        self._earlier: tuple[tuple[str, Curves], ...] = ()
        self._history = History()
        self._trainer: Trainer
        self._settings = settings
        self._recorder: Recorder | None = None
        self._generator: threading.Thread | None = None
        try:
            self._begin(settings)
        except Exception as error:
            # What was asked for cannot be had: the notice tells, the built-in digits serve.
            mailbox.tell(_notice(error))
            self._begin(Settings())
        self._publish()

    def run(self) -> None:
        """Carry out commands; between them train, or evaluate, or wait. Ends on closing."""
        mailbox = self._mailbox
        while not mailbox.closing.is_set():
            if self._training and not mailbox.has_command():
                self._guarded("_train")
            elif self._evaluation_due and not mailbox.has_command():
                self._guarded("_evaluate")
            else:
                command = mailbox.next_command()
                self._guarded(command.name, *command.arguments)
                self._carried_out = command.number
                self._publish()
        if self._generator is not None:
            self._generator.join()

    def _guarded(self, name: str, *arguments: object) -> None:
        """Call a method; what goes wrong in it is told, and the thread goes on."""
        try:
            getattr(self, name)(*arguments)
        except Exception as error:
            self._training = self._evaluation_due = False
            self._mailbox.tell(_notice(error))
            self._publish()

    # -- commands ----------------------------------------------------------------------------

    def configure(self, settings: Settings) -> None:
        """Take over changed settings: at once where they are live, else from a fresh network."""
        untouched = self._trainer.iteration == 0 and self._recorder is None
        if untouched or not settings.continues(self._settings):
            self._begin(settings)
            return
        for name, value in settings.live().items():
            setattr(self._trainer, name, value)
        self._settings = settings
        self._program = program(settings, self._trainer.model)

    def reset(self) -> None:
        """The same settings again, from a fresh network."""
        self._begin(self._settings)

    def step(self) -> None:
        """Run the phase that is due, recorded; training stops."""
        self._training = False
        self._run_phase(self._begun())

    def iterate(self) -> None:
        """Run to the end of the iteration, recorded; training stops."""
        self._training = False
        self._finish(self._begun())

    def train(self) -> None:
        """Train until told to pause."""
        self._training = True
        self._frame_at = (time.perf_counter(), self._trainer.iteration)
        self._evaluate_at = 0.0

    def pause(self) -> None:
        """Stop training, with the last iteration recorded whole."""
        if self._training:
            self._training = False
            self._rate = 0.0
            self._finish(self._begun())
            self._evaluation_due = True

    def draw(self, image: Array | None) -> None:
        """Take a drawing (2-D, 0..1) to classify, or None for no drawing."""
        self._drawing = image

    def close(self) -> None:
        """Nothing: it wakes a thread that waits for a command, to see that it must end."""

    # -- runs --------------------------------------------------------------------------------

    def _begin(self, settings: Settings) -> None:
        """Start a run from a fresh network; if it cannot be made, the run before goes on."""
        trainer = Trainer.from_settings(settings)
        recording = preview(trainer)
        curves = self._history.curves()
        if len(curves.loss):
            self._earlier = (*self._earlier, (_label(self._settings), curves))[-EARLIER_RUNS:]
        self._trainer = trainer
        self._recording = recording
        self._recorder = None
        self._settings = settings
        self._program = program(settings, trainer.model)
        self._history = History()
        self._training = self._evaluation_due = False
        self._rate = 0.0
        if settings.data == "strokes" and self._generator is None:
            self._generator = threading.Thread(target=self._generate, name="stroke digits")
            self._generator.start()

    def _generate(self) -> None:
        """Make the rest of the built-in digits while the first ones are learnt."""

        def go_on(done: int, total: int) -> None:
            if self._mailbox.closing.is_set():
                raise InterruptedError

        with suppress(InterruptedError):
            training_strokes().generate(go_on)

    # -- training ----------------------------------------------------------------------------

    def _train(self) -> None:
        """One iteration of free training, recorded if the window wants a frame."""
        now = time.perf_counter()
        if now >= self._evaluate_at:
            self._evaluate()
            # A twentieth of the time goes into evaluation, but it comes every ten seconds.
            spent = time.perf_counter() - now
            self._evaluate_at = now + min(10.0, max(1.0, 20 * spent))
        if self._recorder is not None:
            self._finish(self._recorder)
        elif self._mailbox.frame_wanted() and now - self._frame_at[0] >= 1 / FRAMES_PER_SECOND:
            self._measure_rate(now)
            self._finish(Recorder(self._trainer, samples=1))
            self._publish()
        else:
            self._run_unrecorded()

    def _measure_rate(self, now: float) -> None:
        since, iteration = self._frame_at
        rate = (self._trainer.iteration - iteration) / (now - since)
        self._rate = 0.8 * self._rate + 0.2 * rate if self._rate else rate
        self._frame_at = (now, self._trainer.iteration)

    def _run_unrecorded(self) -> None:
        trainer = self._trainer
        try:
            while trainer.step() is not Phase.LOSS:
                pass
            if self._has_loss():
                trainer.backward()
        except Exception:
            trainer.restart_iteration()
            raise
        if trainer.phase is Phase.UPDATE:
            trainer.update()
            self._note_iteration()
        else:
            # Once more with the recorder watching, which stops and tells at the loss.
            trainer.restart_iteration()
            self._finish(self._begun())
            self._publish()

    def _begun(self) -> Recorder:
        """The recorder of the iteration in progress, or of the one that begins."""
        if self._recorder is None:
            self._recorder = Recorder(self._trainer)
        return self._recorder

    def _finish(self, recorder: Recorder) -> None:
        """Run to the end of the iteration; free training stops at a loss that is no number."""
        self._recorder = recorder
        training = self._training
        while self._recorder is not None and self._training == training:
            self._run_phase(recorder)

    def _run_phase(self, recorder: Recorder) -> None:
        try:
            phase = recorder.step()
        finally:
            self._recording = recorder.recording()
        if phase is Phase.LOSS and not self._has_loss():
            # Training stops here, before the loss spoils the weights.
            self._training = False
            number = str(self._trainer.iteration + 1)
            self._mailbox.tell(Notice("loss_not_finite", (str(self._trainer.loss_value()), number)))
        if phase is Phase.UPDATE:
            self._recorder = None
            self._note_iteration()

    def _has_loss(self) -> bool:
        """Whether the loss is a number, or there is none to be one."""
        return self._trainer.loss is None or math.isfinite(self._trainer.loss_value())

    def _note_iteration(self) -> None:
        done = self._trainer.finished()
        self._history.add(done.loss, done.accuracy)

    def _evaluate(self) -> None:
        try:
            done = self._trainer.evaluate(self._mailbox.has_command)
        except InterruptedEvaluation:
            return
        self._evaluation_due = False
        self._history.add_held_out(self._trainer.iteration, done.loss, done.accuracy)
        self._publish()

    # -- frames ------------------------------------------------------------------------------

    def _publish(self) -> None:
        recording = self._recording
        frame = Frame(
            settings=self._settings,
            moment=recording.at(0 if recording.preview else len(recording.events)),
            program=self._program,
            curves=self._history.curves(),
            iteration=self._trainer.iteration,
            due=self._trainer.phase,
            training=self._training,
            rate=self._rate,
            prediction=self._prediction(),
            earlier=self._earlier,
        )
        self._mailbox.publish(Published(frame, self._carried_out))

    def _prediction(self) -> Prediction | None:
        if self._drawing is None:
            return None
        probabilities = self._trainer.classify(self._drawing)
        return Prediction(tuple(float(p) for p in probabilities), prepare(self._drawing))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _label(settings: Settings) -> str:
    return f"{settings.optimizer}, lr {settings.lr:g}, seed {settings.seed}"


def _notice(error: Exception) -> Notice:
    """What to say of an exception; its own words where they were written for the user."""
    if isinstance(error, ValueError):
        return Notice("refused", (str(error),))
    if isinstance(error, MemoryError) or "not enough memory" in str(error):
        return Notice("out_of_memory")
    return Notice("failed", (type(error).__name__, str(error)))
