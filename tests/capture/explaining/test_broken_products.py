"""A NaN that 0·inf makes within a sum of products has that product among its terms."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.explaining.chains import links
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from tests.capture.recorded_nets import Applied, recorded_net

INF = math.inf
X = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
W = torch.tensor([[INF, 2.0, 3.0], [1.0, 1.0, 1.0]])

SUMS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "linear": lambda w, x: F.linear(x, w),
    "linear_bias": lambda w, x: F.linear(x, w, torch.ones(2)),
    "matmul": lambda w, x: x @ w.T,
    "mm": lambda w, x: torch.mm(x, w.T),
    "addmm": lambda w, x: torch.addmm(torch.ones(2), x, w.T),
    "bmm": lambda w, x: torch.bmm(x[None], w.T[None])[0],
    "einsum": lambda w, x: torch.einsum("ij,kj->ik", x, w),
    "conv": lambda w, x: F.conv1d(x[:, :, None], w[:, :, None])[:, :, 0],
}


def recorded(name: str, times: float) -> Recording:
    def apply(w: Tensor, x: Tensor) -> Tensor:
        return SUMS[name](w, x) * times

    return recorded_net(Applied(W.clone(), apply), X)


def broken(recording: Recording) -> tuple[int, Number]:
    """The first event that made NaN of what is none, and that element."""
    for i, event in enumerate(recording.events):
        made = event.outputs[0]
        if made is not None and made.dtype.kind == "f" and math.isnan(made.flat[0]):
            tensor = event.output_ids[0]
            assert tensor is not None
            return i, Number(tensor, (0,) * made.ndim, i)
    raise AssertionError("nothing is NaN")


@pytest.mark.parametrize("name", SUMS)
def test_it_is_among_the_terms(name: str) -> None:
    recording = recorded(name, 1.0)
    _, number = broken(recording)
    found = Explainer(recording).explain(number)
    assert found.reason is None
    assert math.isnan(found.value)
    assert math.isnan(found.total)
    first, *others = found.terms
    assert math.isnan(first.value)
    assert sorted(factor.value for factor in first.factors) == [0.0, INF]
    for factor in first.factors:
        assert factor.number is not None
        assert recording.tensors[factor.number.tensor][factor.number.index] == factor.value
    left = [2.0, 6.0, 1.0] if name in ("linear_bias", "addmm") else [2.0, 6.0]
    assert sorted(term.value for term in others) == sorted(left)


@pytest.mark.parametrize("name", ["linear", "matmul"])
def test_its_way_leads_to_what_was_infinite(name: str) -> None:
    recording = recorded(name, 1.0)
    _, number = broken(recording)
    (*_, last) = links(Explainer(recording), number)
    assert last.value == INF


class Masked(nn.Module):
    """Two numbers of a linear layer, of which the first is multiplied by 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.x = nn.Parameter(W.clone()), nn.Parameter(torch.ones(1, 3))

    def forward(self) -> Tensor:
        return F.linear(self.x, self.weight) * torch.tensor([0.0, 1.0])


def test_a_gradient_that_is_0_times_an_infinite_weight_leads_to_the_weight() -> None:
    net = Masked()
    with bv.record(net) as record:
        net().nansum().backward()
    recording = record.recording
    (event,) = [i for i, e in enumerate(recording.events) if e.op == "MmBackward0"]
    found = recording.explain(event, 0, (0, 0))
    assert math.isnan(found.value)
    (*_, last) = links(Explainer(recording), found.number)
    assert (last.kind, last.value) == ("given", INF)
