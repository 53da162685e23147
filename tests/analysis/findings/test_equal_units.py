"""Units that begin alike stay alike but for rounding, and each iteration says so."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

import backprop_viz as bv

TURNS = 12


def iterations(net: nn.Sequential) -> list[bv.Recording]:
    """A recording of each turn, with batches that differ."""
    torch.manual_seed(0)
    data = torch.randn(TURNS, 32, 10)
    labels = (data[:, :, 0] > 0).long() + (data[:, :, 2] > 0.5).long()
    optimizer, made = torch.optim.SGD(net.parameters(), lr=0.1), list[bv.Recording]()
    for x, y in zip(data, labels, strict=True):
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        made.append(recording.recording)
    return made


def network() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 3))


def equal(recording: bv.Recording) -> list[str | None]:
    return [one.parameter for one in recording.findings() if one.code == "equal_units"]


def test_it_is_said_in_each_iteration() -> None:
    net = network()
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.1)
    made = iterations(net)
    rows = net[0].weight.detach()
    spread = (rows - rows[0]).abs().max() / rows.abs().max()
    assert spread < 1e-6  # what is left of it after all turns, of the plain weights
    assert ["0.weight" in equal(one) for one in made] == [True] * TURNS


def test_units_that_differ_by_little_learn_and_are_no_mistake() -> None:
    net = network()
    with torch.no_grad():
        net[0].weight.copy_(0.1 + 1e-3 * torch.randn(32, 10))
    assert [equal(one) for one in iterations(net)] == [[]] * TURNS
    assert [equal(one) for one in iterations(network())] == [[]] * TURNS
