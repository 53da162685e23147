"""A loop whose optimizer never steps: its first iteration has no end, but its recording has."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack

import backprop_viz as bv
from backprop_viz.capture.live import room
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Train
from tests.capture.live.script_runs import Scripts
from tests.nightly import by_night

MOST = 40


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BACKWARDS", MOST)


def net_and_optimizer() -> tuple[nn.Sequential, torch.optim.Optimizer]:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 1))
    return net, torch.optim.SGD(net.parameters(), lr=0.1)


def run(
    net: nn.Module, optimizer: torch.optim.Optimizer, steps_at: tuple[int, ...], turns: int
) -> list[list[Tensor]]:
    """The gradients after each backward."""
    grads = []
    for turn in range(1, turns + 1):
        net(torch.randn(8, 4)).square().mean().backward()
        grads.append([p.grad.clone() for p in net.parameters() if p.grad is not None])
        if turn in steps_at:
            optimizer.step()
            optimizer.zero_grad()
    return grads


def recorded(
    file: Path, steps_at: tuple[int, ...], turns: int
) -> tuple[list[bv.Recording], list[list[Tensor]]]:
    """What is recorded of the loop, and the gradients of the plain one, which are the same."""
    plain = run(*net_and_optimizer(), steps_at, turns)
    net, optimizer = net_and_optimizer()
    with bv.watch(net, optimizer, to=file):
        grads = run(net, optimizer, steps_at, turns)
        if not steps_at:  # nothing is left in the way of what it runs
            assert _get_current_function_mode_stack() == []  # type: ignore[no-untyped-call]
            assert not any(module._forward_pre_hooks for module in net.modules())
    for one, other in zip(plain, grads, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    with bv.load(file) as loaded:
        return list(loaded), plain


def check(recording: bv.Recording, grads: list[list[Tensor]]) -> None:
    """Each gradient is the plain loop's, backward by backward."""
    names = [parameter.name for parameter in recording.parameters]
    for number, name in enumerate(names):
        added = [e for e in recording.events if e.op == "AccumulateGrad" and e.parameter == name]
        assert len(added) == len(grads)
        for event, grad in zip(added, grads, strict=True):
            np.testing.assert_array_equal(event.outputs[0], grad[number].numpy())


def test_what_was_recorded_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recording,), grads = recorded(tmp_path / "run.bprec", (), MOST + 30)
    check(recording, grads[: MOST + 1])
    assert "gradients_pile_up" in [finding.code for finding in recording.findings()]
    said = f"backward has run {MOST} times and no optimizer has stepped: the rest of iteration 1"
    assert capsys.readouterr().err.count(said) == 1


def test_a_late_step_ends_the_iteration(tmp_path: Path) -> None:
    steps_at = MOST + 10, 2 * MOST + 30  # the second has more backwards too, and is whole
    (first, second), grads = recorded(tmp_path / "run.bprec", steps_at, 2 * MOST + 30)
    assert (first.iteration, second.iteration) == (1, 2)
    check(first, grads[: MOST + 1])
    assert not any(event.phase is Phase.UPDATE for event in first.events)
    check(second, grads[MOST + 10 :])
    assert any(event.op == "SGD" for event in second.events)


def test_as_many_backwards_with_a_step_are_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recording,), grads = recorded(tmp_path / "run.bprec", (MOST,), MOST)
    check(recording, grads)
    assert any(event.op == "SGD" for event in recording.events)
    assert "not recorded" not in capsys.readouterr().err


SCRIPT = """
import torch
from torch import nn

net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(300):
    net(torch.ones(2, 3)).square().mean().backward()
print(torch.stack([p.grad.sum() for p in net.parameters()]).tolist())
"""


@by_night
def test_a_window_is_shown_it_and_told(tmp_path: Path, scripts: Scripts) -> None:
    script = tmp_path / "train.py"
    script.write_text("import torch; torch.manual_seed(4)" + SCRIPT)
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(Train())
        told = window.until(lambda message: isinstance(message, Notice))
        window.rest()
        ended = window.ended()
    assert told.values[0].startswith("backward has run {0} times and no optimizer has stepped")
    assert told.values[1:] == ("256", "1")
    events = window.recordings[1].events
    assert sum(e.op == "AccumulateGrad" and e.parameter == "weight" for e in events) == 257
    assert scripts.plain(script).printed.strip() in ended.printed
    assert ended.status == 0
