"""One iteration as the tutorial writes it: five phases in their legal order."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from backprop_viz.analysis.losses import loss as loss_of_name
from backprop_viz.digits.lenet import LeNet
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.settings.input_forms import expect_form, in_form
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.data.batches import Batches
from backprop_viz.training.data.data_sources import open_source
from backprop_viz.training.parts.losses import LossFunction
from backprop_viz.training.parts.network_source import network_of
from backprop_viz.training.parts.optimizers import LearningRate, make_optimizer
from backprop_viz.training.state.random_state import RandomState

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

    ``accuracy`` is computed from ``output`` (N, classes) and ``labels`` (N,) when asked for.
    ``output`` is None where there are no labels to compare it with.
    """

    number: int
    loss: float
    output: Tensor | None = field(repr=False)
    labels: Tensor = field(repr=False)

    @property
    def accuracy(self) -> float:
        """The share (0..1) of the batch that was classified correctly before the update, or NaN."""
        if self.output is None:
            return math.nan
        predicted = self.output.argmax(1).numpy()
        # numpy compares and counts so few numbers far faster than torch.
        return np.count_nonzero(predicted == self.labels.numpy()) / len(predicted)


def _made(network: str | None) -> nn.Module:
    """A fresh network of this class; None: of the built-in one."""
    return LeNet() if network is None else network_of(network)


class FivePhases:
    """A network, its data, loss and optimizer, and where in the iteration they are.

    Its arguments are those of ``Trainer``.
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
        self._loss_function = LossFunction(loss_of_name(loss))
        if batch_size < 1:
            raise ArgumentError(
                QT_TRANSLATE_NOOP("errors", "batch_size must be at least 1, not {0}."), batch_size
            )
        if not 0 <= lr < math.inf:
            raise ArgumentError(
                QT_TRANSLATE_NOOP("errors", "lr must be a finite number from 0 up, not {0}."), lr
            )
        expect_form(input_form)
        falling_rate = Schedule(schedule, schedule_options or {})
        self.loss_name = loss
        self.batch_size = batch_size
        self.set_to_none = set_to_none
        self.clear_gradients = clear_gradients
        self.input_form = input_form
        self.iteration = 0
        self.phase = Phase.ZERO_GRAD
        self._random = RandomState(seed)
        with self._random:
            self.model = _made(network) if model is None else model
            self._source = open_source(data, root, batch_size)
        self._parameters = tuple(self.model.parameters())
        self._random_at_start = self._random.now
        self._grads_at_start: list[Tensor | None] = []
        self.optimizer = make_optimizer(optimizer, self.model, lr, optimizer_options or {})
        self._rate = LearningRate(self.optimizer, lr, falling_rate)
        self.criterion = self._loss_function.criterion
        self._batches = Batches(self._source, seed)
        self.output: Tensor | None = None
        self.loss: Tensor | None = None
        # None until somebody asks for the number.
        self._loss_value: float | None
        self.fetch()

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
            # Undo what the layers that ran have drawn at random.
            self._random.now = self._random_at_start
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
        # Backward adds to what is there in place; where there is None, nothing needs a clone.
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

    def finished(self) -> Iteration:
        """The iteration just run, as numbers."""
        output = None
        if self.output is not None and self._source.targets is None:
            output = self.output.detach()
            output = output.unsqueeze(0) if self.input_form == "single" else output
        return Iteration(self.iteration, self.loss_value(), output, self._labels)

    # -- the batch, its target and its loss --------------------------------------------------

    def fetch(self) -> None:
        """Make ``batch`` the one of the iteration that is due."""
        self._take(self._batches.of(self.iteration, self.batch_size))

    @property
    def given_batches(self) -> dict[int, tuple[Tensor, Tensor]]:
        """Batches given in place of the loader's, by the number of iterations done before."""
        return self._batches.given_batches

    def _take(self, batch: tuple[Tensor, Tensor]) -> None:
        images, self._labels = batch
        target = self._target(self._labels)
        self.batch = (in_form(self.input_form, images), in_form(self.input_form, target))
        if self.input_form != "batch":
            self._labels = self._labels[:1]
        self.output = self.loss = None
        self._loss_value = math.nan

    def _target(self, labels: Tensor, index: Tensor | None = None) -> Tensor:
        """The target of the loss for these labels.

        ``index`` (N,) are the labels' samples; None stands for the whole batch.
        """
        own = self._source.targets
        if own is None:
            return self._loss_function.target_of_labels(labels, len(self._source.classes))
        return self._loss_function.target_of_targets(own if index is None else own[index])

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
        return self._rate.now

    def loss_value(self) -> float:
        """The loss of the batch as a number, NaN where there is none."""
        if self._loss_value is None:
            assert self.loss is not None
            self._loss_value = self.loss.item()
        return self._loss_value

    def _kept_grads(self) -> list[Tensor | None]:
        """Every ``.grad``, cloned where zero_grad or backward is about to change it in place."""
        in_place = not (self.clear_gradients and self.set_to_none)
        return [
            p.grad.clone() if in_place and p.grad is not None else p.grad for p in self._parameters
        ]

    def _expect(self, phase: Phase) -> None:
        if phase is not self.phase:
            raise PhaseError(f"{_CALLS[self.phase]}() is due, not {_CALLS[phase]}().")
