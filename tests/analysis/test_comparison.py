"""The same place of another recording, and what differs there."""

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.analysis.comparison import NamedTensor, difference, same_layer, same_place
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


@pytest.fixture(scope="module")
def two() -> tuple[Recording, Recording]:
    """Two iterations in a row: the second finds gradients to clear, the first none."""
    trainer = bv.Trainer(batch_size=2)
    return trainer.record(), trainer.record()


def test_the_same_place_has_the_same_event_before_it(two: tuple[Recording, Recording]) -> None:
    first, second = two
    assert same_place(second.at(0), first).position == 0
    for position, event in enumerate(second.events, start=1):
        there = same_place(second.at(position), first)
        if event.phase is Phase.ZERO_GRAD:
            continue
        assert there.event is not None
        assert (there.event.phase, there.event.op, there.event.parameter) == (
            event.phase,
            event.op,
            event.parameter,
        )
    for span in second.spans:
        theirs = first.span(span.phase)
        assert theirs is not None
        assert same_place(second.at(span.stop), first).position == theirs.stop or (
            span.start == span.stop
        )


def test_what_has_not_run_there_leaves_it_at_its_end(two: tuple[Recording, Recording]) -> None:
    trainer = bv.Trainer(batch_size=2)
    trainer.zero_grad()
    trainer.forward()
    partly = Recording(1, (), two[0].events[:3])
    assert same_place(two[1].at(len(two[1].events)), partly).position == 3


def test_tensors_are_found_by_name(two: tuple[Recording, Recording]) -> None:
    end = two[0].at(len(two[0].events))
    conv1 = next(y for y in two[0].layers.layers if y.name == "conv1")
    assert NamedTensor("weight", "conv1.bias").at(end) is end.value("conv1.bias")
    assert NamedTensor("grad", "conv1.bias").at(end) is end.grad("conv1.bias")
    assert NamedTensor("activation", "conv1").at(end) is end.activation(conv1)
    assert NamedTensor("gradient", "conv1").at(end) is end.gradient(conv1)
    before_relu = NamedTensor("activation", "conv1", 0).at(end)
    assert before_relu is not None
    assert before_relu.min() < 0
    assert NamedTensor("activation", "no such layer").at(end) is None
    assert NamedTensor("grad", "conv1.bias").title == "conv1.bias.grad"
    assert NamedTensor("gradient", "conv1", None, "relu(conv1)").title == "∂L/∂relu(conv1)"


def test_a_layer_has_its_namesake(two: tuple[Recording, Recording]) -> None:
    for layer in two[1].layers.layers:
        found = same_layer(layer, two[0])
        assert found is not None
        assert found.name == layer.name
    other = two[1].layers.layers[1].showing(0)
    found = same_layer(other, two[0])
    assert found is not None
    assert found.shown == other.shown == 0
    assert same_layer(other, Recording(1, ())) is None


def test_a_difference_loses_no_digit() -> None:
    then = np.array([1.0, np.inf, 1e-8], np.float32)
    now = np.array([np.nextafter(np.float32(1), np.float32(2)), np.inf, 1.0], np.float32)
    less = difference(then, now)
    assert less is not None
    assert less.dtype == np.float64
    assert less[0] == 2.0**-23
    assert np.isnan(less[1])
    assert less[2] == 1.0 - float(np.float32(1e-8))
    assert difference(then, now[:2]) is None
    assert difference(None, now) is None
    scalar = difference(np.array(1.0), np.array(3.0))
    assert scalar is not None
    assert scalar.shape == ()
