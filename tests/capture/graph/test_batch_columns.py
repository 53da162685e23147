"""Which columns hold a row for each sample, by the data flow and not by sizes alone."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.web_page.page_tensors import described_tensors
from backprop_viz.desktop.panels.network.feature_maps import blocks


class Text(nn.Module):
    """Words and their places: both from embeddings, only one of them from the batch."""

    def __init__(self, places: Callable[[nn.Module], Tensor]) -> None:
        super().__init__()
        self.words, self.places, self.head = nn.Embedding(9, 8), nn.Embedding(6, 8), nn.Linear(8, 2)
        self._made = places

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.words(x) + self._made(self.places))


PLACES: dict[str, Callable[[nn.Module], Tensor]] = {
    "plain": lambda embed: embed(torch.arange(6)),
    "one more axis": lambda embed: embed(torch.arange(6))[None],
    "scaled": lambda embed: torch.tanh(embed(torch.arange(6)) * 0.5),
}


def recorded(model: nn.Module, x: Tensor) -> bv.Recording:
    torch.manual_seed(0)
    with bv.record(model) as recording:
        model(x).square().mean().backward()
    return recording


def shapes(recording: bv.Recording) -> dict[str, tuple[int, ...]]:
    return {layer.name: layer.shape for layer in recording.layers.layers}


@pytest.mark.parametrize("samples", [1, 4, 6])
@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
def test_positions_have_no_samples(places: Callable[[nn.Module], Tensor], samples: int) -> None:
    model = Text(places)
    recording = recorded(model, torch.randint(9, (samples, 6)))
    found = shapes(recording)
    assert found["places"] == (6, 8)
    assert found["words"] == (6, 8)
    end = recording.at(len(recording.events))
    layers = {layer.name: layer for layer in recording.layers.layers}
    (block,), (words,) = (
        blocks(end, layers[name], "activations", samples - 1) for name in ("places", "words")
    )
    assert block.sample is None
    assert block.maps is not None
    assert block.maps.shape == (1, 6, 8)
    made_by_torch = places(model.places).detach().reshape(6, 8).numpy()
    assert np.array_equal(block.maps[0], made_by_torch)
    assert words.sample == samples - 1
    described = described_tensors(recording)
    made = end.activation_id(layers["places"])
    assert made is not None
    assert not described[made]["batch"]


class Diffusion(nn.Module):
    """Times are drawn inside, one for each sample, and shift each sample's maps."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.times, self.up = nn.Conv2d(1, 4, 1), nn.Embedding(10, 8), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        t = torch.randint(10, (len(x),))
        return self.conv(x) + self.up(torch.relu(self.times(t)))[:, :, None, None]


class ByHand(nn.Module):
    """A recurrent cell of two lines, which begins with zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.into, self.back = nn.Linear(3, 5), nn.Linear(5, 5)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(len(x), 5)
        for step in x.unbind(1):
            h = torch.tanh(self.into(step) + self.back(h))
        return h


class Latents(nn.Module):
    """Queries of the network's own, as many for each sample."""

    def __init__(self) -> None:
        super().__init__()
        self.latents, self.norm = nn.Parameter(torch.randn(3, 4)), nn.LayerNorm(4)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.latents.expand(len(x), -1, -1)) @ x.mT @ x


@pytest.mark.parametrize(
    ("model", "x", "expected"),
    [
        (Diffusion(), torch.randn(3, 1, 2, 2), {"times": (8,), "up": (4,), "add": (4, 2, 2)}),
        (Latents(), torch.randn(2, 5, 4), {"norm": (3, 4), "matmul": (3, 5)}),
        (ByHand(), torch.randn(4, 2, 3), {"back": (5,), "back (2)": (5,)}),
    ],
    ids=["times that are drawn", "latents", "a state of zeros"],
)
def test_what_meets_the_batch_row_by_row_has_its_samples(
    model: nn.Module, x: Tensor, expected: dict[str, tuple[int, ...]]
) -> None:
    found = shapes(recorded(model, x))
    assert expected.items() <= found.items()
