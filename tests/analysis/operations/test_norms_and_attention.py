"""Norms and attention, in every variant of their arguments."""

from collections.abc import Callable
from importlib import import_module

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations import drawn, forward_parts, node_formula
from tests.analysis.operations.recorded_calls import (
    check_node_form,
    check_terms,
    elements,
    fact,
    node_fact,
    noise,
    record,
)
from tests.nightly import NIGHTLY

MAPS, ROWS, TEXT = noise(3, 4, 2, 2), noise(4, 6), noise(2, 5, 8)
Q, K, V = noise(2, 4, 5, 8), noise(2, 2, 5, 8, seed=1), noise(2, 2, 5, 8, seed=2)
GAIN, BIAS, MEAN = noise(4, seed=5), noise(4, seed=6), noise(4, seed=7).detach()
WIDE, WIDE_BIAS = noise(8, seed=8), noise(8, seed=9)
VARIANCE = torch.linspace(0.5, 2.0, 4, dtype=torch.float64)
MASK = torch.rand(5, 5, generator=torch.Generator().manual_seed(0)) > 0.3

CASES: dict[str, Callable[[], Tensor]] = {
    "layer": lambda: F.layer_norm(TEXT, (8,), WIDE, WIDE_BIAS),
    "layer, eps": lambda: F.layer_norm(TEXT, (8,), WIDE, eps=0.1),
    "layer, several axes": lambda: F.layer_norm(MAPS, (4, 2, 2)),
    "group": lambda: F.group_norm(MAPS, 2, GAIN, BIAS, 0.1),
    "group, plain": lambda: F.group_norm(MAPS, 4),
    "rms": lambda: F.rms_norm(TEXT, (8,), WIDE),
    "rms, several axes": lambda: F.rms_norm(TEXT, (5, 8), eps=0.1),
    "batch": lambda: F.batch_norm(MAPS, MEAN * 1, VARIANCE * 1, GAIN, BIAS, training=True),
    "batch, plain": lambda: F.batch_norm(ROWS, None, None, training=True),
    "batch, running": lambda: F.batch_norm(MAPS, MEAN, VARIANCE, GAIN, BIAS, training=False),
    "instance": lambda: F.instance_norm(MAPS, weight=GAIN, bias=BIAS),
    "instance, running": lambda: F.instance_norm(MAPS, MEAN, VARIANCE, use_input_stats=False),
    "attention": lambda: F.scaled_dot_product_attention(Q, Q, Q),
    "attention, causal": lambda: F.scaled_dot_product_attention(TEXT, TEXT, TEXT, is_causal=True),
    "attention, masked": lambda: F.scaled_dot_product_attention(Q, Q, Q, attn_mask=MASK),
    "attention, bias": lambda: F.scaled_dot_product_attention(
        Q, Q, Q, attn_mask=MASK * 0.5 + torch.zeros(2, 1, 1, 1, dtype=torch.float64), scale=0.3
    ),
    "attention, shared heads": lambda: F.scaled_dot_product_attention(Q, K, V, enable_gqa=True),
}


@pytest.mark.parametrize("name", CASES)
def test_terms(name: str) -> None:
    check_terms(record(CASES[name]).call, count=30 if NIGHTLY else 8)


@pytest.mark.parametrize(
    ("name", "node", "axes"),
    [
        ("layer", "NativeLayerNormBackward0", (2,)),
        ("group", "NativeGroupNormBackward0", (1, 2, 3)),
        ("batch", "NativeBatchNormBackward0", (0, 2, 3)),
    ],
)
def test_gradients_of_gain_and_bias(name: str, node: str, axes: tuple[int, ...]) -> None:
    event, made_by = record(CASES[name]).node(node)
    x = made_by.inputs[0]
    assert x is not None
    if name == "group":
        x = x.reshape(3, 2, 2, 2, 2)
        axes = (2, 3, 4)
    eps = 0.1 if name == "group" else 1e-5
    normalized = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
    names = {"x̂": normalized.reshape(event.outputs[0].shape)}
    for slot in (1, 2):
        check_node_form(event, made_by, slot, names, 1e-9)


