"""The table's formulas, worked out in numpy, against what torch's backward gives."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.formulas import _BY_FAMILY, _BY_NAME, formula
from backprop_viz.recording.events import Array

Checked = tuple[Callable[[Tensor], Tensor], Callable[[Array, Array, Array], Array]]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def density(x: Array) -> Array:
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def cumulated(x: Array) -> Array:
    return np.array([[0.5 * (1 + math.erf(v / math.sqrt(2))) for v in row] for row in x])


# For each node: an operation that makes it, and its ∂L/∂x from x, y and g.
CHECKED: dict[str, Checked] = {
    "ReluBackward0": (torch.relu, lambda x, y, g: np.where(y > 0, g, 0)),
    "LeakyReluBackward0": (F.leaky_relu, lambda x, y, g: np.where(x > 0, g, 0.01 * g)),
    "EluBackward0": (F.elu, lambda x, y, g: np.where(x > 0, g, g * (y + 1))),
    "HardtanhBackward0": (F.hardtanh, lambda x, y, g: np.where((x > -1) & (x < 1), g, 0)),
    "ClampBackward1": (
        lambda x: x.clamp(-1, 1),
        lambda x, y, g: np.where((x >= -1) & (x <= 1), g, 0),
    ),
    "TanhBackward0": (torch.tanh, lambda x, y, g: g * (1 - y**2)),
    "SigmoidBackward0": (torch.sigmoid, lambda x, y, g: g * y * (1 - y)),
    "SiluBackward0": (F.silu, lambda x, y, g: g * sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    "GeluBackward0": (F.gelu, lambda x, y, g: g * (cumulated(x) + x * density(x))),
    "SoftplusBackward0": (F.softplus, lambda x, y, g: g * sigmoid(x)),
    "ExpBackward0": (torch.exp, lambda x, y, g: g * y),
    "LogBackward0": (torch.log, lambda x, y, g: g / x),
    "Log1PBackward0": (torch.log1p, lambda x, y, g: g / (1 + x)),
    "SqrtBackward0": (torch.sqrt, lambda x, y, g: g / (2 * y)),
    "RsqrtBackward0": (torch.rsqrt, lambda x, y, g: -g * y**3 / 2),
    "ReciprocalBackward0": (torch.reciprocal, lambda x, y, g: -g * y**2),
    "PowBackward0": (lambda x: x**3, lambda x, y, g: g * 3 * x**2),
    "SinBackward0": (torch.sin, lambda x, y, g: g * np.cos(x)),
    "CosBackward0": (torch.cos, lambda x, y, g: -g * np.sin(x)),
    "AbsBackward0": (torch.abs, lambda x, y, g: g * np.sign(x)),
    "NegBackward0": (torch.neg, lambda x, y, g: -g),
    "RoundBackward0": (torch.round, lambda x, y, g: 0 * g),
    "SoftmaxBackward0": (
        lambda x: x.softmax(1),
        lambda x, y, g: y * (g - (g * y).sum(1, keepdims=True)),
    ),
    "LogSoftmaxBackward0": (
        lambda x: x.log_softmax(1),
        lambda x, y, g: g - np.exp(y) * g.sum(1, keepdims=True),
    ),
    "LogsumexpBackward0": (
        lambda x: x.logsumexp(1, keepdim=True),
        lambda x, y, g: g * np.exp(x - y),
    ),
    "MeanBackward0": (lambda x: x.mean(), lambda x, y, g: g / x.size + 0 * x),
    "SumBackward0": (lambda x: x.sum(), lambda x, y, g: g + 0 * x),
    "ProdBackward0": (lambda x: x.prod(), lambda x, y, g: g * y / x),
    "CumsumBackward0": (lambda x: x.cumsum(1), lambda x, y, g: g[:, ::-1].cumsum(1)[:, ::-1]),
    "MseLossBackward0": (
        lambda x: F.mse_loss(x, torch.ones_like(x)),
        lambda x, y, g: g * 2 * (x - 1) / x.size,
    ),
    "BinaryCrossEntropyWithLogitsBackward0": (
        lambda x: F.binary_cross_entropy_with_logits(x, torch.ones_like(x)),
        lambda x, y, g: g * (sigmoid(x) - 1) / x.size,
    ),
    "NllLossBackward0": (
        lambda x: F.nll_loss(x, torch.tensor([1, 0, 2])),
        lambda x, y, g: -g / 3 * np.eye(5)[[1, 0, 2]],
    ),
    "MaxBackward1": (torch.max, lambda x, y, g: g * (x == y) / (x == y).sum()),
    "TBackward0": (torch.t, lambda x, y, g: g.T),
    "ExpandBackward0": (
        lambda x: x[None].expand(3, 3, 5),
        lambda x, y, g: g.sum(0),
    ),
    "NativeLayerNormBackward0": (
        lambda x: F.layer_norm(x, (5,), eps=0),
        lambda x, y, g: (
            (g - g.mean(1, keepdims=True) - y * (g * y).mean(1, keepdims=True))
            / x.std(1, keepdims=True)
        ),
    ),
}

POSITIVE = {"LogBackward0", "SqrtBackward0", "RsqrtBackward0", "Log1PBackward0"}


@pytest.mark.parametrize("name", CHECKED)
def test_formula_equals_torch(name: str) -> None:
    run, expected = CHECKED[name]
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(3, 5, dtype=torch.float64, generator=generator) * 2
    x = (x.abs() if name in POSITIVE else x).requires_grad_()
    y = run(x)
    assert y.grad_fn.name() == name
    assert formula(name).known
    g = torch.randn(y.shape, dtype=torch.float64, generator=generator)
    y.backward(g)
    found = expected(x.detach().numpy(), y.detach().numpy(), g.numpy())
    np.testing.assert_allclose(x.grad.numpy(), found, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["A·B", "b + x·A", "a/b", "convolution"])
def test_products(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    a = torch.randn(3, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    b = torch.randn(5, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    c = torch.randn(4, dtype=torch.float64, generator=generator, requires_grad=True)
    g = torch.randn(3, 4, dtype=torch.float64, generator=generator)
    if name == "convolution":
        x = torch.randn(2, 3, 6, 6, dtype=torch.float64, generator=generator, requires_grad=True)
        w = torch.randn(4, 3, 3, 3, dtype=torch.float64, generator=generator, requires_grad=True)
        y = F.conv2d(x, w, c)
        g = torch.randn(y.shape, dtype=torch.float64, generator=generator)
        y.backward(g)
        back = F.conv_transpose2d(g, w)
        kernels = F.conv2d(x.transpose(0, 1), g.transpose(0, 1)).transpose(0, 1)
        expected = [(x, back), (w, kernels), (c, g.sum((0, 2, 3)))]
    elif name == "a/b":
        h = torch.rand(3, 5, dtype=torch.float64, generator=generator).add(1).requires_grad_()
        g = torch.randn(3, 5, dtype=torch.float64, generator=generator)
        (a / h).backward(g)
        expected = [(a, g / h), (h, -g * a / h**2)]
    elif name == "A·B":
        torch.mm(a, b).backward(g)
        expected = [(a, g @ b.T), (b, a.T @ g)]
    else:
        torch.addmm(c, a, b).backward(g)
        expected = [(c, g.sum(0)), (a, g @ b.T), (b, a.T @ g)]
    for leaf, found in expected:
        torch.testing.assert_close(leaf.grad, found.detach())


def test_every_entry_has_words() -> None:
    for found in (*_BY_FAMILY.values(), *_BY_NAME.values()):
        assert found.forward
        assert found.backward
        assert found.sentence.endswith(".")
        assert found.inputs


def test_exact_names_come_before_families() -> None:
    assert "ln x" in formula("PowBackward1").backward
    assert formula("AddBackward0") is formula("AddBackward1")
    assert formula("AccumulateGrad").inputs == (".grad",)


def test_unknown_names_are_said_to_be_unknown() -> None:
    for name in ("FancyNewBackward0", "", "CubeBackward"):
        assert not formula(name).known
        assert formula(name).backward == ""
    assert "autograd.Function" in formula("CubeBackward").sentence
    assert "autograd.Function" not in formula("FancyNewBackward0").sentence
