"""What a loop makes larger in place can be made larger while it is recorded, too."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv

X = torch.linspace(-1, 1, 30).reshape(2, 5, 3)


def _resized() -> Tensor:
    made = torch.ones(2).mul_(2)
    return made.resize_(4, 4).fill_(1.5)


def _out() -> Tensor:
    made = torch.empty(0)
    torch.add(X, 1, out=made)
    return made


def _out_of_what_was_read() -> Tensor:
    made = torch.zeros(1).add_(1)
    torch.matmul(X, X.mT, out=made)
    return made


def _values_and_places() -> Tensor:
    values, places = torch.empty(0), torch.empty(0, dtype=torch.long)
    torch.sort(X, dim=1, out=(values, places))
    return values * places


class Net(nn.Module):
    def __init__(self, make: Callable[[], Tensor]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.5, -2.0]))
        self._make = make

    def forward(self) -> Tensor:
        return self.weight * self._make().sum()


@pytest.mark.parametrize("make", [_resized, _out, _out_of_what_was_read, _values_and_places])
@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
def test_memory_is_made_larger(make: Callable[[], Tensor]) -> None:
    net, plain = Net(make), Net(make)
    plain().square().sum().backward()
    with bv.record(net) as recorded:
        make()
        net().square().sum().backward()
    assert net.weight.grad is not None
    assert plain.weight.grad is not None
    assert torch.equal(net.weight.grad, plain.weight.grad)
    assert any(event.parameter == "weight" for event in recorded.recording.events)
