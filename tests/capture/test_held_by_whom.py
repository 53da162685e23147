"""Whoever still holds what a recording reads, or its memory, may write there: the number stays."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.cloning import Cloning, bits

# What is done to what was held, when the recording is over.
Write = Callable[[], object]


def unseen(look: Callable[[], Tensor]) -> Tensor:
    """What is had without a call that a recording is told of."""
    with torch._C.DisableTorchFunction():
        return look()


def held(h: Tensor) -> Write:
    return lambda: h.data.zero_()


def viewed(h: Tensor) -> Write:
    return unseen(lambda: h.data.view(-1)[1:]).zero_


def shared(h: Tensor) -> Write:
    return unseen(h.detach).zero_


def in_a_list(h: Tensor) -> Write:
    kept = [h]
    return lambda: kept[0].data.zero_()


def by_numpy(h: Tensor) -> Write:
    with torch._C.DisableTorchFunction():
        array = h.detach().numpy()
    return lambda: array.fill(0)


def by_numpy_from_a_view(h: Tensor) -> Write:
    with torch._C.DisableTorchFunction():
        array = h.detach().view(-1).numpy()[2:]
    return lambda: array.fill(0)


def by_its_storage(h: Tensor) -> Write:
    with torch._C.DisableTorchFunction():
        storage = h.untyped_storage()
    return lambda: torch.empty(0).set_(storage).zero_()  # type: ignore[call-overload]


def by_its_node(h: Tensor) -> Write:
    """Nobody in Python holds it but the node that has saved it."""
    with torch._C.DisableTorchFunction():
        node: Any = h.grad_fn
    return lambda: node._saved_result.data.zero_()


HOLDERS = (
    *(held, viewed, shared, in_a_list, by_numpy, by_numpy_from_a_view, by_its_storage),
    by_its_node,
)


class Net(nn.Module):
    """Its hyperbolic tangent is held by somebody, and nothing of the calls that follow."""

    def __init__(self, hold: Callable[[Tensor], Write], following: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.hold = nn.Linear(6, 4), nn.Linear(4, 3), hold
        self.write: Write = int
        self.following = following

    def forward(self, x: Tensor) -> Tensor:
        h = torch.tanh(self.a(x))
        self.write = self.hold(h)
        y = self.b(h)
        for _ in range(self.following):
            y = y.mul(1.01)
        return y


def batch() -> Tensor:
    return torch.randn(5, 6, generator=torch.Generator().manual_seed(1))


def numbers(array: Array | None) -> bytes:
    assert array is not None
    return np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize("following", [0, 600])
@pytest.mark.parametrize("hold", HOLDERS, ids=lambda hold: hold.__name__)
def test_what_an_operation_made(hold: Callable[[Tensor], Write], following: int) -> None:
    net = Net(hold, following)
    with torch.no_grad():
        hidden = torch.tanh(net.a(batch()))
    with bv.record(net) as recorded:
        net(batch()).sum().backward(retain_graph=hold is by_its_node)
    net.write()
    tanh, last = recorded.recording.events[1:3]
    assert (tanh.op, last.op) == ("tanh", "linear")
    assert numbers(tanh.outputs[0]) == numbers(last.inputs[0]) == bits(hidden)


class Wide(nn.Module):
    """What its layer gives is a view of what a product made, which somebody holds."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Linear(6, 4), nn.Linear(4, 3)
        self.bases: list[Tensor | None] = []

    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x)
        with torch._C.DisableTorchFunction():
            self.bases.append(h._base)
        return self.b(torch.tanh(h))


def test_what_an_operation_made_a_view_of() -> None:
    net, x = Wide(), batch().view(1, 5, 6)
    with torch.no_grad():
        expected = net.a(x)
    with bv.record(net) as recorded:
        net(x).sum().backward()
    (base,) = net.bases
    assert base is not None
    base.data.zero_()
    linear, tanh = recorded.recording.events[:2]
    assert numbers(linear.outputs[0]) == numbers(tanh.inputs[0]) == bits(expected)


