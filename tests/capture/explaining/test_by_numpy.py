"""conv1.bias.grad[0] of the tutorial's preset down to the loss, against plain numpy."""

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.capture.explaining.chains import chain
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase


@pytest.fixture(scope="module")
def recording() -> Recording:
    return bv.Trainer.from_settings(Settings(**PRESETS["tutorial"])).record()


def correlated(x: Array, w: Array, b: Array) -> Array:
    """A convolution of stride 1 without padding, in float64."""
    n, _, rows, columns = x.shape
    made, _, k, _ = w.shape
    y = np.zeros((n, made, rows - k + 1, columns - k + 1))
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            y[:, :, i, j] = np.einsum("nmuv,kmuv->nk", x[:, :, i : i + k, j : j + k], w) + b
    return y


def pooled(x: Array) -> tuple[Array, Array]:
    """2 x 2 max pooling, and which of its elements each window took, a mask of x's shape."""
    n, c, rows, columns = x.shape
    rows, columns = rows // 2, columns // 2
    y, mask = np.zeros((n, c, rows, columns)), np.zeros(x.shape)
    for place in np.ndindex(n, c, rows, columns):
        s, k, i, j = place
        window = x[s, k, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        u, v = np.unravel_index(window.argmax(), (2, 2))
        y[place] = window[u, v]
        mask[s, k, 2 * i + u, 2 * j + v] = 1
    return y, mask


def spread(g: Array) -> Array:
    """Each element four times: the gradient of each window at all of its places."""
    return g.repeat(2, axis=2).repeat(2, axis=3)


def by_numpy(recording: Recording) -> dict[str, Array]:
    """The gradients of each tensor of LeNet with its mean square error, in float64."""
    w = {p.name: p.value.astype(np.float64) for p in recording.parameters}
    x = recording.input.astype(np.float64)
    loss = next(e for e in recording.events if e.phase is Phase.LOSS)
    target = loss.inputs[1].astype(np.float64)
    c1 = correlated(x, w["conv1.weight"], w["conv1.bias"])
    p1, won1 = pooled(np.maximum(c1, 0))
    c2 = correlated(p1, w["conv2.weight"], w["conv2.bias"])
    p2, won2 = pooled(np.maximum(c2, 0))
    flat = p2.reshape(len(x), -1)
    f1 = flat @ w["fc1.weight"].T + w["fc1.bias"]
    f2 = np.maximum(f1, 0) @ w["fc2.weight"].T + w["fc2.bias"]
    out = np.maximum(f2, 0) @ w["fc3.weight"].T + w["fc3.bias"]
    g = {"loss": np.mean((out - target) ** 2), "out": 2 * (out - target) / out.size}
    g["f2"] = (g["out"] @ w["fc3.weight"]) * (f2 > 0)
    g["f1"] = (g["f2"] @ w["fc2.weight"]) * (f1 > 0)
    g["p2"] = (g["f1"] @ w["fc1.weight"]).reshape(p2.shape)
    g["c2"] = whole_windows(g["p2"], c2.shape) * won2 * (c2 > 0)
    g["p1"] = np.zeros(p1.shape)
    k = w["conv2.weight"].shape[2]
    for i in range(c2.shape[2]):
        for j in range(c2.shape[3]):
            back = np.einsum("nk,kmuv->nmuv", g["c2"][:, :, i, j], w["conv2.weight"])
            g["p1"][:, :, i : i + k, j : j + k] += back
    g["c1"] = whole_windows(g["p1"], c1.shape) * won1 * (c1 > 0)
    g["conv1.bias"] = g["c1"].sum(axis=(0, 2, 3))
    return g


def whole_windows(g: Array, shape: tuple[int, ...]) -> Array:
    """``spread``, with zeros for what no window covers."""
    found, repeated = np.zeros(shape), spread(g)
    found[:, :, : repeated.shape[2], : repeated.shape[3]] = repeated
    return found


def accumulated(recording: Recording, name: str) -> int:
    return next(
        i
        for i, e in enumerate(recording.events)
        if e.op == "AccumulateGrad" and e.parameter == name
    )


def test_each_link_of_the_chain_is_what_numpy_computes(recording: Recording) -> None:
    g = by_numpy(recording)
    event = accumulated(recording, "conv1.bias")
    tensor = recording.events[event].output_ids[0]
    found = chain(recording, Number(tensor, (0,), event))
    # What a node sends is the gradient of the tensor before it.
    sent = {
        "ConvolutionBackward0": ["conv1.bias", "p1"],
        "MaxPool2DWithIndicesBackward0": ["", ""],
        "ReluBackward0": ["c1", "c2", "f1", "f2"],
        "MseLossBackward0": ["out", ""],
    }
    seen = dict.fromkeys(sent, 0)
    compared = []
    for link in found:
        assert link.reason is None
        assert shown(link.total) == shown(link.value)
        if link.op in sent:
            name = sent[link.op][seen[link.op]]
            seen[link.op] += 1
            if name:
                expected = float(g[name][link.number.index])
                assert link.value == pytest.approx(expected, rel=2e-5)
                compared.append(name)
    assert compared == ["conv1.bias", "c1", "p1", "c2", "f1", "f2", "out"]
    assert found[-1].value == 1.0
    assert [fact.code for fact in found[-1].facts] == ["backward_starts"]


def shown(value: float) -> str:
    """To the digits that the window shows."""
    return f"{value:.4g}"


def test_the_bias_gradient_is_the_sum_over_samples_and_places(recording: Recording) -> None:
    g = by_numpy(recording)
    found = recording.explain(accumulated(recording, "conv1.bias"), 0, (0,))
    (part,) = found.parts
    upstream, one = part.factors
    assert (upstream.role, upstream.arrived, set(one.values)) == ("upstream", True, {1.0})
    terms = np.zeros(g["c1"].shape)
    terms[tuple(upstream.indices.T)] = part.values
    assert np.allclose(terms[:, 0], g["c1"][:, 0], rtol=1e-4, atol=1e-9)
    assert found.total == pytest.approx(g["conv1.bias"][0], rel=1e-5)
    assert shown(found.value) == shown(found.total) == shown(g["conv1.bias"][0])


def test_an_activation_is_its_window_times_the_kernel(recording: Recording) -> None:
    index = (0, 3, 7, 9)
    event = next(i for i, e in enumerate(recording.events) if e.op == "conv2d")
    found = recording.explain(event, 0, index)
    products, bias = found.parts
    window, kernel = products.factors
    w = recording.by_parameter["conv1.weight"].value
    k = w.shape[2]
    expected = recording.input[0, 0, 7 : 7 + k, 9 : 9 + k].astype(np.float64)
    assert (window.role, kernel.role) == ("window", "kernel")
    assert np.array_equal(window.values.reshape(k, k), expected)
    assert np.array_equal(kernel.values.reshape(k, k), w[3, 0])
    assert bias.values.tolist() == [recording.by_parameter["conv1.bias"].value[3]]
    assert shown(found.total) == shown(found.value)


def test_the_loss_is_the_mean_of_the_squared_errors(recording: Recording) -> None:
    event = next(i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS)
    found = recording.explain(event)
    assert isinstance(found, NumberExplanation)
    assert found.kind == "loss"
    assert found.total == pytest.approx(float(by_numpy(recording)["loss"]), rel=1e-5)
    assert found.total == pytest.approx(found.value, rel=1e-6)
