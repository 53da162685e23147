"""A softmax over the queries is found where nothing divides by the keys' sum afterwards."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.analysis.findings.broken_loops import iterations
from tests.analysis.findings.more_broken_loops import OwnAttention

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]


class Attending(OwnAttention):
    """Attention by a function."""

    def __init__(self, attend: Attend) -> None:
        super().__init__(-1)
        self.attend = attend

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.read(x).chunk(3, -1)
        made: Tensor = self.write(self.attend(q, k, v)).mean(1)
        return made


def over_queries(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.softmax(q @ k.mT, -2) @ v


def masked_over_queries(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scores = torch.bmm(q, k.mT) * 0.4
    scores = scores.masked_fill(torch.ones(4, 4).triu(1).bool(), -1e9)
    weights = torch.nn.functional.dropout(torch.softmax(scores, dim=1), 0.5)
    return torch.bmm(weights, v)


def by_einsum_over_queries(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.einsum("bij,bjd->bid", torch.einsum("bid,bjd->bij", q, k).softmax(1), v)


def over_keys(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.softmax(q @ k.mT, -1) @ v


def keys_by_queries(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.softmax(k @ q.mT, 1).mT @ v


def keys_by_queries_by_einsum(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.einsum("bji,bjd->bid", (k @ q.mT).softmax(1), v)


def linear(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return q.softmax(-1) @ (k.softmax(1).mT @ v)


def slots(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    weights = torch.softmax(q @ k.mT, 1) + 1e-8
    return (weights / weights.sum(-1, keepdim=True)) @ v


def matched_both_ways(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scores = q @ k.mT
    return (scores.softmax(1) * scores.softmax(2)) @ v


def of_another_length(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.softmax(q @ k[:, 1:].mT / 5**0.5, 1) @ v[:, 1:]


def of_another_length_by_einsum(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scores = torch.einsum("bid,bjd->bij", q, k[:, :3])
    return torch.einsum("bij,bjd->bid", scores.softmax(-2), v[:, :3])


def of_another_length_over_keys(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.softmax(q @ k[:, 1:].mT, 2) @ v[:, 1:]


def slots_of_another_length(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    weights = torch.softmax(q[:, :2] @ k.mT, 1)
    return (weights / weights.sum(-1, keepdim=True)) @ v


def both_ways_of_two_lengths(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """As QANet: the second softmax is read turned."""
    scores = q @ k[:, 1:].mT
    return scores.softmax(2) @ scores.softmax(1).mT @ v


@pytest.mark.parametrize(
    ("attend", "found"),
    [
        *((each, True) for each in (over_queries, masked_over_queries, by_einsum_over_queries)),
        *((each, True) for each in (of_another_length, of_another_length_by_einsum)),
        (of_another_length_over_keys, False),
        *((each, False) for each in (slots_of_another_length, both_ways_of_two_lengths)),
        *((each, False) for each in (over_keys, keys_by_queries, keys_by_queries_by_einsum)),
        *((each, False) for each in (linear, slots, matched_both_ways)),
    ],
)
def test_the_axis_of_attention(attend: Attend, found: bool) -> None:
    recording = iterations(Attending(attend), torch.randn(9, 4, 5))
    assert ("softmax_over_queries" in {one.code for one in recording.findings()}) == found


def test_the_weights_of_a_query_have_any_sum() -> None:
    """What the finding says, of plain torch."""
    torch.manual_seed(0)
    q, k = torch.randn(2, 4, 5), torch.randn(2, 4, 5)
    wrong, right = ((q @ k.mT).softmax(axis).sum(-1) for axis in (1, 2))
    assert (wrong - 1).abs().max() > 0.1
    assert torch.allclose(right, torch.ones(2, 4))


class Mixed(OwnAttention):
    """A layer without torch's Linear, whose features are turned to shares along the sequence."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.into, self.out = (nn.Parameter(torch.randn(shape)) for shape in ((5, 7), (7, 5)))

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.write(self.read(x)[..., :5] + (x @ self.into).softmax(1) @ self.out)
        return made.mean(1)


def test_features_that_are_shares_along_a_sequence_are_no_attention() -> None:
    model = Mixed()
    model.write = nn.Linear(5, 3)
    recording = iterations(model, torch.randn(9, 4, 5))
    assert "softmax_over_queries" not in {one.code for one in recording.findings()}
