"""Explanations by hand of numbers of a small recording, for tests without the engine."""

import numpy as np
import torch

import backprop_viz as bv
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.iteration import Recording


def recorded(batch_size: int = 4) -> Recording:
    return bv.Trainer(
        data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=batch_size
    ).record()


def event_of(recording: Recording, op: str, last: bool = False) -> int:
    found = [i for i, event in enumerate(recording.events) if event.op == op]
    return found[-1 if last else 0]


def bias_gradient(recording: Recording) -> tuple[Number, NumberExplanation]:
    """conv1.bias.grad[0]: the sum of all gradients that arrived at map 0 of conv1."""
    backward = event_of(recording, "ConvolutionBackward0", last=True)
    arrived = recording.events[backward].input_ids[0]
    assert arrived is not None
    upstream = recording.tensors[arrived][:, :1].astype(np.float64)
    places = np.stack(np.unravel_index(np.arange(upstream.size), upstream.shape), axis=1)
    axes = ("sample", "channel", "row", "column")
    factors = (
        FactorColumn("upstream", upstream.ravel(), arrived, places, backward, 0, True, axes),
        FactorColumn("local", np.ones(upstream.size)),
    )
    part = Part("products", upstream.ravel(), factors)
    accumulated = recording.happened_to["conv1.bias"][1]
    tensor = recording.events[accumulated].output_ids[0]
    assert tensor is not None
    number = Number(tensor, (0,), accumulated)
    value, total = float(recording.tensors[tensor][0]), float(upstream.sum())
    kind = "accumulated"
    return number, NumberExplanation(number, value, kind, "AccumulateGrad", "Σ δ", (part,), total)


def convolved(recording: Recording) -> tuple[Number, NumberExplanation]:
    """conv1's output [1, 2, 4, 5]: window times kernel, plus the bias."""
    forward = event_of(recording, "conv2d")
    event = recording.events[forward]
    x, weight, bias = event.input_ids
    assert x is not None
    assert weight is not None
    assert bias is not None
    out = event.output_ids[0]
    assert out is not None
    rows, columns = (index.ravel() for index in np.mgrid[0:3, 0:3])
    window = np.stack([np.full(9, 1), np.zeros(9, int), 4 + rows, 5 + columns], axis=1)
    kernel = np.stack([np.full(9, 2), np.zeros(9, int), rows, columns], axis=1)
    values = recording.tensors[x][tuple(window.T)].astype(np.float64)
    weights = recording.tensors[weight][tuple(kernel.T)].astype(np.float64)
    products = (
        FactorColumn("window", values, x, window),
        FactorColumn("kernel", weights, weight, kernel),
    )
    added = recording.tensors[bias][2:3].astype(np.float64)
    parts = (
        Part("products", values * weights, products),
        Part("bias", added, (FactorColumn("bias", added, bias, np.array([[2]])),)),
    )
    number = Number(out, (1, 2, 4, 5), forward)
    value, total = float(recording.tensors[out][number.index]), float((values * weights).sum())
    text = "y = Σ x · w + b"
    return number, NumberExplanation(
        number, value, "forward", "conv2d", text, parts, total + float(added[0])
    )


def plain_output(recording: Recording) -> torch.Tensor:
    """What conv1 gives, by torch in float64 on the recorded input and parameters."""
    x = recording.input
    weight, bias = (recording.by_parameter[f"conv1.{name}"].value for name in ("weight", "bias"))
    return torch.nn.functional.conv2d(
        *(torch.tensor(np.array(each, np.float64)) for each in (x, weight, bias))
    )
