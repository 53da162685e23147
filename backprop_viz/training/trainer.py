"""Training as the tutorial writes it, and what can be asked of it or changed on the way."""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset

from backprop_viz.analysis.losses import loss as loss_of_name
from backprop_viz.digits.lenet import LeNet
from backprop_viz.digits.prepare import prepare
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.drawing_training import Saliency
from backprop_viz.recording.requests.samples import SamplePart
from backprop_viz.recording.settings.input_forms import expect_form, in_form
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.data.batches import Batches
from backprop_viz.training.data.data_sources import Samples, open_source
from backprop_viz.training.evaluation.drawn import probabilities_of, saliency_of
from backprop_viz.training.evaluation.evaluate import Evaluation, Scoring
from backprop_viz.training.evaluation.mean_loss import MeanLoss
from backprop_viz.training.evaluation.objective import Objective
from backprop_viz.training.five_phases import PHASE_CALLS, Iteration, PhaseError
from backprop_viz.training.parts.arguments import expect_sizes
from backprop_viz.training.parts.losses import LossFunction
from backprop_viz.training.parts.network_source import network_of
from backprop_viz.training.parts.optimizers import LearningRate, make_optimizer
from backprop_viz.training.recorded_steps import record_to_end
from backprop_viz.training.state.checkpoints import Checkpoint
from backprop_viz.training.state.random_state import RandomState, inference
from backprop_viz.training.state.training_state import IterationStart, TrainingState


