"""A residual block with batch norm and a transformer's, worked out by plain numpy.

From the recorded input and weights alone, in float64; ``recording.explain`` tells the same numbers.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.test_blocks import AttentionBlock, ResidualBlock, cubes
from tests.capture.recorded_nets import recorded_net

EPS = 1e-5


def recorded(make: Callable[[], nn.Module], *shape: int) -> Recording:
    torch.manual_seed(5)
    net = make()
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "norm" in name:  # not all 1 or 0, as norms begin
                parameter.add_(0.3 * torch.randn_like(parameter))
    return recorded_net(net, torch.randn(shape), cubes)


def given(recording: Recording) -> tuple[Array, dict[str, Array]]:
    """The input and the weights."""
    assert recording.input is not None
    weights = {p.name: p.value.astype(np.float64) for p in recording.parameters}
    return recording.input.astype(np.float64), weights


def agree(found: NumberExplanation, expected: Array, index: tuple[int, ...]) -> None:
    """A number and the sum of its terms are what numpy makes of the whole network."""
    near = 2e-6 * float(np.abs(expected).max())
    assert found.reason is None
    assert found.parts
    assert found.total == pytest.approx(float(expected[index]), rel=1e-4, abs=near)
    assert found.value == pytest.approx(float(expected[index]), rel=1e-4, abs=near)


def agree_in_weights(recording: Recording, expected: dict[str, Array]) -> None:
    """The first, a middle and the last element of each weight's gradient."""
    for name, grad in expected.items():
        event = max(
            i for i in recording.happened_to[name] if recording.events[i].phase is Phase.BACKWARD
        )
        for flat in (0, grad.size // 2, grad.size - 1):
            index = tuple(int(i) for i in np.unravel_index(flat, grad.shape))
            agree(recording.explain(event, 0, index), grad, index)


def events(recording: Recording, op: str) -> list[int]:
    return [i for i, event in enumerate(recording.events) if event.op == op]


# -- the residual block ------------------------------------------------------------------------


def convolved(x: Array, w: Array, stride: int, padding: int, groups: int = 1) -> Array:
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    size, (made, few, k, _) = (x.shape[2] - w.shape[2]) // stride + 1, w.shape
    y = np.zeros((len(x), made, size, size))
    for c in range(made):
        first = c // (made // groups) * few
        for i, j in np.ndindex(size, size):
            rows, columns = slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)
            y[:, c, i, j] = (x[:, first : first + few, rows, columns] * w[c]).sum((1, 2, 3))
    return y


