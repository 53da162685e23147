"""Training as the tutorial writes it, and what can be asked of it or changed on the way."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from backprop_viz.capture.tensors.state_copies import cloned, packed
from backprop_viz.digits.prepare import prepare
from backprop_viz.digits.saliency import saliency
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.drawing_training import Saliency
from backprop_viz.recording.requests.samples import SamplePart
from backprop_viz.recording.settings.input_forms import expect_form
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.data.data_sources import DataSource, Samples
from backprop_viz.training.data.prefetch import Ahead
from backprop_viz.training.evaluation.evaluate import Evaluation, InterruptedEvaluation, Scoring
from backprop_viz.training.evaluation.mean_loss import MeanLoss
from backprop_viz.training.five_phases import FivePhases
from backprop_viz.training.recorded_steps import record_to_end
from backprop_viz.training.state.checkpoints import Checkpoint
from backprop_viz.training.state.random_state import inference
from backprop_viz.training.state.state_backup import StateBackup


class Trainer(FivePhases):
    """A network, its data, loss and optimizer, and where in the iteration it is.

    The same arguments give the same numbers, bit for bit: torch's global random state is the
    trainer's own while one of its phases runs, and as it was found afterwards.

    data: a name in ``digits.data_sets.DATA_SETS``, with ``root`` where it is in files ("strokes",
    "random", "mnist", "folder", …), or a Dataset of
    (1x32x32 float, int).
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
            network=settings.network,
        )

    # -- recording, evaluating, classifying --------------------------------------------------

    def record(self) -> Recording:
        """Run to the end of the iteration and return what torch did in it."""
        return record_to_end(self)

    def evaluate(self, interrupted: Callable[[], bool] = lambda: False) -> Evaluation:
        """Mean loss and accuracy on the validation set; the loss is NaN where there is none.

        Raises InterruptedEvaluation as soon as ``interrupted()`` is true.
        """
        scoring = self._scoring(self.model, "validation")
        with inference(self.model):
            while not scoring.finished:
                if interrupted():
                    raise InterruptedEvaluation
                scoring.go_on()
        return scoring.evaluation()

    def scoring(self, part: SamplePart, count: int | None = None) -> Scoring:
        """Scores a part, or its first ``count`` samples, with a copy of the network as it is."""
        return self._scoring(copy.deepcopy(self.model).eval(), part, count)

    def mean_loss(self, part: SamplePart, count: int) -> MeanLoss:
        """The loss of a part's first ``count`` samples, with a copy of the network as it is."""
        model = copy.deepcopy(self.model).eval()
        return MeanLoss(model, self.samples(part), self._loss_function, self._target, count)

    def _scoring(self, model: nn.Module, part: SamplePart, count: int | None = None) -> Scoring:
        return Scoring(model, self.samples(part), self._loss_function, self._target, count)

    @property
    def source(self) -> DataSource:
        """Where the samples come from."""
        return self._source

    def samples(self, part: SamplePart) -> Samples:
        """The samples of the training set or of the validation set."""
        return self._source.train if part == "train" else self._source.validation

    def classify(self, image: ArrayLike) -> NDArray[np.float32]:
        """Probabilities (10,) float32 of a drawn image: 2-D, any size, light ink on dark.

        Raises ValueError for what is no such image.
        """
        return self.classify_input(prepare(np.asarray(image)))

    def classify_input(self, prepared: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities (10,) float32 of a drawing (32, 32) that ``prepare`` has made an input."""
        seen = torch.from_numpy(prepared)
        with inference(self.model):
            logits = self.model(seen.view(1, 1, 32, 32))[0]
            probabilities: NDArray[np.float32] = torch.softmax(logits, 0).numpy()
        return probabilities

    def saliency(self, image: ArrayLike, digit: int | None = None) -> Saliency:
        """Which pixels of a drawn image speak for a digit (None: the likeliest).

        Leaves no trace on training. Raises ValueError for what is no such image.
        """
        return self.saliency_of_input(prepare(np.asarray(image)), digit)

    def saliency_of_input(
        self, prepared: NDArray[np.float32], digit: int | None = None
    ) -> Saliency:
        """As ``saliency``, of a drawing (32, 32) that ``prepare`` has made an input."""
        seen = torch.from_numpy(prepared)
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
        """Go back to when the checkpoint was made; what follows is then the same, bit for bit.

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

    @contextmanager
    def undone_if_it_fails(self) -> Iterator[None]:
        """Restore the state of before, bit for bit, if the body raises; in any phase.

        A backward that is due can still run.
        """
        numbers = StateBackup(self.model, self.optimizer)
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

    # -- settings ----------------------------------------------------------------------------

    def take_over(self, settings: Settings) -> None:
        """Take over the live settings of these: all of them, or none if one is refused.

        The form of the input takes effect with the next forward.
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
    def schedule(self) -> str:
        """How the learning rate falls: "none", "cosine" or "step"."""
        return self._rate.schedule.name

    @property
    def schedule_options(self) -> Mapping[str, float]:
        """The options that the schedule was given."""
        return self._rate.schedule.given

    # -- what iterations take ----------------------------------------------------------------

    def use_batch(self, images: Tensor, labels: Tensor) -> None:
        """Give the iteration that is due this batch; the loader's waits for the next one.

        ``images`` (N, 1, 32, 32) float32, ``labels`` (N,) int64. ValueError as ``expect_labels``.
        """
        self._expect(Phase.ZERO_GRAD)
        self.expect_labels()
        self.given_batches[self.iteration] = (images, labels)

    def forget_given_batches(self, iteration: int) -> None:
        """Drop the given batches of iterations after this one, which will not be run."""
        for later in [i for i in self.given_batches if i >= iteration]:
            del self.given_batches[later]

    def expect_labels(self) -> None:
        """Raise ValueError if no label enters the loss, so that no label can be learnt."""
        if self._source.targets is not None:
            raise ArgumentError(
                QT_TRANSLATE_NOOP(
                    "errors", "Random data has no labels to train on: choose other data."
                )
            )
        if self.criterion is None:
            raise ArgumentError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "With {0} there is no label, so the network cannot train on a drawing: "
                    "choose another loss.",
                ),
                self._loss_function.entry.title,
            )

    def own_random_state(self) -> None:
        """Keep torch's global random state for good: nobody else in this process draws from it."""
        self._random.be_torchs_own()

    def give_up_random_state(self) -> None:
        """Leave torch's global random state to others, and keep a copy to go on from."""
        self._random.be_apart()

    def read_ahead(self, ahead: Ahead) -> None:
        """Have large batches of the built-in data, or of files, loaded while iterations run."""
        self._batches.read_ahead(ahead)
