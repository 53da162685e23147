"""A complex number that the loop casts to a real one is checked by finite differences, too."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.checks.gradient_check import NumberCheck
from backprop_viz.recording.explanations.components import Component
from backprop_viz.recording.explanations.number import Number


class Cast(nn.Module):
    def __init__(self, cast: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, dtype=torch.cfloat))
        self.last, self._cast = nn.Linear(4, 2), cast

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.last(getattr(x * self.weight, self._cast)().float())
        return made


@pytest.mark.parametrize("component", ["real", "imag"])
@pytest.mark.parametrize("cast", ["float", "double"])
@pytest.mark.filterwarnings("ignore:Casting complex values to real")
def test_the_weight_before_a_cast_is_checked(cast: str, component: Component) -> None:
    torch.manual_seed(0)
    net, x = Cast(cast), torch.randn(3, 4)
    with bv.record(net) as recorded:
        net(x).square().sum().backward()
    recording = recorded.recording
    (weight,) = (one for one in recording.parameters if one.name == "weight")
    check = NumberCheck(recording, Number(weight.value_id, (1,), component=component), 1e-4)
    for _ in check.slices():
        pass
    found = check.result()
    assert found.verdict == ("correct" if component == "real" else "zero")
    assert net.weight.grad is not None
    torch_has = getattr(net.weight.grad[1], component).item()
    assert found.exact == pytest.approx(torch_has, rel=1e-5, abs=1e-9)
