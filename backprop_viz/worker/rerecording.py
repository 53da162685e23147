"""Records past iterations of an opened run again, so that the window can show them."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import Rerecorded
from backprop_viz.training.state.checkpoints import Checkpoint, Checkpoints
from backprop_viz.training.trainer import Trainer
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.files.session_file import StoredRun, record_again
from backprop_viz.worker.reported_faults import ReportedFaults
from backprop_viz.worker.run_state import RunState

# No more iterations than this are run between a checkpoint and one that was kept.
FARTHEST = 50
MOST_KEPT = 1000
# What the checkpoints may take in a file; of a run that trains, in an autosave.
MOST_SAVED_BYTES = 24 * 2**20
FEW_BYTES = 4 * 2**20


class Rerecording:
    """Records past iterations again, the newest first, while there is nothing else to do.

    They run on a trainer of their own. One that does not come out as the run had it is left out.
    """

    def __init__(self, state: RunState, channel: WorkerChannel, faults: ReportedFaults) -> None:
        self._state, self._channel, self._faults = state, channel, faults
        self._due: list[tuple[Checkpoint, Kept]] = []
        self._losses: Array = np.empty(0)
        self._exact: dict[int, Checkpoint] = {}
        self._trainer: Trainer | None = None
        self._base: Checkpoint | None = None
        state.on_begin.append(self.forget_all)
        state.on_rewind.append(self.forget_after)

    @property
    def busy(self) -> bool:
        """Whether anything is left to record again."""
        return bool(self._due)

    @property
    def due(self) -> tuple[Kept, ...]:
        """What is left to record again."""
        return tuple(kept for _, kept in self._due)

    def begin(self, run: StoredRun) -> None:
        """Record again what was kept of a run that was opened."""
        self._exact = {past.iteration: past for past in (*run.past, run.checkpoint)}
        self._losses = run.curves.loss
        newest = min(run.checkpoint.iteration, len(self._losses))
        found = [
            (base, kept)
            for kept in run.kept[-MOST_KEPT:]
            if 0 < kept.iteration <= newest and (base := _base_of(kept, run.past)) is not None
        ]
        # From each checkpoint forwards, so that no iteration is run twice.
        self._due = sorted(found, key=lambda f: (-f[0].iteration, f[1].iteration))
        self._trainer = self._base = None

    def forget_all(self) -> None:
        """Another run has begun: nothing of the one before is recorded again."""
        self._due.clear()

    def forget_after(self, iteration: int) -> None:
        """The run goes on from an iteration: no iteration after it is recorded again."""
        self._due = [(base, kept) for base, kept in self._due if kept.iteration <= iteration]

    def record_whole(self, iteration: int) -> None:
        """Record an iteration of the run again, every sample of its batch, and send it.

        The window, which has its loss, tells whether it came out the same.
        """
        trainer = self._another_trainer()
        trainer.restore(self._state.checkpoints.before(iteration))
        while trainer.iteration < iteration - 1:
            trainer.iterate()
        recording = record_again(trainer, Kept(iteration))
        self._channel.answer(Rerecorded(self._state.branch, len(self._due)), recording)

    def _another_trainer(self) -> Trainer:
        """One with the run's settings, that knows the batches which were given by hand."""
        trainer = Trainer.from_settings(self._state.settings)
        trainer.given_batches.update(self._state.trainer.given_batches)
        return trainer

    def go_on(self) -> None:
        """Run one iteration, and send its recording if it is one that was kept."""
        try:
            recording = self._next()
        except Exception as error:  # as what a forged file made up, which is left out
            self._faults.note(error)
            self._due.clear()
            recording = None
        if recording is not None or not self._due:
            if not self._due:
                self._trainer = self._base = None
            self._channel.answer(Rerecorded(self._state.branch, len(self._due)), recording)

    def _next(self) -> Recording | None:
        base, kept = self._due[0]
        if self._trainer is None:
            self._trainer = self._another_trainer()
        trainer = self._trainer
        if self._base is not base:
            trainer.restore(base)
            self._base = base
        if trainer.iteration < kept.iteration - 1:
            trainer.iterate()
            return None
        del self._due[0]
        recording = record_again(trainer, kept)
        return recording if self._is_true(recording, trainer) else None

    def _is_true(self, recording: Recording, trainer: Trainer) -> bool:
        """Whether the iteration that the trainer has just run equals the run's own.

        Where the weights after it are not known, the next iteration's loss tells.
        """
        number = recording.iteration
        exact = self._exact.get(number)
        if exact is not None:
            return _same(trainer.model.state_dict(), exact.model)
        if recording.loss is None or recording.loss != self._losses[number - 1]:
            return False
        while trainer.step() is not Phase.LOSS:
            pass
        following = trainer.loss_value()
        trainer.restart_iteration()
        return number < len(self._losses) and following == self._losses[number]


def worth_keeping(
    kept: Iterable[Kept], checkpoints: Checkpoints, before: int, most: int
) -> tuple[tuple[Kept, ...], tuple[Checkpoint, ...]]:
    """The newest iterations before ``before`` that can be recorded again, and from what.

    The checkpoints take no more than about ``most`` bytes. Both are in ascending order.
    """
    found: list[Kept] = []
    past: dict[int, Checkpoint] = {}
    room = most
    newest_first = sorted(kept, key=lambda k: -k.iteration)
    for one in [k for k in newest_first if k.iteration < before][:MOST_KEPT]:
        base = checkpoints.nearest(one.iteration)
        if base is None or one.iteration - base.iteration > FARTHEST:
            continue
        if base.iteration not in past:
            room -= base.bytes
            if room < 0:
                break
            past[base.iteration] = base
        found.append(one)
    return tuple(reversed(found)), tuple(past[i] for i in sorted(past))


def _base_of(kept: Kept, past: Sequence[Checkpoint]) -> Checkpoint | None:
    before = [p for p in past if kept.iteration - FARTHEST <= p.iteration < kept.iteration]
    return max(before, key=lambda p: p.iteration, default=None)


def _same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    """Whether two networks' states are equal, bit for bit; NaN equals NaN."""
    pairs = [(a, other[name]) for name, a in one.items()]
    return all(torch.equal(a.view(torch.uint8), b.view(torch.uint8)) for a, b in pairs)
