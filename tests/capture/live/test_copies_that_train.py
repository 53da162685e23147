"""A loop that trains copies of a model, and steps the model along what has become of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

START = """
import copy, torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
meta = torch.optim.Adam(model.parameters(), lr=0.01)
def moved(fast, grads):
    with torch.no_grad():
        for p, g in zip(fast.parameters(), grads):
            p -= 0.05 * g
for turn in range(5):
    fast = copy.deepcopy(model)
    x = torch.rand(6, 1)
    for _ in range(2):
        loss = (fast(x) - x.sin()).square().mean()
        grads = torch.autograd.grad(loss, fast.parameters())
        moved(fast, grads)
    meta.zero_grad()
"""
# First-order MAML, and Reptile.
ENDS = {
    "along their gradients": """
    for p, g in zip(model.parameters(), grads):
        p.grad = g
""",
    "to where they are": """
    for p, q in zip(model.parameters(), fast.parameters()):
        p.grad = p.data - q.data
""",
}
STEP = """
    given = [p.grad.flatten().tolist() for p in model.parameters()]
    meta.step()
    held = [p.data.flatten().tolist() for p in model.parameters()]
    print(loss.item(), *sum(given, []), *sum(held, []))
"""


@pytest.mark.parametrize("how", ENDS)
def test_its_steps_are_recorded_from_the_third_on(
    scripts: Scripts, tmp_path: Path, how: str
) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(START + ENDS[how] + STEP)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    *turns, said = ended.printed.splitlines()
    assert said.startswith("backprop-viz run: the first two steps are not recorded: the loop calls")
    printed = scripts.plain(script).printed.splitlines()
    assert turns == printed
    loaded: Any = bv.load(file)
    for recording, line in zip(loaded, printed[2:], strict=True):
        loss, *numbers = map(float, line.split())
        updates = [event for event in recording.events if event.op == "Adam"]
        told = [np.ravel(event.inputs[1]) for event in updates]
        told += [np.ravel(event.outputs[0]) for event in updates]
        assert recording.loss == loss
        assert {event.phase for event in updates} == {Phase.UPDATE}
        np.testing.assert_array_equal(np.concatenate(told), np.float32(numbers))
        assert recording.findings() == ()