def convolved_back(
    g: Array, x: Array, w: Array, stride: int, padding: int, groups: int = 1
) -> tuple[Array, Array]:
    """The gradients of x and of w."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    gx, gw, (made, few, k, _) = np.zeros(padded.shape), np.zeros(w.shape), w.shape
    for c in range(made):
        first = c // (made // groups) * few
        for i, j in np.ndindex(*g.shape[2:]):
            at = (
                slice(None),
                slice(first, first + few),
                slice(i * stride, i * stride + k),
                slice(j * stride, j * stride + k),
            )
            one = g[:, c, i, j][:, None, None, None]
            gx[at] += one * w[c]
            gw[c] += (one * padded[at]).sum(0)
    size = x.shape[2]
    return gx[:, :, padding : padding + size, padding : padding + size], gw


def by_channel(w: Array) -> Array:
    return w[None, :, None, None]


def batch_normed(x: Array) -> tuple[Array, Array]:
    """x̂, and σ."""
    sigma = np.sqrt(x.var((0, 2, 3), keepdims=True) + EPS)
    return (x - x.mean((0, 2, 3), keepdims=True)) / sigma, sigma


def batch_normed_back(g: Array, x_hat: Array, sigma: Array, gain: Array) -> Array:
    g = g * by_channel(gain)
    along = (g * x_hat).mean((0, 2, 3), keepdims=True)
    found: Array = (g - g.mean((0, 2, 3), keepdims=True) - x_hat * along) / sigma
    return found


def test_a_residual_block_with_batch_norm_is_what_numpy_computes() -> None:
    recording = recorded(ResidualBlock, 4, 3, 6, 6)
    x, w = given(recording)
    hat1, sigma1 = batch_normed(convolved(x, w["conv1.weight"], 1, 1))
    n1 = hat1 * by_channel(w["norm1.weight"]) + by_channel(w["norm1.bias"])
    c2 = convolved(np.maximum(n1, 0), w["conv2.weight"], 2, 1, groups=2)
    hat2, sigma2 = batch_normed(c2 + by_channel(w["conv2.bias"]))
    n2 = hat2 * by_channel(w["norm2.weight"]) + by_channel(w["norm2.bias"])
    short = convolved(x, w["short.weight"], 2, 0) + by_channel(w["short.bias"])
    y = n2 + short
    out = np.maximum(y, 0).mean((2, 3))
    g_y = (3 * out**2 / y[0, 0].size)[:, :, None, None] * (y > 0)
    g_c2 = batch_normed_back(g_y, hat2, sigma2, w["norm2.weight"])
    relu1 = np.maximum(n1, 0)
    g_relu1, g_w2 = convolved_back(g_c2, relu1, w["conv2.weight"], 2, 1, groups=2)
    g_n1 = g_relu1 * (n1 > 0)
    g_c1 = batch_normed_back(g_n1, hat1, sigma1, w["norm1.weight"])
    sums = {"norm2": (g_y, hat2), "norm1": (g_n1, hat1)}
    agree_in_weights(
        recording,
        {
            **{f"{name}.weight": (g * hat).sum((0, 2, 3)) for name, (g, hat) in sums.items()},
            **{f"{name}.bias": g.sum((0, 2, 3)) for name, (g, _) in sums.items()},
            "conv1.weight": convolved_back(g_c1, x, w["conv1.weight"], 1, 1)[1],
            "conv2.weight": g_w2,
            "short.weight": convolved_back(g_y, x, w["short.weight"], 2, 0)[1],
        },
    )
    # What batch norm sends to its input in training: each sample moves the mean and the variance.
    for event, expected in zip(
        events(recording, "NativeBatchNormBackward0"), (g_c2, g_c1), strict=True
    ):
        for index in ((0, 1, 2, 0), (3, 2, 1, 1)):
            found = recording.explain(event, 0, index)
            agree(found, expected, index)
            assert len(found.terms) == 3
    # What went in is added, and its gradient goes both ways.
    # Batch norm counts its batches by additions, too.
    (added,) = (i for i in events(recording, "add_") if recording.events[i].tracked)
    found = recording.explain(added, 0, (1, 2, 0, 1))
    agree(found, y, (1, 2, 0, 1))
    assert sorted(found.terms.values) == pytest.approx(
        sorted((n2[1, 2, 0, 1], short[1, 2, 0, 1])), rel=1e-4, abs=1e-5
    )
    (sum_back,) = events(recording, "AddBackward0")
    for slot in (0, 1):
        agree(recording.explain(sum_back, slot, (1, 2, 0, 1)), g_y, (1, 2, 0, 1))


# -- the transformer block ---------------------------------------------------------------------


def layer_normed(x: Array) -> tuple[Array, Array]:
    """x̂, and σ."""
    sigma = np.sqrt(x.var(-1, keepdims=True) + EPS)
    return (x - x.mean(-1, keepdims=True)) / sigma, sigma


def layer_normed_back(g: Array, x_hat: Array, sigma: Array, gain: Array) -> Array:
    g = g * gain
    along = (g * x_hat).mean(-1, keepdims=True)
    found: Array = (g - g.mean(-1, keepdims=True) - x_hat * along) / sigma
    return found


def outer(g: Array, x: Array) -> Array:
    """The gradient of a linear layer's weight."""
    return g.reshape(-1, g.shape[-1]).T @ x.reshape(-1, x.shape[-1])