def test_running_statistics_are_told() -> None:
    recorded = record(CASES["batch, running"])
    found = fact(recorded.call, (2, 1, 0, 1))
    sigma = (VARIANCE[1] + 1e-5).sqrt().item()
    x = MAPS[2, 1, 0, 1].item()
    assert found.code == "running_statistics"
    assert found.values == (MEAN[1].item(), pytest.approx(sigma, rel=1e-15), 0, x)
    assert elements(recorded.call, found) == [x, MEAN[1].item(), VARIANCE[1].item()]
    node = recorded.node("NativeBatchNormBackward0")
    assert node_fact(*node, (2, 1, 0, 1)) == found
    assert node_formula(node[0].op, node[1], 0) == "∂L/∂x = δ·γ / σ"


@pytest.mark.parametrize(
    ("name", "code", "group", "eps"),
    [
        ("batch", "batch_statistics", np.s_[:, 1], 1e-5),
        ("instance", "instance_statistics", np.s_[2, 1], 1e-5),
        ("group", "group_statistics", np.s_[2, :2], 0.1),
        ("layer, several axes", "layer_statistics", np.s_[2], 1e-5),
    ],
)
def test_own_statistics_are_told(name: str, code: str, group: object, eps: float) -> None:
    found = fact(record(CASES[name]).call, (2, 1, 0, 1))
    values = MAPS.detach().numpy()[group]  # type: ignore[index]
    assert found.code == code
    assert found.values == pytest.approx(
        (values.mean(), np.sqrt(values.var() + eps), values.size, MAPS[2, 1, 0, 1].item()),
        rel=1e-13,
    )


def test_root_mean_square_is_told() -> None:
    found = fact(record(CASES["rms, several axes"]).call, (1, 2, 3))
    values = TEXT.detach()[1]
    rms = (values.square().mean() + 0.1).sqrt().item()
    assert found.values == (pytest.approx(rms, rel=1e-14), 40, TEXT[1, 2, 3].item())


def test_which_key_has_most_attention() -> None:
    found = fact(record(CASES["attention, masked"]).call, (1, 2, 3, 4))
    scores = Q.detach()[1, 2, 3] @ Q.detach()[1, 2].T / 8**0.5
    weights = scores.masked_fill(~MASK[3], -torch.inf).softmax(0)
    largest = int(weights.argmax())
    expected = (largest, pytest.approx(weights[largest].item(), rel=1e-13), 5)
    assert found.values == (*expected, int((~MASK[3]).sum()))


@pytest.fixture
def torch_draws() -> None:
    """Importing the engine lets torch draw again what a call drew."""
    import_module("backprop_viz.capture.explaining.replay")


def test_what_was_dropped_is_not_told_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "drawers", [])
    call = record(lambda: F.scaled_dot_product_attention(Q, Q, Q, dropout_p=0.5)).call
    assert forward_parts(call, 0, (0, 0, 0, 0)) is None


@pytest.mark.usefixtures("torch_draws")
def test_dropped_attention_has_the_mask_that_was_drawn() -> None:
    call = record(lambda: F.scaled_dot_product_attention(Q, Q, Q, dropout_p=0.5)).call
    for index in np.ndindex(call.outputs[0].shape):
        parts = forward_parts(call, 0, index)
        assert parts is not None
        total = sum(part.values.sum() for part in parts)
        assert total == pytest.approx(float(call.outputs[0][index]), abs=1e-6)
        assert set(parts[0].factors[1].values) <= {0.0, 2.0}


def test_arguments_in_another_order_are_not_misread() -> None:
    call = record(
        lambda: torch.batch_norm(MAPS, GAIN, BIAS, MEAN, VARIANCE, True, 0.1, 1e-5, False)
    ).call
    assert forward_parts(call, 0, (0, 0, 0, 0)) is None
