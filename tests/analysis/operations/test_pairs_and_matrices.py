"""Functions of two numbers, matrices and their factors, margin losses: the terms are torch's."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from tests.analysis.operations.recorded_calls import (
    check_form,
    check_node_form,
    check_terms,
    noise,
    record,
)

X, Z = noise(4, 6, scale=2.0), noise(4, 6, seed=1)
SQUARE, STACK = noise(4, 4, seed=2), noise(2, 3, 3, seed=3)
MAPS = noise(2, 5, 3, 2, seed=4)


def positive(x: Tensor) -> Tensor:
    return x @ x.mT + torch.eye(x.shape[-1], dtype=torch.float64)


CALLS: dict[str, Callable[[], Any]] = {
    "logaddexp": lambda: torch.logaddexp(X, Z),
    "logaddexp, broadcast": lambda: torch.logaddexp(X, Z[0]),
    "logaddexp of large numbers": lambda: torch.logaddexp(X * 500, Z * 500),
    "logaddexp2": lambda: torch.logaddexp2(X, Z),
    "logaddexp2 of large numbers": lambda: torch.logaddexp2(X * 900, Z * 900),
    "atan2": lambda: torch.atan2(X, Z),
    "atan2 of zeros": lambda: torch.atan2(X, Z * 0),
    "logcumsumexp": lambda: torch.logcumsumexp(X, 1),
    "logcumsumexp of large numbers": lambda: torch.logcumsumexp(X * 900, 0),
    "local response norm": lambda: F.local_response_norm(MAPS, 3, alpha=0.5, beta=0.6, k=1.5),
    "local response norm, even": lambda: F.local_response_norm(MAPS, 2, alpha=0.5),
    "determinant": lambda: torch.linalg.det(SQUARE),
    "determinants": lambda: torch.det(STACK),
    "determinant of one number": lambda: torch.det(SQUARE[:1, :1]),
    "logdet": lambda: torch.logdet(positive(STACK)),
    "inverse": lambda: torch.linalg.inv(STACK),
    "inverse of one number": lambda: torch.inverse(SQUARE[:1, :1]),
    "power": lambda: torch.linalg.matrix_power(STACK, 3),
    "exponential": lambda: torch.linalg.matrix_exp(STACK),
    "exponential of large numbers": lambda: torch.matrix_exp(SQUARE * 4),
    "pseudo-inverse": lambda: torch.linalg.pinv(X),
    "logit": lambda: torch.logit(X.sigmoid()),
    "logit, bounded": lambda: torch.logit(X.sigmoid(), eps=0.3),
    "cholesky": lambda: torch.linalg.cholesky(positive(STACK)),
    "cholesky, upper": lambda: torch.linalg.cholesky(positive(SQUARE), upper=True),
    "covariance": lambda: torch.cov(X),
    "covariance, population": lambda: torch.cov(X, correction=0),
    "correlation": lambda: torch.corrcoef(X),
    "rows that are renormed": lambda: torch.renorm(X, 2, 0, 3.0),
    "columns that are renormed": lambda: torch.renorm(X, 1, 1, 5.0),
    "norm of order ½": lambda: X.norm(0.5, dim=1),
    "norm of order 3": lambda: torch.linalg.vector_norm(X, 3.0, dim=0),
}
SEVERAL: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "qr": (lambda: torch.linalg.qr(X), (0, 1)),
    "qr, tall": (lambda: torch.linalg.qr(X.mT), (0, 1)),
    "qr, batch": (lambda: torch.linalg.qr(STACK), (0, 1)),
    "qr, complete": (lambda: torch.linalg.qr(X.detach().mT, mode="complete"), (1,)),
    "slogdet": (lambda: torch.linalg.slogdet(STACK), (0, 1)),
    "lu": (lambda: torch.linalg.lu(STACK), (1, 2)),
    "lu, wide": (lambda: torch.linalg.lu(X), (1, 2)),
    "eigh": (lambda: torch.linalg.eigh(positive(STACK)), (1,)),
    "eigh of a triangle": (lambda: torch.linalg.eigh(SQUARE, UPLO="U"), (1,)),
    "svd": (lambda: torch.linalg.svd(X, full_matrices=False), (0, 2)),
}


@pytest.mark.parametrize("name", CALLS)
def test_terms(name: str) -> None:
    check_terms(record(CALLS[name]).call, count=24)


@pytest.mark.parametrize("eps", [None, 0.3])
def test_the_formula_of_a_logit(eps: float | None) -> None:
    recorded = record(lambda: torch.logit(X.sigmoid(), eps))
    check_form(recorded.call, {"x": recorded.call.inputs[0]})
    if eps is None:
        event, made_by = recorded.node("LogitBackward0")
        check_node_form(event, made_by, 0, {"x": made_by.inputs[0]})


@pytest.mark.parametrize("name", SEVERAL)
def test_terms_of_factors(name: str) -> None:
    run, slots = SEVERAL[name]
    call = record(run).call
    for slot in slots:
        check_terms(call, slot, count=24)


LABELS = torch.tensor([1, 0, 5, 2])
MANY = torch.tensor([[1, 2, -1, 0, 0, 0], [0, -1, 3, 0, 0, 0], [3, 1, 2, 5, 4, 0], [-1] * 6])
SIGNS = torch.tensor([[1.0, -1.0] * 3] * 4, dtype=torch.float64)
WEIGHT = torch.rand(6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
TARGETS = (Z.detach() > 0).double()
COUNTS = (Z.detach().exp() * 2).round()
LOSSES: dict[str, Callable[[str], Tensor]] = {
    "multi-margin": lambda r: F.multi_margin_loss(X, LABELS, reduction=r),
    "multi-margin, squared": lambda r: F.multi_margin_loss(
        X, LABELS, p=2, margin=0.5, weight=WEIGHT, reduction=r
    ),
    "multilabel": lambda r: F.multilabel_margin_loss(X, MANY, reduction=r),
    "multilabel, soft": lambda r: F.multilabel_soft_margin_loss(X, TARGETS, reduction=r),
    "multilabel, soft, weighed": lambda r: F.multilabel_soft_margin_loss(
        X, TARGETS, WEIGHT, reduction=r
    ),
    "hinge": lambda r: F.hinge_embedding_loss(X, SIGNS, reduction=r),
    "hinge, margin": lambda r: F.hinge_embedding_loss(X, SIGNS, margin=0.3, reduction=r),
    "poisson": lambda r: F.poisson_nll_loss(X, COUNTS, reduction=r),
    "poisson, full": lambda r: F.poisson_nll_loss(X, COUNTS, full=True, reduction=r),
    "poisson, rate": lambda r: F.poisson_nll_loss(X.exp(), COUNTS, log_input=False, reduction=r),
    "triplet": lambda r: F.triplet_margin_with_distance_loss(X, Z, Z.flip(0), reduction=r),
    "triplet, swapped": lambda r: F.triplet_margin_with_distance_loss(
        X, Z, Z.flip(0), margin=3.0, swap=True, reduction=r
    ),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_terms_of_losses(name: str, reduction: str) -> None:
    check_terms(record(lambda: LOSSES[name](reduction)).call)


@pytest.mark.parametrize("name", ["multi-margin", "multilabel"])
def test_terms_of_one_sample(name: str) -> None:
    loss, target = F.multi_margin_loss, LABELS[0]
    if name == "multilabel":
        loss, target = F.multilabel_margin_loss, MANY[0]
    check_terms(record(lambda: loss(X[0], target)).call)
