"""A loop whose first turn makes its tensors, and an optimizer for each once it has a gradient."""

from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import turns_of

# As a package for inference keeps its parameters, by their names.
STORE = """
import torch
torch.manual_seed(0)
store, optimizers, turns = {}, {}, []
def param(name, *sizes):
    if name not in store:
        store[name] = torch.randn(*sizes).requires_grad_()
    return store[name]
def step(x):
    loss = (x @ param("w", 3) + param("b", 1)).square().mean()
    loss.backward()
    for name, p in store.items():
        if name not in optimizers:
            optimizers[name] = torch.optim.Adam([p], lr=0.01)
        optimizers[name].step()
    grads = [p.grad.clone() for p in store.values()]
    for p in store.values():
        p.grad = torch.zeros_like(p)
    turns.append((loss.item(), grads, [p.detach().clone() for p in store.values()]))
for i in range(6):
    step(torch.randn(8, 3))
print(turns[-1])
"""


@pytest.mark.parametrize("every", [1, 2])
def test_each_turn_is_one_iteration_from_the_second_on(
    scripts: Scripts, tmp_path: Path, every: int
) -> None:
    turns, script, file = turns_of(STORE), tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(STORE)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    assert (ended.status, ended.printed.splitlines()[-1:]) == (
        0,
        scripts.plain(script).printed.splitlines()[-1:],
    )
    with bv.load(file) as loaded:
        recordings, (numbers, losses) = list(loaded), loaded.losses
    assert [recording.iteration for recording in recordings] == [
        number for number in range(2, 7) if not number % every
    ]
    assert dict(zip(numbers, losses, strict=True)) == {
        number: loss for number, (loss, _, _) in enumerate(turns, 1)
    }
    for recording in recordings:
        loss, grads, after = turns[recording.iteration - 1]
        assert recording.loss == loss
        assert not recording.findings()
        end = recording.at(len(recording.events))
        sent = [i for i, event in enumerate(recording.events) if event.op == "AccumulateGrad"]
        computed = recording.at(sent[-1] + 1)
        for one, grad, weight in zip(recording.parameters, grads, after, strict=True):
            np.testing.assert_array_equal(end.value(one.name), weight.numpy())
            np.testing.assert_array_equal(computed.grad(one.name), grad.numpy())


LATE = """
import torch
from torch import nn
torch.manual_seed(0)
net, optimizer = nn.Sequential(nn.LazyLinear(2)), None
for i in range(3):
    loss = net(torch.randn(4, 3)).square().mean()
    if optimizer is None:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_of_a_pass_before_there_was_an_optimizer_it_is_said_that_it_is_not_recorded(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(LATE)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.printed.count("the first step is not recorded: its optimizer was made after") == 1
    with bv.load(file) as loaded:
        assert [recording.iteration for recording in loaded] == [1, 2]
