"""What somebody's hooks pack when a node saves it is unpacked by the backward alone."""

from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv

pytestmark = pytest.mark.skipif(
    not hasattr(torch._C._autograd.SavedTensor, "unpack_hook"),
    reason="this torch does not tell what hooks have packed",
)


def test_a_checkpoint_is_computed_as_often_as_in_the_plain_loop() -> None:
    def train(recorded: bool) -> tuple[int, list[Tensor]]:
        torch.manual_seed(0)
        block = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh())
        net = nn.Sequential(block, nn.Linear(4, 2))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        calls = []

        def counted(x: Tensor) -> Tensor:
            calls.append(x)
            found: Tensor = block(x)
            return found

        for _ in range(3):
            with bv.record(net, optimizer) if recorded else nullcontext():
                optimizer.zero_grad()
                out = net[1](checkpoint(counted, torch.randn(5, 3), use_reentrant=False))
                out.square().mean().backward()
                optimizer.step()
        return len(calls), [t.clone() for t in net.state_dict().values()]

    (plain_calls, plain), (calls, found) = train(False), train(True)
    assert calls == plain_calls
    assert all(map(torch.equal, found, plain))


def test_what_can_be_unpacked_once_is_there_for_the_backward() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    x = torch.randn(5, 3)
    net(x).square().mean().backward()
    plain = [p.grad for p in net.parameters() if p.grad is not None]
    net.zero_grad()
    stored: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> int:
        stored[number := len(stored)] = tensor
        return number

    with bv.record(net), saved_tensors_hooks(pack, stored.pop):
        net(x).square().mean().backward()
    assert not stored
    for parameter, grad in zip(net.parameters(), plain, strict=True):
        assert parameter.grad is not None
        assert torch.equal(parameter.grad, grad)


def test_a_node_tells_of_the_tensors_that_the_hooks_have_made() -> None:
    net = nn.Linear(3, 4)

    def shortened(tensor: Tensor) -> Tensor:
        return tensor[:1].clone()

    with bv.record(net) as recording:
        h = net(torch.ones(2, 3))
        with saved_tensors_hooks(shortened, lambda packed: packed.expand(2, 4)):
            h = h.exp()
        h.sum().backward()
    (node,) = (n for n in recording.recording.graph.nodes if n.name == "ExpBackward0")
    assert [(saved.name, saved.shape, saved.bytes) for saved in node.saved] == [
        ("result", (1, 4), 16)
    ]


class Scaled(nn.Module):
    """A frozen weight, which may have been scaled in place by what is learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4, 4), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        return (x @ self.weight).tanh()


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize("of", ["the input", "a parameter"])
def test_what_was_packed_before_is_unpacked_by_the_backward_alone(of: str) -> None:
    def times_unpacked(recorded: bool) -> int:
        net, x, unpacked = Scaled(), torch.ones(2, 4), list[Tensor]()

        def unpack(packed: Tensor) -> Tensor:
            unpacked.append(packed)
            return packed

        with saved_tensors_hooks(lambda tensor: tensor, unpack):
            if of == "the input":
                x = x.mul(net.scale[:2]).tanh()
            else:
                net.weight.mul_(net.scale)
        with bv.record(net) if recorded else nullcontext():
            net(x).sum().backward()
        return len(unpacked)

    assert times_unpacked(True) == times_unpacked(False) > 0
