"""What a script differentiates by functions of torch's, before its loop, is none of the loop's."""

from pathlib import Path
from typing import Any

import pytest

from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import check, recorded, turns_of
from tests.nightly import by_day_each

SCRIPT = """
import torch
torch.manual_seed(0)
X = torch.randn(10, 2)
y = X.sum(1)
def mse(weight):
    return (X @ weight - y).square().mean()
u = torch.zeros(2)
for i in range(3):
    BEFORE
    u = u - 0.1
v = torch.zeros(2, requires_grad=True)
turns = []
for i in range(6):
    out = X @ v
    loss = (out - y).square().mean()
    loss.backward()
    grads = [v.grad.clone()]
    with torch.no_grad():
        v -= 0.1 * v.grad
        v.grad = None
    turns.append((loss.item(), grads, [v.detach().clone()]))
"""
BEFORE = [
    "torch.func.grad(mse)(u)",
    "torch.func.jacrev(mse)(u)",
    "torch.func.vjp(mse, u)[1](torch.ones(()))",
    "torch.autograd.functional.jacobian(mse, u)",
    "torch.autograd.functional.hessian(mse, u)",
    "torch.autograd.gradcheck(lambda w: (w * w).sum(), u.double().requires_grad_())",
]
PHASES = [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE, Phase.ZERO_GRAD]


@pytest.mark.parametrize(("before", "every"), by_day_each(BEFORE, [1, 2, 3]))
def test_the_loop_is_followed_from_its_first_turn(
    scripts: Scripts, tmp_path: Path, before: str, every: int
) -> None:
    source = SCRIPT.replace("BEFORE", before)
    turns: list[Any] = turns_of(source)
    recordings = recorded(scripts, tmp_path, source, every)
    assert [recording.iteration for recording in recordings] == list(range(every, 7, every))
    for recording in recordings:
        number = recording.iteration - 1
        check(recording, ["v"], turns[number], turns[number - 1][2] if number else None)
        assert [span.phase for span in recording.spans] == PHASES
