"""A reshape of what has gaps in memory has other nodes: its gradients have terms all the same."""

import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from backprop_viz.capture.explaining.explainer import Explainer
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import Applied, recorded_net
from tests.recording.streams import through_stream


def _product(w: Tensor, x: Tensor) -> Tensor:
    scores = torch.einsum("nhi,nhj->nhij", x, x * w)
    return scores[..., :-1] @ x[..., :-1, None]


def _product_of_rows(w: Tensor, x: Tensor) -> Tensor:
    return (x * w)[:, 1:].transpose(1, 2)[:, 1:] @ torch.ones(x.shape[1] - 1, 1)


def _einsum(w: Tensor, x: Tensor) -> Tensor:
    left = (x * w)[:, 1:, :3]
    return torch.einsum("nhi,nhj->nij", left, x[:, 1:])


def _linear_of_a_slice(w: Tensor, x: Tensor) -> Tensor:
    gate, up = (x * w).chunk(2, -1)
    return functional.linear(gate, up[0], torch.tensor([0.5, -1.0, 2.0]))


def _linear_of_some_places(w: Tensor, x: Tensor) -> Tensor:
    return functional.linear((x * w)[:, 1:, :3], x[0, :, 1:], torch.tensor([0.5, -1.0, 2.0]))


@pytest.mark.parametrize(
    "function",
    [_product, _product_of_rows, _einsum, _linear_of_a_slice, _linear_of_some_places],
)
def test_every_number_closes(function: Callable[[Tensor, Tensor], Tensor]) -> None:
    torch.manual_seed(1)
    recording = through_stream(
        recorded_net(Applied(torch.randn(4), function), torch.randn(2, 3, 4))
    )
    explainer, wrong = Explainer(recording), []
    for number in numbers_of(recording, random.Random(2), each=2):
        found = explainer.explain(number)
        wrong += [f"{found.op} {number}: {each}" for each in faults(recording, found)]
        if found.reason is not None and found.reason.code not in ("constant", "no_derivative"):
            wrong.append(f"{found.kind} {found.op} {number}: {found.reason}")
    assert not wrong, "\n".join(wrong[:10])
