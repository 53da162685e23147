"""Scripts that ask for the gradient of what they give to a model, without an optimizer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.nightly import by_day_each

START = """
import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 3)).eval()
batches = [(torch.rand(1, 1, 4, 4), torch.tensor([i % 3])) for i in range(5)]
turns = []
"""
FROZEN = "model.requires_grad_(False)\n"
# As PyTorch's tutorial on adversarial examples: another leaf each time, of which some are left out.
TUTORIAL = """
def attacked(image, epsilon, data_grad):
    return torch.clamp(image + epsilon * data_grad.sign(), 0, 1)
for data, target in batches:
    data.requires_grad = True
    output = model(data)
    if target.item() == 1:
        continue
    loss = F.cross_entropy(output, target)
    model.zero_grad()
    loss.backward()
    data_grad = data.grad.data
    turns.append((loss.item(), data.detach().clone(), data_grad.clone()))
    output = model(attacked(data, 0.1, data_grad))
    print((loss.item(), output.argmax().item()))
"""
MADE_ANEW = """
data, target = batches[0]
for i in range(4):
    data.requires_grad_(True)
    loss = F.cross_entropy(model(data), target)
    loss.backward()
    turns.append((loss.item(), data.detach().clone(), data.grad.clone()))
    data = (data - 0.05 * data.grad.sign()).clamp(0, 1).detach()
    print(loss.item())
"""
DREAM = """
data = batches[0][0].requires_grad_()
for i in range(4):
    loss = model(data).norm()
    loss.backward()
    grad = data.grad.data
    turns.append((loss.item(), data.detach().clone(), grad.clone()))
    data.data += 0.1 * grad / (grad.abs().mean() + 1e-8)
    data.grad.data.zero_()
    print(loss.item())
"""
# Nothing moves: each class has a gradient of its own.
SALIENCY = """
data = batches[0][0]
data.requires_grad_()
for i in range(3):
    loss = model(data)[0, i]
    loss.backward()
    turns.append((loss.item(), data.detach().clone(), data.grad.clone()))
    data.grad = None
    print(loss.item())
"""
LOOPS = {"tutorial": TUTORIAL, "made anew": MADE_ANEW, "dream": DREAM, "saliency": SALIENCY}


@pytest.mark.parametrize(("kind", "frozen", "every"), by_day_each(LOOPS, [False, True], [1, 2]))
def test_each_input_is_an_iteration_with_its_gradient(
    scripts: Scripts, tmp_path: Path, kind: str, frozen: bool, every: int
) -> None:
    source = START + (FROZEN if frozen else "") + LOOPS[kind]
    plain: dict[str, Any] = {}
    exec(source.replace("print(", "str("), plain)
    turns = plain["turns"]
    script, file = tmp_path / "attack.py", tmp_path / "attack.bprec"
    script.write_text(source)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    assert (ended.status, ended.printed) == (0, scripts.plain(script).printed)
    with bv.load(file) as loaded:
        recordings = list(loaded)
    numbers = [recording.iteration for recording in recordings]
    assert numbers == list(range(every, len(turns) + 1, every))
    for recording in recordings:
        loss, data, grad = turns[recording.iteration - 1]
        assert recording.loss == loss
        backward = [i for i, e in enumerate(recording.events) if e.phase is Phase.BACKWARD]
        ran = recording.at(backward[-1] + 1)
        np.testing.assert_array_equal(ran.value("tensors.data"), data.numpy())
        np.testing.assert_array_equal(ran.grad("tensors.data"), grad.numpy())
        updates = [event for event in recording.events if event.phase is Phase.UPDATE]
        moved = {event.parameter for event in updates if not event.is_of_step}
        assert moved == ({"tensors.data"} if kind == "dream" else set())
        assert not recording.findings()
