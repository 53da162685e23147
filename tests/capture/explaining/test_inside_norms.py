"""A norm in steps, output to input and gradient to gradient, against plain torch in float64."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.chains import chain
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation, Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults
from tests.capture.recorded_nets import Applied, recorded_net

EPS = 1e-5


@dataclass(frozen=True)
class Case:
    """A norm of x with γ = β = w; ``group``: x as (groups, members), and back from it."""

    run: Callable[[Tensor, Tensor], Tensor]
    shape: tuple[int, ...]
    width: int
    node: str
    group: Callable[[Tensor], Tensor]
    gain: Callable[[Tensor], Tensor]


def by_channel(w: Tensor) -> Tensor:
    return w[:, None, None]


CASES = {
    "layer": Case(
        lambda w, x: F.layer_norm(x, (5,), w, w),
        (3, 4, 5),
        5,
        "NativeLayerNormBackward0",
        lambda x: x.reshape(12, 5),
        lambda w: w,
    ),
    "group": Case(
        lambda w, x: F.group_norm(x, 2, w, w),
        (3, 4, 2, 3),
        4,
        "NativeGroupNormBackward0",
        lambda x: x.reshape(6, 12),
        by_channel,
    ),
    "batch": Case(
        lambda w, x: F.batch_norm(x, None, None, w, w, training=True),
        (3, 4, 2, 3),
        4,
        "NativeBatchNormBackward0",
        lambda x: x.transpose(0, 1).reshape(4, 18),
        by_channel,
    ),
    "instance": Case(
        lambda w, x: F.instance_norm(x, None, None, w, w),
        (3, 4, 2, 3),
        4,
        "NativeBatchNormBackward0",
        lambda x: x.reshape(12, 6),
        by_channel,
    ),
}
INDEX = {"layer": (2, 1, 3)}
PLACE = {"layer": (2, 1), "group": (2, 0), "batch": (1,), "instance": (2, 1)}


class Worked:
    """What plain torch makes of a case, in float64, step by step."""

    def __init__(self, name: str) -> None:
        self.case, self.index = CASES[name], INDEX.get(name, (2, 1, 0, 2))
        torch.manual_seed(7)
        x, w = torch.randn(self.case.shape) + 0.5, torch.randn(self.case.width)
        # Through a multiplication, so that x is something that was computed.
        self.recording = recorded_net(
            Applied(w, lambda w, x: self.case.run(w, x * w.sum())), x, lambda y: (y**3).sum()
        )
        made = next(i for i, e in enumerate(self.recording.events) if e.op.endswith("_norm"))
        self.made = made
        self.x = torch.from_numpy(self.recording.events[made].inputs[0].copy()).double()
        self.w = w.double()
        places = self.case.group(torch.arange(self.x.numel()).reshape(self.x.shape))
        self.group = places[(places == self._flat).any(1)][0]
        self.members = self.x.flatten()[self.group]
        self.mean, self.var = self.members.mean(), self.members.var(correction=0)
        self.x_hat = (self.members - self.mean) / (self.var + EPS).sqrt()

    @property
    def _flat(self) -> int:
        return int(torch.arange(self.x.numel()).reshape(self.x.shape)[self.index])

    def of_group(self, tensor: Tensor) -> Tensor:
        return tensor.broadcast_to(self.x.shape).flatten()[self.group]

    @property
    def own(self) -> int:
        """Which of the group the element is."""
        return int((self.group == self._flat).nonzero())


@pytest.fixture(scope="module", params=CASES)
def worked(request: pytest.FixtureRequest) -> Worked:
    return Worked(request.param)


def number(part: Part, role: str, term: int = 0) -> Number:
    column = next(each for each in part.factors if each.role == role)
    found = column.number(term)
    assert found is not None
    return found


def close(value: float, expected: Tensor | float) -> bool:
    return math.isclose(value, float(expected), rel_tol=1e-11, abs_tol=1e-13)


def step(recording: Recording, part: Part, role: str, term: int = 0) -> NumberExplanation:
    found = explain_number(recording, number(part, role, term))
    assert found.reason is None
    assert close(found.total, sum(float(p.values.sum()) for p in found.parts))
    return found


def test_an_output_leads_through_x_hat_to_mean_variance_and_input(worked: Worked) -> None:
    recording, at = worked.recording, worked.own
    output = recording.explain(worked.made, 0, worked.index)
    assert not [*faults(recording, output)]
    products, bias = output.parts
    assert [f.role for f in products.factors] == ["normalized", "gain"]
    assert bias.factors[0].values[0] == float(worked.of_group(worked.case.gain(worked.w))[at])

    x_hat = step(recording, products, "normalized")
    assert (x_hat.kind, x_hat.number.index) == ("intermediate", worked.index)
    assert close(x_hat.value, worked.x_hat[at])
    (part,) = x_hat.parts
    one_over_sigma = part.factors[1]
    assert one_over_sigma.function == "1 / √(x + 1e-05)"
    assert close(one_over_sigma.values[0], 1 / (worked.var + EPS).sqrt())

    deviation = step(recording, part, "deviation")
    assert close(deviation.value, worked.members[at] - worked.mean)
    x, minus_mean = deviation.parts
    assert number(x, "input").tensor == recording.events[worked.made].input_ids[0]
    assert number(x, "input").event == worked.made - 1, "the multiplication made it"
    mean = step(recording, minus_mean, "mean")
    assert close(mean.value, worked.mean)
    assert mean.parts[0].factors[0].values.tolist() == worked.members.tolist()

    variance = step(recording, part, "one_over_sigma")
    assert close(variance.value, worked.var)
    assert len(variance.terms) == len(worked.members)
    squares = (worked.members - worked.mean) ** 2 / len(worked.members)
    assert variance.parts[0].values == pytest.approx(squares.numpy(), rel=1e-12)
    again = step(recording, variance.parts[0], "squared_deviation", at)
    assert again.number == deviation.number


def test_the_gradient_of_an_input_in_three_parts(worked: Worked) -> None:
    recording, at = worked.recording, worked.own
    event = next(i for i, e in enumerate(recording.events) if e.op == worked.case.node)
    arrived = recording.events[event].inputs[0]
    assert arrived is not None
    delta = worked.of_group(torch.from_numpy(arrived.copy()).double().reshape(worked.x.shape))
    g = delta * worked.of_group(worked.case.gain(worked.w))
    sigma = (worked.var + EPS).sqrt()
    sent = recording.events[event].outputs[0]
    assert sent is not None
    index = worked.index if sent.shape == worked.x.shape else (0, 9, 0, 2)
    found = recording.explain(event, 0, index)
    assert not [*faults(recording, found)]
    x_hat = worked.x_hat
    expected = (
        g[at] / sigma,
        -g.mean() / sigma,
        -x_hat[at] * (g * x_hat).mean() / sigma,
    )
    assert [part.name for part in found.parts] == ["direct", "through_mean", "through_variance"]
    for part, value in zip(found.parts, expected, strict=True):
        assert close(part.values[0], value)
    assert found.value == pytest.approx(float(sum(expected)), rel=1e-4, abs=1e-6)

    mean = step(recording, found.parts[1], "mean_gradient")
    assert close(mean.value, g.mean())
    assert mean.parts[0].values == pytest.approx((g / len(g)).numpy(), rel=1e-12)
    along = step(recording, found.parts[2], "mean_along_normalized")
    assert close(along.value, (g * x_hat).mean())
    # The upstream gradients in it go on to the loss, x̂ to the input.
    upstream = explain_number(recording, number(along.parts[0], "upstream", at))
    assert (upstream.value, upstream.number.arrived) == (float(delta[at]), True)
    inner = step(recording, along.parts[0], "normalized", at)
    assert close(inner.value, x_hat[at])
    assert inner.number.event == worked.made

    names = NumberNames(recording)
    assert names.name(mean.number).startswith("mean(g)[")
    assert all(link.reason is None for link in chain(recording, along.number))


def test_the_gradient_of_a_gain_leads_to_x_hat(worked: Worked) -> None:
    recording = worked.recording
    event = next(i for i, e in enumerate(recording.events) if e.op == worked.case.node)
    found = recording.explain(event, 1, (1,))
    assert not [*faults(recording, found)]
    (part,) = found.parts
    if recording.events[event].inputs[0].shape != worked.x.shape:
        return  # a view of x: explained by the engine
    inner = step(recording, part, "normalized", 3)
    assert inner.kind == "intermediate"
    assert close(inner.value, part.factors[1].values[3])


def test_running_statistics_lead_to_the_buffers() -> None:
    mean, var = torch.randn(4), torch.rand(4) + 0.5
    recording = recorded_net(
        Applied(torch.randn(4), lambda w, x: F.batch_norm(x * w, mean, var, w, w)),
        torch.randn(3, 4),
    )
    made = next(i for i, e in enumerate(recording.events) if e.op == "batch_norm")
    x = torch.from_numpy(recording.events[made].inputs[0].copy()).double()
    output = recording.explain(made, 0, (2, 1))
    x_hat = step(recording, output.parts[0], "normalized")
    sigma = (var[1].double() + EPS).sqrt()
    assert close(x_hat.value, (x[2, 1] - mean[1].double()) / sigma)
    (part,) = x_hat.parts
    variance = explain_number(recording, number(part, "one_over_sigma"))
    assert (variance.kind, variance.value) == ("given", float(var[1]))
    deviation = step(recording, part, "deviation")
    running = explain_number(recording, number(deviation.parts[1], "running_mean"))
    assert (running.kind, running.value) == ("given", float(mean[1]))

    event = next(i for i, e in enumerate(recording.events) if e.op == "NativeBatchNormBackward0")
    sent = recording.explain(event, 0, (2, 1))
    (direct,) = sent.parts
    delta = recording.events[event].inputs[0]
    assert [f.role for f in direct.factors] == ["upstream", "gain", "one_over_sigma"]
    weight = recording.by_parameter["weight"].value[1]
    assert close(direct.values[0], float(delta[2, 1]) * float(weight) / sigma)


def test_rms_norm_leads_to_the_mean_square() -> None:
    recording = recorded_net(
        Applied(torch.randn(6), lambda w, x: F.rms_norm(x * w, (6,), w, eps=0.01)),
        torch.randn(3, 6),
    )
    made = next(i for i, e in enumerate(recording.events) if e.op == "rms_norm")
    x = torch.from_numpy(recording.events[made].inputs[0].copy()).double()[2]
    x_hat = step(recording, recording.explain(made, 0, (2, 1)).parts[0], "normalized")
    assert close(x_hat.value, x[1] / (x.square().mean() + 0.01).sqrt())
    square = step(recording, x_hat.parts[0], "one_over_rms")
    assert close(square.value, x.square().mean())
    assert recording.events[made].phase is Phase.FORWARD


def test_a_running_statistic_is_called_by_its_buffers_name() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).eval()
    recording = recorded_net(net, torch.randn(5, 3))
    made = next(i for i, e in enumerate(recording.events) if e.op == "batch_norm")
    x_hat = step(recording, recording.explain(made, 0, (2, 1)).parts[0], "normalized")
    names = NumberNames(recording)
    deviation = step(recording, x_hat.parts[0], "deviation")
    assert names.name(number(deviation.parts[1], "running_mean")) == "1.running_mean[1]"
    assert names.name(number(x_hat.parts[0], "one_over_sigma")) == "1.running_var[1]"


def test_of_a_row_far_from_zero_the_sum_is_that_of_float64_and_float32_is_as_far_off() -> None:
    """What float32 cannot tell apart in the row, its gradient has in each term."""
    torch.manual_seed(0)
    x, w, g = torch.randn(3, 5) + 200, torch.randn(5), torch.randn(3, 5)

    def gradients(dtype: torch.dtype) -> list[Tensor]:
        leaves = [t.to(dtype, copy=True).requires_grad_() for t in (x, w)]
        F.layer_norm(leaves[0], (5,), leaves[1]).backward(g.to(dtype))
        return [leaf.grad for leaf in leaves if leaf.grad is not None]

    net = Applied(w.clone(), lambda w, x: F.layer_norm(x.requires_grad_(), (5,), w))
    recording = recorded_net(net, x.clone(), lambda out: (out * g).sum())
    event = next(i for i, e in enumerate(recording.events) if e.op == "NativeLayerNormBackward0")
    errors = []
    for slot, index in ((0, (1, 2)), (0, (2, 0)), (1, (3,)), (1, (4,))):
        found = recording.explain(event, slot, index)
        assert found.value == gradients(torch.float32)[slot][index]
        exact = float(gradients(torch.float64)[slot][index])
        assert found.total == pytest.approx(exact, rel=1e-9, abs=1e-12)
        assert list(faults(recording, found)) == []
        sizes = sum(float(abs(part.values).sum()) for part in found.parts)
        errors.append(abs(found.residual) / sizes / torch.finfo(torch.float32).eps)
    assert max(errors) > 10, errors