def heads_of(x: Array) -> Array:
    """(n, length, 8) as (n, 2 heads, length, 4)."""
    return x.reshape(*x.shape[:2], 2, 4).transpose(0, 2, 1, 3)


def joined(heads: Array) -> Array:
    n, _, length, _ = heads.shape
    return heads.transpose(0, 2, 1, 3).reshape(n, length, 8)


def test_a_transformer_block_is_what_numpy_computes() -> None:
    recording = recorded(lambda: AttentionBlock(0.0, fused=False), 2, 5, 8)
    x, w = given(recording)
    hat1, _ = layer_normed(x)
    n1 = hat1 * w["norm1.weight"] + w["norm1.bias"]
    qkv = n1 @ w["qkv.weight"].T + w["qkv.bias"]
    q, k, v = (heads_of(part) for part in np.split(qkv, 3, axis=-1))
    scores = np.where(np.tri(5) == 0, -np.inf, q @ k.swapaxes(-1, -2) / 2)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    p = powers / powers.sum(-1, keepdims=True)
    attended = joined(p @ v)
    x1 = x + attended @ w["out.weight"].T + w["out.bias"]
    hat2, sigma2 = layer_normed(x1)
    n2 = hat2 * w["norm2.weight"] + w["norm2.bias"]
    h = n2 @ w["up.weight"].T + w["up.bias"]
    normal = (1 + np.vectorize(math.erf)(h / math.sqrt(2))) / 2
    out = x1 + (h * normal) @ w["down.weight"].T + w["down.bias"]
    g_out = 3 * out**2
    slope = normal + h * np.exp(-(h**2) / 2) / math.sqrt(2 * math.pi)
    g_h = g_out @ w["down.weight"] * slope
    g_n2 = g_h @ w["up.weight"]
    g_x1 = g_out + layer_normed_back(g_n2, hat2, sigma2, w["norm2.weight"])
    g_attended = heads_of(g_x1 @ w["out.weight"])
    g_p = g_attended @ v.swapaxes(-1, -2)
    g_scores = p * (g_p - (g_p * p).sum(-1, keepdims=True))
    g_q, g_k, g_v = (
        g_scores @ k / 2,
        g_scores.swapaxes(-1, -2) @ q / 2,
        p.swapaxes(-1, -2) @ g_attended,
    )
    g_qkv = np.concatenate([joined(g) for g in (g_q, g_k, g_v)], axis=-1)
    g_n1 = g_qkv @ w["qkv.weight"]
    agree_in_weights(
        recording,
        {
            "norm1.weight": (g_n1 * hat1).sum((0, 1)),
            "norm1.bias": g_n1.sum((0, 1)),
            "norm2.weight": (g_n2 * hat2).sum((0, 1)),
            "norm2.bias": g_n2.sum((0, 1)),
            "qkv.weight": outer(g_qkv, n1),
            "out.weight": outer(g_x1, attended),
            "up.weight": outer(g_h, n2),
            "down.weight": outer(g_out, h * normal),
            "down.bias": g_out.sum((0, 1)),
        },
    )
    # An attention weight, its gradient, and that of its score.
    (softmax,) = events(recording, "softmax")
    (softmax_back,) = events(recording, "SoftmaxBackward0")
    for index in ((0, 1, 3, 2), (1, 0, 4, 4)):
        agree(recording.explain(softmax, 0, index), p, index)
        agree(recording.explain(softmax_back, 0, index, arrived=True), g_p, index)
        agree(recording.explain(softmax_back, 0, index), g_scores, index)
    # What a layer norm sends to its input.
    back = events(recording, "NativeLayerNormBackward0")[0]
    own = layer_normed_back(g_n2, hat2, sigma2, w["norm2.weight"])
    agree(recording.explain(back, 0, (1, 3, 6)), own, (1, 3, 6))
