"""A function that is called at many nodes is gone afterwards, and leaves others' hooks alone."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

import backprop_viz as bv
from backprop_viz.capture.watches.node_hooks import NodeHooks
from backprop_viz.recording.trace.phases import Phase

Grads = tuple[Tensor | None, ...]


def node_of(tensor: Tensor) -> Node:
    assert tensor.grad_fn is not None
    return tensor.grad_fn


def leaf_node(leaf: Tensor) -> Node:
    node = node_of(leaf.view_as(leaf)).next_functions[0][0]
    assert node is not None
    return node


def test_each_node_that_runs_tells_what_it_sent_and_was_given() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    loss = y.sum()
    seen: list[tuple[Grads, Grads]] = []
    hooks = NodeHooks(lambda sent, given: seen.append((sent, given)))
    assert hooks.put([node_of(loss), node_of(y)])
    loss.backward(retain_graph=True)
    assert [[None if g is None else g.tolist() for g in sent] for sent, _ in seen] == [
        [[1.0, 1.0]],
        [[3.0, 3.0], None],
    ]
    assert [[None if g is None else g.tolist() for g in given] for _, given in seen] == [
        [1.0],
        [[1.0, 1.0]],
    ]
    hooks.remove()
    loss.backward()
    assert len(seen) == 2
    assert "_register_hook" not in vars(torch.autograd.Function)


def test_hooks_of_others_are_told_of_and_stay() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    called: list[str] = []
    before = node_of(y).register_hook(lambda *_: called.append("theirs"))
    hooks = NodeHooks(lambda *_: called.append("ours"))
    assert not hooks.put([node_of(y)])
    y.sum().backward(retain_graph=True)
    assert called == ["theirs", "ours"]
    hooks.remove()
    y.sum().backward(retain_graph=True)
    assert called == ["theirs", "ours", "theirs"]
    before.remove()
    assert hooks.put([node_of(y)])
    hooks.remove()


def test_a_hook_that_others_put_at_a_recorded_node_is_theirs_alone() -> None:
    net, x = nn.Linear(3, 2), torch.randn(4, 3)
    with bv.record(net) as recorded:
        out = net(x)
        out.sum().backward(retain_graph=True)
    events = len(recorded.recording.events)
    called: list[str] = []
    handles = [
        node_of(out).register_hook(lambda *_: called.append("linear")),
        leaf_node(net.weight).register_hook(lambda *_: called.append("weight")),
    ]
    out.sum().backward(retain_graph=True)
    assert called == ["linear", "weight"]
    for handle in handles:
        handle.remove()
    out.sum().backward()
    assert called == ["linear", "weight"]
    assert len(recorded.recording.events) == events


def test_a_hook_of_an_earlier_graph_at_a_leaf_changes_what_the_next_node_gets() -> None:
    """It was put there before the recording began, and doubles the ``.grad`` unseen."""
    net, x = nn.Linear(3, 1, bias=False), torch.randn(4, 3)
    earlier = net(x)  # keeps the leaf's node alive
    handle = leaf_node(net.weight).register_hook(lambda *_: double(net.weight))
    with bv.record(net) as recorded:
        net(x).square().sum().backward()
    plain = 2 * (net(x) * x).sum(0, keepdim=True).detach()
    (leaf,) = (e for e in recorded.recording.events if e.op == "AccumulateGrad")
    assert leaf.inputs[1] is not None
    np.testing.assert_allclose(leaf.inputs[1], plain, rtol=1e-5)
    assert net.weight.grad is not None
    np.testing.assert_allclose(net.weight.grad, 2 * plain, rtol=1e-5)
    assert leaf.outputs[0] is not None
    np.testing.assert_array_equal(leaf.outputs[0], net.weight.grad.numpy())
    handle.remove()
    del earlier


def double(weight: Tensor) -> None:
    assert weight.grad is not None
    weight.grad.data.mul_(2)


def test_a_thread_that_puts_a_hook_meanwhile_has_its_own() -> None:
    x = torch.ones(2, requires_grad=True)
    first, second, other = x * 2, x * 3, x * 4
    called: list[str] = []

    def nodes() -> Iterator[Node]:
        yield node_of(first)
        thread = threading.Thread(
            target=lambda: handles.append(
                node_of(other).register_hook(lambda *_: called.append("other"))
            )
        )
        thread.start()
        thread.join()
        yield node_of(second)

    handles: list[torch.utils.hooks.RemovableHandle] = []
    hooks = NodeHooks(lambda *_: called.append("ours"))
    assert hooks.put(nodes())
    (first + second + other).sum().backward(retain_graph=True)
    assert sorted(called) == ["other", "ours", "ours"]
    hooks.remove()
    handles[0].remove()
    called.clear()
    (first + second + other).sum().backward()
    assert called == []


def test_one_gradient_that_two_leaves_get_is_a_number_of_its_own_in_each() -> None:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))

        def forward(self, x: Tensor) -> Tensor:
            return ((self.a + self.b) * x).sum()

    net, x = Sum(), torch.tensor([1.0, 2.0, 3.0])
    with bv.record(net) as recorded:
        net(x).backward()
        assert net.a.grad is not None
        net.a.grad.mul_(0)
        assert net.b.grad is not None
        net.b.grad.data.add_(7)
    events = [e for e in recorded.recording.events if e.phase is Phase.BACKWARD]
    leaves = [e for e in events if e.op == "AccumulateGrad"]
    assert {e.parameter for e in leaves} == {"a", "b"}
    for event in leaves:
        assert event.inputs[1] is not None
        assert event.outputs[0] is not None
        assert event.inputs[1].tolist() == event.outputs[0].tolist() == x.tolist()
    (add,) = (e for e in events if e.op == "AddBackward0")
    assert [None if g is None else g.tolist() for g in add.outputs] == [x.tolist(), x.tolist()]


@pytest.fixture
def torch_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a torch that puts a hook in another way: what stands in its place is not called."""
    plain = torch.autograd.Function._register_hook
    never = property(lambda _: plain, lambda _, other: None, lambda _: None)
    monkeypatch.setattr(type(torch.autograd.Function), "_register_hook", never, raising=False)


