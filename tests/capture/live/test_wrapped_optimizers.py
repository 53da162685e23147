"""Optimizers around others: a wrapper that torch knows nothing of, and one that steps itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import Adam, Optimizer

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

STEPS = 4
RESUMED = """
import torch
from torch import nn
torch.manual_seed(2)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(3, 2)
    def forward(self, x):
        return torch.tanh(self.lin(x)).mul(2)
net = Net()
optimizer = torch.optim.Adam([{"params": [net.lin.weight]}, {"params": [net.lin.bias]}], lr=0.1)
optimizer.load_state_dict(optimizer.state_dict())
schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
for _ in range(4):
    loss = net(torch.randn(4, 3)).square().mean()
    loss.backward()
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    print(loss.item())
"""


class Handed(Optimizer):
    """Hands everything on. It never ran torch's constructor: torch says nothing of its steps."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer

    @property
    def param_groups(self) -> Any:
        return self.optimizer.param_groups

    @property
    def state(self) -> Any:
        return self.optimizer.state

    @property
    def defaults(self) -> Any:
        return self.optimizer.defaults

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.optimizer.zero_grad(set_to_none)

    def step(self, closure: Any = None) -> Any:
        return self.optimizer.step(closure)


class Averaged(Optimizer):
    """An optimizer as any other, which has another one step: each second time it goes half way."""

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__(optimizer.param_groups, optimizer.defaults)
        self.optimizer, self.steps = optimizer, 0
        self.slow = [p.detach().clone() for g in self.param_groups for p in g["params"]]

    def step(self, closure: Any = None) -> Any:
        loss = self.optimizer.step(closure)
        self.steps += 1
        if self.steps % 2 == 0:
            with torch.no_grad():
                own = [p for group in self.param_groups for p in group["params"]]
                for slow, fast in zip(self.slow, own, strict=True):
                    slow += 0.5 * (fast - slow)
                    fast.copy_(slow)
        return loss


class Loop:
    """A plain loop, which keeps what each step found and left."""

    def __init__(self, wrapper: type[Optimizer]) -> None:
        torch.manual_seed(1)
        self.net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        self.optimizer: Any = wrapper(Adam(self.net.parameters(), lr=1e-2))
        self.seen: list[dict[str, tuple[Any, Any]]] = []

    def step(self) -> None:
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.net(torch.randn(6, 4)), torch.arange(6) % 2)
        loss.backward()
        self.optimizer.step()
        named = self.net.named_parameters()
        self.seen.append({n: (p.grad.numpy().copy(), p.detach().numpy().copy()) for n, p in named})


def _plain(wrapper: type[Optimizer]) -> Loop:
    loop = Loop(wrapper)
    for _ in range(STEPS):
        loop.step()
    return loop


def _check(recordings: list[Recording], wrapper: type[Optimizer]) -> None:
    assert len(recordings) == STEPS
    for recording, expected in zip(recordings, _plain(wrapper).seen, strict=True):
        updates = [e for e in recording.events if e.phase is Phase.UPDATE]
        for name, (grad, weight) in expected.items():
            mine = [event for event in updates if event.parameter == name]
            assert np.array_equal(mine[0].inputs[1], grad)
            assert np.array_equal(mine[-1].outputs[0], weight)
        assert [span.phase for span in recording.spans][:1] == [Phase.ZERO_GRAD]
        assert recording.findings() == ()


class Sharp(Optimizer):
    """As public code for SAM: two steps of its own, of which the second has another one step."""

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__(optimizer.param_groups, optimizer.defaults)
        self.base_optimizer = optimizer
        self.param_groups = optimizer.param_groups
        self.before: list[torch.Tensor] = []

    @torch.no_grad()
    def first_step(self) -> None:
        own = [p for group in self.param_groups for p in group["params"]]
        self.before = [p.clone() for p in own]
        for p in own:
            p.add_(0.05 * p.grad)
        self.zero_grad()

    @torch.no_grad()
    def second_step(self) -> None:
        own = [p for group in self.param_groups for p in group["params"]]
        for p, before in zip(own, self.before, strict=True):
            p.copy_(before)
        self.base_optimizer.step()


@pytest.mark.parametrize("given", [True, False])
def test_an_optimizer_that_has_another_step_outside_its_own_step(
    tmp_path: Path, given: bool
) -> None:
    found: list[list[Any]] = []

    def train(loop: Loop) -> None:
        for _ in range(STEPS):
            x, y = torch.randn(6, 4), torch.arange(6) % 2
            loop.optimizer.zero_grad()
            nn.functional.cross_entropy(loop.net(x), y).backward()
            loop.optimizer.first_step()
            nn.functional.cross_entropy(loop.net(x), y).backward()
            loop.optimizer.second_step()
            found.append([p.detach().numpy().copy() for p in loop.net.parameters()])

    train(Loop(Sharp))
    loop, file, plain = Loop(Sharp), tmp_path / "sharp.bprec", list(found)
    with bv.watch(loop.net, loop.optimizer if given else None, to=file):
        train(loop)
    with bv.load(file) as loaded:
        assert len(loaded) == STEPS
        for recording, expected in zip(loaded, plain, strict=True):
            updates = {e.parameter: e for e in recording.events if e.op == "Adam"}
            names = [name for name, _ in loop.net.named_parameters()]
            for name, weight in zip(names, expected, strict=True):
                assert np.array_equal(updates[name].outputs[0], weight)


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("wrapper", [Handed, Averaged])
def test_each_step_of_a_watched_loop_is_an_iteration(
    tmp_path: Path, wrapper: type[Optimizer], given: bool
) -> None:
    loop, file = Loop(wrapper), tmp_path / "wrapped.bprec"
    with bv.watch(loop.net, loop.optimizer if given else None, to=file):
        for _ in range(STEPS):
            loop.step()
    with bv.load(file) as loaded:
        _check(list(loaded), wrapper)


def test_what_only_wraps_an_optimizer_is_none_itself() -> None:
    loop = Loop(Handed)
    with bv.record(loop.net, loop.optimizer) as recorded:
        loop.step()
    recording = recorded.recording
    assert [(group.rule, group.options["lr"]) for group in recording.groups] == [("Adam", 1e-2)]
    assert {e.op for e in recording.events if e.phase is Phase.UPDATE} == {"Adam"}


def test_a_script_that_loads_a_state_into_its_optimizer_has_one(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "resumed.py", tmp_path / "resumed.bprec"
    script.write_text(RESUMED)
    assert scripts.recorded("--to", str(file), str(script)).printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        assert sorted(loaded.scalars) == ["lr", "lr 2"]
        recordings = list(loaded)
    assert len(recordings) == 4
    ran = ["forward", "loss", "backward", "update"]
    assert [span.phase.value for span in recordings[0].spans] == ran
    assert [span.phase.value for span in recordings[1].spans] == ["zero_grad", *ran]


def test_the_first_call_of_a_script_knows_its_modules(scripts: Scripts, tmp_path: Path) -> None:
    """The model is found within its first call, which has begun by then."""
    script, file = tmp_path / "first.py", tmp_path / "first.bprec"
    script.write_text(RESUMED)
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        for recording in loaded:
            ran = [(e.op, e.module) for e in recording.events if e.phase is Phase.FORWARD]
            assert ran == [("linear", "lin"), ("tanh", ""), ("mul", "")]
            after = {e.module for e in recording.events if e.phase is Phase.LOSS}
            assert after == {None}
