"""Records loops on a device and compares all numbers with those of the same loops, plain.

Run in a process of its own, for it makes the device: it prints a line of JSON with what is wrong.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.capture.recorded_loop import record
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.device.apart import load
from tests.capture.device.explained import unexplained

Net, Optimizer = nn.Module, torch.optim.Optimizer
DEVICE = "apart"
ITERATIONS, UNRECORDED = 3, 40


def bits(tensor: Tensor | None) -> Any:
    """The numbers, as numpy has them; bfloat16 as float32."""
    if tensor is None:
        return None
    host = tensor.detach().clone(memory_format=torch.contiguous_format).cpu()
    return (host.float() if host.dtype is torch.bfloat16 else host).numpy()


def same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    equal = one.dtype == other.dtype and one.shape == other.shape
    return equal and np.ascontiguousarray(one).tobytes() == np.ascontiguousarray(other).tobytes()


class Plain:
    """A loop that is not recorded: hooks of its own see what goes between the nodes."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.sent: list[tuple[str, list[Any]]] = []
        self.snaps: dict[str, dict[str, tuple[Any, Any]]] = {}

    def snap(self, when: str) -> None:
        self.snaps[when] = {k: (bits(p), bits(p.grad)) for k, p in self.net.named_parameters()}

    def backward(self, loss: Tensor, **more: Any) -> None:
        seen, waiting = set(), [loss.grad_fn]
        while waiting:
            node = waiting.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            node.register_hook(self._hook(node.name()))
            waiting += [before for before, _ in node.next_functions]
        loss.backward(**more)
        self.snap("after backward")

    def _hook(self, name: str) -> Callable[..., None]:
        def ran(sent: Sequence[Tensor | None], given: Sequence[Tensor | None]) -> None:
            grads = given if name.endswith("AccumulateGrad") else sent
            self.sent.append((name.rpartition("::")[2], [bits(one) for one in grads]))

        return ran


class Recorded:
    """The same loop while it is recorded."""

    def snap(self, when: str) -> None:
        pass

    def backward(self, loss: Tensor, **more: Any) -> None:
        loss.backward(**more)


Watch = Plain | Recorded
Turn = Callable[[Watch], None]
Case = Callable[[], tuple[Net, Optimizer, Turn]]
CASES: dict[str, Case] = {}


def case(made: Case) -> Case:
    CASES[made.__name__] = made
    return made


def mlp() -> nn.Sequential:
    layers = nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3)
    return nn.Sequential(*layers).to(DEVICE)


def x(*shape: int) -> Tensor:
    return torch.randn(shape).to(DEVICE)


def momentum(net: Net) -> Optimizer:
    return torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)


def turn_of(
    net: Net,
    optimizer: Optimizer,
    loss: Callable[[], Tensor],
    before_step: Callable[[], object] = lambda: None,
    **zero: bool,
) -> Turn:
    def turn(watch: Watch) -> None:
        optimizer.zero_grad(**zero)
        watch.backward(loss())
        before_step()
        watch.snap("before step")
        optimizer.step()

    return turn


@case
def images() -> tuple[Net, Optimizer, Turn]:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)

        def forward(self, h: Tensor) -> Tensor:
            return F.relu(h + self.norm(self.conv(h)), inplace=True)

    layers = Block(), nn.MaxPool2d(2), nn.Dropout(0.2), Block(), nn.Flatten(), nn.Linear(48, 5)
    net = nn.Sequential(*layers).to(DEVICE)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    target = torch.tensor([0, 1, 2, 3]).to(DEVICE)
    return (
        net,
        optimizer,
        turn_of(net, optimizer, lambda: F.cross_entropy(net(x(4, 3, 8, 8)), target)),
    )


@case
def attention() -> tuple[Net, Optimizer, Turn]:
    net = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True).to(DEVICE)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    return net, optimizer, turn_of(net, optimizer, lambda: net(x(2, 5, 8)).pow(3).mean())


