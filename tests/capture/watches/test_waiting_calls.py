"""Calls that wait to be noted are shown as they were when they ran."""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase


class Net(nn.Module):
    """Keeps what it has made, and joins a list that it goes on to change."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 4), nn.Linear(8, 3)
        self.kept: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        """(N, 6) to (N, 3)."""
        h = torch.tanh(self.first(x))
        parts = [h, h.neg()]
        joined = torch.cat(parts, 1)
        parts.clear()
        self.kept = [h.detach(), joined[:, 2:]]
        return self.second(joined)


def ran(recording: Recording, op: str) -> Event:
    (found,) = [
        e for e in recording.events if e.op == op and e.phase in (Phase.FORWARD, Phase.LOSS)
    ]
    return found


def same(array: Array | None, tensor: Tensor) -> bool:
    assert array is not None
    return array.shape == tensor.shape and array.tobytes() == tensor.numpy().tobytes()


def test_what_others_hold_is_as_it_was() -> None:
    """The loop overwrites all that it can reach, seen and unseen, before anybody looks."""
    torch.manual_seed(0)
    net, x, y = Net(), torch.randn(5, 6), torch.randint(3, (5,))
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
    weight = net.second.weight.detach().clone()
    with torch.no_grad():
        hidden = torch.tanh(net.first(x))
        joined = torch.cat([hidden, hidden.neg()], 1)
        logits = net.second(joined)
        loss = F.cross_entropy(logits, y)
    with bv.record(net, optimizer) as recorded:
        output = net(x)
        told = F.cross_entropy(output, y)
        told.backward()
        optimizer.step()
    for tensor in (*net.kept, output, told, x):
        tensor.detach().numpy()[...] = 7
    net.second.weight.detach().numpy()[...] = 7
    recording = recorded.recording
    assert [e.op for e in recording.events if e.phase is Phase.FORWARD] == [
        *("linear", "tanh", "neg", "cat", "detach", "getitem", "linear")
    ]
    assert same(ran(recording, "tanh").outputs[0], hidden)
    assert same(ran(recording, "cat").inputs[0], hidden)
    assert same(ran(recording, "cat").outputs[0], joined)
    assert same(ran(recording, "getitem").outputs[0], joined[:, 2:])
    last = [e for e in recording.events if e.op == "linear"][-1]
    assert same(last.inputs[0], joined)
    assert same(last.inputs[1], weight)
    assert same(last.outputs[0], logits)
    assert same(ran(recording, "cross_entropy").outputs[0], loss)
    assert recording.loss == loss.item()
    assert all(e.node is not None for e in recording.events if e.op in ("linear", "tanh", "cat"))
    assert {layer.name for layer in recording.passes[0].layers.layers} >= {"first", "second"}


class Simple(nn.Module):
    """Nothing but calls that wait."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 4), nn.Linear(4, 3)
        self.kept = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 6) to (N, 3)."""
        self.kept = torch.tanh(self.first(x))
        return self.second(self.kept)


def test_what_is_held_when_all_wait_is_as_it_was() -> None:
    """No call but those that wait until the recording is looked at."""
    torch.manual_seed(0)
    net, x = Simple(), torch.randn(5, 6)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with torch.no_grad():
        hidden = torch.tanh(net.first(x))
        output = net.second(hidden)
    with bv.record(net, optimizer) as recorded:
        made = net(x)
        (made * 2).sum().backward()
        optimizer.step()
    for tensor in (net.kept, made, x, net.second.weight):
        tensor.detach().numpy()[...] = 7
    assert same(ran(recorded.recording, "tanh").outputs[0], hidden)
    assert same(ran(recorded.recording, "mul").inputs[0], output)
    assert same(ran(recorded.recording, "mul").outputs[0], output * 2)


def test_a_batch_that_changes_unseen_is_shown_as_each_call_has_read_it() -> None:
    """Memory that numpy shares is compared before each call."""
    net = Simple()
    shared = torch.randn(5, 6).numpy()
    x = torch.from_numpy(shared)
    first = x.clone()
    with bv.record(net) as recorded:
        made = net(x)
        shared[...] = 3
        (made.sum() + x.sum()).backward()
    recording = recorded.recording
    linear = next(e for e in recording.events if e.op == "linear")
    assert same(linear.inputs[0], first)
    _, of_x = [e for e in recording.events if e.op == "sum"]
    assert same(of_x.inputs[0], torch.full((5, 6), 3.0))


def test_an_accuracy_is_beside_the_iteration() -> None:
    """What no backward goes through is told from the loss."""
    net, x, y = Simple(), torch.randn(5, 6), torch.randn(5, 3)
    with bv.record(net) as recorded:
        output = net(x)
        output.detach().sub(y).mean()
        F.mse_loss(output, y).backward()
    ops = [e.op for e in recorded.recording.events if e.phase is Phase.LOSS]
    assert ops == ["mse_loss"]


def test_a_view_of_the_labels_is_as_it_was() -> None:
    """Whoever has the labels' memory writes to it after the loss, and again before it is shown."""
    torch.manual_seed(0)
    array = np.arange(6).reshape(2, 3) % 4
    net, x, y = nn.Linear(5, 4), torch.randn(2, 3, 5), torch.from_numpy(array)
    before = y.clone()
    with bv.record(net) as recorded:
        loss = F.cross_entropy(net(x).flatten(0, 1), y.flatten())
        array[:] = 1
        loss.backward()
        array[:] = 2
    array[:] = 3
    recording = recorded.recording
    flat = [e for e in recording.events if e.op == "flatten" and e.phase is Phase.LOSS]
    assert [e.inputs[0].shape for e in flat if e.inputs[0] is not None] == [(2, 3, 4), (2, 3)]
    assert same(flat[1].inputs[0], before)
    assert same(flat[1].outputs[0], before.flatten())
    assert same(ran(recording, "cross_entropy").inputs[1], before.flatten())
