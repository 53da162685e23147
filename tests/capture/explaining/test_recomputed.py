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
