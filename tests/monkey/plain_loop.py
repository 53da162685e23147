"""The plain PyTorch loop that a run's settings stand for, written without the package's trainer."""

import math
from itertools import islice
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler

from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.losses.plain_loss import plain_loss
from tests.analysis.optimizers.plain_optimizer import plain_optimizer
from tests.digits.data_sets.plain_data import plain_data
from tests.monkey.networks import made


class TutorialNet(nn.Module):
    """Written from the tutorial, not from the package."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(576, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def make_optimizer(settings: Settings, net: nn.Module) -> optim.Optimizer | None:
    plain = plain_optimizer(settings.optimizer)
    return plain and plain.made(net.parameters(), settings.lr, settings.optimizer_options)


def make_scheduler(settings: Settings, optimizer: optim.Optimizer) -> Any:
    options = settings.schedule_options
    if settings.schedule == "cosine":
        length = options.get("iterations", 6500)
        falling = lambda i: (1 + math.cos(math.pi * min(i / length, 1))) / 2  # noqa: E731
        return lr_scheduler.LambdaLR(optimizer, falling)
    every, gamma = int(options.get("step_size", 2000)), options.get("gamma", 0.1)
    return lr_scheduler.StepLR(optimizer, every, gamma) if settings.schedule == "step" else None


def plain_loop(settings: Settings, iterations: int) -> tuple[list[float], dict[str, Tensor]]:
    """The losses (NaN where there is none) and the weights after so many iterations."""
    torch.manual_seed(settings.seed)
    net = TutorialNet() if settings.network is None else made(settings.network)
    batches = plain_data(settings.data).batches(settings)
    optimizer = make_optimizer(settings, net)
    # The manual rule borrows the rates of an optimizer that steps nothing.
    rates = optimizer or optim.SGD([torch.zeros(1)], lr=settings.lr)
    scheduler = make_scheduler(settings, rates)
    plain = plain_loss(settings.loss)
    losses = []
    for images, labels, own in islice(batches, iterations):
        if settings.clear_gradients:
            net.zero_grad(set_to_none=settings.set_to_none)
        if settings.input_form == "unsqueezed":
            images, labels = images[:1], labels[:1]
            own = None if own is None else own[:1]
        out = net(images)
        losses.append(math.nan)
        if plain is None:
            out.backward(torch.randn(out.shape))
        else:
            loss = plain.of_labels(out, labels) if own is None else plain.of_targets(out, own)
            losses[-1] = loss.item()
            loss.backward()
        update(net, optimizer, rates.param_groups[0]["lr"])
        if optimizer is None:
            rates.step()
        if scheduler is not None:
            scheduler.step()
    return losses, {name: p.detach() for name, p in net.named_parameters()}


def update(net: nn.Module, optimizer: optim.Optimizer | None, rate: float) -> None:
    if optimizer is not None:
        optimizer.step()
        return
    with torch.no_grad():
        for p in net.parameters():
            if p.grad is not None:
                p.sub_(p.grad * rate)


def differences(settings: Settings, recording: Recording) -> list[str]:
    """What of a whole iteration plain torch gives otherwise, from the state that it began in.

    Weights, gradients and the optimizer's state are taken from the recording's start, the batch,
    the target or the random gradient from its events; the rest is computed here.
    """
    net = TutorialNet() if settings.network is None else made(settings.network)
    named = dict(net.named_parameters())
    with torch.no_grad():
        for name, p in named.items():
            kept = recording.by_parameter[name]
            p.copy_(tensor(kept.value))
            p.grad = None if kept.grad is None else tensor(kept.grad)
    optimizer = make_optimizer(settings, net)
    rate = recording.options["lr"]
    if optimizer is not None:
        optimizer.param_groups[0]["lr"] = rate
        for event in recording.events:
            if event.phase is Phase.UPDATE and event.parameter is not None:
                for key, (before, _) in event.state.items():
                    if before is not None:
                        optimizer.state[named[event.parameter]][key] = tensor(before)
    if settings.clear_gradients:
        net.zero_grad(set_to_none=settings.set_to_none)
    out = net(tensor(recording.input))
    plain, loss = plain_loss(settings.loss), None
    if plain is None:
        first = next(e for e in recording.events if e.phase is Phase.BACKWARD)
        out.backward(tensor(first.inputs[0]))
    else:
        targets = (e for e in recording.events if e.phase is Phase.LOSS and len(e.inputs) > 1)
        loss = plain.of(out, tensor(next(targets).inputs[1]))
        loss.backward()
    update(net, optimizer, rate)
    end = recording.at(len(recording.events))
    found = [name for name, p in named.items() if not same_parameter(end, name, p)]
    if loss is not None and not same(tensor(recording.loss), loss.double()):
        found.append("loss")
    return found


def same_parameter(end: Cursor, name: str, p: Tensor) -> bool:
    grad = end.grad(name)
    return same(tensor(end.value(name)), p) and p.grad is not None and same(tensor(grad), p.grad)


def tensor(value: Any) -> Tensor:
    return torch.tensor(value)


def same(one: Tensor, other: Tensor) -> bool:
    """Equal to the last bit; NaN equals NaN, and 0 is not -0."""
    other = other.detach().to(one.dtype)
    return one.shape == other.shape and torch.equal(bits(one), bits(other))


def bits(value: Tensor) -> Tensor:
    value = torch.where(value.isnan(), torch.full_like(value, math.nan), value)
    return value.contiguous().view(torch.int64 if value.dtype is torch.float64 else torch.int32)
