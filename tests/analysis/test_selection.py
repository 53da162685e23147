import pytest

import backprop_viz as bv
from backprop_viz.analysis.selection import select


@pytest.fixture(scope="module")
def recording() -> bv.Recording:
    return bv.Trainer("random", "mse").record()


def names(recording: bv.Recording, keys: frozenset[str]) -> set[str]:
    return {n.parameter or n.name for n in recording.graph.nodes if n.key in keys}


def test_conv1_is_its_node_its_parameters_and_its_line(recording: bv.Recording) -> None:
    chosen = select(recording, "layer", "conv1")
    assert chosen.parameters == {"conv1.weight", "conv1.bias"}
    assert names(recording, chosen.nodes) == {
        "ConvolutionBackward0",
        "ReluBackward0",
        "conv1.weight",
        "conv1.bias",
    }
    assert len(chosen.lines) == 1


def test_a_parameter_and_its_layer_are_kin(recording: bv.Recording) -> None:
    chosen = select(recording, "parameter", "fc2.bias")
    assert chosen.layers == {"fc2"}
    assert "fc2.bias" in names(recording, chosen.nodes)
    assert chosen.parameters == {"fc2.bias"}


def test_a_leaf_node_leads_to_its_parameter(recording: bv.Recording) -> None:
    leaf = next(n for n in recording.graph.nodes if n.parameter == "conv2.weight")
    chosen = select(recording, "node", leaf.id)
    assert chosen == select(recording, "node", "conv2.weight")
    assert chosen.parameters == {"conv2.weight"}
    assert chosen.layers == {"conv2"}
    assert leaf.key in chosen.nodes


def test_what_is_not_there_selects_only_itself(recording: bv.Recording) -> None:
    assert select(recording, "node", 999).layers == frozenset()
    assert select(recording, "layer", "no such").nodes == frozenset()
