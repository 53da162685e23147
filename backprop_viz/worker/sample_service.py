"""Answers about samples: pages of images, and scores, a slice at a time."""

import time

import numpy as np
import torch
from numpy.typing import NDArray

from backprop_viz.recording.requests.samples import (
    EvaluationProgress,
    Page,
    SamplePart,
    Scores,
    Sheet,
    not_evaluated,
)
from backprop_viz.training.evaluation.evaluate import Evaluation, Scoring
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.run_state import RunState

PROGRESS_S = 0.1
# Beside free training, an evaluation on demand takes at most as long as what it waits for.
REST = 1.0


class SampleService:
    """Keeps the last scores of each part.

    While the window watches no part, nothing is sent and only the last evaluation's arrays are
    kept.
    """

    def __init__(self, state: RunState, channel: WorkerChannel) -> None:
        self._state, self._channel = state, channel
        # Not from 0: the worker that is put in place of this one must not count the same.
        self._source = time.time_ns()
        self._watched: SamplePart | None = None
        self._scores: dict[SamplePart, tuple[int, Scores]] = {}
        self._job: tuple[SamplePart, int, Scoring] | None = None
        self._told_at = self._next_at = 0.0
        state.on_begin.append(self.begin)
        state.on_rewind.append(self.rewound)

    # -- what the worker tells ---------------------------------------------------------------

    def begin(self) -> None:
        """A run began with a fresh network: nothing is scored yet."""
        self.cancel()
        self._source += 1
        self._scores.clear()
        self._send_sheet()

    def rewound(self, iteration: int) -> None:
        """The run goes on from an earlier iteration: scores of what came later are no more."""
        self.cancel()
        self._scores = {part: kept for part, kept in self._scores.items() if kept[0] <= iteration}
        self._send_sheet()

    def evaluated(self, evaluation: Evaluation) -> None:
        """Training has evaluated the validation set."""
        self._keep("validation", self._state.trainer.iteration, evaluation)

    @property
    def busy(self) -> bool:
        """Whether an evaluation on demand has a slice to do."""
        return self._job is not None

    def go_on(self, training: bool) -> None:
        """Do a slice of the evaluation on demand; beside training only if it is its turn."""
        begun = time.perf_counter()
        if self._job is None or (training and begun < self._next_at):
            return
        part, iteration, scoring = self._job
        try:
            scoring.go_on()
        except Exception:
            self.cancel()
            raise
        now = time.perf_counter()
        self._next_at = now + REST * (now - begun)
        if scoring.finished:
            self.cancel()
            self._keep(part, iteration, scoring.evaluation())
        elif now >= self._told_at + PROGRESS_S:
            self._told_at = now
            self._channel.answer(EvaluationProgress(part, scoring.done, scoring.total))

    def take_next(self, part: SamplePart, source: int, index: int) -> bool:
        """Have the next iteration take a sample. One in progress begins again after it.

        False if the ``source`` is no more. Raises UserError where no label enters the loss.
        """
        if source != self._source:
            return False
        trainer = self._state.trainer
        trainer.objective.expect_labels()
        batch = trainer.samples(part).batch(torch.tensor([index]))
        self._state.abandon()
        trainer.use_batch(*batch)
        return True

    # -- commands ----------------------------------------------------------------------------

    def watch(self, part: SamplePart | None) -> None:
        """Send the part's sheet now and after each evaluation; None: no more."""
        self._watched = part
        self._send_sheet()

    def images(self, part: SamplePart, source: int, index: NDArray[np.int64]) -> None:
        """Send a page of images; none of data that is no more."""
        if source == self._source:
            images, _ = self._state.trainer.samples(part).batch(torch.tensor(index))
            self._channel.answer(Page(part, source, index, as_bytes(images[:, 0].numpy())))

    def evaluate(self, part: SamplePart, count: int | None) -> None:
        """Begin to score the part's first ``count`` samples, or all, with the network as it is."""
        self.cancel()
        scoring = self._state.trainer.scoring(part, count)
        self._job = (part, self._state.trainer.iteration, scoring)
        self._channel.answer(EvaluationProgress(part, 0, scoring.total))

    def cancel(self) -> None:
        """Leave off the evaluation on demand; the scores before it stay."""
        if self._job is not None:
            part, _, _ = self._job
            self._job = None
            self._channel.answer(EvaluationProgress(part, 0, 0))

    # -- answers -----------------------------------------------------------------------------

    def _keep(self, part: SamplePart, iteration: int, evaluation: Evaluation) -> None:
        self._scores[part] = (iteration, evaluation.scores)
        if part == self._watched:
            self._send_sheet()

    def _send_sheet(self) -> None:
        part = self._watched
        if part is None:
            return
        labels = self._state.trainer.samples(part).labels.numpy().astype(np.int16)
        iteration, scores = self._scores.get(part, (None, not_evaluated(len(labels))))
        self._channel.answer(Sheet(part, self._source, labels, scores, iteration))


def as_bytes(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Images (n, H, W) as 0..255; one that is not within 0..1 is stretched over its own range."""
    low, high = (bound(images, axis=(1, 2), keepdims=True) for bound in (np.min, np.max))
    within = (low >= 0) & (high <= 1)
    low, span = np.where(within, 0, low), np.where(within | (high == low), 1, high - low)
    return np.rint((images - low) / span * 255).astype(np.uint8)