class Handed(nn.Module):
    """What it is given comes back from a function as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.arange(24.0).reshape(6, 4))

    def forward(self, x: Tensor) -> Tensor:
        return x.contiguous().matmul(self.weight).tanh()


def test_numpys_memory_that_a_function_hands_back() -> None:
    array = batch().numpy().copy()
    net = Handed()
    with bv.record(net) as recorded:
        net(torch.from_numpy(array)).sum().backward()
    array[...] = 7
    contiguous, matmul, _ = [e for e in recorded.recording.events if e.phase is Phase.FORWARD]
    for read in (contiguous.inputs[0], contiguous.outputs[0], matmul.inputs[0]):
        assert numbers(read) == bits(batch())


def backward_of(net: nn.Module, run: Callable[[], Write]) -> list[Event]:
    """The events of a backward, looked at when what was held has been written to."""
    with bv.record(net) as recorded:
        write = run()
    write()
    return [
        event
        for event in recorded.recording.events
        if event.phase is Phase.BACKWARD and event.node is not None and event.op != "AccumulateGrad"
    ]


class Plain(nn.Module):
    """Two layers; what the first gives has two uses, its weight one more.

    ``views``: some gradients are views of others.
    """

    def __init__(self, views: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.views = nn.Linear(6, 6), nn.Linear(6, 3), views

    def forward(self, x: Tensor) -> Tensor:
        self.h = self.a(x)
        other = self.h.view(30).view(5, 6) if self.views else self.h.exp()
        return self.b(self.h.tanh() * other) + self.a.weight.exp().mean()


class Once:
    """Gradients that nobody keeps when they are given."""

    def __init__(self, make: Callable[[], Tensor]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Tensor]:
        yield self._make()

    def __len__(self) -> int:
        return 1


def given_in_numpys_memory(net: Plain) -> Write:
    array = np.full((5, 3), 2, np.float32)
    gradients: Any = Once(lambda: torch.from_numpy(array))
    torch.autograd.backward([net(batch()) + torch.ones(5, 3)], gradients)
    return lambda: array.fill(9)


def given_in_anothers_memory(net: Plain) -> Write:
    given = torch.full((5, 3), 2.0)
    gradients: Any = Once(lambda: unseen(given.detach))
    torch.autograd.backward([net.b(net.a(batch()).tanh()) * 2], gradients)
    return given.zero_


def given_as_a_view(net: Plain) -> Write:
    given = torch.full((15,), 2.0)
    (net(batch()) + torch.ones(5, 3)).backward(given.view(5, 3))
    return given.zero_


def given_to_two(net: Plain) -> Write:
    """One of the two is below the other."""
    array = np.full((5, 6), 3, np.float32)
    out = net(batch()).sum()
    torch.autograd.backward([out, net.h.view(5, 6)], [None, torch.from_numpy(array)])
    return lambda: array.fill(9)


def given_to_a_leaf(net: Plain) -> Write:
    given = torch.full((6, 6), 3.0)
    with_leaf = [net.a.weight, net(batch()).sum()]
    torch.autograd.backward(with_leaf, [given, None], inputs=[net.a.weight, net.b.bias])
    return given.zero_


def asked_for(net: Plain) -> Write:
    found = list(torch.autograd.grad(net(batch()).square().mean(), [net.h, net.a.weight]))
    return lambda: torch._foreach_zero_(found)


def asked_for_and_viewed(net: Plain) -> Write:
    found, _ = torch.autograd.grad(net(batch()).square().mean(), [net.h, net.a.weight])
    part = unseen(lambda: found.view(-1)[3:])
    return part.zero_


def asked_for_and_seen_by_numpy(net: Plain) -> Write:
    found, _ = torch.autograd.grad(net(batch()).square().mean(), [net.h, net.a.weight])
    with torch._C.DisableTorchFunction():
        array = found.numpy()
    return lambda: array.fill(9)


def saved_by_another_graph(net: Plain) -> Write:
    """What a node was given is saved for a backward of this one, and Python has not got it."""
    (grad,) = torch.autograd.grad(net(batch()).square().mean(), [net.h], create_graph=True)
    nodes, saved = [grad.grad_fn], []
    for node in nodes:
        assert node is not None
        nodes += [one for one, _ in node.next_functions if one is not None and one not in nodes]
        saved += [name for name in dir(node) if name in ("_saved_grad_output", "_saved_self")]

    def write() -> None:
        for node in nodes:
            for name in ("_saved_grad_output", "_saved_self", "_saved_other"):
                tensor = getattr(node, name, None)
                if isinstance(tensor, Tensor) and not tensor.is_leaf:
                    tensor.data.zero_()

    assert saved
    return write


# An older torch tells no mode of torch.autograd.backward, which these call: not ours here either.
tells_of_backward = pytest.mark.skipif(
    "has_torch_function" not in torch.autograd.backward.__code__.co_names,
    reason="this torch does not tell of torch.autograd.backward",
)
GRADIENTS = (
    *(
        pytest.param(run, marks=tells_of_backward)
        for run in (given_in_numpys_memory, given_in_anothers_memory, given_to_two, given_to_a_leaf)
    ),
    *(given_as_a_view, asked_for),
    *(asked_for_and_viewed, asked_for_and_seen_by_numpy, saved_by_another_graph),
)


@pytest.mark.parametrize("views", [False, True])
@pytest.mark.parametrize("run", GRADIENTS, ids=lambda run: run.__name__)
def test_what_a_node_was_given_and_sent(run: Callable[[Plain], Write], views: bool) -> None:
    cloning = Cloning()
    with cloning:
        run(Plain(views))
    net = Plain(views)
    events = backward_of(net, lambda: run(net))
    assert not any(event.missing for event in events)
    assert [[a if a is None else numbers(a) for a in e.inputs] for e in events] == cloning.given
    assert [[a if a is None else numbers(a) for a in e.outputs] for e in events] == cloning.sent
    assert cloning.sent


@pytest.mark.parametrize("views", [False, True])
def test_what_has_come_to_a_leaf_that_has_its_memory_from_then_on(views: bool) -> None:
    """torch sums up what two uses of a weight send, and has nobody else hold the sum."""
    net = Plain(views)
    with bv.record(net) as recorded:
        net(batch()).square().mean().backward()
    grad = net.a.weight.grad
    assert grad is not None
    expected = bits(grad)
    grad.numpy()[...] = 9
    (event,) = (e for e in recorded.recording.events if e.parameter == "a.weight")
    assert numbers(event.inputs[1]) == numbers(event.outputs[0]) == expected


def test_what_is_the_values_of_a_sparse_gradient() -> None:
    net = nn.Embedding(7, 3, sparse=True)
    with bv.record(net) as recorded:
        loss = net(torch.tensor([1, 2, 4])).sin().sum()
        (grad,) = torch.autograd.grad(loss, [net.weight])
    expected = grad._values().clone()
    grad._values().zero_()
    events = {e.op: e for e in recorded.recording.events if e.phase is Phase.BACKWARD}
    assert numbers(events["SinBackward0"].outputs[0]) == bits(expected)
    assert numbers(events["EmbeddingBackward0"].inputs[0]) == bits(expected)
