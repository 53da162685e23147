"""Softmax and the losses, in every variant of their arguments."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations import (
    forward_facts,
    forward_formula,
    forward_parts,
    node_facts,
    node_formula,
)
from tests.analysis.operations.recorded_calls import (
    check_form,
    check_node_form,
    check_terms,
    elements,
    fact,
    node_fact,
    noise,
    record,
)

pytestmark = pytest.mark.filterwarnings(
    "ignore:Using a target size", "ignore:reduction. 'mean' divides"
)
REDUCTIONS = ("mean", "sum", "none")
X, MAPS = noise(4, 6, scale=2.0), noise(3, 4, 2, 2)
LABELS, PIXELS = (
    torch.tensor([1, 5, 0, 2]),
    torch.randint(0, 4, (3, 2, 2), generator=torch.Generator().manual_seed(2)),
)
OTHER = noise(4, 6, seed=3).detach()
SHARES = OTHER.softmax(1)
WEIGHTS = torch.linspace(0.2, 1.4, 6, dtype=torch.float64)
FOUR = torch.linspace(0.5, 2.0, 4, dtype=torch.float64)

LOSSES: dict[str, Callable[[str], Tensor]] = {
    "mse": lambda r: F.mse_loss(X, OTHER, reduction=r),
    "mse, weights": lambda r: F.mse_loss(X, OTHER, reduction=r, weight=SHARES),
    "mse, broadcast": lambda r: F.mse_loss(X, OTHER[0], reduction=r),
    "l1": lambda r: F.l1_loss(X, OTHER, reduction=r),
    "smooth l1": lambda r: F.smooth_l1_loss(X, OTHER, reduction=r),
    "smooth l1, beta": lambda r: F.smooth_l1_loss(X, OTHER, reduction=r, beta=0.7),
    "smooth l1, beta 0": lambda r: F.smooth_l1_loss(X, OTHER, reduction=r, beta=0.0),
    "huber": lambda r: F.huber_loss(X, OTHER, reduction=r),
    "huber, delta": lambda r: F.huber_loss(X, OTHER, reduction=r, delta=0.7),
    "huber, weights": lambda r: F.huber_loss(X, OTHER, reduction=r, weight=SHARES),
    "bce": lambda r: F.binary_cross_entropy(X.sigmoid(), SHARES, reduction=r),
    "bce, weights": lambda r: F.binary_cross_entropy(
        X.sigmoid(), SHARES, weight=WEIGHTS, reduction=r
    ),
    "bce with logits": lambda r: F.binary_cross_entropy_with_logits(X, SHARES, reduction=r),
    "bce with logits, weights": lambda r: F.binary_cross_entropy_with_logits(
        X, SHARES, weight=SHARES, pos_weight=WEIGHTS, reduction=r
    ),
    "kl": lambda r: F.kl_div(X, SHARES, reduction=r),
    "kl, zeros": lambda r: F.kl_div(X, SHARES * (SHARES > 0.1), reduction=r),
    "kl, log": lambda r: F.kl_div(X, OTHER, reduction=r, log_target=True),
    "nll": lambda r: F.nll_loss(X, LABELS, reduction=r),
    "nll, weights": lambda r: F.nll_loss(X, LABELS, WEIGHTS, ignore_index=5, reduction=r),
    "nll of maps": lambda r: F.nll_loss(MAPS, PIXELS, FOUR, ignore_index=1, reduction=r),
    "cross-entropy": lambda r: F.cross_entropy(X, LABELS, reduction=r),
    "cross-entropy, huge logits": lambda r: F.cross_entropy(X * 1000, LABELS, reduction=r),
    "cross-entropy, weights": lambda r: F.cross_entropy(
        X, LABELS, WEIGHTS, ignore_index=5, reduction=r
    ),
    "cross-entropy, smoothed": lambda r: F.cross_entropy(
        X, LABELS, ignore_index=5, reduction=r, label_smoothing=0.1
    ),
    "cross-entropy, smoothed, weights": lambda r: F.cross_entropy(
        X, LABELS, WEIGHTS, ignore_index=5, reduction=r, label_smoothing=0.1
    ),
    "cross-entropy of maps": lambda r: F.cross_entropy(
        MAPS, PIXELS, FOUR, ignore_index=1, reduction=r, label_smoothing=0.2
    ),
    "cross-entropy, distribution": lambda r: F.cross_entropy(
        X, SHARES, WEIGHTS, reduction=r, label_smoothing=0.2
    ),
    "cross-entropy, distributions of maps": lambda r: F.cross_entropy(
        MAPS, MAPS.detach().softmax(1), reduction=r
    ),
    "cross-entropy, one sample": lambda r: F.cross_entropy(X[0], torch.tensor(3), reduction=r),
    "cross-entropy, one distribution": lambda r: F.cross_entropy(X[0], SHARES[0], reduction=r),
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", LOSSES)
def test_terms_and_formulas(name: str, reduction: str) -> None:
    recorded = record(lambda: LOSSES[name](reduction))
    call = recorded.call
    check_terms(call)
    x, target = call.inputs[0], call.inputs[1]
    assert x is not None
    classes = min(1, x.ndim - 1)
    shifted = np.exp(x - x.max(classes, keepdims=True))
    names = {"x": x, "t": target, "p": shifted / shifted.sum(classes, keepdims=True)}
    names |= dict(zip(("w", "w₁"), call.inputs[2:], strict=False))
    # 0 has no logarithm in a plain loop.
    if forward_formula(call) and not name.endswith(("huge logits", "zeros")):
        # What the weights of a mean sum to is written with six digits.
        check_form(call, names, 1e-6 if "w" in names else 1e-10)
    for event in recorded.recording.events:
        if "Loss" not in event.op and "Cross" not in event.op and event.op != "LogSoftmaxBackward0":
            continue
        for node, made_by in recorded.nodes(event.op) if "Backward" in event.op else ():
            left = node_formula(node.op, made_by, 0).partition(" = ")[0]
            if "[" in left and "[target]" not in left:
                check_node_form(node, made_by, 0, names, 1e-6)


def test_batchmean() -> None:
    call = record(lambda: F.kl_div(X, SHARES, reduction="batchmean")).call
    check_terms(call)
    check_form(call, {"x": X.detach().numpy(), "t": SHARES.numpy()})


def test_all_samples_ignored() -> None:
    for reduction, value in (("sum", 0.0), ("mean", float("nan"))):
        call = record(lambda r=reduction: F.cross_entropy(X, LABELS * 0 - 100, reduction=r)).call
        (part,) = forward_parts(call, 0, ()) or ()
        np.testing.assert_equal(part.values, [value])
        assert [f.code for f in forward_facts(call, 0, ())] == ["samples_ignored"]


SOFTMAXES: dict[str, Callable[[], Tensor]] = {
    "softmax": lambda: F.softmax(X, 1),
    "softmax of columns": lambda: X.softmax(0),
    "softmax of channels": lambda: F.softmax(MAPS, 1),
    "softmin": lambda: F.softmin(X, -1),
    "log_softmax": lambda: F.log_softmax(X, -1),
    "log_softmax of columns": lambda: torch.log_softmax(X, 0),
}


@pytest.mark.parametrize("name", SOFTMAXES)
def test_softmax(name: str) -> None:
    recorded = record(SOFTMAXES[name])
    call = recorded.call
    check_terms(call, count=24)
    names = {"x": call.inputs[0], "y": call.outputs[0]}
    check_form(call, names)
    node = "LogSoftmaxBackward0" if "log" in name else "SoftmaxBackward0"
    check_node_form(*recorded.node(node), 0, names)


@pytest.mark.parametrize("scale", [1000.0, 1e300])
def test_logits_beyond_the_range_of_exp(scale: float) -> None:
    for run in (lambda: F.softmax(X * scale, 1), lambda: F.log_softmax(X * scale, 1)):
        check_terms(record(run).call, count=24)
    call = record(lambda: F.softmax(X * scale, 1)).call
    assert fact(call, (0, 0)).code == "log_of_exponentials"


def test_logsumexp() -> None:
    for run in (
        lambda: X.logsumexp(1),
        lambda: torch.logsumexp(MAPS, (0, 2), keepdim=True),
        lambda: (X * 1000).logsumexp(0),
    ):
        check_terms(record(run).call)


def test_facts_of_softmax() -> None:
    recorded = record(lambda: F.log_softmax(X, 1))
    total, count, *each = fact(recorded.call, (2, 3)).values
    exponentials = X.detach()[2].exp()
    assert (total, count) == (pytest.approx(exponentials.sum().item(), rel=1e-14), 6)
    assert each == pytest.approx(exponentials.tolist(), rel=1e-14)
    event, made_by = recorded.node("LogSoftmaxBackward0")
    (p,) = node_fact(event, made_by, (2, 3)).values
    assert p == pytest.approx(X.detach().softmax(1)[2, 3].item(), rel=1e-13)


def test_facts_of_cross_entropy() -> None:
    recorded = record(lambda: F.cross_entropy(X, LABELS))
    p = X.detach().softmax(1)
    of_labels = [p[n, LABELS[n]].item() for n in range(4)]
    found = fact(recorded.call, ())
    assert found.code == "label_probabilities"
    mean, lowest, count, *each = found.values
    assert each == pytest.approx(of_labels, rel=1e-13)
    assert (mean, lowest, count) == (pytest.approx(np.mean(each)), min(each), 4)
    assert elements(recorded.call, found) == [X[n, LABELS[n]].item() for n in range(4)]
    nll, softmax = recorded.node("NllLossBackward0"), recorded.node("LogSoftmaxBackward0")
    assert node_fact(*nll, (1, 5)).code == "label_class"
    assert (node_fact(*nll, (1, 4)).code, node_fact(*nll, (1, 4)).values) == (
        "other_class",
        (4, 5),
    )
    for k, code in ((5, "probability_of_label"), (4, "probability_of_other")):
        probability = node_fact(*softmax, (1, k))
        assert probability.code == code
        assert probability.values == (pytest.approx(p[1, k].item(), rel=1e-13), k, 5)


def test_facts_of_one_sample_and_of_ignored_ones() -> None:
    call = record(lambda: F.cross_entropy(X, LABELS, ignore_index=5, reduction="none")).call
    p = X.detach().softmax(1)
    assert fact(call, (0,)).code == "label_probability"
    assert fact(call, (0,)).values == (1, pytest.approx(p[0, 1].item(), rel=1e-13))
    assert fact(call, (1,)).code == "samples_ignored"
    recorded = record(lambda: F.nll_loss(X, LABELS, ignore_index=5))
    assert node_fact(*recorded.node("NllLossBackward0"), (1, 3)).code == "sample_ignored"


def test_facts_of_errors() -> None:
    x, t = X.detach(), OTHER
    event, made_by = record(lambda: F.mse_loss(X, OTHER)).node("MseLossBackward0")
    found = node_fact(event, made_by, (1, 2))
    error = (x[1, 2] - t[1, 2]).item()
    assert found.values == (error, x[1, 2].item(), t[1, 2].item())
    event, made_by = record(lambda: F.smooth_l1_loss(X, OTHER)).node("SmoothL1LossBackward0")
    codes = {node_fact(event, made_by, place).code for place in np.ndindex(4, 6)}
    assert codes == {"error_near", "error_far"}
    for place in np.ndindex(4, 6):
        near = abs(x[place] - t[place]) < 1
        assert (node_fact(event, made_by, place).code == "error_near") == near
    logits = record(lambda: F.binary_cross_entropy_with_logits(X, SHARES))
    node = logits.node("BinaryCrossEntropyWithLogitsBackward0")
    probability = x[0, 0].sigmoid().item()
    assert node_fact(*node, (0, 0)).values == (
        pytest.approx(probability, rel=1e-14),
        SHARES[0, 0].item(),
    )


def test_axes() -> None:
    call = record(lambda: F.cross_entropy(MAPS, PIXELS)).call
    (part,) = forward_parts(call, 0, ()) or ()
    assert part.factors[-1].axes == ("sample", "class", "row", "column")
    call = record(lambda: F.cross_entropy(X, LABELS)).call
    (part,) = forward_parts(call, 0, ()) or ()
    assert part.factors[-1].axes == ("sample", "class")


def test_an_old_flag_is_not_read() -> None:
    call: Any = record(lambda: F.mse_loss(X, OTHER, reduction="sum")).call
    assert forward_parts(call, 0, ()) is not None
    with pytest.warns(UserWarning, match="deprecated"):
        call = record(lambda: F.mse_loss(X, OTHER, size_average=False)).call
    assert forward_parts(call, 0, ()) is None
    assert node_facts(call, None, 0, ()) == ()
