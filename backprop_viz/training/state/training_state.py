"""What training changes: weights, gradients, the optimizer, random numbers, the batch that is due.

``TrainingState`` copies it and puts it back, bit for bit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.capture.tensors.state_copies import cloned, packed
from backprop_viz.training.data.batches import Batches
from backprop_viz.training.data.prefetch import Batch
from backprop_viz.training.parts.optimizers import LearningRate
from backprop_viz.training.state.checkpoints import Checkpoint
from backprop_viz.training.state.random_state import RandomState
from backprop_viz.training.state.state_backup import StateBackup

# The ``.grad`` of every parameter, in their order.
FoundGrads = list[Tensor | None]


@dataclass(frozen=True, slots=True, eq=False)
class IterationStart:
    """The random state and every ``.grad``, as an iteration found them."""

    random: Tensor
    grads: FoundGrads

    def copied(self) -> "IterationStart":
        """The same, with gradients that nothing else changes."""
        return IterationStart(self.random, [None if g is None else g.clone() for g in self.grads])


class TrainingState:
    """The parts of a trainer that its iterations change."""

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer | None,
        rate: LearningRate,
        random: RandomState,
        batches: Batches,
    ) -> None:
        self.rate, self.random, self.batches = rate, random, batches
        self.parameters = tuple(model.parameters())
        self._model, self._optimizer = model, optimizer

    # -- an iteration ------------------------------------------------------------------------

    def start(self, *, in_place: bool) -> IterationStart:
        """How an iteration begins; ``in_place``: something is about to change the gradients."""
        grads = [
            p.grad.clone() if in_place and p.grad is not None else p.grad for p in self.parameters
        ]
        return IterationStart(self.random.now, grads)

    def put_grads(self, grads: FoundGrads) -> None:
        """Give every parameter a ``.grad``, or None."""
        for parameter, grad in zip(self.parameters, grads, strict=True):
            parameter.grad = grad

    @contextmanager
    def grads_stay_if_it_fails(self) -> Iterator[None]:
        """If the body raises, every ``.grad`` is as it was before."""
        # Backward adds to what is there in place; where there is None, nothing needs a clone.
        found = [None if p.grad is None else p.grad.clone() for p in self.parameters]
        try:
            yield
        except Exception:
            self.put_grads(found)
            raise

    # -- going back --------------------------------------------------------------------------

    def checkpoint(
        self, iteration: int, settings: tuple[int, bool, bool], input_form: str
    ) -> Checkpoint:
        """All that the iterations after ``iteration`` depend on, copied.

        ``settings``: the batch size, ``set_to_none`` and ``clear_gradients``.
        """
        optimizer = None if self._optimizer is None else self._optimizer.state_dict()
        loader, fetched = self.batches.state()
        return Checkpoint(
            iteration=iteration,
            model=packed(self._model.state_dict()),
            # Also where they are cleared: the next zero_grad is recorded with what it clears.
            grads=list(packed(dict(enumerate(p.grad for p in self.parameters))).values()),
            optimizer=packed(optimizer),
            random_state=self.random.now,
            loader=loader,
            fetched=fetched,
            given_batch=self.batches.given_batches.get(iteration),
            settings=(self.rate.base, self.rate.schedule, *settings),
            input_form=input_form,
        )

    def restore(self, checkpoint: Checkpoint) -> Batch:
        """Go back to a checkpoint; returns the batch that the loader gave last.

        ``given_batches`` stay, with that of the checkpoint: what is run again takes what it took.
        """
        self._model.load_state_dict(checkpoint.model)
        grads = checkpoint.grads or [None] * len(self.parameters)
        self.put_grads([None if grad is None else grad.clone() for grad in grads])
        if self._optimizer is not None and checkpoint.optimizer is not None:
            self._optimizer.load_state_dict(cloned(checkpoint.optimizer))
        lr, schedule, *_ = checkpoint.settings
        self.rate.put(lr, schedule, checkpoint.iteration)
        self.random.now = checkpoint.random_state
        fetched = self.batches.restore(checkpoint.loader, checkpoint.fetched)
        if checkpoint.given_batch is not None:
            self.batches.given_batches[checkpoint.iteration] = checkpoint.given_batch
        return fetched

    @contextmanager
    def undone_if_it_fails(self, iteration: int) -> Iterator[None]:
        """Restore the state of before if the body raises; ``iteration``: how many were done then.

        A backward that is due can still run.
        """
        numbers = StateBackup(self._model, self._optimizer)
        rate = self.rate.base, self.rate.schedule, iteration
        random, loader = self.random.now, self.batches.state()
        given_batches = dict(self.batches.given_batches)
        try:
            yield
        except Exception:
            numbers.put_back()
            self.rate.put(*rate)
            self.random.now = random
            self.batches.restore(*loader)
            self.batches.given_batches.clear()
            self.batches.given_batches.update(given_batches)
            raise
