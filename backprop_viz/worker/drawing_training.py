"""Trains the net on a drawing; its steps can be undone one by one."""

from collections import deque
from dataclasses import dataclass

import torch
from torch import Tensor

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Moved, Saliency
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.evaluation.drawn import probabilities_of, saliency_of
from backprop_viz.worker.run_state import RunState

# How many steps can be undone; each keeps the recording that was shown before it.
UNDOS = 32


@dataclass(frozen=True, slots=True, eq=False)
class DrawingStep:
    """An iteration on a drawing: its batch, what the net answered before, what was shown."""

    iteration: int
    batch: tuple[Tensor, Tensor]
    drawing: Array
    label: int
    answered: tuple[float, ...]
    before: Recording | None


class DrawingTraining:
    """The drawing, its label, whether it is the batch, and the iterations that ran on it."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.drawing: Array | None = None
        self._label: int | None = None
        self._wanted = False
        self._explaining = False
        self._steps: deque[DrawingStep] = deque(maxlen=UNDOS)
        # What was shown when the iteration in progress began.
        self._before: Recording | None = None
        state.on_begin.append(self.forget_all)

    # -- commands ----------------------------------------------------------------------------

    def draw(self, prepared: Array | None) -> None:
        """Take a drawing to classify, (32, 32) float32 as ``prepare`` makes it, or None."""
        # Copied: what came over the pipe cannot be written to, and torch takes no such array.
        self.drawing = None if prepared is None else prepared.copy()
        if prepared is None:
            self._label = None
            self._wanted = False

    def choose(self, label: int | None) -> None:
        """Say which digit the drawing is; without a label it is not the batch any more."""
        self._label = label
        if label is None:
            self._wanted = False

    def take_up(self, label: int | None, is_batch: bool) -> None:
        """Restore the drawing's label, and whether it is the batch, from a session."""
        self._label = label
        self._wanted = is_batch and not self._state.training

    def use(self, wanted: bool) -> None:
        """Take the drawing as the batch of the iterations to begin, or the data again.

        Raises UserError where there is nothing to learn from a drawing.
        """
        if wanted:
            self._expect_labelled_drawing()
        self._wanted = wanted and not self._state.training

    def undo(self) -> None:
        """Undo the newest iteration, which was on a drawing, bit for bit."""
        step = self._newest()
        if step is None:
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The newest iteration was not on a drawing, so there is nothing to undo: "
                    "to go back farther, show an iteration and choose Continue from here.",
                )
            )
        self._state.go_back_to(step.iteration - 1, step.before)
        self._forget_from(step.iteration)

    def explain(self, wanted: bool) -> None:
        """Publish a saliency map of the drawing from now on, or no longer."""
        self._explaining = wanted

    # -- what other parts call ---------------------------------------------------------------

    def take_next(self) -> None:
        """Have the next iteration take the drawing. One in progress begins again after it.

        Raises UserError where there is nothing to learn from a drawing.
        """
        self._expect_labelled_drawing()
        if not self._state.abandon():
            self._before = self._state.recording
        self._give_drawing()

    @property
    def is_batch(self) -> bool:
        """Whether the iterations to begin take the drawing."""
        return self._wanted and self.drawing is not None

    def release(self) -> None:
        """Train on the data again, not on the drawing."""
        self._wanted = False

    def begin(self, shown: Recording) -> None:
        """An iteration is about to begin, while ``shown`` is what was recorded last."""
        self._before = shown
        trainer = self._state.trainer
        if self.is_batch and trainer.iteration not in trainer.given_batches:
            self._give_drawing()

    def forget_all(self) -> None:
        """The network is another one: no step can be undone."""
        self._wanted = False
        self._steps.clear()

    def steps(self) -> tuple[DrawingStep, ...]:
        """The steps that can be undone, to be taken up again by ``take_up_steps``."""
        return tuple(self._steps)

    def take_up_steps(self, steps: tuple[DrawingStep, ...], is_batch: bool) -> None:
        """Restore the steps of a run that is taken up, and whether the drawing is its batch."""
        self._steps.extend(steps)
        self._wanted = is_batch and self._label is not None

    def state(self) -> DrawingTrainingState:
        """How things stand, for the window."""
        step, trainer = self._newest(), self._state.trainer
        same = step is not None and step.drawing is self.drawing
        return DrawingTrainingState(
            label=self._label,
            is_batch=self.is_batch,
            waits=trainer.phase is not Phase.ZERO_GRAD
            and trainer.iteration not in trainer.given_batches,
            can_undo=step is not None,
            moved=Moved(step.iteration, step.label, step.answered) if step and same else None,
            saliency=self.saliency() if self._explaining else None,
        )

    def saliency(self) -> Saliency | None:
        """Which pixels of the drawing speak for its label, or for what is predicted."""
        if self.drawing is None:
            return None
        return saliency_of(self._state.trainer.model, self.drawing, self._label)

    # -- the steps ---------------------------------------------------------------------------

    def _expect_labelled_drawing(self) -> None:
        if self.drawing is None:
            raise UserError(
                QT_TRANSLATE_NOOP(
                    "errors", "There is no drawing yet: draw a digit on the pad first."
                )
            )
        if self._label is None:
            raise UserError(
                QT_TRANSLATE_NOOP("errors", "The drawing has no label yet: choose its label first.")
            )
        self._state.trainer.objective.expect_labels()

    def _give_drawing(self) -> None:
        """Give the iteration that is due the drawing as its batch."""
        trainer, drawing = self._state.trainer, self.drawing
        assert drawing is not None
        assert self._label is not None
        done = trainer.iteration
        answered = tuple(float(p) for p in probabilities_of(trainer.model, drawing))
        batch = (torch.from_numpy(drawing).view(1, 1, 32, 32), torch.tensor([self._label]))
        trainer.use_batch(*batch)
        before = self._before if _shows_end_of(self._before, done) else None
        self._forget_from(done + 1)
        self._steps.append(DrawingStep(done + 1, batch, drawing, self._label, answered, before))

    def _forget_from(self, iteration: int) -> None:
        kept = [step for step in self._steps if step.iteration < iteration]
        self._steps.clear()
        self._steps.extend(kept)

    def _newest(self) -> DrawingStep | None:
        """The newest finished iteration, if it was on a drawing."""
        trainer = self._state.trainer
        taken = trainer.given_batches.get(trainer.iteration - 1)
        steps = (step for step in self._steps if step.iteration == trainer.iteration)
        return next((step for step in steps if taken and taken[0] is step.batch[0]), None)


def _shows_end_of(recording: Recording | None, iteration: int) -> bool:
    """Whether a recording is all there is to see after this many iterations."""
    if recording is None or recording.preview:
        return recording is not None and iteration == 0
    return recording.iteration == iteration and recording.span(Phase.UPDATE) is not None
