"""Makes torch's optimizers, and the learning rate that a schedule gives them."""

import importlib
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, StepLR

from backprop_viz.analysis.optimizer_entry import Optimizer
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def torch_class(optimizer: Optimizer) -> type[torch.optim.Optimizer] | None:
    """The class of an optimizer; None for one by hand."""
    if optimizer.torch_class is None:
        return None
    module, _, name = optimizer.torch_class.rpartition(".")
    found: type[torch.optim.Optimizer] = getattr(importlib.import_module(module), name)
    return found


def make_optimizer(
    name: str, model: nn.Module, lr: float, options: Mapping[str, Any]
) -> torch.optim.Optimizer | None:
    """The torch optimizer of that name over the model's parameters; None for one by hand.

    Raises ValueError for an unknown name, or a rate or an option that torch refuses.
    """
    if name not in OPTIMIZERS:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "optimizer must be one of {0}, not {1}."),
            ", ".join(OPTIMIZERS),
            repr(name),
        )
    optimizer = OPTIMIZERS[name]
    kind = torch_class(optimizer)
    if kind is None:
        if options:
            raise ArgumentError(
                QT_TRANSLATE_NOOP("errors", "{0} takes no options, not {1}."),
                optimizer.title,
                ", ".join(options),
            )
        return None
    given: dict[str, Any] = {"lr": lr, **optimizer.given, **options}
    try:
        return kind(model.parameters(), **given)
    except (TypeError, ValueError) as error:
        # From Python 3.13 on the message ends with a suggestion of another name.
        said = str(error).partition(". ")[0].rstrip(".")
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "{0} does not take these options: {1}."), name, said
        ) from error


class LearningRate:
    """The rate of the update that is due: torch's scheduler, or a number for the manual rule.

    It depends only on the base, the schedule and the number of iterations, so ``put`` is all that
    is needed to go back or to change one of them.
    """

    def __init__(
        self, optimizer: torch.optim.Optimizer | None, base: float, schedule: Schedule
    ) -> None:
        self._optimizer = optimizer
        self.put(base, schedule, 0)

    def put(self, base: float, schedule: Schedule, iteration: int) -> None:
        """Be as after ``iteration`` iterations with this base and schedule from the start."""
        self.base, self.schedule, self._iteration = base, schedule, iteration
        self.now = schedule.rate(base, iteration)
        self._scheduler: LRScheduler | None = None
        if self._optimizer is None:
            return
        for group in self._optimizer.param_groups:
            group.pop("initial_lr", None)
            group["lr"] = base
        self._scheduler = _scheduler(self._optimizer, schedule)
        if self._scheduler is not None:
            self._scheduler.last_epoch = iteration
        for group in self._optimizer.param_groups:
            group["lr"] = self.now

    def step(self) -> None:
        """Go on to the next iteration's rate; after the update."""
        self._iteration += 1
        if self._scheduler is not None:
            self._scheduler.step()
            self.now = float(self._scheduler.get_last_lr()[0])
        else:
            self.now = self.schedule.next_rate(self.base, self.now, self._iteration)


def _scheduler(optimizer: torch.optim.Optimizer, schedule: Schedule) -> LRScheduler | None:
    options = schedule.options
    if schedule.name == "cosine":
        # CosineAnnealingLR would rise again after its end.
        return LambdaLR(optimizer, schedule.factor)
    if schedule.name == "step":
        return StepLR(optimizer, int(options["step_size"]), options["gamma"])
    return None
