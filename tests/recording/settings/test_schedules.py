"""Learning-rate schedules against plain loops with torch's own schedulers, bit for bit."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn, optim

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from tests.nightly import by_day_each, by_day_every

ITERATIONS = 24
LR = 0.01
LENGTH = 17  # ends inside the run: the rate then stays at 0
EVERY, GAMMA = 5, 0.3

OPTIMIZERS: dict[str, tuple[dict[str, Any], Callable[[Any], optim.Optimizer] | None]] = {
    "manual": ({}, None),
    "sgd": (
        {"momentum": 0.9, "weight_decay": 1e-3},
        lambda p: optim.SGD(p, lr=LR, momentum=0.9, weight_decay=1e-3),
    ),
    "nesterov": ({}, lambda p: optim.SGD(p, lr=LR, momentum=0.9, nesterov=True)),
    "adam": ({}, lambda p: optim.Adam(p, lr=LR)),
    "rmsprop": ({"momentum": 0.5}, lambda p: optim.RMSprop(p, lr=LR, momentum=0.5)),
}
SCHEDULES: dict[str, dict[str, float]] = {
    "none": {},
    "cosine": {"iterations": LENGTH},
    "step": {"step_size": EVERY, "gamma": GAMMA},
}


def samples() -> torch.utils.data.TensorDataset:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(60, 1, 32, 32, generator=generator)
    return torch.utils.data.TensorDataset(images, torch.arange(60) % 10)


def make(optimizer: str, schedule: str) -> bv.Trainer:
    options, _ = OPTIMIZERS[optimizer]
    return bv.Trainer(
        samples(),
        "cross_entropy",
        optimizer,
        LR,
        6,
        seed=4,
        optimizer_options=options,
        schedule=schedule,
        schedule_options=SCHEDULES[schedule],
    )


def falling(schedule: str, optimizer: optim.Optimizer) -> optim.lr_scheduler.LRScheduler | None:
    if schedule == "cosine":
        return optim.lr_scheduler.LambdaLR(
            optimizer, lambda i: (1 + math.cos(math.pi * min(i / LENGTH, 1))) / 2
        )
    return optim.lr_scheduler.StepLR(optimizer, EVERY, GAMMA) if schedule == "step" else None


def plain_loop(optimizer_name: str, schedule: str) -> tuple[list[float], list[float], nn.Module]:
    """Losses, the rate of every update, and the net."""
    torch.manual_seed(4)
    net = bv.LeNet()
    _, maker = OPTIMIZERS[optimizer_name]
    # The manual rule borrows the rates of an optimizer that is never asked to step the net.
    optimizer = optim.SGD([torch.zeros(1)], lr=LR) if maker is None else maker(net.parameters())
    scheduler = falling(schedule, optimizer)
    images, labels = samples().tensors
    shuffle = torch.Generator().manual_seed(4)
    order = torch.empty(0, dtype=torch.int64)
    losses, rates = [], []
    for i in range(ITERATIONS):
        place = i * 6 % 54
        if place == 0:
            order = torch.randperm(54, generator=shuffle)
        index = order[place : place + 6]
        net.zero_grad()
        loss = F.cross_entropy(net(images[index]), labels[index])
        loss.backward()
        rate = optimizer.param_groups[0]["lr"]
        if maker is None:
            with torch.no_grad():
                for p in net.parameters():
                    p.sub_(p.grad * rate)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
        rates.append(rate)
    return losses, rates, net


def weights(net: nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in net.parameters()]


def equal(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("optimizer", "schedule", "recorded"),
    by_day_every(5, list(product(OPTIMIZERS, SCHEDULES, [False, True]))),
)
def test_equals_the_plain_loop(optimizer: str, schedule: str, recorded: bool) -> None:
    losses, rates, net = plain_loop(optimizer, schedule)
    trainer = make(optimizer, schedule)
    for loss, rate in zip(losses, rates, strict=True):
        assert trainer.lr_now == rate
        if recorded:
            recording = trainer.record()
            assert recording.loss == loss
            # The rate of this update, not the one that the scheduler then put.
            assert recording.options["lr"] == rate
        else:
            assert trainer.iterate().loss == loss
    assert equal(weights(trainer.model), weights(net))
    assert trainer.lr == LR


@pytest.mark.parametrize(("optimizer", "schedule"), by_day_each(OPTIMIZERS, SCHEDULES))
def test_going_back_and_on_again_is_the_same(optimizer: str, schedule: str) -> None:
    trainer = make(optimizer, schedule)
    checkpoints = []
    for _ in range(12):
        checkpoints.append(trainer.checkpoint())
        trainer.iterate()
    end, rate = weights(trainer.model), trainer.lr_now
    for first in (0, 4, 5, 11):
        trainer.restore(checkpoints[first])
        for _ in range(12 - first):
            trainer.step()
            trainer.step()
            trainer.restart_iteration()
            trainer.iterate()
        assert equal(weights(trainer.model), end)
        assert trainer.lr_now == rate
    fresh = make(optimizer, schedule)
    fresh.restore(checkpoints[7])
    for _ in range(5):
        fresh.iterate()
    assert equal(weights(fresh.model), end)


def test_cosine_stays_at_zero() -> None:
    trainer = make("sgd", "cosine")
    for _ in range(LENGTH):
        assert trainer.lr_now > 0
        trainer.iterate()
    end = weights(trainer.model)
    for _ in range(LENGTH):
        assert trainer.lr_now == 0
        trainer.iterate()
    assert equal(weights(trainer.model), end)


@pytest.mark.parametrize("optimizer", ["manual", "adam"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_another_base_or_schedule_holds_as_if_from_the_start(optimizer: str, schedule: str) -> None:
    trainer = make(optimizer, "step")
    for _ in range(11):
        trainer.iterate()
    before = trainer.checkpoint()
    options = SCHEDULES[schedule]
    trainer.take_over(Settings(lr=0.02, schedule=schedule, schedule_options=options))
    if schedule == "cosine":
        expected = 0.02 * ((1 + math.cos(math.pi * (11 / LENGTH))) / 2)
    else:
        expected = 0.02 * GAMMA * GAMMA if schedule == "step" else 0.02
    assert (trainer.lr, trainer.lr_now, trainer.schedule) == (0.02, expected, schedule)
    assert trainer.record().options["lr"] == expected
    trainer.restore(before)
    assert (trainer.schedule, trainer.lr, trainer.lr_now) == ("step", LR, LR * GAMMA * GAMMA)


def test_a_refused_schedule_changes_nothing() -> None:
    trainer = make("sgd", "cosine")
    trainer.iterate()
    rate = trainer.lr_now
    wrong = Settings(lr=1.0, batch_size=2, schedule="step", schedule_options={"iterations": 5})
    with pytest.raises(ValueError, match="does not take iterations; its options: step_size, gamma"):
        trainer.take_over(wrong)
    assert (trainer.lr, trainer.lr_now, trainer.batch_size) == (LR, rate, 6)


@pytest.mark.parametrize(
    ("schedule", "options", "says"),
    [
        ("linear", {}, "schedule must be one of none, cosine, step, not 'linear'"),
        ("none", {"gamma": 0.1}, "does not take gamma; its options: none"),
        ("cosine", {"iterations": 0}, "iterations must be a whole number from 1 up, not 0"),
        ("step", {"step_size": 2.5}, "step_size must be a whole number"),
        ("step", {"step_size": math.nan}, "step_size must be a whole number"),
        ("step", {"gamma": math.inf}, "gamma must be a number from 0 up"),
    ],
)
def test_what_is_wrong_is_said(schedule: str, options: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        bv.Trainer("random", schedule=schedule, schedule_options=options)
