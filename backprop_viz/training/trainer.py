"""Training as the tutorial writes it: five phases in their legal order, each a line of Python."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset

from backprop_viz.analysis.losses import loss as loss_of_name
from backprop_viz.capture.snapshots import cloned, packed
from backprop_viz.digits.lenet import LeNet
from backprop_viz.digits.prepare import prepare
from backprop_viz.digits.saliency import saliency
from backprop_viz.recording.drawing_training import Saliency
from backprop_viz.recording.input_forms import expect_form, in_form
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.samples import CLASSES, Part
from backprop_viz.recording.schedules import Schedule
from backprop_viz.recording.settings import Settings
from backprop_viz.training.batches import Batches
from backprop_viz.training.checkpoints import Checkpoint
from backprop_viz.training.data_sources import Samples, Source, open_source
from backprop_viz.training.evaluation import Evaluation, InterruptedEvaluation, Scoring
from backprop_viz.training.losses import LossFunction
from backprop_viz.training.optimizers import LearningRate, make_optimizer
from backprop_viz.training.prefetch import Ahead
from backprop_viz.training.random_state import RandomState, inference
from backprop_viz.training.state_backup import Standing

if TYPE_CHECKING:
    from backprop_viz.recording.iteration import Recording

# What runs each phase.
_CALLS = {
    Phase.ZERO_GRAD: "zero_grad",
    Phase.FORWARD: "forward",
    Phase.LOSS: "compute_loss",
    Phase.BACKWARD: "backward",
    Phase.UPDATE: "update",
}


class PhaseError(RuntimeError):
    """A phase was called out of order."""


@dataclass(frozen=True, slots=True, eq=False)
class Iteration:
    """A finished iteration; ``loss`` is NaN where there is none.

    ``output`` (N, classes) and ``labels`` (N,) are what ``accuracy`` is worked out from, if asked
    for; no output where there is nothing to be right about.
    """

    number: int
    loss: float
    output: Tensor | None = field(repr=False)
    labels: Tensor = field(repr=False)

    @property
    def accuracy(self) -> float:
        """The share (0..1) of the batch that was read right before the update, or NaN."""
        if self.output is None:
            return math.nan
        read = self.output.argmax(1).numpy()
        # In numpy: to compare and to count takes torch, which has more to choose from, far longer.
        return np.count_nonzero(read == self.labels.numpy()) / len(read)


class Trainer:
    """A network, its data, loss and optimizer, and where in the iteration it is.

    The same arguments give the same numbers, bit for bit: torch's global random state is the
    trainer's own while one of its phases runs, and as it was found afterwards.

    data: "strokes", "random", "mnist" or "folder" (both with ``root``), or a Dataset of
    (1x32x32 float, int).
    loss: a name in ``analysis.losses.LOSSES``; that of no loss, "output_gradient", takes a
    random gradient of the output.
    optimizer: "manual", "sgd", "nesterov", "adam", "rmsprop"; ``optimizer_options`` are those of
    the torch.optim class. ``set_to_none`` is passed to ``zero_grad``; ``clear_gradients=False``
    leaves ``zero_grad`` out, so that gradients accumulate.
    schedule: "none", "cosine" (``lr`` falls to 0 over ``iterations``) or "step" (times ``gamma``
    every ``step_size`` iterations); ``schedule_options`` are those words.
    batch_size: "random" data has that many inputs (N, 1, 32, 32) and targets (N, 10), one batch.
    input_form: "batch", or "single": only the first input of each batch, without its batch
    dimension, (1, 32, 32); or "unsqueezed": that one with the dimension put back.

    Raises ValueError for an unknown name or an option that the optimizer refuses.
    """

    def __init__(
        self,
        data: str | Dataset[Any] = "strokes",
        loss: str = "cross_entropy",
        optimizer: str = "sgd",
        lr: float = 0.05,
        batch_size: int = 64,
        seed: int = 0,
        model: nn.Module | None = None,
        optimizer_options: Mapping[str, Any] | None = None,
        *,
        root: str | None = None,
        set_to_none: bool = True,
        clear_gradients: bool = True,
        schedule: str = "none",
        schedule_options: Mapping[str, float] | None = None,
        input_form: str = "batch",
    ) -> None:
        self._loss_function = LossFunction(loss_of_name(loss))
        if batch_size < 1:
            raise ValueError(f"batch_size is at least 1, not {batch_size}.")
        expect_form(input_form)
        falling = Schedule(schedule, schedule_options or {})
        self.loss_name = loss
        self.batch_size = batch_size
        self.set_to_none = set_to_none
        self.clear_gradients = clear_gradients
        self.input_form = input_form
        self.iteration = 0
        self.phase = Phase.ZERO_GRAD
        self._random = RandomState(seed)
        with self._random:
            self.model = LeNet() if model is None else model
            self._source = open_source(data, root, batch_size)
        self._parameters = tuple(self.model.parameters())
        self._random_at_start = self._random.now
        self._grads_at_start: list[Tensor | None] = []
        self.optimizer = make_optimizer(optimizer, self.model, lr, optimizer_options or {})
        self._rate = LearningRate(self.optimizer, lr, falling)
        self.criterion = self._loss_function.criterion
        self._batches = Batches(self._source, seed)
        self.output: Tensor | None = None
        self.loss: Tensor | None = None
        # None until somebody asks for that of the loss.
        self._loss_value: float | None
        self.fetch()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The trainer that these settings stand for."""
        return cls(
            settings.data,
            settings.loss,
            settings.optimizer,
            settings.lr,
            settings.batch_size,
            settings.seed,
            optimizer_options=settings.optimizer_options,
            root=settings.root,
            set_to_none=settings.set_to_none,
            clear_gradients=settings.clear_gradients,
            schedule=settings.schedule,
            schedule_options=settings.schedule_options,
            input_form=settings.input_form,
        )

    # -- the five phases ---------------------------------------------------------------------

    def zero_grad(self) -> None:
        """Fetch the next batch and clear every ``.grad``."""
        self._expect(Phase.ZERO_GRAD)
        self.fetch()
        self._random_at_start = self._random.now
        self._grads_at_start = self._kept_grads()
        if self.clear_gradients:
            owner = self.model if self.optimizer is None else self.optimizer
            owner.zero_grad(set_to_none=self.set_to_none)
        self.phase = Phase.FORWARD

    def forward(self) -> Tensor:
        """Run the network on the batch; logits (N, classes)."""
        self._expect(Phase.FORWARD)
        try:
            with self._random:
                self.output = self.model(self.batch[0])
        except Exception:
            self._random.now = self._random_at_start  # what a part of the network drew
            raise
        self.phase = Phase.LOSS
        return self.output

    def compute_loss(self) -> Tensor | None:
        """The loss, a scalar; None where the output's gradient is given instead."""
        self._expect(Phase.LOSS)
        assert self.output is not None
        if self.criterion is not None:
            self.loss = self._loss_function(self.output, self.batch[1])
            self._loss_value = None
        self.phase = Phase.BACKWARD
        return self.loss

    def backward(self, retain_graph: bool = False) -> None:
        """Back-propagate from the loss, or from the output with a random gradient.

        ``retain_graph`` keeps what the graph saved, for ``backward_again``.
        If the network's backward raises, every ``.grad`` is as it was before.
        """
        self._expect(Phase.BACKWARD)
        # Cloned only where backward would add in place; None costs nothing.
        found = [None if p.grad is None else p.grad.clone() for p in self._parameters]
        try:
            with self._random:
                assert self.output is not None
                if self.loss is not None:
                    start, gradient = self.loss, None
                else:
                    start, gradient = self.output, torch.randn(self.output.shape)
                start.backward(gradient, retain_graph=retain_graph)  # type: ignore[no-untyped-call]
        except Exception:
            for parameter, grad in zip(self._parameters, found, strict=True):
                parameter.grad = grad
            raise
        self.phase = Phase.UPDATE

    def backward_again(self) -> None:
        """Back-propagate a second time from the same loss; its gradients are added.

        torch raises RuntimeError if the first backward was not told to retain the graph.
        """
        self._expect(Phase.UPDATE)
        self.phase = Phase.BACKWARD
        try:
            self.backward()
        finally:
            self.phase = Phase.UPDATE

    def update(self) -> None:
        """Change the weights by the optimizer, or by ``p.sub_(p.grad * lr)``."""
        self._expect(Phase.UPDATE)
        if self.optimizer is not None:
            self.optimizer.step()
        else:
            with torch.no_grad():
                for parameter in self._parameters:
                    if parameter.grad is not None:
                        parameter.sub_(parameter.grad * self._rate.now)
        self._rate.step()
        self._batches.done(self.iteration)
        self.iteration += 1
        self.phase = Phase.ZERO_GRAD

    # -- larger steps ------------------------------------------------------------------------

    def step(self) -> Phase:
        """Run the phase that is due; returns it."""
        done = self.phase
        getattr(self, _CALLS[done])()
        return done

    def iterate(self) -> Iteration:
        """Run to the end of the iteration."""
        while self.step() is not Phase.UPDATE:
            pass
        return self.finished()

    def restart_iteration(self) -> None:
        """Go back to zero_grad with the batch, the random state and the gradients of its start."""
        self._random.now = self._random_at_start
        if self.phase is not Phase.ZERO_GRAD:
            for parameter, grad in zip(self._parameters, self._grads_at_start, strict=True):
                parameter.grad = grad
        self.phase = Phase.ZERO_GRAD

    @contextmanager
    def undone_if_it_fails(self) -> Iterator[None]:
        """Be as before, bit for bit, if what is done inside raises; in any phase.

        A graph that is to go backward still can.
        """
        numbers = Standing(self.model, self.optimizer)
        own = dict(vars(self))
        own["_grads_at_start"] = [None if g is None else g.clone() for g in self._grads_at_start]
        rate = self._rate.base, self._rate.schedule, self.iteration
        random, loader, given_batches = (
            self._random.now,
            self._batches.state(),
            dict(self.given_batches),
        )
        try:
            yield
        except Exception:
            numbers.put_back()
            vars(self).update(own)
            self._rate.put(*rate)
            self._random.now = random
            self._batches.restore(*loader)
            self.given_batches.clear()
            self.given_batches.update(given_batches)
            raise

    def finished(self) -> Iteration:
        """The iteration just run, as numbers."""
        output = None
        if self.output is not None and self._source.targets is None:
            output = self.output.detach()
            output = output.unsqueeze(0) if self.input_form == "single" else output
        return Iteration(self.iteration, self.loss_value(), output, self._labels)

    def record(self) -> "Recording":
        """Run to the end of the iteration and return what torch did in it."""
        from backprop_viz.capture.recorder import Recorder

        recorder = Recorder(self)
        while recorder.step() is not Phase.UPDATE:
            pass
        return recorder.recording()

    def evaluate(self, interrupted: Callable[[], bool] = lambda: False) -> Evaluation:
        """Mean loss and accuracy on the held-out part; the loss is NaN where there is none.

        Raises InterruptedEvaluation as soon as ``interrupted()`` is true.
        """
        scoring = self._scoring(self.model, "validation")
        with inference(self.model):
            while not scoring.finished:
                if interrupted():
                    raise InterruptedEvaluation
                scoring.go_on()
        return scoring.evaluation()

    def scoring(self, part: Part, count: int | None = None) -> Scoring:
        """Reads a part, or its first samples, slice by slice, with a copy of the network now."""
        return self._scoring(copy.deepcopy(self.model).eval(), part, count)

    def _scoring(self, model: nn.Module, part: Part, count: int | None = None) -> Scoring:
        return Scoring(model, self.samples(part), self._loss_function, self._target, count)

    @property
    def source(self) -> Source:
        """Where the samples come from."""
        return self._source

    def samples(self, part: Part) -> Samples:
        """The samples of the training or of the held-out part."""
        return self._source.train if part == "train" else self._source.validation

    def classify(self, image: ArrayLike) -> NDArray[np.float32]:
        """Probabilities (10,) float32 of a drawn image: 2-D, any size, light ink on dark.

        Raises ValueError for what is no such image.
        """
        seen = torch.from_numpy(prepare(np.asarray(image)))
        with inference(self.model):
            logits = self.model(seen.view(1, 1, 32, 32))[0]
            probabilities: NDArray[np.float32] = torch.softmax(logits, 0).numpy()
        return probabilities

    def saliency(self, image: ArrayLike, digit: int | None = None) -> Saliency:
        """Which pixels of a drawn image speak for a digit (None: the likeliest).

        Leaves no trace on training. Raises ValueError for what is no such image.
        """
        seen = torch.from_numpy(prepare(np.asarray(image)))
        with inference(self.model):
            return saliency(self.model, seen.view(1, 1, 32, 32), digit)

    # -- going back --------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """All that the next iterations depend on, copied; only between two iterations.

        Raises PhaseError in the middle of one.
        """
        self._expect(Phase.ZERO_GRAD)
        optimizer = None if self.optimizer is None else self.optimizer.state_dict()
        loader, fetched = self._batches.state()
        return Checkpoint(
            iteration=self.iteration,
            model=packed(self.model.state_dict()),
            # Also where they are cleared: the next zero_grad is recorded with what it clears.
            grads=list(packed(dict(enumerate(p.grad for p in self._parameters))).values()),
            optimizer=packed(optimizer),
            random_state=self._random.now,
            loader=loader,
            fetched=fetched,
            given_batch=self.given_batches.get(self.iteration),
            settings=(
                self.lr,
                self._rate.schedule,
                self.batch_size,
                self.set_to_none,
                self.clear_gradients,
            ),
            input_form=self.input_form,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Be as when the checkpoint was made; what follows is then the same, bit for bit.

        ``given_batches`` stay, with that of the checkpoint: what is run again takes what it took.
        """
        lr, schedule, self.batch_size, *zeroing = checkpoint.settings
        self.set_to_none, self.clear_gradients = zeroing
        self.input_form = checkpoint.input_form
        self.model.load_state_dict(checkpoint.model)
        grads = checkpoint.grads or [None] * len(self._parameters)
        for parameter, grad in zip(self._parameters, grads, strict=True):
            parameter.grad = None if grad is None else grad.clone()
        if self.optimizer is not None and checkpoint.optimizer is not None:
            self.optimizer.load_state_dict(cloned(checkpoint.optimizer))
        self._rate.put(lr, schedule, checkpoint.iteration)
        self._random.now = checkpoint.random_state
        self._take(self._batches.restore(checkpoint.loader, checkpoint.fetched))
        if checkpoint.given_batch is not None:
            self.given_batches[checkpoint.iteration] = checkpoint.given_batch
        self.iteration = checkpoint.iteration
        self.phase = Phase.ZERO_GRAD

    # -- settings and state ------------------------------------------------------------------

    def take_over(self, settings: Settings) -> None:
        """Go on with the live ones of these settings; if one is refused, with none of them.

        The form of the input counts from the next forward on.
        """
        expect_form(settings.input_form)
        schedule = Schedule(settings.schedule, settings.schedule_options)
        self._rate.put(settings.lr, schedule, self.iteration)
        self.batch_size = settings.batch_size
        self.set_to_none = settings.set_to_none
        self.clear_gradients = settings.clear_gradients
        if self.input_form != settings.input_form:
            self.input_form = settings.input_form
            if self.phase in (Phase.ZERO_GRAD, Phase.FORWARD):
                self.fetch()

    @property
    def lr(self) -> float:
        """The learning rate that the schedule starts from; setting it counts at the next update."""
        return self._rate.base

    @lr.setter
    def lr(self, value: float) -> None:
        self._rate.put(value, self._rate.schedule, self.iteration)

    @property
    def lr_now(self) -> float:
        """The learning rate of the update that is due: ``lr`` as the schedule has made it."""
        return self._rate.now

    @property
    def schedule(self) -> str:
        """How the learning rate falls: "none", "cosine" or "step"."""
        return self._rate.schedule.name

    @property
    def schedule_options(self) -> Mapping[str, float]:
        """The options that the schedule was given."""
        return self._rate.schedule.given

    def use_batch(self, images: Tensor, labels: Tensor) -> None:
        """Have the iteration that is due take this batch; the loader's waits for the next one.

        ``images`` (N, 1, 32, 32) float32, ``labels`` (N,) int64. ValueError as ``expect_labels``.
        """
        self._expect(Phase.ZERO_GRAD)
        self.expect_labels()
        self.given_batches[self.iteration] = (images, labels)

    @property
    def given_batches(self) -> dict[int, tuple[Tensor, Tensor]]:
        """The iterations, by how many were done before, that do not take the loader's batch."""
        return self._batches.given_batches

    def forget_given_batches(self, iteration: int) -> None:
        """Drop the lessons of iterations after one: that future will not be."""
        for later in [i for i in self.given_batches if i >= iteration]:
            del self.given_batches[later]

    def expect_labels(self) -> None:
        """ValueError if no label enters the loss, so that there is nothing to teach."""
        if self._source.targets is not None:
            raise ValueError(
                "Random data has no labels to train on: choose the built-in digits or MNIST "
                "as data."
            )
        if self.criterion is None:
            raise ValueError(
                f"With {self._loss_function.entry.title} there is no label, so the network cannot "
                "train on a drawing: choose another loss."
            )

    def own_random_state(self) -> None:
        """Have torch's global random state for good: nobody else in this process draws from it."""
        self._random.be_torchs_own()

    def read_ahead(self, ahead: Ahead) -> None:
        """Have large batches of the built-in data, or of files, read while iterations run."""
        self._batches.read_ahead(ahead)

    def fetch(self) -> None:
        """Make ``batch`` the one of the iteration that is due."""
        self._take(self._batches.of(self.iteration, self.batch_size))

    def _take(self, batch: tuple[Tensor, Tensor]) -> None:
        images, self._labels = batch
        target = self._target(self._labels)
        self.batch = (in_form(self.input_form, images), in_form(self.input_form, target))
        if self.input_form != "batch":
            self._labels = self._labels[:1]
        self.output = self.loss = None
        self._loss_value = math.nan

    @property
    def labels(self) -> Tensor:
        """The labels (N,) int64 of the batch, whatever form the loss wants them in."""
        return self._labels

    @property
    def root(self) -> Tensor | None:
        """The tensor that backward starts from, as far as it is computed."""
        return self.output if self.loss is None else self.loss

    def loss_value(self) -> float:
        """The loss of the batch as a number, NaN where there is none."""
        if self._loss_value is None:
            assert self.loss is not None
            self._loss_value = self.loss.item()
        return self._loss_value

    def _kept_grads(self) -> list[Tensor | None]:
        """Every ``.grad`` as it is; a clone of what zero_grad or backward will change in place."""
        in_place = not (self.clear_gradients and self.set_to_none)
        return [
            p.grad.clone() if in_place and p.grad is not None else p.grad for p in self._parameters
        ]

    def _target(self, labels: Tensor, index: Tensor | None = None) -> Tensor:
        """What the loss wants for these labels; ``index`` of their samples, None for the batch."""
        own = self._source.targets
        if own is None:
            return self._loss_function.target_of_labels(labels, CLASSES)
        return self._loss_function.target_of_targets(own if index is None else own[index])

    def _expect(self, phase: Phase) -> None:
        if phase is not self.phase:
            raise PhaseError(f"{_CALLS[self.phase]}() is due, not {_CALLS[phase]}().")
