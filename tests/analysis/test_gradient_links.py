"""Which edges of the network a gradient comes back through, against torch.autograd.grad."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.desktop.panels.network.network_state import NetworkState


class Places(nn.Module):
    """Looks up embeddings of the largest scores, and weighs them by these."""

    def __init__(self) -> None:
        super().__init__()
        self.score, self.emb, self.out = nn.Linear(6, 6), nn.Embedding(6, 2), nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        values, places = self.score(x).topk(2, dim=1)
        return self.out(values) + self.emb(places).sum(1)


class Packed(nn.Module):
    """A recurrent layer over sequences of several lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.wide, self.lstm, self.out = nn.Linear(6, 3), nn.LSTM(3, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        packed = pack_padded_sequence(self.wide(x)[:, None].expand(5, 3, 3), [5, 3, 2])
        return self.out(pad_packed_sequence(self.lstm(packed)[0])[0])


class Checkpointed(nn.Module):
    """Its middle layer is made again in backward, whose graph is another."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.out = nn.Linear(6, 4), nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        again = checkpoint(self.second, self.first(x), use_reentrant=True)
        return self.out(torch.tanh(again))


def lit(net: nn.Module) -> set[tuple[str, str]]:
    """The edges that the network's panel lights, by the names of their layers."""
    with bv.record(net) as recorded:
        net(torch.rand(5, 6)).square().mean().backward()
    recording = recorded.recording
    state = NetworkState(recording.layers, recording.at(len(recording.events)), "gradients")
    layers = recording.layers.layers
    return {
        (layers[a].name, layers[b].name) for a, b in state.layers.edges if state.reached((a, b))
    }


def test_a_gradient_does_not_come_through_whole_numbers() -> None:
    net = Places()
    values, places = net.score(torch.rand(5, 6)).topk(2, dim=1)
    made = net.emb(places).sum()
    assert torch.autograd.grad(made, values, allow_unused=True) == (None,)
    found = lit(net)
    assert ("topk", "emb") not in found
    assert {("topk", "out"), ("score", "topk")} <= found


def test_the_sizes_of_a_packed_batch_lead_to_no_gradient() -> None:
    found = lit(Packed())
    assert ("_pack_padded_sequence", "_pad_packed_sequence") not in found
    assert {("lstm", "_pad_packed_sequence"), ("_pack_padded_sequence", "lstm")} <= found


@pytest.mark.parametrize("make", [Places, Packed, Checkpointed])
def test_each_layer_whose_output_gets_a_gradient_has_a_lit_edge(
    make: Callable[[], nn.Module],
) -> None:
    net = make()
    got: set[str] = set()

    def listen(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(module: nn.Module, inputs: object, output: object) -> None:
            made = output[0].data if isinstance(output, tuple) else output
            if made.requires_grad:
                made.register_hook(lambda _: got.add(name))

        return hook

    for name, module in net.named_children():
        module.register_forward_hook(listen(name))
    found = {before for before, _ in lit(net)}
    assert got == dict(net.named_children()).keys()
    assert got == {name for name in found if name in got}
