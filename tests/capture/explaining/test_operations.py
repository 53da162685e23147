"""The common operations of torch, each in a network of its own: every number closes."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.capture.explaining.chains import effects
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import Applied, recorded_net
from tests.nightly import NIGHTLY

Function = Callable[[Tensor, Tensor], Tensor]
X, W = (2, 4, 6, 6), (4, 2, 3, 3)
LABELS = torch.tensor([1, 0, 3])
# What is done with a weight and an input, with the shapes of both.
OPERATIONS: dict[str, tuple[Function, tuple[int, ...], tuple[int, ...]]] = {
    "conv2d, grouped": (lambda w, x: F.conv2d(x, w, groups=2), W, X),
    "conv2d, strided": (
        lambda w, x: F.conv2d(x, w, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
        W,
        X,
    ),
    "conv2d, same": (lambda w, x: F.conv2d(x, w, padding="same", groups=2), W, X),
    "conv2d, even and same": (lambda w, x: F.conv2d(x, w, padding="same"), (3, 4, 2, 2), X),
    "conv2d, one sample": (lambda w, x: F.conv2d(x[0], w, groups=2), W, X),
    "conv1d": (lambda w, x: F.conv1d(x, w, w[:, 0, 0]), (3, 4, 2), (2, 4, 5)),
    "conv3d": (lambda w, x: F.conv3d(x, w, padding=1), (2, 3, 2, 2, 2), (1, 3, 3, 3, 3)),
    "conv_transpose2d": (
        lambda w, x: F.conv_transpose2d(x, w, w.flatten()[:4], 2, 1, 1, 2, 2),
        W,
        X,
    ),
    "conv_transpose1d": (lambda w, x: F.conv_transpose1d(x, w, stride=3), (4, 3, 2), (2, 4, 5)),
    "linear": (lambda w, x: F.linear(x, w, w[:, 0]), (5, 4), (3, 4)),
    "linear, three axes": (lambda w, x: F.linear(x, w), (5, 4), (2, 3, 4)),
    "linear, transposed": (lambda w, x: F.linear(x.transpose(0, 1), w, w[:, 0]), (5, 4), (2, 3, 4)),
    "matmul": (lambda w, x: x @ w, (4, 5), (2, 3, 4)),
    "matmul of vectors": (lambda w, x: x @ w, (4,), (3, 4)),
    "dot": (lambda w, x: torch.dot(w, x).reshape(1), (4,), (4,)),
    "bmm": (torch.bmm, (2, 3, 4), (2, 4, 5)),
    "addmm": (lambda w, x: torch.addmm(w[0, :3], w, x), (5, 4), (4, 3)),
    "addmm, scaled": (lambda w, x: torch.addmm(w[0, :3], w, x, beta=2, alpha=3), (5, 4), (4, 3)),
    "einsum": (lambda w, x: torch.einsum("ij,bjk->bik", w, x), (3, 4), (2, 4, 5)),
    "embedding": (lambda w, x: F.embedding(LABELS, w) * x, (5, 4), (3, 4)),
    "a square": (lambda w, x: w * w * x, (3, 4), (3, 4)),
    "division": (lambda w, x: w / (x.abs() + 1), (3, 4), (3, 4)),
    "broadcast": (lambda w, x: (x - w) * w[:1], (4,), (3, 4)),
    "1 - x": (lambda w, x: (1 - w) * x + 2, (3, 4), (3, 4)),
    "relu": (lambda w, x: F.relu(w * x), (3, 4), (3, 4)),
    "leaky_relu": (lambda w, x: F.leaky_relu(w * x, 0.1), (3, 4), (3, 4)),
    "sigmoid": (lambda w, x: torch.sigmoid(w * x), (3, 4), (3, 4)),
    "tanh": (lambda w, x: torch.tanh(w * x), (3, 4), (3, 4)),
    "gelu": (lambda w, x: F.gelu(w * x), (3, 4), (3, 4)),
    "silu": (lambda w, x: F.silu(w * x), (3, 4), (3, 4)),
    "softmax": (lambda w, x: F.softmax(w * x, 1), (3, 4), (3, 4)),
    "log_softmax": (lambda w, x: F.log_softmax(w * x, 1), (3, 4), (3, 4)),
    "clamp": (lambda w, x: (w * x).clamp(-0.5, 0.5), (3, 4), (3, 4)),
    "exp, log, sqrt": (lambda w, x: (w.exp() + x.abs()).log().abs().sqrt(), (3, 4), (3, 4)),
    "prelu": (lambda w, x: F.prelu(x.sin() * w[0], w), (4,), (3, 4)),
    "max_pool2d": (lambda w, x: F.max_pool2d(w * x, 3, 2, 1), X, X),
    "avg_pool2d": (lambda w, x: F.avg_pool2d(w * x, 2, padding=1), X, X),
    "adaptive_avg_pool2d": (lambda w, x: F.adaptive_avg_pool2d(w * x, (4, 1)), X, X),
    "adaptive_max_pool2d": (lambda w, x: F.adaptive_max_pool2d(w * x, 4), X, X),
    "max_pool1d": (lambda w, x: F.max_pool1d(w * x, 2), (2, 4, 5), (2, 4, 5)),
    "layer_norm": (lambda w, x: F.layer_norm(x * w, (4,), w, w), (4,), (3, 4)),
    "batch_norm": (
        lambda w, x: F.batch_norm(x * w, x[0] * 0, x[0] * 0 + 1, w, w, True),
        (4,),
        (3, 4),
    ),
    "batch_norm, evaluating": (
        lambda w, x: F.batch_norm(x * w, x[0].detach(), x[1].abs(), w, w),
        (4,),
        (3, 4),
    ),
    "group_norm": (lambda w, x: F.group_norm(x, 2, w, w), (4,), (3, 4, 2)),
    "dropout": (lambda w, x: F.dropout(w * x, 0.4), (3, 4), (3, 4)),
    "dropout2d": (lambda w, x: F.dropout2d(w * x, 0.4), X, X),
    "cross_entropy": (
        lambda w, x: F.cross_entropy(w * x, LABELS, label_smoothing=0.1).reshape(1),
        (3, 4),
        (3, 4),
    ),
    "nll_loss": (
        lambda w, x: F.nll_loss(F.log_softmax(w * x, 1), LABELS, reduction="none"),
        (3, 4),
        (3, 4),
    ),
    "mse_loss": (lambda w, x: F.mse_loss(w, x).reshape(1), (3, 4), (3, 4)),
    "l1_loss": (lambda w, x: F.l1_loss(w, x, reduction="sum").reshape(1), (3, 4), (3, 4)),
    "binary_cross_entropy": (
        lambda w, x: F.binary_cross_entropy(w.sigmoid(), x.sigmoid()).reshape(1),
        (3, 4),
        (3, 4),
    ),
    "binary_cross_entropy_with_logits": (
        lambda w, x: F.binary_cross_entropy_with_logits(w, (x > 0).float()).reshape(1),
        (3, 4),
        (3, 4),
    ),
    "sum and mean": (lambda w, x: (w * x).sum(0) + (w * x).mean((0, 1)), (3, 4), (3, 4)),
    "var": (lambda w, x: (w * x).var(1), (3, 4), (3, 4)),
    "cat, stack, chunk": (
        lambda w, x: torch.stack([*torch.cat([w, x]).chunk(2)]).flatten(1),
        (3, 4),
        (3, 4),
    ),
    "index": (lambda w, x: w[LABELS[:2], 1:] * x[..., None, 0, 1:3], (4, 3), (2, 4)),
    "gather": (lambda w, x: (w * x).gather(1, LABELS[:, None]), (3, 4), (3, 4)),
    "transpose, view, permute": (
        lambda w, x: (w.t() * 2).reshape(3, 4) + x.permute(1, 0).contiguous().view(3, 4),
        (3, 4),
        (3, 4),
    ),
    "channels last": (
        lambda w, x: F.relu(F.conv2d(x.to(memory_format=torch.channels_last), w, groups=2)),
        W,
        X,
    ),
    "masked": (lambda w, x: (w * x).masked_fill(x > 0, 0.5), (3, 4), (3, 4)),
    "cumulative": (lambda w, x: (w * x).cumsum(1) + (w * x).cumprod(1), (3, 4), (3, 4)),
    "sort": (lambda w, x: (w * x).sort(1).values[:, :2], (3, 4), (3, 4)),
    "attention": (
        lambda w, x: F.scaled_dot_product_attention(w, x, w, is_causal=True),
        (2, 3, 4),
        (2, 3, 4),
    ),
    "pad and unfold": (lambda w, x: F.unfold(F.pad(w * x, (1, 0)), 2), X, X),
    "interpolate": (lambda w, x: F.interpolate(w * x, scale_factor=2, mode="bilinear"), X, X),
    "norm": (lambda w, x: F.normalize(w * x, dim=1), (3, 4), (3, 4)),
    "where, in place": (lambda w, x: torch.where(x > 0, w, x).mul_(2).relu_(), (3, 4), (3, 4)),
}
# Where no derivative leads, by the name of the reason; why.
WITHOUT = {
    "no_derivative": "comparisons and places",
    "constant": "made of no tensor",
}


def recording_of(name: str) -> Recording:
    function, weight, x = OPERATIONS[name]
    torch.manual_seed(5)
    return recorded_net(Applied(torch.randn(weight), function), torch.randn(x))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_number_is_the_sum_of_its_terms(name: str) -> None:
    recording, wrong = recording_of(name), []
    for number in numbers_of(recording, random.Random(0), 3 if NIGHTLY else 1):
        assert number.event is not None
        found = recording.explain(number.event, number.slot, number.index, arrived=number.arrived)
        wrong += [f"{number}: {fault}" for fault in faults(recording, found)]
        if found.reason is not None and found.reason.code not in WITHOUT:
            wrong.append(f"{found.kind} {found.op}: {found.reason}")
    assert not wrong, "\n".join(wrong)


def explained(name: str, op: str, index: tuple[int, ...], slot: int = 0) -> NumberExplanation:
    recording = recording_of(name)
    event = next(i for i, e in enumerate(recording.events) if e.op == op)
    return recording.explain(event, slot, index)


@pytest.mark.parametrize("name", ["conv2d, grouped", "conv2d, strided", "conv_transpose2d"])
def test_the_window_and_the_kernel_are_where_the_definition_has_them(name: str) -> None:
    recording = recording_of(name)
    index = (1, 2, 2, 3) if name == "conv2d, strided" else (1, 2, 3, 3)
    conv = next(i for i, e in enumerate(recording.events) if e.op.startswith("conv"))
    found = recording.explain(conv, 0, index)
    products = next(part for part in found.parts if part.name == "products")
    window, kernel = products.factors
    met = {
        (*map(int, w), *map(int, k)) for w, k in zip(window.indices, kernel.indices, strict=True)
    }
    assert met == set(overlap(name, index))


def overlap(name: str, index: tuple[int, ...]) -> list[tuple[int, ...]]:
    """By the definition: (n, c, i, j) of the input, then the kernel's index, that meet."""
    n, k, i, j = index
    found = []
    for c in range(4):
        if c // 2 != k // 2:  # two groups of two channels
            continue
        for u, v in np.ndindex(3, 3):
            if name == "conv2d, grouped":
                place, weight = (i + u, j + v), (k, c % 2, u, v)
            elif name == "conv2d, strided":
                place, weight = (2 * i + u - 1, j + 2 * v - 2), (k, c % 2, u, v)
            else:  # output i = 2 * input - 1 + 2 * u
                row, column = i + 1 - 2 * u, j + 1 - 2 * v
                if row % 2 or column % 2:
                    continue
                place, weight = (row // 2, column // 2), (c, k % 2, u, v)
            if all(0 <= p < 6 for p in place):
                found.append((n, c, *place, *weight))
    return found


def test_what_has_no_terms_says_so() -> None:
    found = explained("masked", "gt", (0, 0))
    assert (found.parts, found.reason and found.reason.code) == ((), "no_derivative")


def test_a_relu_that_stopped_is_one_term_of_0() -> None:
    recording = recording_of("relu")
    relu = next(i for i, e in enumerate(recording.events) if e.op == "relu")
    back = next(i for i, e in enumerate(recording.events) if e.op == "ReluBackward0")
    x = recording.events[relu].inputs[0]
    stopped = tuple(int(i) for i in np.argwhere(x < 0)[0])
    (term,) = recording.explain(back, 0, stopped).terms
    values = {factor.role: factor.value for factor in term.factors}
    assert values == {"upstream": recording.events[back].inputs[0][stopped], "local": 0.0}
    facts = recording.explain(back, 0, stopped).facts
    assert [(fact.code, fact.values) for fact in facts] == [
        ("relu_gradient_stopped", (float(x[stopped]),))
    ]
    assert facts[0].numbers[0].event == relu - 1, "the multiplication made it"


def test_a_loss_is_explained_as_a_loss() -> None:
    recording = recording_of("relu")
    event = next(i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS)
    assert recording.explain(event, 0, (0, 0)).kind == "loss"


@pytest.mark.parametrize("name", ["conv2d, strided", "conv_transpose2d", "conv3d", "bmm", "linear"])
def test_a_number_changes_what_has_it_among_its_terms(name: str) -> None:
    """Forth and back: the derivative is the other factor in the sum of what is changed."""
    recording, draw = recording_of(name), random.Random(1)
    weight = recording.by_parameter["weight"]
    event = next(i for i, e in enumerate(recording.events) if e.op in (name.split(",")[0], "bmm"))
    for tensor in (weight.value_id, recording.input_id):
        index = tuple(draw.randrange(n) for n in recording.tensors[tensor].shape)
        effect = next(e for e in effects(recording, Number(tensor, index)) if e.event == event)
        assert len(effect.derivatives)
        for place, slope in zip(effect.indices[:4], effect.derivatives, strict=False):
            terms = recording.explain(event, 0, tuple(map(int, place))).terms
            factors = [
                factor.value
                for term in terms
                for factor in term.factors
                for own in term.factors
                if own.number is not None
                and (own.number.tensor, own.number.index) == (tensor, index)
                and factor is not own
            ]
            assert factors[:1] == [pytest.approx(slope, rel=1e-12)]
