"""torch may swap a parameter for another tensor between steps: it refuses what others hold."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv


@pytest.fixture(autouse=True)
def swapping() -> Iterator[None]:
    """Modules swap their parameters where they load a state or change their dtype."""
    torch.__future__.set_swap_module_params_on_conversion(True)
    yield
    torch.__future__.set_swap_module_params_on_conversion(False)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.weight = nn.Parameter(torch.randn(3, 2))

    def forward(self, x: Tensor) -> Tensor:
        return (x @ self.weight.T.T).tanh() * self.weight[0].abs()


def test_parameters_are_swapped_while_an_iteration_is_recorded() -> None:
    net, plain = Net(), Net()
    ours, theirs = (torch.optim.SGD(one.parameters(), lr=0.1) for one in (net, plain))
    for turn in range(4):
        x = torch.randn(6, 3, generator=torch.Generator().manual_seed(turn))
        with bv.record(net, ours) as recording:
            ours.zero_grad()
            loss = net(x).square().mean()
            loss.backward()
            ours.step()
            # The loss is there still, and with it the node of the parameter.
            net.load_state_dict({name: one / 2 for name, one in net.state_dict().items()})
        theirs.zero_grad()
        expected = plain(x).square().mean()
        expected.backward()
        theirs.step()
        grad = plain.weight.grad
        (moved,) = (event for event in recording.events if event.op == "SGD")
        assert recording.loss == expected.item()
        np.testing.assert_array_equal(moved.inputs[1], grad)
        np.testing.assert_array_equal(moved.outputs[0], plain.weight.detach())
        plain.load_state_dict({name: one / 2 for name, one in plain.state_dict().items()})
        np.testing.assert_array_equal(net.weight.detach(), plain.weight.detach())
