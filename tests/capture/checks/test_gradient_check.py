"""Gradient checks of recordings, against a float64 copy of the network in a plain loop."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.capture.checks.gradient_check import (
    CannotCheck,
    CheckedNumber,
    NumberCheck,
    checked_number,
)
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import GradientCheck
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

CLASSES = 10


def target_of(loss: str, labels: Tensor, output: Tensor) -> Tensor:
    return labels if loss == "cross_entropy" else F.one_hot(labels, CLASSES).to(output.dtype)


class PlainLoop:
    """The loss of a float64 copy of a network, as a function of one element of a parameter."""

    def __init__(self, model: nn.Module, x: Tensor, loss: Callable[[Tensor], Tensor]) -> None:
        self.model = copy.deepcopy(model).double()
        self.x = x.double()
        self.of_output = loss

    def loss(self, name: str, index: tuple[int, ...], value: float) -> float:
        parameter = self.model.get_parameter(name)
        kept = parameter.data[index].item()
        parameter.data[index] = value
        try:
            with torch.no_grad():
                return float(self.of_output(self.model(self.x)))
        finally:
            parameter.data[index] = kept

    def gradient(self, name: str, index: tuple[int, ...]) -> float:
        (grad,) = torch.autograd.grad(
            self.of_output(self.model(self.x)), self.model.get_parameter(name)
        )
        return float(grad[index])


def recorded(data: TensorDataset | str, model: nn.Module | None = None, **options: Any):
    """A recording of a whole iteration, and the plain loop of the same network and batch."""
    options = {"batch_size": 4, "lr": 0.05, "optimizer": "sgd", **options}
    trainer = bv.Trainer(data, model=model, **options)
    before = copy.deepcopy(trainer.model)
    recording = trainer.record()
    x, labels = trainer.batch[0], trainer.labels
    gradient = None
    if options["loss"] == "output_gradient":
        last = recording.events[recording.ran_at[0]].inputs[0]
        assert last is not None
        gradient = torch.from_numpy(last.copy()).double()

    def loss(output: Tensor) -> Tensor:
        if gradient is not None:
            return (output * gradient).sum()
        name = options["loss"]
        measure = F.cross_entropy if name == "cross_entropy" else F.mse_loss
        if name == "mse" and data == "random":
            return measure(output, trainer.batch[1].double())
        return measure(output, target_of(name, labels, output))

    return recording, PlainLoop(before, x, loss)


def checked(recording: Recording, number: Number, asked: float = 1e-6) -> GradientCheck:
    check = NumberCheck(recording, number, asked)
    for _ in check.slices():
        pass
    return check.result()


def weight(recording: Recording, name: str, index: tuple[int, ...]) -> Number:
    return Number(recording.by_parameter[name].value_id, index)


def images(count: int = 12) -> TensorDataset:
    generator = torch.Generator().manual_seed(3)
    x = torch.rand(count, 1, 32, 32, generator=generator)
    return TensorDataset(x, torch.randint(CLASSES, (count,), generator=generator))


class Recurrent(nn.Module):
    """A GRU over the rows of an image."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.gru = nn.GRU(32, 8, batch_first=True)
        self.last = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.last(self.gru(x.squeeze(1)[:, :6])[0][:, -1])
        return made