@pytest.mark.usefixtures("torch_does_not_ask")
def test_a_torch_that_puts_hooks_itself_calls_them_and_has_them_removed() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    called: list[str] = []
    hooks = NodeHooks(lambda *_: called.append("ours"))
    assert hooks.put([node_of(y), leaf_node(x)])
    y.sum().backward(retain_graph=True)
    assert called == ["ours", "ours"]
    hooks.remove()
    handle = node_of(y).register_hook(lambda *_: called.append("theirs"))
    assert not hooks.put([node_of(y)])
    hooks.remove()
    y.sum().backward()
    assert called == ["ours", "ours", "theirs"]
    handle.remove()


@pytest.mark.usefixtures("torch_does_not_ask")
def test_a_backward_is_recorded_with_a_torch_that_puts_hooks_itself() -> None:
    net, x = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), torch.randn(5, 3)
    hidden = net[0](x)
    hidden.retain_grad()
    net[2](net[1](hidden)).square().sum().backward()
    plain = [p.grad.clone() for p in net.parameters() if p.grad is not None]
    net.zero_grad()
    with bv.record(net) as recorded:
        loss = net(x).square().sum()
        loss.backward(retain_graph=True)
    after = [p.grad.clone() for p in net.parameters() if p.grad is not None]
    loss.backward()  # is in no recording
    events = [e for e in recorded.recording.events if e.phase is Phase.BACKWARD]
    leaves = {e.parameter: e for e in events if e.op == "AccumulateGrad"}
    assert sum(e.op == "AccumulateGrad" for e in events) == len(leaves) == len(plain) == len(after)
    for (name, _), grad, left in zip(net.named_parameters(), plain, after, strict=True):
        (made,) = leaves[name].outputs
        assert made is not None
        np.testing.assert_array_equal(made, grad.numpy())
        np.testing.assert_array_equal(left.numpy(), grad.numpy())
    (relu,) = (e for e in events if e.op == "ReluBackward0")
    assert relu.outputs[0] is not None
    assert hidden.grad is not None
    np.testing.assert_array_equal(relu.outputs[0], hidden.grad.numpy())