class Trainer:
    """A network, its data, loss and optimizer, and where in the iteration it is.

    The same arguments give the same numbers, bit for bit: torch's global random state is the
    trainer's own while one of its phases runs, and as it was found afterwards.

    data: a name in ``digits.data_sets.DATA_SETS`` ("strokes", "random", "mnist", "folder", …), with
    ``root`` where it is in files; or a Dataset of (1x32x32 float, int).
    loss: a name in ``analysis.losses.LOSSES``; that of no loss, "output_gradient", takes a
    random gradient of the output.
    optimizer: a name in ``analysis.optimizers.OPTIMIZERS``; ``optimizer_options`` are those of
    its torch.optim class. ``set_to_none`` is passed to ``zero_grad``; ``clear_gradients=False``
    leaves ``zero_grad`` out, so that gradients accumulate.
    schedule: "none", "cosine" (``lr`` falls to 0 over ``iterations``) or "step" (times ``gamma``
    every ``step_size`` iterations); ``schedule_options`` are those words.
    batch_size: "random" data has that many inputs (N, 1, 32, 32) and targets (N, 10), one batch.
    input_form: "batch", or "single": only the first input of each batch, without its batch
    dimension, (1, 32, 32); or "unsqueezed": that one with the dimension put back.
    network: the source of another network's class, in place of ``model``.

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
        network: str | None = None,
    ) -> None:
        loss_function = LossFunction(loss_of_name(loss))
        expect_sizes(batch_size, lr)
        expect_form(input_form)
        falling_rate = Schedule(schedule, schedule_options or {})
        self.loss_name = loss
        self.batch_size = batch_size
        self.set_to_none = set_to_none
        self.clear_gradients = clear_gradients
        self.input_form = input_form
        self.iteration = 0
        self.phase = Phase.ZERO_GRAD
        self.random = RandomState(seed)
        with self.random:
            if model is None:
                model = LeNet() if network is None else network_of(network)
            self.model = model
            self.source = open_source(data, root, batch_size)
        self.optimizer = make_optimizer(optimizer, model, lr, optimizer_options or {})
        self.rate = LearningRate(self.optimizer, lr, falling_rate)
        self.batches = Batches(self.source, seed)
        self._state = TrainingState(model, self.optimizer, self.rate, self.random, self.batches)
        self._start = IterationStart(self.random.now, [])
        self.objective = Objective(loss_function, self.source)
        self.criterion = loss_function.criterion
        self.output: Tensor | None = None
        self.loss: Tensor | None = None
        # None until somebody asks for the number.
        self._loss_value: float | None
        self.fetch()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The trainer that these settings stand for."""
        given = {one.name: getattr(settings, one.name) for one in fields(settings)}
        del given["roots"]
        return cls(root=settings.root, **given)

    # -- the five phases ---------------------------------------------------------------------

    def zero_grad(self) -> None:
        """Fetch the next batch and clear every ``.grad``."""
        self._expect(Phase.ZERO_GRAD)
        self.fetch()
        in_place = not (self.clear_gradients and self.set_to_none)
        self._start = self._state.start(in_place=in_place)
        if self.clear_gradients:
            owner = self.model if self.optimizer is None else self.optimizer
            owner.zero_grad(set_to_none=self.set_to_none)
        self.phase = Phase.FORWARD

    def forward(self) -> Tensor:
        """Run the network on the batch; logits (N, classes)."""
        self._expect(Phase.FORWARD)
        try:
            with self.random:
                self.output = self.model(self.batch[0])
        except Exception:
            # Undo what the layers that ran have drawn at random.
            self.random.now = self._start.random
            raise
        self.phase = Phase.LOSS
        return self.output

    def compute_loss(self) -> Tensor | None:
        """The loss, a scalar; None where the output's gradient is given instead."""
        self._expect(Phase.LOSS)
        assert self.output is not None
        if self.criterion is not None:
            self.loss = self.objective.loss(self.output, self.batch[1])
            self._loss_value = None
        self.phase = Phase.BACKWARD
        return self.loss

    def backward(self, retain_graph: bool = False) -> None:
        """Back-propagate from the loss, or from the output with a random gradient.

        ``retain_graph`` keeps what the graph saved, for ``backward_again``.
        If the network's backward raises, every ``.grad`` is as it was before.
        """
        self._expect(Phase.BACKWARD)
        assert self.output is not None
        with self._state.grads_stay_if_it_fails(), self.random:
            if self.loss is not None:
                start, gradient = self.loss, None
            else:
                start, gradient = self.output, torch.randn(self.output.shape)
            start.backward(gradient, retain_graph=retain_graph)  # type: ignore[no-untyped-call]
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
                for parameter in self._state.parameters:
                    if parameter.grad is not None:
                        parameter.sub_(parameter.grad * self.lr_now)
        self.rate.step()
        self.batches.done(self.iteration)
        self.iteration += 1
        self.phase = Phase.ZERO_GRAD

    # -- larger steps ------------------------------------------------------------------------

    def step(self) -> Phase:
        """Run the phase that is due; returns it."""
        done = self.phase
        getattr(self, PHASE_CALLS[done])()
        return done

    def iterate(self) -> Iteration:
        """Run to the end of the iteration."""
        while self.step() is not Phase.UPDATE:
            pass
        return self.finished()

    def restart_iteration(self) -> None:
        """Go back to zero_grad with the batch, the random state and the gradients of its start."""
        self.random.now = self._start.random
        if self.phase is not Phase.ZERO_GRAD:
            self._state.put_grads(self._start.grads)
        self.phase = Phase.ZERO_GRAD

    def finished(self) -> Iteration:
        """The iteration just run, as numbers."""
        output = None
        if self.output is not None and self.objective.learns_labels:
            output = self.output.detach()
            output = output.unsqueeze(0) if self.input_form == "single" else output
        return Iteration(self.iteration, self.loss_value(), output, self._labels)

    # -- the batch, its target and its loss --------------------------------------------------

    def fetch(self) -> None:
        """Make ``batch`` the one of the iteration that is due."""
        self._take(self.batches.of(self.iteration, self.batch_size))

    @property
    def given_batches(self) -> dict[int, tuple[Tensor, Tensor]]:
        """Batches given in place of the loader's, by the number of iterations done before."""
        return self.batches.given_batches

    def _take(self, batch: tuple[Tensor, Tensor]) -> None:
        images, self._labels = batch
        target = self.objective.target(self._labels)
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

    @property
    def lr_now(self) -> float:
        """The learning rate of the update that is due: ``lr`` as the schedule has made it."""
        return self.rate.now

    def loss_value(self) -> float:
        """The loss of the batch as a number, NaN where there is none."""
        if self._loss_value is None:
            assert self.loss is not None
            self._loss_value = self.loss.item()
        return self._loss_value

    def _expect(self, phase: Phase) -> None:
        if phase is not self.phase:
            raise PhaseError(f"{PHASE_CALLS[self.phase]}() is due, not {PHASE_CALLS[phase]}().")

    # -- recording, evaluating, classifying --------------------------------------------------

    def record(self) -> Recording:
        """Run to the end of the iteration and return what torch did in it."""
        return record_to_end(self)

    def evaluate(self, interrupted: Callable[[], bool] = lambda: False) -> Evaluation:
        """Mean loss and accuracy on the validation set; the loss is NaN where there is none.

        Raises InterruptedEvaluation as soon as ``interrupted()`` is true.
        """
        with inference(self.model):
            return self.objective.evaluate(self.model, interrupted)

    def scoring(self, part: SamplePart, count: int | None = None) -> Scoring:
        """Scores a part, or its first ``count`` samples, with a copy of the network as it is."""
        return self.objective.scoring(self._evaluated(), part, count)

    def mean_loss(self, part: SamplePart, count: int) -> MeanLoss:
        """The loss of a part's first ``count`` samples, with a copy of the network as it is."""
        return self.objective.mean_loss(self._evaluated(), part, count)

    def _evaluated(self) -> nn.Module:
        return copy.deepcopy(self.model).eval()

    def samples(self, part: SamplePart) -> Samples:
        """The samples of the training set or of the validation set."""
        return self.objective.samples(part)

    def classify(self, image: ArrayLike) -> NDArray[np.float32]:
        """Probabilities (10,) float32 of a drawn image: 2-D, any size, light ink on dark.

        Raises ValueError for what is no such image.
        """
        return probabilities_of(self.model, prepare(np.asarray(image)))

    def saliency(self, image: ArrayLike, digit: int | None = None) -> Saliency:
        """Which pixels of a drawn image speak for a digit (None: the likeliest).

        Leaves no trace on training. Raises ValueError for what is no such image.
        """
        return saliency_of(self.model, prepare(np.asarray(image)), digit)

    # -- going back --------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """All that the next iterations depend on, copied; only between two iterations.

        Raises PhaseError in the middle of one.
        """
        self._expect(Phase.ZERO_GRAD)
        settings = self.batch_size, self.set_to_none, self.clear_gradients
        return self._state.checkpoint(self.iteration, settings, self.input_form)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to when the checkpoint was made; what follows is then the same, bit for bit."""
        *_, self.batch_size, self.set_to_none, self.clear_gradients = checkpoint.settings
        self.input_form = checkpoint.input_form
        self._take(self._state.restore(checkpoint))
        self.iteration = checkpoint.iteration
        self.phase = Phase.ZERO_GRAD

    @contextmanager
    def undone_if_it_fails(self) -> Iterator[None]:
        """Restore the state of before, bit for bit, if the body raises; in any phase."""
        own = vars(self) | {"_start": self._start.copied()}
        with self._state.undone_if_it_fails(self.iteration):
            try:
                yield
            except Exception:
                vars(self).update(own)
                raise

    # -- settings ----------------------------------------------------------------------------

    def take_over(self, settings: Settings) -> None:
        """Take over the live settings of these: all of them, or none if one is refused.

        The form of the input takes effect with the next forward.
        """
        expect_form(settings.input_form)
        schedule = Schedule(settings.schedule, settings.schedule_options)
        self.rate.put(settings.lr, schedule, self.iteration)
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
        return self.rate.base

    @lr.setter
    def lr(self, value: float) -> None:
        self.rate.put(value, self.rate.schedule, self.iteration)

    @property
    def schedule(self) -> str:
        """How the learning rate falls: "none", "cosine" or "step"."""
        return self.rate.schedule.name

    @property
    def schedule_options(self) -> Mapping[str, float]:
        """The options that the schedule was given."""
        return self.rate.schedule.given

    # -- what iterations take ----------------------------------------------------------------

    def use_batch(self, images: Tensor, labels: Tensor) -> None:
        """Give the iteration that is due this batch; the loader's waits for the next one.

        ``images`` (N, 1, 32, 32) float32, ``labels`` (N,) int64.
        Raises ValueError as ``Objective.expect_labels``.
        """
        self._expect(Phase.ZERO_GRAD)
        self.objective.expect_labels()
        self.given_batches[self.iteration] = (images, labels)
