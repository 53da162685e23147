"""A cell's number: which element of what torch made, and what it is called."""

import numpy as np
import pytest
import torch
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    arrived_number,
    grad_number,
    gradient_number,
    index_in,
    loss_number,
    old_grad_number,
    old_weight_number,
    sent_number,
    value_of,
    weight_number,
)
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase


def trainer() -> bv.Trainer:
    return bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)


@pytest.fixture(scope="module")
def cursor() -> Cursor:
    recording = trainer().record()
    return recording.at(len(recording.events))


def layer_of_name(recording: Recording, name: str) -> Layer:
    return next(layer for layer in recording.layers.layers if layer.name == name)


def made(recording: Recording, event: int, index: tuple[int, ...] = (), slot: int = 0) -> Number:
    """An element of what an event made."""
    tensor = recording.events[event].output_ids[slot]
    assert tensor is not None
    return Number(tensor, index, event, slot)


def came(recording: Recording, event: int, index: tuple[int, ...] = ()) -> Number:
    """An element of the gradient that arrived at a node."""
    tensor = recording.events[event].input_ids[0]
    assert tensor is not None
    return Number(tensor, index, event, 0, arrived=True)


def named(cursor: Cursor, number: Number | None) -> str:
    assert number is not None
    return NumberNames(cursor.recording).name(number)


def test_each_kind_of_cell_has_the_number_that_torch_computed(cursor: Cursor) -> None:
    plain = trainer()
    x, target = plain.batch
    net = plain.model
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    convolved = net.conv1(x)
    convolved.retain_grad()
    rectified = functional.relu(convolved)
    rectified.retain_grad()
    pooled = functional.max_pool2d(rectified, 2)
    second = functional.max_pool2d(functional.relu(net.conv2(pooled)), 2)
    out = net.fc3(functional.relu(net.fc2(functional.relu(net.fc1(second.flatten(1))))))
    loss = functional.mse_loss(out, target)
    loss.backward()
    recording = cursor.recording
    conv1 = layer_of_name(recording, "conv1")
    node = recording.events[10].node
    assert node is not None
    grad = net.conv1.bias.grad
    assert grad is not None
    assert rectified.grad is not None
    assert convolved.grad is not None
    # The largest gradient that passed the relu: none of these numbers is 0.
    place = index_in(tuple(x.shape[:1] + convolved.shape[1:]), int(convolved.grad.abs().argmax()))
    assert convolved.grad[place] != 0
    assert rectified[place] > 0
    expected = {
        activation_number(cursor, conv1, place): rectified[place],
        activation_number(cursor, conv1.showing(0), place): convolved[place],
        gradient_number(cursor, conv1, place): rectified.grad[place],
        gradient_number(cursor, conv1.showing(0), place): convolved.grad[place],
        arrived_number(cursor, node, 0, place): convolved.grad[place],
        sent_number(cursor, node, 2, (3,)): grad[3],
        grad_number(cursor, "conv1.bias", (3,)): grad[3],
        old_weight_number(cursor, "conv1.bias", (3,)): before["conv1.bias"][3],
        weight_number(cursor, "conv1.bias", (3,)): before["conv1.bias"][3] - 0.01 * grad[3],
        loss_number(cursor): loss,
        activation_number(cursor, layer_of_name(recording, "x"), (0, 0, 5, 6)): x[0, 0, 5, 6],
    }
    assert len(expected) == 10  # what arrived at conv2d's node is its output's gradient
    for number, value in expected.items():
        assert number is not None
        assert value_of(recording, number) == value.item()


def test_a_number_has_the_event_that_made_it_and_is_what_it_was_at_the_cursor(
    cursor: Cursor,
) -> None:
    recording = cursor.recording
    backward, loss = recording.span(Phase.BACKWARD), recording.span(Phase.LOSS)
    assert backward is not None
    assert loss is not None
    weight = weight_number(cursor, "conv1.bias", (0,))
    assert weight is not None
    assert weight.event is not None
    assert recording.events[weight.event].op == "SGD"
    before_update = recording.at(backward.stop)
    assert weight_number(before_update, "conv1.bias", (0,)) == Number(
        recording.by_parameter["conv1.bias"].value_id, (0,)
    )
    grad = grad_number(before_update, "conv1.bias", (0,))
    assert grad is not None
    assert grad.event is not None
    assert recording.events[grad.event].op == "AccumulateGrad"
    at_start = recording.at(backward.start)
    assert grad_number(at_start, "conv1.bias", (0,)) is None
    assert old_grad_number(cursor, "conv1.bias", (0,)) is None
    assert gradient_number(at_start, layer_of_name(recording, "conv1"), (0, 0, 0, 0)) is None
    assert loss_number(recording.at(loss.start)) is None
    first_relu = recording.at(11)
    conv1 = layer_of_name(recording, "conv1")
    assert activation_number(first_relu, conv1, (0, 0, 0, 0)) == made(recording, 10, (0, 0, 0, 0))