@case
def bfloat16() -> tuple[Net, Optimizer, Turn]:
    net = mlp().bfloat16()
    optimizer = momentum(net)
    return net, optimizer, turn_of(net, optimizer, lambda: net(x(4, 6).bfloat16()).pow(2).mean())


@case
def two_dtypes() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    net[2].double()
    optimizer = momentum(net)

    def loss() -> Tensor:
        return net[4](net[3](net[2](net[1](net[0](x(4, 6))).double())).float()).pow(2).mean()

    return net, optimizer, turn_of(net, optimizer, loss)


@case
def gradients_that_stay() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    optimizer = momentum(net)
    told = net, optimizer, lambda: net(x(4, 6)).pow(2).mean()
    return net, optimizer, turn_of(*told, set_to_none=False)


@case
def never_cleared() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    optimizer = momentum(net)

    def turn(watch: Watch) -> None:
        watch.backward(net(x(4, 6)).pow(2).mean())
        watch.snap("before step")
        optimizer.step()

    return net, optimizer, turn


@case
def data_written_to() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    optimizer = momentum(net)

    def turn(watch: Watch) -> None:
        optimizer.zero_grad()
        loss = net(x(4, 6)).pow(2).mean()
        net[0].weight.data.mul_(0.5)
        watch.backward(loss)
        net[2].weight.data.clamp_(-0.1, 0.1)
        net[2].bias.grad.data.mul_(2)
        watch.snap("before step")
        optimizer.step()
        net[4].weight.data.add_(1)

    return net, optimizer, turn


@case
def fused() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
    return net, optimizer, turn_of(net, optimizer, lambda: net(x(4, 6)).pow(2).mean())


@case
def hooked() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    net[0].weight.register_hook(lambda grad: grad * 3)
    optimizer = momentum(net)

    def loss() -> Tensor:
        h = net[0](x(4, 6))
        h.register_hook(lambda grad: grad.mul_(2))
        return net[1:](h).pow(2).mean()

    return net, optimizer, turn_of(net, optimizer, loss)


@case
def clipped() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    optimizer = momentum(net)

    def clip() -> Tensor:
        return nn.utils.clip_grad_norm_(net.parameters(), 0.1)

    return net, optimizer, turn_of(net, optimizer, lambda: net(x(4, 6)).pow(2).sum(), clip)


@case
def scaled() -> tuple[Net, Optimizer, Turn]:
    net, scaler = mlp(), torch.amp.GradScaler(DEVICE, init_scale=1024.0)
    optimizer = torch.optim.Adamax(net.parameters(), lr=0.01)

    def turn(watch: Watch) -> None:
        optimizer.zero_grad()
        with torch.autocast(DEVICE, torch.bfloat16):
            loss = net(x(4, 6)).pow(2).mean()
        watch.backward(scaler.scale(loss))
        scaler.unscale_(optimizer)
        watch.snap("before step")
        scaler.step(optimizer)
        scaler.update()

    return net, optimizer, turn


@case
def laid_out_otherwise() -> tuple[Net, Optimizer, Turn]:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3)).to(DEVICE)
    net.turned = nn.Parameter(x(5, 4).t())
    for parameter in net[0].weight, net[2].weight:
        parameter.data = parameter.data.transpose(2, 3)
    optimizer = momentum(net)

    def loss() -> Tensor:
        h = net(x(2, 3, 8, 8))
        return (h.mean((2, 3)) @ net.turned)[:, ::2].pow(2).mean() + h[0, 0, 1:3].t()[1:].sum()

    return net, optimizer, turn_of(net, optimizer, loss)


@case
def made_again() -> tuple[Net, Optimizer, Turn]:
    net = mlp()
    optimizer = momentum(net)

    def loss() -> Tensor:
        return net[4](checkpoint(net[:4], x(4, 6), use_reentrant=False)).pow(2).mean()

    return net, optimizer, turn_of(net, optimizer, loss)


