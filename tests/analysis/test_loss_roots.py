"""What backward was called on, against the numbers of the loop."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.loss_roots import LossRoot, loss_roots

X, Y = torch.randn(8, 4), torch.randint(3, (8,))


def told(root: LossRoot) -> list[tuple[str, float]]:
    return [(part.op, part.value) for part in root.parts]


def test_parts_that_are_summed() -> None:
    net = nn.Linear(4, 3)
    with bv.record(net) as recorded:
        out = net(X)
        entropy, square = F.cross_entropy(out, Y), net.weight.square().sum()
        unused = out.exp().mean()
        loss = entropy + 0.01 * square - out.abs().mean()
        loss.backward()
    (root,) = loss_roots(recorded.recording)
    assert (root.op, root.value) == ("sub", loss.item())
    assert told(root) == [
        ("cross_entropy", entropy.item()),
        ("sum", (0.01 * square).item()),
        ("mean", -out.abs().mean().item()),
    ]
    assert sum(part.value for part in root.parts) == pytest.approx(loss.item())
    assert unused.item() not in [value for _, value in told(root)]


def test_two_losses_and_an_accumulated_one() -> None:
    net = nn.Linear(4, 3)
    with bv.record(net) as recorded:
        out = net(X)
        entropy, half = F.cross_entropy(out, Y), out.square().mean() / 2
        entropy.backward(retain_graph=True)
        half.backward()
    roots = loss_roots(recorded.recording)
    assert [(root.op, root.value, root.parts) for root in roots] == [
        ("cross_entropy", entropy.item(), ()),
        ("div", half.item(), ()),
    ]
    assert recorded.recording.loss == half.item()  # the last one
    with bv.record(net) as recorded:
        parts = [F.cross_entropy(net(half), y) / 2 for half, y in ((X[:4], Y[:4]), (X[4:], Y[4:]))]
        for part in parts:
            part.backward()
    assert [root.value for root in loss_roots(recorded.recording)] == [p.item() for p in parts]


def test_a_regulariser_that_is_added_in_place() -> None:
    net = nn.Linear(4, 3)
    with bv.record(net) as recorded:
        entropy = F.cross_entropy(net(X), Y)
        square = net.weight.square().sum()
        loss = entropy.clone()
        loss += square
        loss.backward()
    (root,) = loss_roots(recorded.recording)
    assert (root.op, root.value) == ("add_", loss.item())
    assert told(root) == [("clone", entropy.item()), ("sum", square.item())]


def test_no_number_is_no_loss() -> None:
    net = nn.Linear(4, 3)
    with bv.record(net) as recorded:
        out = net(X)
        out.backward(torch.ones_like(out))
    assert loss_roots(recorded.recording) == ()


def test_a_number_that_is_used_twice_is_no_loss() -> None:
    net = nn.Linear(4, 3)
    with bv.record(net) as recorded:
        scale = net.bias.sum() + 2
        loss = (net(X) * scale).square().mean() / scale
        loss.backward()
    assert [root.value for root in loss_roots(recorded.recording)] == [loss.item()]
