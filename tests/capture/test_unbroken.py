"""An iteration in which each write is seen says what one says whose memory is compared anew."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.layers import LayerGraph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps

BATCH = 8


class WritesUnseen(nn.Module):
    """Changes its own weight, its input and what numpy has of a result."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1)
        self.first, self.last = nn.Linear(16, BATCH), nn.Linear(BATCH, 10)

    def forward(self, x: Tensor) -> Tensor:
        self.first.weight.data.mul_(1.5)
        h = self.first(self.norm(x).flatten(1)[:, :16])
        h.detach().numpy()[0] = 1
        h = h.relu_() + self.first.weight.sum(1)
        self.last.bias = nn.Parameter(self.last.bias.detach() + 1)
        return self.last(h)


class WritesThroughData(torch.optim.Optimizer):
    """Clears and updates as older optimizers do: no version counter moves."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self.param_groups[0]["params"]:
            if parameter.grad is not None:
                parameter.grad.data.zero_()

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for parameter in self.param_groups[0]["params"]:
            parameter.data.sub_(parameter.grad.data, alpha=0.1)


class AsksForTooMuch(bv.LeNet):
    """Asks for the size of an axis that is not there."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[: x.size(7)]


class MovesWhileItClears(torch.optim.SGD):
    """Its zero_grad changes a weight, too."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        super().zero_grad(set_to_none)
        with torch.no_grad():
            self.param_groups[0]["params"][0].mul_(0.5)


def trainer_of(net: Callable[[], nn.Module], **options: Any) -> bv.Trainer:
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(32, 1, 32, 32), torch.arange(32) % 10)
    return bv.Trainer(data, model=net(), **options)


def recorded(trainer: bv.Trainer, samples: int | None, unbroken: bool) -> bv.Recording:
    steps = RecordedSteps(trainer, samples, unbroken=unbroken)
    while steps.step() is not Phase.UPDATE:
        pass
    return steps.recording()


def bits(array: Array | None) -> object:
    if array is None:
        return None
    return array.dtype, array.shape, np.ascontiguousarray(array).tobytes()


def told(event: Event) -> tuple[object, ...]:
    state = {
        key: tuple(None if i is None else bits(event.tensors[i]) for i in ids)
        for key, ids in event.state_ids.items()
    }
    numbers = [*map(bits, event.inputs), *map(bits, event.outputs)]
    rest = event.phase, event.op, event.node, event.parameter, event.line, event.module
    return (*rest, event.call, event.tracked, dict(event.missing), numbers, state)


def columns(recording: bv.Recording) -> tuple[LayerGraph, list[object]]:
    """The layers, and the numbers of what was given: its id depends on what is told first."""
    layers = recording.layers
    given = [None if one.tensor is None else recording.tensors[one.tensor] for one in layers.layers]
    alike = tuple(replace(one, tensor=None) for one in layers.layers)
    return replace(layers, layers=alike), list(map(bits, given))


@pytest.mark.parametrize(("batch_size", "samples"), [(1, 1), (BATCH, 1), (BATCH, None)])
@pytest.mark.parametrize(
    ("net", "options"),
    [
        (bv.LeNet, {"optimizer_options": {"momentum": 0.9}}),
        (bv.LeNet, {"optimizer": "adam", "lr": 1e-3, "set_to_none": False}),
        (bv.LeNet, {"clear_gradients": False}),
        (WritesUnseen, {"lr": 1e-3}),
    ],
)
def test_it_says_the_same(
    net: Callable[[], nn.Module], options: dict[str, Any], batch_size: int, samples: int | None
) -> None:
    seen, compared = (trainer_of(net, batch_size=batch_size, **options) for _ in range(2))
    for _ in range(2):
        one, other = recorded(seen, samples, True), recorded(compared, samples, False)
        assert list(map(told, one.events)) == list(map(told, other.events))
        assert (one.graph, columns(one)) == (other.graph, columns(other))
        assert (one.options, one.trace, one.modules) == (other.options, other.trace, other.modules)
        assert len(one.buffers) == len(other.buffers)
        for a, b in zip(seen.model.parameters(), compared.model.parameters(), strict=True):
            assert torch.equal(a, b)


def test_it_says_what_an_optimizer_writes_that_moves_no_version() -> None:
    seen, plain = (trainer_of(bv.LeNet, batch_size=1) for _ in range(2))
    for trainer in (seen, plain):
        trainer.optimizer = WritesThroughData(trainer.model.parameters(), {"lr": 0.1})
    for _ in range(2):
        recording = recorded(seen, None, True)
        before = [
            None if p.grad is None else bits(p.grad.numpy().copy())
            for p in plain.model.parameters()
        ]
        while plain.step() is not Phase.UPDATE:
            pass
        events = recording.events
        cleared = [e for e in events if e.phase is Phase.ZERO_GRAD]
        assert [bits(e.inputs[0]) for e in cleared] == before
        assert all(e.outputs[0] is None or not e.outputs[0].any() for e in cleared)
        updated = [bits(e.outputs[0]) for e in events if e.phase is Phase.UPDATE]
        assert updated == [bits(p.detach().numpy()) for p in plain.model.parameters()]


@pytest.mark.parametrize("set_to_none", [True, False])
def test_it_says_that_a_zero_grad_changed_a_weight(set_to_none: bool) -> None:
    one, other = (trainer_of(bv.LeNet, batch_size=1, set_to_none=set_to_none) for _ in range(2))
    for trainer in (one, other):
        trainer.optimizer = MovesWhileItClears(trainer.model.parameters(), 0.1)
    for _ in range(2):
        plain = [p.detach().clone() for p in one.model.parameters()]
        seen, compared = recorded(one, None, True), recorded(other, None, False)
        assert list(map(told, seen.events)) == list(map(told, compared.events))
        moved = [e for e in seen.events if e.phase is Phase.UPDATE and e.op == "changed"]
        assert [bits(e.outputs[0]) for e in moved] == [bits((plain[0] * 0.5).numpy())]


def test_it_says_what_raised() -> None:
    errors = []
    for unbroken in (True, False):
        steps = RecordedSteps(trainer_of(AsksForTooMuch), unbroken=unbroken)
        steps.step()
        with pytest.raises(IndexError):
            steps.step()
        errors.append(steps.recording().error)
    assert errors[0] == errors[1]
    assert errors[0] is not None
    assert errors[0].op == "size"


def test_no_more_tensors_are_told_than_without_it() -> None:
    """A gradient that becomes ``.grad`` is one tensor, also if torch clones what we hold."""
    for batch_size in (1, BATCH):
        seen, compared = (trainer_of(bv.LeNet, batch_size=batch_size) for _ in range(2))
        one, other = recorded(seen, 1, True), recorded(compared, 1, False)
        assert len(one.tensors) <= len(other.tensors)
