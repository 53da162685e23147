"""The symbols of a formula and the columns of the table have one naming."""

import pytest

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    arrived_number,
)
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.desktop.panels.origin.formula_legend import legend
from backprop_viz.recording.iteration import Recording


@pytest.fixture(scope="module")
def recording() -> Recording:
    return bv.Trainer(data="strokes", batch_size=2).record()


def test_a_linear_layer_and_its_gradients(recording: Recording) -> None:
    cursor, names = recording.at(len(recording.events)), NumberNames(recording)
    fc3 = next(y for y in cursor.layers.layers if y.name == "fc3")
    logit = activation_number(cursor, fc3, (0, 3))
    assert logit is not None
    assert legend(explain_number(recording, logit), names) == (
        "w: weight, fc3.weight · x: input, relu(fc2) · b: bias, fc3.bias"
    )
    fc2 = next(y for y in cursor.layers.layers if y.name == "fc2")
    assert fc2.node is not None
    hidden = arrived_number(cursor, fc2.node, 0, (0, 4))
    assert hidden is not None
    assert legend(explain_number(recording, hidden), names) == (
        "δ: upstream, ∂L/∂fc3 · A: weight, fc3.weight"
    )


def test_a_convolution(recording: Recording) -> None:
    cursor, names = recording.at(len(recording.events)), NumberNames(recording)
    conv2 = next(y for y in cursor.layers.layers if y.name == "conv2").showing(0)
    number = activation_number(cursor, conv2, (0, 3, 2, 2))
    assert number is not None
    assert legend(explain_number(recording, number), names) == (
        "w: kernel, conv2.weight · x: window, pool1 · b: bias, conv2.bias"
    )
