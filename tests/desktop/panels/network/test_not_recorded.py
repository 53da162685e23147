"""What could not be copied is shown as not recorded, with the reason; the rest is there."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.explanations import explain
from backprop_viz.desktop.panels.inspector.why_section import reason_text
from backprop_viz.desktop.panels.network.network_hints import map_hint, shown_caption
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.texts.missing_texts import not_recorded_text
from backprop_viz.recording.iteration import Cursor

NESTED = "not recorded: it is a nested tensor"


class Sentences(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.out = nn.Embedding(9, 4), nn.Linear(4, 2)

    def forward(self, words: Tensor) -> Tensor:
        rows = self.embed(words).unbind()
        return self.out(torch.stack([row.mean(0) for row in rows]))


@pytest.fixture(scope="module")
def cursor() -> Cursor:
    torch.manual_seed(0)
    net = Sentences()
    words = [torch.tensor([1, 2, 3]), torch.tensor([4, 5])]
    with bv.record(net) as recording:
        net(torch.nested.nested_tensor(words, layout=torch.jagged)).square().mean().backward()
    made = recording.recording
    return made.at(len(made.events))


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested")
def test_the_network_says_why(cursor: Cursor) -> None:
    state = NetworkState(cursor.layers, cursor, "activations")
    layers = {layer.name: layer for layer in state.layers.layers}
    for name in ("words", "embed"):
        assert shown_caption(state, layers[name]) == "not recorded"
        assert NESTED in map_hint(state, layers[name], state.blocks(layers[name])[0], 0)
    assert shown_caption(state, layers["out"]) == "2"
    edges = {
        (state.layers.layers[a].name, state.layers.layers[b].name): state.reached((a, b))
        for a, b in state.layers.edges
    }
    assert edges["words", "embed"]
    before = NetworkState(cursor.layers, cursor.recording.at(0), "activations")
    assert shown_caption(before, layers["embed"]) == "4"
    assert "not computed yet" in map_hint(
        before, layers["embed"], before.blocks(layers["embed"])[0], 0
    )


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested")
def test_the_node_says_why(cursor: Cursor) -> None:
    nodes = {node.name: node for node in cursor.recording.graph.nodes}
    assert NESTED in reason_text(explain(cursor, "node", nodes["EmbeddingBackward0"].id))
    assert "norm" in reason_text(explain(cursor, "node", nodes["AddmmBackward0"].id))


def test_each_reason_has_a_sentence_of_its_own() -> None:
    copied_not = ["left_out", "functorch", "nested", "lazy", "fake"]
    codes = [*copied_not, "no_numbers", "freed", "written_unseen"]
    said = {not_recorded_text(code, "h") for code in codes}
    assert len(said) == len(codes)
    assert all("h are not recorded: " in text for text in said)
