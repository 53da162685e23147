"""What a loop prints of the tensors that it trains is no part of any forward."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts

LOOP = """
import torch
torch.manual_seed(3)
X, Y = torch.randn(20, 4), torch.randn(20, 1)
w = (torch.randn(4, 1) * 0.4).requires_grad_()
turns = []
for t in range(3):
    rows = torch.randperm(20)[:6]
    given = X[rows]
    loss = ((given @ w - Y[rows]) ** 2).mean()
    loss.backward()
    grad, before = w.grad.clone(), w.detach().clone()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
    turns.append((given, loss.item(), before, grad, w.detach().clone()))
    LOOK
"""
LOOKS = (
    "print(t, loss.item(), w[0, 0].item())",
    "print(w.norm())",
    "print(float(w[1]), w[2:].tolist())",
    "print(((X @ w - Y) ** 2).mean().item())",
)


@pytest.mark.parametrize("look", LOOKS)
def test_a_forward_begins_with_what_it_computes(
    scripts: Scripts, tmp_path: Path, look: str
) -> None:
    loop = LOOP.replace("LOOK", look)
    plain: dict[str, Any] = {}
    exec(loop.replace("print(", "str(0) or ("), plain)
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(loop)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        assert len(loaded) == 3
        for recording, (given, loss, before, grad, after) in zip(
            loaded, plain["turns"], strict=True
        ):
            assert recording.loss == loss
            assert np.array_equal(recording.input, given)
            phases = [span.phase.value for span in recording.spans]
            assert phases == ["forward", "loss", "backward", "update", "zero_grad"]
            assert recording.events[0].op == "matmul"
            cleared = recording.spans[-1].start
            assert np.array_equal(recording.at(0).value("w"), before)
            assert np.array_equal(recording.at(cleared).grad("w"), grad)
            assert np.array_equal(recording.at(cleared).value("w"), after)
