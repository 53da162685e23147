"""Why a node's gradient is as it is, and that everything has a reason at every cursor."""

from collections.abc import Callable

import pytest
from torch import Tensor

from backprop_viz.analysis.explanations import Reason, explain
from tests.analysis.explained_nets import (
    Net,
    dead_relu,
    detached,
    log_of_negative,
    make,
    no_gradient,
    plain,
    root_of_zero,
    rounded,
    saturated,
    thrown_away,
    whole_numbers,
    without_grad,
    zero_by_zero,
)


def test_nodes_before_and_after() -> None:
    recording = make(plain).record()
    end = recording.at(len(recording.events))
    for node in recording.graph.nodes:
        index = recording.ran_at[node.id]
        waiting = explain(recording.at(index), "node", node.id)
        assert waiting == Reason("node_waiting", (node.name,), index)
        assert explain(end, "node", node.id).code == "node_value"
    assert explain(end, "node", 999).code == "unknown"


def test_a_node_that_cuts_off() -> None:
    recording = make(dead_relu).record()
    end = recording.at(len(recording.events))
    relu = next(n.id for n in recording.graph.nodes if n.name == "ReluBackward0")
    assert explain(end, "node", relu).code == "zero_relu"
    leaf = next(n.id for n in recording.graph.nodes if n.parameter == "first.bias")
    assert explain(end, "node", leaf).code == "zero_relu"


def test_nodes_that_get_nothing() -> None:
    recording = make(no_gradient).record()
    end = recording.at(len(recording.events))
    codes = {n.name: explain(end, "node", n.id).code for n in recording.graph.nodes}
    assert codes["NothingBackward"] == "node_sends_none"
    assert codes["LogSoftmaxBackward0"] == "node_value"


ALL = (plain, detached, without_grad, whole_numbers, thrown_away, dead_relu, saturated)


STRANGE = (rounded, log_of_negative, root_of_zero, zero_by_zero, no_gradient)


@pytest.mark.parametrize("between", ALL + STRANGE)
def test_every_cursor_has_a_reason(between: Callable[[Net, Tensor], Tensor]) -> None:
    recording = make(between).record()
    for position in range(len(recording.events) + 1):
        cursor = recording.at(position)
        for parameter in recording.parameters:
            assert explain(cursor, "parameter", parameter.name).code != "unknown"
        for node in recording.graph.nodes:
            assert explain(cursor, "node", node.id).code != "unknown"
