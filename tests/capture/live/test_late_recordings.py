"""Recordings that a thread makes while the loop goes on hold the numbers of their iteration."""

import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.late_recording import LateRecording
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase

Bits = list[bytes | None]


class Net(nn.Module):
    """Two layers; what is between them stays within reach."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first, self.norm = nn.Linear(5, 7), nn.BatchNorm1d(7)
        self.last = nn.Linear(7, 2)
        self.hidden = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        self.hidden = torch.tanh(self.norm(self.first(x)))
        return self.last(self.hidden)


class Loop:
    """Trains; after each step it writes to all that it can reach, as somebody's own loop may."""

    def __init__(self) -> None:
        self.net = Net()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=0.05)
        self.told: list[Bits] = []

    def run(self, steps: int, told: bool = False) -> None:
        torch.manual_seed(4)
        net, weights = self.net, list(self.net.parameters())
        for _ in range(steps):
            x, sent = torch.randn(6, 5), dict[str, Tensor]()
            self.optimizer.zero_grad()
            given = x.clone()
            out = net(x)
            forward = [given, net.hidden.detach().clone(), out.detach().clone()]
            if told:
                for name, tensor in ("hidden", net.hidden), ("out", out):
                    tensor.register_hook(partial(keep, sent, name))
            out.square().sum().backward()
            grads = [w.grad.clone() for w in weights if w.grad is not None]
            self.optimizer.step()
            stepped = [w.detach().clone() for w in weights]
            moments = [self.optimizer.state[w]["exp_avg"].clone() for w in weights]
            buffers = [b.clone() for b in net.buffers()]
            if told:
                all_ = *forward, sent["hidden"], sent["out"], *grads, *stepped, *moments, *buffers
                self.told.append([bits(tensor.numpy()) for tensor in all_])
            with torch.no_grad():
                for tensor in (x, net.hidden, out):
                    tensor.data.fill_(9)
                for weight in weights:
                    assert weight.grad is not None
                    weight.grad.fill_(9)
                    weight.data.mul_(0.5)
                    self.optimizer.state[weight]["exp_avg"].add_(0.01)
                for buffer in net.buffers():
                    buffer.add_(1)


def keep(kept: dict[str, Tensor], name: str, grad: Tensor) -> None:
    kept[name] = grad.clone()


def bits(array: Array | None) -> bytes | None:
    return None if array is None else np.ascontiguousarray(array).tobytes()


def of_recording(recording: Recording) -> Bits:
    """The same numbers, as a file has them."""

    def made(phase: Phase, op: str) -> Event:
        return [e for e in recording.events if e.phase is phase and e.op == op][-1]

    names = [name for name, _ in Net().named_parameters()]
    of_names = {(e.phase, e.parameter): e for e in recording.events if e.op != "changed"}
    grads = [of_names[Phase.BACKWARD, name].outputs[0] for name in names]
    updates = [of_names[Phase.UPDATE, name] for name in names]
    hidden, out = made(Phase.FORWARD, "tanh"), made(Phase.FORWARD, "linear")
    assert recording.input_id is not None
    to_hidden = made(Phase.BACKWARD, "TanhBackward0").inputs[0]
    to_out = made(Phase.BACKWARD, "PowBackward0").outputs[0]
    all_ = [
        *(recording.tensors[recording.input_id], hidden.outputs[0], out.outputs[0]),
        *(to_hidden, to_out, *grads, *(event.outputs[0] for event in updates)),
        *(event.state["exp_avg"][1] for event in updates),
        *(recording.tensors[b.value_id(len(recording.events))] for b in recording.buffers),
    ]
    return list(map(bits, all_))


@pytest.mark.parametrize("late", [True, False], ids=["once it is all over", "at once"])
def test_a_file_has_the_numbers_of_each_iteration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    plain = Loop()
    plain.run(4, told=True)

    over, made, threads = threading.Event(), LateRecording.made, set[int]()

    def waits(self: LateRecording) -> Recording:
        threads.add(threading.get_ident())
        assert not late or over.wait(60)
        return made(self)

    monkeypatch.setattr(LateRecording, "made", waits)
    if late:  # a small one would be written at once
        monkeypatch.setattr("backprop_viz.capture.live.file_follower.WRITTEN_AT_ONCE", 1)
    loop, path = Loop(), tmp_path / "run.bprec"
    watch = bv.watch(loop.net, loop.optimizer, to=path)
    loop.run(4)
    assert (threading.get_ident() in threads) is not late
    over.set()
    watch.close()
    # What was written to after the last step is the begin of one more.
    assert [of_recording(one) for one in list(bv.load(path))[:4]] == plain.told
    for one, other in zip(loop.net.parameters(), plain.net.parameters(), strict=True):
        assert torch.equal(one, other)
