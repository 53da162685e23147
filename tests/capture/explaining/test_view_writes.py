"""Writes through views have terms: what was there before, times, plus or replaced by what came."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.chains import effects, links
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.explaining.swept_nets import Square
from tests.capture.explaining.view_writes import READ_LATER, VIEW_WRITES
from tests.capture.recorded_nets import Applied, recorded_net
from tests.nightly import NIGHTLY, by_day_every
from tests.recording.streams import through_stream

NAMES = by_day_every(4, list(VIEW_WRITES))


def recorded(name: str) -> tuple[Recording, Tensor, Tensor]:
    torch.manual_seed(1)
    weight, x = torch.randn(4), torch.randn(3, 4)
    made = recorded_net(Applied(weight.clone(), VIEW_WRITES[name]), x)
    return through_stream(made), weight, x


@pytest.mark.parametrize("name", NAMES)
def test_every_number_closes_and_leads_to_the_loss(name: str) -> None:
    recording, _, _ = recorded(name)
    explainer, wrong = Explainer(recording), []
    for number in numbers_of(recording, random.Random(2), each=3 if NIGHTLY else 1):
        found = explainer.explain(number)
        wrong += [f"{found.op} {number}: {each}" for each in faults(recording, found)]
        if found.reason is not None and found.reason.code not in ("constant", "no_derivative"):
            wrong.append(f"{found.kind} {found.op} {number}: {found.reason}")
        if found.kind in ("gradient", "arrived", "accumulated"):
            last = list(links(explainer, number))[-1]
            if last.reason is None and not last.facts and last.kind != "given":
                wrong.append(f"the chain of {number} ends at {last.op} without a word")
        effects(recording, number)
    assert not wrong, "\n".join(wrong[:10])


class TwoWritten(nn.Module):
    """Two layers of sequences, or one twice: each output is written to through a view.

    It is read only as a whole.
    """

    def __init__(self, in_a_row: bool, one_layer: bool) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = self.first if one_layer else nn.Linear(4, 4)
        self.in_a_row = in_a_row

    def forward(self, x: Tensor) -> Tensor:
        u = self.first(x)
        u[:, 0].mul_(2)
        v = self.second(u if self.in_a_row else x + 1)
        v[:, 1].mul_(3)
        return v if self.in_a_row else u + v


@pytest.mark.parametrize("one_layer", [True, False])
@pytest.mark.parametrize("in_a_row", [True, False])
def test_of_two_written_layers_each_has_its_own_node(in_a_row: bool, one_layer: bool) -> None:
    torch.manual_seed(1)
    recording = recorded_net(TwoWritten(in_a_row, one_layer), torch.randn(2, 3, 4))
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(2)):
        found = explainer.explain(number)
        assert found.reason is None or found.reason.code == "constant", found.op
        assert list(faults(recording, found)) == []


def test_what_a_function_of_ones_own_reads_was_written_through_a_view() -> None:
    torch.manual_seed(1)

    def function(w: Tensor, x: Tensor) -> Tensor:
        y = x * w
        y[0].mul_(w)
        made: Tensor = Square.apply(y)
        return made

    recording = recorded_net(Applied(torch.randn(4), function), torch.randn(3, 4))
    event = next(i for i, e in enumerate(recording.events) if e.op == "CopySlices")
    for slot, index in ((0, (0, 2)), (0, (1, 2)), (1, (2,))):
        found = recording.explain(event, slot, index)
        assert found.reason is None
        assert list(faults(recording, found)) == []


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_torchs_and_those_of_finite_differences(name: str) -> None:
    recording, weight, x = recorded(name)
    plain = weight.clone().requires_grad_()
    (VIEW_WRITES[name](plain, x) ** 2).sum().backward()
    grad = next(e for e in reversed(recording.events) if e.parameter == "weight").outputs[0]
    assert grad is not None
    assert plain.grad is not None
    assert torch.equal(torch.from_numpy(grad.copy()), plain.grad)
    wide = weight.double().requires_grad_()
    torch.set_default_dtype(torch.float64)
    try:
        (VIEW_WRITES[name](wide, x.double()) ** 2).sum().backward()
    finally:
        torch.set_default_dtype(torch.float32)
    assert wide.grad is not None
    value = recording.by_parameter["weight"].value_id
    for i in range(4):
        along = LossAlong(recording, Number(value, (i,)))
        assert along.gradient() == pytest.approx(float(wide.grad[i]), rel=1e-12, abs=1e-12)
        h = 1e-5
        slope = (along.loss(along.value + h) - along.loss(along.value - h)) / (2 * h)
        assert slope == pytest.approx(along.gradient(), rel=1e-6, abs=1e-8)


class Arriving(TorchFunctionMode):
    """The gradients that arrive at the node of what each call returned; None if it did not run."""

    def __init__(self) -> None:
        super().__init__()
        self.grads: list[Tensor | None] = []

    def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        made = function(*args, **(kwargs or {}))
        if isinstance(made, Tensor):
            # What changes a view of a product changes the product, whose node gets all of it.
            node, number, at = made.grad_fn, made.output_nr, len(self.grads)
            if function is F.linear and node is not None:
                node, number = node.next_functions[0]
            self.grads.append(None)
            if node is not None:
                node.register_prehook(lambda grads: self.grads.__setitem__(at, grads[number]))
        return made


@pytest.mark.parametrize("name", {**dict.fromkeys(NAMES), **READ_LATER})
def test_the_loss_depends_on_what_each_call_made_as_autograd_says(name: str) -> None:
    recording, weight, x = recorded(name)
    wide_weight, wide_x = weight.double().requires_grad_(), x.double()
    torch.set_default_dtype(torch.float64)
    try:
        with Arriving() as arriving:
            made = VIEW_WRITES[name](wide_weight, wide_x)
        (made**2).sum().backward()
    finally:
        torch.set_default_dtype(torch.float32)
    forward = [
        (i, e)
        for i, e in enumerate(recording.events)
        if e.phase is Phase.FORWARD and e.op != "setitem"
    ]
    compared = 0
    for (i, event), grad in zip(forward, arriving.grads, strict=True):
        tensor = event.output_ids[0]
        assert tensor is not None
        if grad is None:  # a comparison, or a view whose node was made anew
            continue
        index = (0,) * recording.tensors[tensor].ndim
        try:
            found = LossAlong(recording, Number(tensor, index, i)).gradients()
        except NotReplayed as none:
            pytest.fail(f"{event.op}: {none.reason}")
        expected = grad.numpy().reshape(found.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
        compared += 1
    assert compared