def problems(made: Case) -> Iterator[str]:
    """What is not as in the plain loop. A recording is read at once, before anybody else waits."""
    net, _, turn = begun(made)
    loops = []
    for _ in range(ITERATIONS):
        loops.append(plain := Plain(net))
        plain.snap("start")
        turn(plain)
        plain.snap("end")
    left = {name: bits(value) for name, value in net.state_dict().items()}
    net, optimizer, turn = begun(made)
    for number, plain in enumerate(loops):
        with record(net, optimizer) as recorded:
            turn(Recorded())
        recording = recorded.recording
        for problem in [*_of_parameters(plain, recording), *_of_nodes(plain, recording)]:
            yield f"iteration {number}: {problem}"
    if any(not same(left[name], bits(value)) for name, value in net.state_dict().items()):
        yield "the recorded loop ends elsewhere"


def begun(made: Case) -> tuple[Net, Optimizer, Turn]:
    torch.manual_seed(0)
    return made()


def _of_parameters(loop: Plain, recording: Recording) -> Iterator[str]:
    events = recording.events
    updates = [i for i, e in enumerate(events) if e.phase is Phase.UPDATE and e.op != "changed"]
    places = {"start": 0, "before step": updates[0], "end": len(events)}
    for when, place in places.items():
        state = recording.at(place)
        for name, (value, grad) in loop.snaps[when].items():
            if not same(state.value(name), value):
                yield f"{name} {when}"
            if not same(state.grad(name), grad):
                yield f"{name}.grad {when}"


def _of_nodes(loop: Plain, recording: Recording) -> Iterator[str]:
    skipped = "changed", "clip_grad_norm_", "unscale_"
    ran = [e for e in recording.events if e.phase is Phase.BACKWARD and e.op not in skipped]
    if [event.op for event in ran] != [name for name, _ in loop.sent]:
        yield f"other nodes: {[event.op for event in ran]}"
        return
    for number, (event, (name, sent)) in enumerate(zip(ran, loop.sent, strict=True)):
        told = event.inputs[1:] if name == "AccumulateGrad" else event.outputs
        if not all(map(same, told, sent)):
            yield f"node {number}, {name}"


def waits(layers: int, device: Any) -> int:
    """How often a recorded iteration of so many layers has waited for the device."""
    net = nn.Sequential(*[nn.Sequential(nn.Linear(6, 6), nn.Tanh()) for _ in range(layers)])
    net, optimizer = net.to(DEVICE), momentum(net.to(DEVICE))
    for _ in range(2):
        before = device.apart_waits()
        with record(net, optimizer):
            optimizer.zero_grad()
            net(x(4, 6)).pow(2).mean().backward()
            optimizer.step()
    return int(device.apart_waits() - before)


def not_recorded(device: Any, folder: Path) -> tuple[int, list[str]]:
    """How often a watched loop has waited for the device, and which losses in its file differ."""
    net = mlp()
    optimizer = momentum(net)
    losses: list[Tensor] = []
    with bv.watch(net, optimizer, to=folder / "run.bprec", every=10**9):
        before = device.apart_waits()
        for _ in range(UNRECORDED):
            optimizer.zero_grad()
            loss = net(x(4, 6)).pow(2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        waited = int(device.apart_waits() - before)
    file = bv.load(folder / "run.bprec")
    copies = [loss.item() for loss in losses]
    _, told = file.losses
    return waited, [f"{a} {b}" for a, b in zip(told, copies, strict=True) if a != b]


def main() -> None:
    """Check all cases, with the library that is named."""
    device = load(Path(sys.argv[1]))
    torch.set_num_threads(1)
    found: dict[str, Any] = {name: list(problems(made)) for name, made in CASES.items()}
    found = {"cases": found, "waits": [waits(n, device) for n in (4, 24)]}
    found["unexplained"] = list(unexplained(DEVICE))
    found["not recorded"] = not_recorded(device, Path(sys.argv[1]).parent)
    print(json.dumps(found), flush=True)
    os._exit(0)  # torch's thread of the device would outlive what it runs


if __name__ == "__main__":
    main()