class Normalized(nn.Module):
    """A residual block with batch norm, and dropout before the last layer."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first = nn.Conv2d(1, 4, 3, stride=2)
        self.norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.last = nn.Linear(4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.first(x)).relu()
        made: Tensor = self.last((x + self.second(x).relu()).mean((2, 3)))
        return made


class Transformer(nn.Module):
    """One block of a transformer, on the rows of an image."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.block = nn.TransformerEncoderLayer(32, 4, 16, dropout=0.0, batch_first=True)
        self.last = nn.Linear(32, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.last(self.block(x.squeeze(1)[:, :5]).mean(1))
        return made


NETS: dict[str, tuple[Callable[[], nn.Module] | None, Any, str]] = {
    "LeNet, tutorial": (None, "random", "mse"),
    "LeNet, digits": (None, "strokes", "cross_entropy"),
    "LeNet, output gradient": (None, "strokes", "output_gradient"),
    "GRU": (Recurrent, None, "cross_entropy"),
    "batch norm": (Normalized, None, "mse"),
    "transformer": (Transformer, None, "cross_entropy"),
}


@pytest.mark.parametrize("name", NETS)
def test_the_loss_and_its_gradient_are_those_of_a_float64_copy(name: str) -> None:
    make, data, loss = NETS[name]
    recording, plain = recorded(data or images(), None if make is None else make(), loss=loss)
    draw = np.random.default_rng(0)
    for parameter in recording.parameters:
        index = tuple(int(draw.integers(n)) for n in parameter.value.shape)
        along = LossAlong(recording, weight(recording, parameter.name, index))
        exact = plain.gradient(parameter.name, index)
        assert along.gradient() == pytest.approx(exact, rel=1e-10, abs=1e-15)
        for moved in (0.0, 1e-6, -1e-3, 0.7):
            value = float(parameter.value[index]) + moved
            expected = plain.loss(parameter.name, index, value)
            # Float64's last bits: torch adds up in another order where a tensor is laid out so.
            assert along.loss(value) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("name", NETS)
def test_gradients_are_found_correct(name: str) -> None:
    make, data, loss = NETS[name]
    recording, plain = recorded(data or images(), None if make is None else make(), loss=loss)
    parameter = recording.parameters[0]
    index = (0,) * parameter.value.ndim
    check = checked(recording, weight(recording, parameter.name, index))
    assert check.verdict in ("correct", "zero")
    assert check.gradient == pytest.approx(check.exact, rel=1e-4, abs=1e-9)
    h = check.asked
    ends = [plain.loss(parameter.name, index, check.value + moved) for moved in (-h, h)]
    # A difference of two losses has the rounding of both.
    rounding = 64 * np.finfo(float).eps * abs(ends[0]) / (2 * h)
    quotient = (ends[1] - ends[0]) / (2 * h)
    assert check.estimates[check.asked_at] == pytest.approx(quotient, abs=rounding, rel=1e-9)


def test_the_landing_is_where_the_optimizer_put_the_weight() -> None:
    recording, plain = recorded("strokes", loss="cross_entropy", optimizer="adam")
    check = checked(recording, weight(recording, "fc3.bias", (4,)))
    end = recording.at(len(recording.events))
    after = end.value("fc3.bias")
    assert after is not None
    assert check.landing is not None
    moved, loss = check.landing
    assert check.value + moved == float(after[4])
    assert loss == pytest.approx(plain.loss("fc3.bias", (4,), float(after[4])), rel=1e-13)
    assert np.abs(check.moved).max() >= 3 * abs(moved)


def test_a_grad_a_gradient_that_arrived_and_a_new_weight_are_those_of_their_weight() -> None:
    recording, _ = recorded("strokes", loss="cross_entropy")
    end = recording.at(len(recording.events))
    expected = checked_number(recording, weight(recording, "conv2.bias", (3,)))
    grad = end.grad("conv2.bias")
    assert grad is not None
    assert expected.gradient == float(grad[3])
    for phase in (Phase.ZERO_GRAD, Phase.BACKWARD, Phase.UPDATE):
        event = next(
            i
            for i, e in enumerate(recording.events)
            if e.parameter == "conv2.bias" and e.phase is phase
        )
        ids = recording.events[event].output_ids
        number = Number(ids[0] if ids[0] is not None else 0, (3,), event)
        assert facts(checked_number(recording, number)) == facts(expected)


def facts(checked: CheckedNumber) -> tuple[Number, float | None, float | None]:
    return checked.number, checked.gradient, checked.landing


def forward_event(recording: Recording, op: str) -> tuple[int, Event]:
    return next((i, e) for i, e in enumerate(recording.events) if e.op == op)


def test_an_activation_a_pixel_and_the_gradients_that_arrived_and_were_sent() -> None:
    recording, plain = recorded("strokes", loss="cross_entropy")
    i, event = forward_event(recording, "max_pool2d")
    tensor = event.output_ids[0]
    assert tensor is not None
    made, index = recording.tensors[tensor], (1, 2, 7, 7)
    check = checked(recording, Number(tensor, index, i))
    # The plain network from there on.
    net = plain.model
    x = torch.from_numpy(made.astype(np.float64)).requires_grad_()
    y = F.max_pool2d(net.conv2(x).relu(), 2).flatten(1)
    output = net.fc3(net.fc2(net.fc1(y).relu()).relu())
    (expected,) = torch.autograd.grad(plain.of_output(output), x)
    assert check.exact == pytest.approx(float(expected[index]), rel=1e-9)
    assert check.gradient == pytest.approx(check.exact, rel=1e-4)
    assert check.landing is None
    back = recording.ran_at[event.node]
    arrived = recording.events[back].input_ids[0]
    assert arrived is not None
    number = checked_number(recording, Number(arrived, index, back, 0, arrived=True))
    assert facts(number) == (Number(tensor, index, i), check.gradient, None)
    sender = next(
        (k, e)
        for k, e in enumerate(recording.events)
        if e.phase is Phase.BACKWARD and arrived in e.output_ids
    )
    slot = sender[1].output_ids.index(arrived)
    sent = checked_number(recording, Number(arrived, index, sender[0], slot))
    assert facts(sent) == facts(number)
    assert recording.input_id is not None
    pixel = checked(recording, Number(recording.input_id, (0, 0, 15, 15)))
    assert pixel.gradient is None
    assert pixel.verdict in ("correct", "kinks", "on_kink")


def test_units_that_switch_are_those_whose_input_changes_its_sign() -> None:
    recording, plain = recorded("strokes", loss="cross_entropy", batch_size=2)
    asked = 0.02
    check = checked(recording, weight(recording, "conv1.bias", (2,)), asked)
    net, x = plain.model, plain.x
    value = check.value
    with torch.no_grad():
        before = net.conv1(x)[:, 2] - value
    # relu(conv1 + b) switches where b is minus what conv1 is without it.
    switched = {
        (int(n), 2, int(i), int(j)): -float(before[n, i, j]) - value
        for n, i, j in torch.nonzero((before + value - asked > 0) != (before + value + asked > 0))
    }
    relu, _ = forward_event(recording, "relu")
    assert sum(s.number.event == relu for s in check.switches) >= 3
    nearest = [s for s in check.switches if s.number.event == relu][:3]
    for switch in nearest:
        assert switch.at == pytest.approx(switched[switch.number.index], abs=1e-3 * asked)
    assert check.switched is not None
    assert check.switched >= len(switched)


def test_a_blank_pixel_lies_on_the_kinks_of_the_max_pool() -> None:
    x = torch.zeros(4, 1, 32, 32)
    x[:, :, 10:20, 10:20] = 1.0
    recording, _ = recorded(TensorDataset(x, torch.arange(4)), loss="cross_entropy", batch_size=4)
    assert recording.input_id is not None
    check = checked(recording, Number(recording.input_id, (0, 0, 6, 6)), 1e-4)
    assert check.verdict == "on_kink"
    assert {s.op for s in check.switches if s.at == 0} == {"max_pool2d"}


def test_what_cannot_be_checked_says_why() -> None:
    recording, _ = recorded("strokes", loss="cross_entropy")
    assert recording.labels_id is not None
    for number, code in (
        (Number(recording.labels_id, (0,)), "whole_number"),
        (weight(recording, "fc3.bias", (0,)), "step"),
    ):
        with pytest.raises(CannotCheck) as refused:
            NumberCheck(recording, number, 1e-30)
        assert refused.value.reason.code == code


def test_a_tie_that_rounding_decides_elsewhere_keeps_no_number_from_its_check() -> None:
    """With rounding 1 + 1e-9 is 1, and the first of the two wins; without, the second does."""

    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.tensor([1.0, 1.0, 3.0, 2.0]))

        def forward(self, x: Tensor) -> Tensor:
            return F.max_pool1d((self.w + x).view(1, 1, 4), 2)

    net, little = Pooled(), torch.tensor([0.0, 1e-9, 0.0, 0.0])
    with bv.record(net) as session:
        net(little).square().sum().backward()
    recording = session.recording
    assert net.w.grad is not None
    assert net.w.grad.tolist() == [2.0, 0.0, 6.0, 0.0]
    check = checked(recording, weight(recording, "w", (2,)))
    assert check.gradient == 6.0
    assert check.verdict == "correct"
    with pytest.raises(CannotCheck):
        NumberCheck(recording, weight(recording, "w", (0,)), 1e-6)
