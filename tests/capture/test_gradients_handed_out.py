"""A gradient that a loop holds after a backward is its own; the recording keeps the number."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from tests.capture.cloning import Cloning


class Net(nn.Module):
    """Two layers, of which the first is used twice; its output has two uses as well."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Linear(6, 6), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        self.inner = self.a(x).tanh()
        return self.b(self.inner + self.a(self.inner)).exp()


def batch() -> Tensor:
    return torch.randn(4, 6, generator=torch.Generator().manual_seed(1))


def asked_for(net: Net) -> None:
    loss = net(batch()).square().mean()
    found = torch.autograd.grad(loss, [net.inner, net.a.weight, net.b.bias], retain_graph=True)
    for grad in found:
        grad.mul_(0)
    loss.backward()


def asked_for_and_seen_by_numpy(net: Net) -> None:
    loss = net(batch()).square().mean()
    (grad,) = torch.autograd.grad(loss, [net.a.weight], retain_graph=True)
    array = grad.numpy()
    loss.backward()
    array[:] = 5


def given(net: Net) -> None:
    out, grad = net(batch()), torch.full((4, 3), 2.0)
    out.backward(grad)
    grad.fill_(9)


def given_and_handed_on(net: Net) -> None:
    """The node that adds sends on what it is given."""
    out, grad = net(batch()) + torch.ones(4, 3), torch.full((4, 3), 2.0)
    out.backward(grad.view(4, 3))
    grad.data.zero_()


def accumulated(net: Net) -> None:
    net(batch()).square().mean().backward()
    for parameter in net.parameters():
        assert parameter.grad is not None
        parameter.grad.mul_(3)
        parameter.grad.data.add_(1)
    net(batch()).sum().backward()
    for parameter in net.parameters():
        assert parameter.grad is not None
        parameter.grad.numpy()[:] = 4


def retained(net: Net) -> None:
    loss = net(batch()).square().mean()
    net.inner.retain_grad()
    loss.backward(retain_graph=True)
    assert net.inner.grad is not None
    net.inner.grad.zero_()
    loss.backward()


def differentiated_again(net: Net) -> None:
    loss = net(batch()).square().mean()
    (grad,) = torch.autograd.grad(loss, [net.a.weight], create_graph=True)
    grad.square().sum().backward()
    grad.data.zero_()


def of_some_inputs(net: Net) -> None:
    loss = net(batch()).square().mean()
    loss.backward(inputs=[net.a.weight], retain_graph=True)
    assert net.a.weight.grad is not None
    net.a.weight.grad.fill_(7)
    loss.backward()


def of_an_input(net: Net) -> None:
    x = batch().requires_grad_()
    net(x).square().mean().backward()
    assert x.grad is not None
    x.grad.zero_()
    net(x).square().mean().backward()


def handed_on_as_views(net: Net) -> None:
    out = net(batch())
    first, second, _ = out.t().unbind()
    joined = torch.cat([first.view(2, 2), second.expand(3, 4)[:, :2]])
    parts = joined.split([3, 2])
    (parts[0].sum() + parts[1].flip(0).square().sum() + out[1:, 0].sum()).backward()


def raised_half_way(net: Net) -> None:
    out = net(batch())
    loss = out.square().sum() + net.inner.sin().sum()
    with torch.no_grad():
        net.inner.add_(1)  # which the first layer's tanh has saved
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def through_one_graph_twice(net: Net) -> None:
    loss = net(batch()).square().mean()
    loss.backward(retain_graph=True)
    for parameter in net.parameters():
        assert parameter.grad is not None
        parameter.grad.data.mul_(2)
    loss.backward()


def to_one_leaf_by_several_paths(net: Net) -> None:
    weight = net.a.weight
    (
        weight.t().exp().sum() + (weight * weight).sum() + net(batch()).sum() + weight.sum()
    ).backward()
    assert weight.grad is not None
    weight.grad.detach().numpy()[:] = 3


WAYS = (
    *(asked_for, asked_for_and_seen_by_numpy, given, given_and_handed_on, accumulated, retained),
    *(differentiated_again, of_some_inputs, of_an_input, handed_on_as_views, raised_half_way),
    *(through_one_graph_twice, to_one_leaf_by_several_paths),
)


def numbers(array: Array | None) -> bytes | None:
    return None if array is None else np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_gradient_is_as_it_was_when_the_node_ran(way: Callable[[Net], None]) -> None:
    cloning = Cloning()
    with cloning:
        way(Net())
    net = Net()
    step = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, step) as recorded:
        way(net)
        step.step()
    events = [
        event
        for event in recorded.recording.events
        if event.phase is Phase.BACKWARD and event.node is not None and event.op != "AccumulateGrad"
    ]
    assert not any(event.missing for event in events)
    assert [[numbers(array) for array in event.inputs] for event in events] == cloning.given
    assert [[numbers(array) for array in event.outputs] for event in events] == cloning.sent
    assert cloning.sent


def test_a_grad_that_a_backward_begins_with_and_adds_to_is_told_as_it_was_or_not_at_all() -> None:
    net = Net()
    weight = net.a.weight
    with bv.record(net) as recorded:
        net(batch()).sum().backward()
        assert weight.grad is not None
        begun = weight.grad.clone()
        (weight * 2 + torch.ones(6, 6)).backward(weight.grad)
    events = [e for e in recorded.recording.events if e.phase is Phase.BACKWARD]
    told = [e for e in events if e.op in ("AddBackward0", "MulBackward0")][-2:]
    for event in told:
        for side, arrays in ("input", event.inputs), ("output", event.outputs[:1]):
            for number, array in enumerate(arrays):
                if f"{side} {number}" in event.missing:
                    assert array is None
                    continue
                times = 2 if (event.op, side) == ("MulBackward0", "output") else 1
                assert numbers(array) == numbers((times * begun).numpy())
    assert numbers(events[-1].outputs[0]) == numbers(weight.grad.numpy())


def test_all_views_of_what_a_loop_holds_are_as_they_were_before_it_wrote_there() -> None:
    net, x = nn.Linear(6, 8), batch()
    (expected,) = torch.autograd.grad(net(x).square().mean(), [net.weight])
    with bv.record(net) as recorded:
        (found,) = torch.autograd.grad(net(x).square().mean(), [net.weight])
        found.zero_()
    (product,) = (e for e in recorded.recording.events if e.op == "AddmmBackward0")
    (turned,) = (e for e in recorded.recording.events if e.op == "TBackward0")
    for array in (product.outputs[2], turned.inputs[0]):
        assert array is not None
        np.testing.assert_array_equal(array, expected.T)
    np.testing.assert_array_equal(turned.outputs[0], expected)
