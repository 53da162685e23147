"""The module tree, its norms, and the folded network, against plain torch modules."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.folded_network import FoldedNetwork, Folding
from backprop_viz.analysis.module_tree import NO_SQUARES, ModuleTree, ParameterNorms
from backprop_viz.analysis.selection import select
from backprop_viz.recording.iteration import Recording
from tests.foreign.conftest import recording_of
from tests.foreign.nets import GPT, VAE, SmallResNet


@pytest.mark.parametrize(("name", "kind"), [("gpt", GPT), ("resnet", SmallResNet), ("vae", VAE)])
def test_the_tree_is_torchs(name: str, kind: type[nn.Module]) -> None:
    recording, model = recording_of(name), kind()
    tree = ModuleTree(recording)
    for dotted, module in model.named_modules():
        node = tree.nodes[dotted]
        below = [p for p, _ in model.named_parameters() if not dotted or p.startswith(f"{dotted}.")]
        assert [p.name for p in recording.parameters[node.first : node.stop]] == below
        assert node.below == len(list(module.modules())) - 1
        prefix = f"{dotted}." if dotted else ""
        assert node.children == tuple(f"{prefix}{child}" for child, _ in module.named_children())
        assert len(node.own) == len(list(module.parameters(recurse=False)))


def test_norms_are_those_of_the_plain_gradients() -> None:
    torch.manual_seed(0)
    model = SmallResNet()
    images, labels = torch.rand(4, 3, 16, 16), torch.randint(0, 5, (4,))
    torch.nn.functional.cross_entropy(model(images), labels).backward()
    recording = recording_of("resnet")
    tree, norms = ModuleTree(recording), ParameterNorms(recording, "grad")
    end = recording.span(bv.Phase.BACKWARD).stop
    for dotted, module in model.named_modules():
        own = [p.grad.double().square().sum() for p in module.parameters()]
        node = tree.nodes[dotted]
        found = norms.norm(end, node.first, node.stop)
        if own:
            assert found == pytest.approx(math.sqrt(sum(own)), rel=1e-12)
        else:
            assert found is None


def test_norms_at_every_cursor_are_those_of_its_gradients() -> None:
    recording = recording_of("gpt")
    norms = ParameterNorms(recording, "grad")
    places = range(len(recording.parameters))
    for position in [*range(0, len(recording.events) + 1, 37), 3, len(recording.events)]:
        cursor = recording.at(position)
        squares = norms.at(position)
        for place, parameter in zip(places, recording.parameters, strict=True):
            grad = cursor.grad(parameter.name)
            if grad is None:
                assert squares[place] == NO_SQUARES
            else:
                assert squares[place] == float(np.square(grad, dtype=np.float64).sum())


def test_the_norm_of_a_gradient_with_a_nan_is_nan() -> None:
    net = nn.Linear(2, 1)
    with bv.record(net) as recorded:
        (net(torch.tensor([[math.nan, 1.0]])).sum()).backward()
    recording = recorded.recording
    assert net.weight.grad is not None
    assert torch.isnan(net.weight.grad).any()
    norms = ParameterNorms(recording, "grad")
    end = len(recording.events)
    assert [p.name for p in recording.parameters] == ["weight", "bias"]
    assert math.isnan(norms.norm(end, 0, 1))
    assert norms.norm(end, 1, 2) == 1.0
    assert math.isnan(norms.norm(end, 0, 2))
    assert norms.norm(0, 0, 2) is None


def titles(recording: Recording, folded: FoldedNetwork) -> list[list[str]]:
    layers = recording.layers.layers
    return [[row.module or layers[row.first].name for row in box.rows] for box in folded.boxes]


def test_modules_of_one_kind_beside_each_other_are_taken_apart_together() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x))

    net = nn.Sequential(Block(), Block(), Block(), nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)))
    with bv.record(net) as recorded:
        net(torch.rand(3, 2)).sum().backward()
    folding = Folding(recorded.recording.layers, ModuleTree(recorded.recording))
    boxes = {room: folding.spread(room) for room in range(4, 12)}
    for room, spread in boxes.items():
        assert len(spread & {"0", "1", "2"}) in (0, 3), room
    assert boxes[4] == {"3"}  # a container may take up more
    assert boxes[11] == {"0", "1", "2", "3"}


class Backbone(nn.Module):
    """Six layers one after the other, as a pretrained model; a classifier follows it."""

    def __init__(self) -> None:
        super().__init__()
        for i in range(6):
            self.add_module(f"layer{i}", nn.Linear(2, 2))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = layer(x)
        return x


class Wrapper(nn.Module):
    """What Lightning's module, ``DistributedDataParallel`` and ``torch.compile`` are around it."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return self.module(x)


