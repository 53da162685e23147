"""What is recorded without a copy is copied when others come to hold it, or can write unseen."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.borrowing import borrows
from tests.capture.cloning import bits


class Net(nn.Module):
    """One weight that is used twice, so that its gradients are summed."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a = nn.Linear(40, 40)

    def forward(self, x: Tensor) -> Tensor:
        self.inner = self.a(x).tanh()
        return self.a(self.inner)


def batch() -> Tensor:
    return torch.randn(4, 40, generator=torch.Generator().manual_seed(1))


def numbers(array: Array | None) -> bytes:
    assert array is not None
    return np.ascontiguousarray(array).tobytes()


def one(recording: Recording, op: str) -> Event:
    return next(event for event in recording.events if event.op == op)


def memory_of(array: Array) -> object:
    """Whose memory an array is."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.base


@borrows
def test_what_nobody_else_holds_is_never_copied() -> None:
    net = nn.Sequential(nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
    with bv.record(net) as recorded:
        net(batch()).sum().backward()
    tanh = one(recorded.recording, "tanh")
    back = one(recorded.recording, "TanhBackward0")
    assert isinstance(memory_of(tanh.outputs[0]), Tensor)
    assert isinstance(memory_of(back.outputs[0]), Tensor)
    with torch.no_grad():
        hidden = net[0](batch())
        expected = hidden.tanh()
        sent = net[2].weight.expand(4, 40) * (1 - expected * expected)
    assert numbers(tanh.outputs[0]) == bits(expected)
    np.testing.assert_allclose(back.outputs[0], sent, rtol=1e-5)


def test_what_the_loop_still_holds_is_its_own_when_it_is_recorded() -> None:
    net = Net()
    with bv.record(net) as recorded:
        output = net(batch())
        loss = output.square().mean()
        loss.backward()
    expected = bits(output), bits(net.inner), bits(loss)
    for tensor in output, net.inner, loss:
        tensor.detach().numpy()[...] = 7
    recording = recorded.recording
    made = [event.outputs[0] for event in recording.events if event.phase is Phase.FORWARD]
    assert (numbers(made[2]), numbers(made[1])) == expected[:2]
    assert numbers(one(recording, "mean").outputs[0]) == expected[2]


def test_what_was_read_on_the_way_stays_as_it_was() -> None:
    net = Net()
    with bv.record(net) as recorded:
        output = net(batch())
        inner = one(recorded.recording, "tanh").outputs[0]
        before = numbers(inner)
        net.inner.data.zero_()
        torch._foreach_mul_([output.detach()], 0)
        output.sum().backward()
    assert numbers(inner) == before == numbers(one(recorded.recording, "tanh").outputs[0])


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
@pytest.mark.parametrize("fused", [False, True])
def test_summed_gradients_are_as_they_arrived_when_a_step_has_used_them(
    optimizer: type[torch.optim.SGD | torch.optim.Adam], fused: bool
) -> None:
    plain, net = Net(), Net()
    plain(batch()).square().mean().backward()
    expected = {name: bits(p.grad) for name, p in plain.named_parameters() if p.grad is not None}
    step = optimizer(net.parameters(), lr=0.1, weight_decay=0.1, fused=fused)
    with bv.record(net, step) as recorded:
        step.zero_grad()
        net(batch()).square().mean().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1e-3)
        step.step()
        for parameter in net.parameters():
            assert parameter.grad is not None
            parameter.grad.zero_()
    for name, grad in expected.items():
        event = next(e for e in recorded.recording.events if e.parameter == name and e.node)
        assert event.op == "AccumulateGrad"
        assert numbers(event.inputs[1]) == grad == numbers(event.outputs[0])


def test_two_backwards_into_one_gradient() -> None:
    net = Net()
    with bv.record(net) as recorded:
        loss = net(batch()).square().mean()
        loss.backward(retain_graph=True)
        assert net.a.weight.grad is not None
        first = bits(net.a.weight.grad)
        loss.backward()
        second = bits(net.a.weight.grad)
    events = [e for e in recorded.recording.events if e.parameter == "a.weight"]
    assert [numbers(e.outputs[0]) for e in events] == [first, second]
    assert numbers(events[1].inputs[0]) == first


def test_a_gradient_that_is_handed_out_and_written_to() -> None:
    net = Net()
    with bv.record(net) as recorded:
        loss = net(batch()).square().mean()
        (grad,) = torch.autograd.grad(loss, [net.inner], retain_graph=True)
        expected = bits(grad)
        grad.mul_(0)
        grad.numpy()[0] = 3
        loss.backward()
    backward = [e for e in recorded.recording.events if e.phase is Phase.BACKWARD]
    sent = [numbers(a) for e in backward for a in e.outputs if a is not None and a.shape == (4, 40)]
    assert expected in sent


def by_data(weight: Tensor) -> Tensor:
    weight.data.mul_(2)
    return weight


def turned(weight: Tensor) -> Tensor:
    weight.data = weight.data.t()
    return weight


def by_numpy(weight: Tensor) -> Tensor:
    weight.detach().numpy()[0] = 1
    return weight


def swapped(weight: Tensor) -> Tensor:
    with torch.no_grad():
        weight.set_(weight.flip(0))  # type: ignore[call-overload]
    return weight


def unseen(weight: Tensor) -> Tensor:
    with torch.no_grad(), torch._C.DisableTorchFunction():
        return weight.mul_(2)


WAYS: tuple[Callable[[Tensor], Tensor], ...] = (by_data, turned, by_numpy, swapped, unseen)


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("place", ["forward", "loss", "after"])
def test_a_weight_that_is_written_to(write: Callable[[Tensor], Tensor], place: str) -> None:
    net = Net()
    if place == "forward":
        net.a.register_forward_pre_hook(lambda *_: (write(net.a.weight), None)[1])
    step = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, step) as recorded:
        net(batch())
        loss = net(batch()).square().mean()
        if place == "loss":
            write(net.a.weight)
        loss * 1
        if place == "after":
            write(net.a.weight)
        before = bits(net.a.weight)
        net.a.weight.grad = torch.ones(40, 40)
        step.step()
    recording = recorded.recording
    updates = [e for e in recording.events if e.parameter == "a.weight" and e.phase is Phase.UPDATE]
    assert updates[-1].op == "SGD"
    assert numbers(updates[-1].inputs[0]) == before
    assert numbers(updates[-1].outputs[0]) == bits(net.a.weight)
    assert numbers(recording.at(len(recording.events)).value("a.weight")) == bits(net.a.weight)


def test_a_numpy_view_from_before_that_is_written_to() -> None:
    net = Net()
    weight = net.a.weight.detach().numpy()
    step = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, step) as recorded:
        loss = net(batch()).square().mean()
        weight[0] = 3
        loss * 1
        net.a.weight.grad = torch.ones(40, 40)
        weight[1] = 4
        before = bits(net.a.weight)
        step.step()
    events = [e for e in recorded.recording.events if e.parameter == "a.weight"]
    (update,) = (e for e in events if e.op == "SGD")
    assert numbers(update.inputs[0]) == before
    assert numbers(update.outputs[0]) == bits(net.a.weight)


class Viewed(nn.Module):
    """Its backward hands on the very memory that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(40, 40))

    def forward(self) -> Tensor:
        return self.weight.view(1600)


def test_a_given_gradient_of_numpys_memory_that_is_written_to_afterwards() -> None:
    net = Viewed()
    step = torch.optim.SGD(net.parameters(), lr=0.1)
    given = np.linspace(-1, 1, 1600, dtype=np.float32)
    arrived = given.tobytes()
    with bv.record(net, step) as recorded:
        net().backward(torch.from_numpy(given))
        given[...] = 5
        step.step()
    view, accumulated, changed, update = recorded.recording.events[1:]
    assert changed.op == "changed"
    assert numbers(view.inputs[0]) == numbers(view.outputs[0]) == arrived
    assert numbers(accumulated.inputs[1]) == numbers(accumulated.outputs[0]) == arrived
    assert numbers(update.inputs[1]) == bits(net.weight.grad) == given.tobytes()


@borrows
def test_what_is_written_to_where_nobody_can_see_is_said_to_be_unknown() -> None:
    """Never shown with the later numbers."""
    net = Net()
    with bv.record(net) as recorded:
        output = net(batch())
        with torch._C.DisableTorchFunction():
            net.inner.detach().mul_(2)
        output.sum()
    tanh = one(recorded.recording, "tanh")
    assert tanh.outputs == (None,)
    assert tanh.missing == {"output 0": "written_unseen"}
