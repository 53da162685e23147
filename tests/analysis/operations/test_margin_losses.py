"""Losses of pairs, of triplets, of a Gaussian and CTC: a term for each sample, as torch has it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations import forward_parts
from tests.analysis.operations.recorded_calls import check_terms, noise, record

REDUCTIONS = ("mean", "sum", "none")
X, Y, Z = noise(5, 4), noise(5, 4, seed=1).detach(), noise(5, 4, seed=2).detach()
SIGNS = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0], dtype=torch.float64)

LOSSES: dict[str, Callable[[str], Tensor]] = {
    "triplet": lambda r: F.triplet_margin_loss(X, Y, Z, reduction=r),
    "triplet, margin": lambda r: F.triplet_margin_loss(X, Y, Z, margin=0.2, reduction=r),
    "cosine": lambda r: F.cosine_embedding_loss(X, Y, SIGNS, reduction=r),
    "cosine, margin": lambda r: F.cosine_embedding_loss(X, Y, SIGNS, margin=-0.5, reduction=r),
    "ranking": lambda r: F.margin_ranking_loss(X[:, 0], Y[:, 0], SIGNS, 0.3, reduction=r),
    "gaussian": lambda r: F.gaussian_nll_loss(X, Y, Z.exp(), reduction=r),
    "gaussian, full": lambda r: F.gaussian_nll_loss(X, Y, Z.exp(), full=True, reduction=r),
    "soft margin": lambda r: F.soft_margin_loss(X, Y.sign(), reduction=r),
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", LOSSES)
def test_terms(name: str, reduction: str) -> None:
    recorded = record(lambda: LOSSES[name](reduction))
    call = recorded.call
    check_terms(call)
    if reduction == "none":
        return
    parts = forward_parts(call, 0, ())
    assert parts is not None
    each = LOSSES[name]("none").detach().numpy().reshape(-1)
    share = 1 / each.size if reduction == "mean" else 1
    np.testing.assert_allclose(parts[0].values, each * share, rtol=1e-10, atol=1e-14)


def test_of_a_norm_that_is_not_euclidean_nothing_is_told() -> None:
    recorded = record(lambda: F.triplet_margin_loss(X, Y, Z, p=1.0))
    assert forward_parts(recorded.call, 0, ()) is None


LOG_P = noise(7, 3, 5).log_softmax(-1).detach().requires_grad_()
WRITTEN = torch.tensor([[1, 2, 2], [3, 3, 0], [4, 0, 0]])
CTC: dict[str, Callable[[str], Tensor]] = {
    "lists": lambda r: F.ctc_loss(LOG_P, WRITTEN, (7, 6, 2), (3, 2, 1), reduction=r),
    "tensors": lambda r: F.ctc_loss(
        LOG_P, WRITTEN, torch.tensor([7, 7, 7]), torch.tensor([3, 2, 0]), reduction=r
    ),
    "in a row": lambda r: F.ctc_loss(
        LOG_P, torch.tensor([1, 2, 2, 3, 3, 4]), (7, 6, 5), (3, 2, 1), blank=0, reduction=r
    ),
    "out of reach": lambda r: F.ctc_loss(
        LOG_P, WRITTEN, (2, 6, 5), (3, 2, 1), reduction=r, zero_infinity=True
    ),
    "one sample": lambda r: F.ctc_loss(LOG_P[:, 0], WRITTEN[0], (7,), (3,), reduction=r),
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", CTC)
def test_terms_of_ctc(name: str, reduction: str) -> None:
    recorded = record(lambda: CTC[name](reduction))
    check_terms(recorded.call)
    made = recorded.call.outputs[0]
    assert made is not None
    assert forward_parts(recorded.call, 0, (0,) * made.ndim) is not None