def test_numbers_are_called_as_their_tensors_are(cursor: Cursor) -> None:
    recording = cursor.recording
    conv1, place = layer_of_name(recording, "conv1"), (0, 2, 11, 7)
    assert named(cursor, activation_number(cursor, conv1, place)) == "relu(conv1)[0, 2, 11, 7]"
    assert named(cursor, gradient_number(cursor, conv1, place)) == "∂L/∂relu(conv1)[0, 2, 11, 7]"
    inner = conv1.showing(0)
    assert named(cursor, gradient_number(cursor, inner, place)) == "∂L/∂conv1·conv2d[0, 2, 11, 7]"
    assert named(cursor, grad_number(cursor, "conv1.bias", (3,))) == "conv1.bias.grad[3]"
    assert named(cursor, weight_number(cursor, "conv1.bias", (3,))) == "conv1.bias′[3]"
    assert named(cursor, old_weight_number(cursor, "conv1.bias", (3,))) == "conv1.bias[3]"
    assert named(cursor, loss_number(cursor)) == "loss"
    assert recording.input_id is not None
    assert named(cursor, Number(recording.input_id, (0, 0, 1, 2))) == "x[0, 0, 1, 2]"
    assert named(cursor, came(recording, 23)) == "∂L/∂loss"
    assert named(cursor, made(recording, 24, (4, 5), 2)) == "∂L/∂fc3.weight.T[4, 5]"
    assert named(cursor, made(recording, 34, (0, 7), 1)) == "∂L/∂view[0, 7]"


def test_an_element_of_a_flat_array_has_an_index_for_each_dimension() -> None:
    assert index_in((6, 1, 3, 3), 31) == (3, 0, 1, 1)
    assert index_in((), 0) == ()


def test_marks_are_the_factors_of_terms_that_are_not_zero(cursor: Cursor) -> None:
    recording = cursor.recording
    number, upstream_id = made(recording, 46, (0,), 2), came(recording, 46).tensor
    indices = np.array([[0, 0, 1, 2], [0, 0, 3, 4], [0, 0, 5, 6], [0, 0, 1, 2]])
    upstream = FactorColumn(
        "upstream", np.array([2.0, 0.0, -4.0, 1.0]), upstream_id, indices, 46, 0, True
    )
    part = Part("products", upstream.values, (upstream,))
    explanation = NumberExplanation(number, 0.0, "gradient", "x", parts=(part,))
    marks = marks_of(recording, number, explanation)
    marked = marks.of(recording.serial, upstream_id)
    assert marked is not None
    assert marked.indices.tolist() == [[0, 0, 1, 2], [0, 0, 5, 6]]
    assert marked.weights.tolist() == [0.5, 1.0]
    assert marked.within((0,)).indices.tolist() == [[0, 1, 2], [0, 5, 6]]
    assert len(marked.within((1,)).indices) == 0
    assert marked.within((0, 0)).flat((30, 30)) == {1 * 30 + 2: 0.5, 5 * 30 + 6: 1.0}
    assert marked.within((0,)).flat((30, 30)) == {}
    own = marks.of(recording.serial, number.tensor)
    assert own is not None
    assert own.indices.tolist() == [[0]]
    assert marks.of(recording.serial + 1, number.tensor) is None
    assert marks.nodes == {"conv2d 1"}
    assert marks.lines == {recording.events[10].line}


def test_a_number_without_an_explanation_marks_itself(cursor: Cursor) -> None:
    loss = loss_number(cursor)
    assert loss is not None
    marks = marks_of(cursor.recording, loss)
    own = marks.of(cursor.recording.serial, loss.tensor)
    assert own is not None
    assert own.indices.shape == (1, 0)
    assert torch.tensor(own.weights).tolist() == [1.0]
