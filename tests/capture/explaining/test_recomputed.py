"""A reentrant checkpoint runs its part again in backward: each number there has terms, too."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from backprop_viz.capture.explaining.chains import links
from backprop_viz.capture.explaining.explainer import Explainer
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import recorded_net
from tests.nightly import NIGHTLY


class Checkpointed(nn.Module):
    """Layers of which those in the middle are run by ``run``, with the part and what it reads."""

    def __init__(self, run: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.first, self.last, self._run = nn.Linear(4, 6), nn.Linear(6, 3), run
        self.middle = nn.Sequential(
            nn.Linear(6, 6), nn.LayerNorm(6), nn.GELU(), nn.Dropout(0.3), nn.Linear(6, 6), nn.Tanh()
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self._run(self.middle, torch.relu(self.first(x))))


def whole(part: nn.Module, x: Tensor) -> Tensor:
    made: Tensor = checkpoint(part, x, use_reentrant=True)
    return made


def around(part: nn.Module, x: Tensor) -> Tensor:
    made: Tensor = checkpoint(lambda h: part(h) * h + h, x, use_reentrant=True)
    return made


def in_segments(part: nn.Module, x: Tensor) -> Tensor:
    assert isinstance(part, nn.Sequential)
    made: Tensor = checkpoint_sequential(part, 3, x, use_reentrant=True)
    return made


RUNS = {"whole": whole, "around": around, "in segments": in_segments}


@pytest.mark.parametrize("samples", [(3, 4), (2, 3, 4)], ids=["rows", "sequences"])
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.filterwarnings("ignore")
def test_every_number_of_what_ran_again_has_terms(name: str, samples: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    net, x = Checkpointed(RUNS[name]), torch.randn(samples)
    plain = Checkpointed(RUNS[name])
    plain.load_state_dict(net.state_dict())
    torch.manual_seed(1)
    (plain(x) ** 2).sum().backward()
    torch.manual_seed(1)
    recording = recorded_net(net, x)
    end = recording.at(len(recording.events))
    for parameter, own in plain.named_parameters():
        assert own.grad is not None
        assert np.array_equal(end.grad(parameter), own.grad.numpy())  # type: ignore[arg-type]
    explainer = Explainer(recording)
    draw = random.Random(0)
    numbers = list(numbers_of(recording, draw))
    for number in numbers if NIGHTLY else draw.sample(numbers, 20):
        found = explainer.explain(number)
        assert found.reason is None or found.reason.code == "no_derivative", (
            found.op,
            found.reason,
        )
        assert list(faults(recording, found)) == [], found.op
        if found.kind in ("gradient", "arrived", "accumulated"):
            last = list(links(explainer, number))[-1]
            assert last.reason is None
            assert {fact.code for fact in last.facts} >= {"backward_starts"} or not last.parts


class Branches(nn.Module):
    """A checkpoint with several outputs, which ``run`` makes of three layers and what it reads."""

    def __init__(self, run: Callable[[nn.ModuleList, Tensor], Tensor]) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 3), nn.Linear(4, 3)])
        self._run = run

    def forward(self, x: Tensor) -> Tensor:
        return self._run(self.layers, self.layers[0](x))


def _both(layers: nn.ModuleList, h: Tensor) -> tuple[Tensor, Tensor]:
    return layers[1](h.tanh()), layers[2](h.sin())


def _swapped(layers: nn.ModuleList, h: Tensor) -> tuple[Tensor, Tensor]:
    later = layers[2](h.sin())
    return layers[1](h.tanh()), later


def _with_weights(layers: nn.ModuleList, h: Tensor) -> tuple[Tensor, Tensor]:
    return layers[1](h.tanh()), h.softmax(-1).detach()


def _one_of_the_other(layers: nn.ModuleList, h: Tensor) -> tuple[Tensor, Tensor]:
    made = layers[1](h.tanh())
    return made, layers[2](made.sum(1, keepdim=True) * h)


Part = Callable[[nn.ModuleList, Tensor], tuple[Tensor, Tensor]]
PARTS: dict[str, tuple[Part, Callable[[Tensor, Tensor], Tensor]]] = {
    "both": (_both, lambda a, b: a * b),
    "alike": (_both, lambda a, b: a + b),
    "first": (_both, lambda a, b: a**2),
    "second": (_both, lambda a, b: b**2),
    "swapped": (_swapped, lambda a, b: a * b.cos()),
    "weights": (_with_weights, lambda a, b: a**2),
    "one of the other": (_one_of_the_other, lambda a, b: a * b),
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.filterwarnings("ignore")
def test_every_number_of_a_checkpoint_with_several_outputs_has_terms(name: str) -> None:
    part, used = PARTS[name]

    def run(layers: nn.ModuleList, h: Tensor) -> Tensor:
        return used(*checkpoint(lambda given: part(layers, given), h, use_reentrant=True))

    torch.manual_seed(0)
    net, x = Branches(run), torch.randn(5, 4)
    recording = recorded_net(net, x)
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        assert found.reason is None or found.reason.code == "no_derivative", (
            found.op,
            found.reason,
        )
        assert list(faults(recording, found)) == [], found.op
