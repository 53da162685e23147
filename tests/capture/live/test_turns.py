"""Which steps of several optimizers are one iteration: those of one turn of the script's loop."""

from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts
from tests.capture.live.turning_loops import HEAD, LOOPS, NOT_YET
from tests.nightly import by_day_every

WAYS = [(name, within) for name in LOOPS for within in (False, True)]


@pytest.mark.parametrize(("name", "within_function"), by_day_every(5, WAYS))
def test_an_iteration_is_a_turn(
    scripts: Scripts, tmp_path: Path, name: str, within_function: bool
) -> None:
    text, head = LOOPS[name], NOT_YET if name.startswith("joins") else HEAD
    if within_function:
        text = "def main(one, two, first, second):" + text.replace("\n", "\n    ")
        text += "\nmain(one, two, first, second)\n"
    text = head + text
    plain: dict[str, Any] = {}
    exec(text, plain)
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(text)
    ended = scripts.recorded("--to", str(file), "--every", "1", str(script))
    assert (ended.status, ended.printed) == (0, "")
    found, turns = list(bv.load(file)), plain["turns"]
    assert [recording.loss for recording in found] == [loss for loss, *_ in turns]
    for recording, (_, weights, grads) in zip(found, turns, strict=True):
        end = recording.at(len(recording.events))
        values = [(end.value(each.name), end.grad(each.name)) for each in recording.parameters]
        for weight, grad in zip(weights, grads, strict=True):
            (kept,) = (kept for value, kept in values if np.array_equal(value, weight))
            assert (kept is None and name.endswith("cleared last")) or np.array_equal(kept, grad)


def test_turns_that_nothing_tells_apart_are_not_recorded_as_one(tmp_path: Path) -> None:
    weights = [nn.Linear(2, 1, bias=False), nn.Linear(3, 1, bias=False)]
    first, second = (torch.optim.SGD(each.parameters(), lr=0.1) for each in weights)

    def backward(net: nn.Linear) -> None:
        net.weight.grad = None
        net.weight.square().sum().backward()

    watched = bv.watch(weights, [first, second], tmp_path / "run.bprec")
    for i in range(7):
        backward(weights[0])
        first.step()
        if i % 3 == 2:
            backward(weights[1])
            second.step()
    watched.close()
    for recording in bv.load(tmp_path / "run.bprec"):
        rules = [event.parameter for event in recording.events if event.phase is bv.Phase.UPDATE]
        assert len(rules) == len(set(rules))


def test_a_call_in_another_thread_is_of_no_turn(tmp_path: Path) -> None:
    nets = [nn.Linear(2, 1), nn.Linear(2, 1)]
    first, second = (torch.optim.SGD(net.parameters(), lr=0.1) for net in nets)
    x, losses = torch.randn(4, 2), []
    watched = bv.watch(nets, [first, second], tmp_path / "run.bprec", every=1000)
    for _ in range(4):
        first.zero_grad()
        nets[0](x).square().mean().backward()
        first.step()
        beside = Thread(target=nets[0], args=(x,))
        beside.start()
        beside.join()
        second.zero_grad()
        loss = nets[1](x).square().mean()
        loss.backward()
        second.step()
        losses.append(loss.item())
    watched.close()
    assert bv.load(tmp_path / "run.bprec").losses[1].tolist() == losses
