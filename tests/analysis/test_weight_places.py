"""Weights as they are written, and as numbers of a recording."""

import pytest

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import (
    grad_number,
    loss_number,
    old_weight_number,
    weight_number,
)
from backprop_viz.analysis.weight_places import other_weight, read_weight, weight_of
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.requests.loss_surface import WeightPlace

SHAPES = {"conv.weight": (6, 1, 3, 3), "conv.bias": (6,), "scale": ()}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("conv.weight[2,0,1,1]", WeightPlace("conv.weight", (2, 0, 1, 1))),
        (" conv.weight [ 2, 0, -1, -3 ] ", WeightPlace("conv.weight", (2, 0, 2, 0))),
        ("conv.bias.grad[5]", WeightPlace("conv.bias", (5,))),
        ("scale", WeightPlace("scale", ())),
        ("scale[]", WeightPlace("scale", ())),
    ],
)
def test_a_weight_is_read_as_python_writes_it(text: str, place: WeightPlace) -> None:
    assert read_weight(text, SHAPES) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no parameter"),
        ("conv", "conv is no parameter"),
        ("conv.bias", r"conv.bias has the shape \(6\).* such as conv.bias\[0\]"),
        ("conv.bias[6]", "has the shape"),
        ("conv.bias[-7]", "has the shape"),
        ("conv.weight[0, 0, 0]", r"such as conv.weight\[0, 0, 0, 0\]"),
        ("conv.bias[x]", "is no parameter"),
    ],
)
def test_what_is_no_weight_is_told(text: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        read_weight(text, SHAPES)


def test_a_second_weight_is_another_one() -> None:
    assert other_weight(WeightPlace("conv.weight", (2, 0, 1, 2)), SHAPES) == WeightPlace(
        "conv.weight", (2, 0, 1, 0)
    )
    assert other_weight(WeightPlace("scale", ()), SHAPES) == WeightPlace("conv.weight", (0,) * 4)
    assert other_weight(WeightPlace("scale", ()), {"scale": ()}) is None


def test_a_value_and_a_gradient_are_of_their_weight_and_nothing_else_is() -> None:
    recording = bv.Trainer(optimizer="adam").record()
    cursor = Cursor(recording, len(recording.events))
    place = WeightPlace("fc1.weight", (3, 5))
    for make in (weight_number, old_weight_number, grad_number):
        number = make(cursor, "fc1.weight", (3, 5))
        assert number is not None
        assert weight_of(recording, number) == place
    loss = loss_number(cursor)
    assert loss is not None
    assert weight_of(recording, loss) is None
    states = [
        (i, after)
        for i, event in enumerate(recording.events)
        for _, after in event.state_ids.values()
        if event.parameter == "fc1.weight" and after is not None
    ]
    assert states
    for event, tensor in states:
        assert weight_of(recording, Number(tensor, (3, 5), event)) is None