def test_what_only_wraps_the_network_is_no_box() -> None:
    with bv.record(net := Wrapper(Wrapper(Backbone()))) as recorded:
        net(torch.rand(3, 2)).sum().backward()
    recording = recorded.recording
    folding = Folding(recording.layers, ModuleTree(recording))
    assert folding.spread(2) == {"module", "module.module"}
    boxes = titles(recording, folding.fold(folding.spread(2), frozenset()))
    assert boxes[1] == ["module.module.layer0"]
    # Of many layers a box for each would be no overview.
    assert folding.spread(1) == {"module"}


def test_a_module_that_runs_most_of_the_network_may_take_up_more() -> None:
    net = nn.Sequential()
    net.add_module("backbone", Backbone())
    net.add_module("head", nn.Linear(2, 2))
    with bv.record(net) as recorded:
        net(torch.rand(3, 2)).sum().backward()
    recording = recorded.recording
    folding = Folding(recording.layers, ModuleTree(recording))
    found = {room: folding.spread(room) for room in (4, 5, 9)}
    assert found == {4: frozenset(), 5: {"backbone"}, 9: {"backbone"}}  # of 9 boxes then


def test_inputs_below_each_other_take_up_the_room_of_one() -> None:
    class Three(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone, self.head = Backbone(), nn.Linear(2, 2)

        def forward(self, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
            return self.head(self.backbone(torch.cat([x, y, z])))

    with bv.record(net := Three()) as recorded:
        net(*torch.rand(3, 3, 2)).sum().backward()
    recording = recorded.recording
    folding = Folding(recording.layers, ModuleTree(recording))
    assert (folding.spread(4), folding.spread(5)) == (frozenset(), {"backbone"})


def test_a_module_without_modules_is_one_box_however_much_room_there_is() -> None:
    class Norm(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt()

    with bv.record(net := nn.Sequential(nn.Linear(2, 2), Norm())) as recorded:
        net(torch.rand(3, 2)).sum().backward()
    recording = recorded.recording
    folding = Folding(recording.layers, ModuleTree(recording))
    boxes = titles(recording, folding.fold(folding.spread(100), frozenset()))
    assert ["1"] in boxes
    assert (
        len(
            next(
                b
                for b in folding.fold(frozenset(), frozenset({"1"})).boxes
                if b.rows[0].module == "1"
            ).rows
        )
        > 2
    )


def test_blocks_are_boxes_and_unfold_in_place() -> None:
    recording = recording_of("gpt")
    folding = Folding(recording.layers, ModuleTree(recording))
    spread = folding.spread(7)
    assert spread == {"blocks"}, "a container is no box; its modules are"
    boxes = titles(recording, folding.fold(spread, frozenset()))
    assert boxes[-5:] == [["blocks.0"], ["blocks.1"], ["ln_f"], ["lm_head"], ["loss"]]
    opened = titles(recording, folding.fold(spread, frozenset({"blocks.1", "blocks.1.mlp"})))
    assert opened[-4] == [
        "blocks.1",
        "blocks.1.ln_1",
        "blocks.1.attn",
        "add4",
        "blocks.1.ln_2",
        "blocks.1.mlp",
        "blocks.1.mlp.0",
        "blocks.1.mlp.2",
        "add5",
    ]


@pytest.mark.parametrize("name", ["gpt", "resnet", "gan", "vae", "two_inputs"])
@pytest.mark.parametrize("room", [1, 4, 7, 100])
def test_every_layer_is_in_one_box_and_edges_lead_on(name: str, room: int) -> None:
    recording = recording_of(name)
    folding = Folding(recording.layers, ModuleTree(recording))
    folded = folding.fold(folding.spread(room), frozenset())
    assert folded.box_of_layer == tuple(sorted(folded.box_of_layer))
    assert len(folded.box_of_layer) == len(recording.layers.layers)
    assert all(a < b for a, b in folded.edges), "no circle"
    between = {(folded.box_of_layer[a], folded.box_of_layer[b]) for a, b in recording.layers.edges}
    assert set(folded.edges) == {(a, b) for a, b in between if a != b}


def test_a_module_is_selected_with_all_that_is_in_it() -> None:
    recording = recording_of("gpt")
    found = select(recording, "module", "blocks.1")
    names = {p.name for p in recording.parameters if p.name.startswith("blocks.1.")}
    assert found.parameters == names
    assert {"blocks.1.ln_1", "blocks.1.attn.proj", "blocks.1.mlp.2"} <= found.layers
    assert not any(layer.startswith("blocks.0") for layer in found.layers)


def test_finding_keeps_what_is_around() -> None:
    tree = ModuleTree(recording_of("gpt"))
    assert tree.found("GELU") == {
        "",
        *("blocks", "blocks.0", "blocks.0.mlp", "blocks.0.mlp.1"),
        *("blocks.1", "blocks.1.mlp", "blocks.1.mlp.1"),
    }
