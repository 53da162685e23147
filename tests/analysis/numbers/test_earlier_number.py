"""What an iteration began with is found where the iteration before has left it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.earlier_number import number_before
from backprop_viz.analysis.numbers.number_origin import old_grad_number, old_weight_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording

INPUTS = torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])


class Adam:
    """Adam by hand, on three tensors of one shape; the gradients of the last two are zeros."""

    def __init__(self) -> None:
        self.parameters = {
            name: torch.tensor([0.1, -0.2], requires_grad=True) for name in ("one", "two", "three")
        }
        self.m = {name: torch.zeros(2) for name in self.parameters}
        self.v = {name: torch.zeros(2) for name in self.parameters}

    def step(self) -> None:
        one, two, three = self.parameters.values()
        loss = (INPUTS @ one - 0.0 * two.sum() + 0.0 * three.sum()).square().mean()
        loss.backward()
        with torch.no_grad():
            for name, p in self.parameters.items():
                assert p.grad is not None
                self.m[name].mul_(0.9).add_(0.1 * p.grad)
                self.v[name][:] = 0.999 * self.v[name] + 0.001 * p.grad * p.grad
                p -= 0.1 * self.m[name] / (self.v[name].sqrt() + 1e-6)
                p.grad.zero_()


def two_iterations(step: Callable[[], None], *recorded: Any) -> tuple[Recording, Recording]:
    recordings = []
    for iteration in (1, 2):
        with bv.record(*recorded) as told:
            step()
        recordings.append(replace(told.recording, iteration=iteration))
    return recordings[0], recordings[1]


def bits(value: Tensor) -> bytes:
    return value.detach().numpy().tobytes()


def test_what_a_step_by_hand_keeps_is_what_the_last_one_left() -> None:
    loop, plain = Adam(), Adam()
    earlier, recording = two_iterations(loop.step, loop.parameters)
    plain.step()
    reads = [(i, e) for i, e in enumerate(recording.events) if e.is_of_step and e.op == "mul_"]
    reads += [(i, e) for i, e in enumerate(recording.events) if e.is_of_step and e.op == "mul"]
    made = {tensor for event in recording.events for tensor in event.output_ids}
    made |= {p.value_id for p in recording.parameters}
    kept = [e.input_ids[0] for _, e in reads if e.input_ids[0] not in made]
    expected = [*plain.m.values(), *plain.v.values()]
    assert len(kept) == len(expected)
    events = []
    for tensor, value in zip(kept, expected, strict=True):
        assert tensor is not None
        found = number_before(recording, Number(tensor, (1,)), earlier)
        assert found is not None
        assert found.event is not None
        assert found.index == (1,)
        assert earlier.tensors[found.tensor].tobytes() == bits(value)
        assert found.tensor in earlier.events[found.event].output_ids
        events.append(found.event)
    # Also where all are zeros: each is that of its own tensor, which are gone through in order.
    m, v = events[:3], events[3:]
    assert m[0] < v[0] < m[1] < v[1] < m[2] < v[2]


def test_a_momentum_that_begins_as_the_gradient_is_found() -> None:
    def loop() -> tuple[Tensor, Callable[[], None], dict[str, Tensor]]:
        w, kept = torch.tensor([0.1, -0.2], requires_grad=True), dict[str, Tensor]()
        start = torch.zeros(2)

        def step() -> None:
            w.grad = None
            (INPUTS @ w).square().mean().backward()
            assert w.grad is not None
            with torch.no_grad():
                first = "velocity" not in kept
                kept["velocity"] = (start if first else 0.9 * kept["velocity"]) + w.grad
                w.sub_(0.1 * kept["velocity"])

        return w, step, kept

    w, step, _ = loop()
    earlier, recording = two_iterations(step, {"w": w})
    _, plain_step, plain = loop()
    plain_step()
    read = next(e for e in recording.events if e.is_of_step)
    assert read.op == "mul"
    tensor = read.input_ids[0]
    assert tensor is not None
    found = number_before(recording, Number(tensor, (0,)), earlier)
    assert found is not None
    assert earlier.tensors[found.tensor].tobytes() == bits(plain["velocity"])


def test_an_optimizers_state_a_weight_and_a_grad_are_found() -> None:
    def net() -> tuple[nn.Linear, torch.optim.Optimizer]:
        torch.manual_seed(2)
        layer = nn.Linear(2, 3)
        return layer, torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)

    def step(layer: nn.Linear, optimizer: torch.optim.Optimizer) -> None:
        layer(INPUTS).square().mean().backward()  # whose gradients are never cleared
        optimizer.step()

    layer, optimizer = net()
    earlier, recording = two_iterations(lambda: step(layer, optimizer), layer, optimizer)
    plain, plain_optimizer = net()
    step(plain, plain_optimizer)
    start = recording.at(0)
    weight = old_weight_number(start, "weight", (2, 1))
    grad = old_grad_number(start, "weight", (2, 1))
    moved = next(e for e in recording.events if e.parameter == "weight" and e.state_ids)
    before = moved.state_ids["momentum_buffer"][0]
    assert weight is not None
    assert grad is not None
    assert before is not None
    buffer = plain_optimizer.state[plain.weight]["momentum_buffer"]
    for number, left in (
        (weight, plain.weight),
        (grad, plain.weight.grad),
        (Number(before, (2, 1)), buffer),
    ):
        found = number_before(recording, number, earlier)
        assert found is not None
        assert found.event is not None
        assert earlier.tensors[found.tensor].tobytes() == bits(left)
        assert number_before(recording, number, replace(earlier, iteration=0)) is None


def test_what_was_written_between_two_iterations_is_not_what_was_left() -> None:
    layer = nn.Linear(2, 3)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)

    def step() -> None:
        with torch.no_grad():
            layer.bias.add_(1.0)
        layer(INPUTS).square().mean().backward()
        optimizer.step()

    recordings = []
    for iteration in (1, 2):
        with torch.no_grad():
            layer.weight.mul_(2.0)
        with bv.record(layer, optimizer) as told:
            step()
        recordings.append(replace(told.recording, iteration=iteration))
    earlier, recording = recordings
    number = old_weight_number(recording.at(0), "weight", (0, 0))
    assert number is not None
    assert number_before(recording, number, earlier) is None
