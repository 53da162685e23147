"""Which layer reads which: what einsum, complex numbers and tokens lead to."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot
from torch.nn.utils import parametrizations
from torch.nn.utils.prune import l1_unstructured
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import backprop_viz as bv


def readers(net: nn.Module, *given: Tensor) -> dict[str, list[str]]:
    """By the name of each layer those whose outputs it reads."""
    with bv.record(net) as recorded:
        net(*given).abs().square().mean().backward()
    layers = recorded.recording.layers
    names = [layer.name for layer in layers.layers]
    found: dict[str, list[str]] = {name: [] for name in names}
    for before, after in layers.edges:
        found[names[after]].append(names[before])
    return found


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(8, 8) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (part(x).view(2, 5, 2, 4) for part in (self.q, self.k, self.v))
        weights = torch.softmax(torch.einsum("nihd,njhd->nhij", q, k), -1)
        mixed = torch.einsum("nhij,njhd->nihd", weights, v)
        return self.out(mixed.reshape(2, 5, 8))


def test_an_einsum_reads_both_its_factors() -> None:
    """What it hands out is a view: of its own result, not of a factor."""
    found = readers(Attention(), torch.randn(2, 5, 8))
    assert found["einsum"] == ["q", "k"]
    assert found["einsum2"] == ["einsum", "v"]


class Spectral(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 8, 5, dtype=torch.complex64))
        self.out = nn.Linear(8 * 16, 3)

    def forward(self, x: Tensor) -> Tensor:
        modes = torch.fft.rfft(x)[:, :, :5]
        mixed = torch.einsum("nim,iom->nom", modes, self.weight)
        return self.out(torch.fft.irfft(mixed, n=16).relu().flatten(1))


def test_complex_numbers_lead_from_layer_to_layer() -> None:
    found = readers(Spectral(), torch.randn(2, 4, 16))
    assert found["fft_rfft"] == ["x"]
    assert found["einsum"] == ["fft_rfft"]
    assert found["fft_irfft"] == ["einsum"]
    assert found["out"] == ["fft_irfft"]


class Latents(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.latents, self.scale = nn.Parameter(torch.randn(3, 4)), nn.Parameter(torch.ones(4))
        self.norm, self.out = nn.LayerNorm(4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        queries = self.norm(self.latents.expand(len(x), -1, -1))
        return self.out((queries @ x.mT @ x) * self.scale.view(1, 1, -1))


def parameters_of(net: nn.Module, *given: Tensor) -> dict[str, set[str]]:
    with bv.record(net) as recorded:
        net(*given).square().mean().backward()
    layers = recorded.recording.layers.layers
    return {layer.name: set(layer.parameters) for layer in layers}


def test_a_layer_has_the_parameters_that_come_to_it_by_a_view() -> None:
    found = parameters_of(Latents(), torch.randn(2, 5, 4))
    assert found["norm"] == {"norm.weight", "norm.bias", "latents"}
    assert found["mul"] == {"scale"}


@pytest.mark.parametrize(
    ("change", "weights"),
    [
        (parametrizations.weight_norm, {"original0", "original1"}),
        (parametrizations.spectral_norm, {"original"}),
        (parametrizations.orthogonal, {"original"}),
        (partial(l1_unstructured, name="weight", amount=0.5), {"weight_orig"}),
    ],
)
def test_a_weight_that_is_made_anew_is_its_layers(
    change: Callable[[nn.Module], nn.Module], weights: set[str]
) -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    change(net[0])
    found = parameters_of(net, torch.randn(3, 4))
    assert list(found) == ["input", "0", "2", "loss"]
    assert {name.rpartition(".")[2] for name in found["0"]} == {*weights, "bias"}


def test_tokens_that_are_their_own_labels_are_called_as_they_came_first() -> None:
    found = readers(Labelled(), (tokens := torch.arange(14).view(2, 7) % 9), tokens)
    assert found["words"] == ["tokens"]
    assert "labels" not in found


class Labelled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.Embedding(9, 4), nn.Linear(4, 9)

    def forward(self, tokens: Tensor, labels: Tensor) -> Tensor:
        scores = self.out(self.words(tokens))
        return nn.functional.cross_entropy(scores.flatten(0, 1), labels.flatten())


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.Embedding(9, 4), nn.Linear(4, 9)

    def forward(self, tokens: Tensor) -> Tensor:
        states = self.words(tokens[:, 1:].flip(1)).masked_fill(
            (tokens[:, 1:] == 0).unsqueeze(-1), 0.0
        )
        return self.out(states) * one_hot(tokens[:, 1:], 9)


def test_tokens_in_another_order_are_still_the_input() -> None:
    """A mask is none of its numbers: it makes no edge."""
    found = readers(Tokens(), torch.arange(14).view(2, 7) % 9)
    assert found["words"] == ["tokens"]
    assert found["out"] == ["words"]
    assert found["mul"] == ["out", "tokens"]


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self.out = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        made = self.inner(x)
        noise = torch.zeros_like(made)
        return self.out(made * 0.5 + made.sin() + noise + made.detach())


def test_what_others_read_as_well_stays_to_be_seen() -> None:
    """Of a layer whose value goes several ways the value is shown, not what one way makes of it."""
    with bv.record(net := Residual()) as recorded:
        net(torch.randn(3, 4)).square().mean().backward()
    recording = recorded.recording
    layers = {layer.name: layer for layer in recording.layers.layers}
    ops = {n: [recording.events[i].op for i in y.operations] for n, y in layers.items()}
    assert ops["inner"] == ["linear"]
    assert ops["mul"] == ["mul"]
    assert "zeros_like" not in layers, "it reads the shape alone"
    assert ops["detach"] == ["detach"], "there a graph ends"


def test_a_chosen_token_is_read_by_the_next_embedding() -> None:
    found = readers(Decoded(), torch.randn(2, 4))
    assert found["words"] == ["out"]
    assert found["out (2)"] == ["words"]


def test_an_attention_that_takes_the_batch_first_shows_it_first() -> None:
    """Inside it computes with the positions first: sample 0 is not its row 0."""
    torch.manual_seed(0)
    net, x = (
        nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True),
        torch.randn(3, 6, 8),
    )
    plain = net.self_attn(x, x, x, need_weights=False)[0]
    with bv.record(net) as recorded:
        net(x).square().mean().backward()
    recording = recorded.recording
    (layer,) = (y for y in recording.layers.layers if y.name == "self_attn")
    assert layer.shape == (6, 8)
    shown = recording.at(len(recording.events)).activation(layer)
    assert shown is not None
    assert np.array_equal(shown, plain.detach().numpy())


class Decoded(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.Embedding(9, 4), nn.Linear(4, 9)

    def forward(self, state: Tensor) -> Tensor:
        first = self.out(state)
        return first + self.out(self.words(first.argmax(-1)))


class Normed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4)

    def forward(self, x: Tensor) -> Tensor:
        made = self.norm(x)
        return made * made.norm(dim=1, keepdim=True)


def test_an_operation_called_as_a_module_is_no_further_call_of_it() -> None:
    assert list(readers(Normed(), torch.randn(2, 4))) == ["x", "norm", "norm2", "mul", "loss"]


class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(2):
            x = torch.cat([x, x]).add_(self.out(torch.cat([x, x])))
        return x


def test_a_number_after_an_operation_in_place_is_no_part_of_its_name() -> None:
    found = readers(InPlace(), torch.randn(2, 4))
    assert {"add_", "add_ (2)"} <= set(found)


class Packed(nn.Module):
    """An LSTM that is given sequences of different lengths, and another that continues from it."""

    def __init__(self, *, continues: bool) -> None:
        super().__init__()
        self.words, self.rnn, self.out = nn.Embedding(9, 4), nn.LSTM(4, 5), nn.Linear(5, 2)
        self.then = nn.LSTM(4, 5) if continues else None

    def forward(self, tokens: Tensor) -> Tensor:
        packed = pack_padded_sequence(self.words(tokens), [2, 4, 3], enforce_sorted=False)
        made, state = self.rnn(packed)
        if self.then is not None:
            made, _ = self.then(packed, state)
        return self.out(pad_packed_sequence(made)[0])


def test_what_a_recurrent_layer_does_for_a_packed_batch_is_not_beside_it() -> None:
    """Its first state of zeros is none of the network's, nor a last state that nothing reads."""
    found = readers(Packed(continues=False), torch.arange(12).view(4, 3) % 9)
    packed = ["_pack_padded_sequence", "rnn", "_pad_packed_sequence"]
    assert list(found) == ["tokens", "words", *packed, "out", "loss"]


def test_a_last_state_that_another_layer_begins_with_is_seen() -> None:
    found = readers(Packed(continues=True), torch.arange(12).view(4, 3) % 9)
    assert found["then"] == ["_pack_padded_sequence", "rnn", "index_select"]
