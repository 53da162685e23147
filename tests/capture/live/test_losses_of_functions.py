"""Loops that differentiate by a function, and hand an optimizer the gradients: their losses."""

from pathlib import Path

import pytest

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import phase_runs
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import turns_of
from tests.nightly import by_day_each

SOURCE = """
import torch
from torch import nn
from torch.func import functional_call, grad, grad_and_value, vmap
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
params = list(net.parameters())
def loss_of(held, x):
    return functional_call(net, held, (x,)).square().mean()
turns = []
for turn in range(5):
    x = torch.randn(8, 3)
    held = {name: p.detach() for name, p in net.named_parameters()}
    loss = loss_of(held, x)
    GRADS
    for p, g in zip(params, grads):
        p.grad = g.detach()
    optimizer.step()
    turns.append((loss.item(), [p.grad.clone() for p in params]))
"""
WAYS = {
    "autograd.grad": "grads = torch.autograd.grad(net(x).square().mean(), params)",
    "grad": "grads = grad(loss_of)(held, x).values()",
    "grad of parameters": "grads = grad(loss_of)(dict(net.named_parameters()), x).values()",
    "grad_and_value": "grads = grad_and_value(loss_of)(held, x)[0].values()",
    "with a graph": "y = net(x).square().mean()\n"
    "    grads = torch.autograd.grad(y, params, create_graph=True)\n"
    "    torch.autograd.grad(grads[1][0], params[0])",
}
PER_SAMPLE = "grads = [g.mean(0) for g in vmap(grad(loss_of), (None, 0))(held, x).values()]"


@pytest.mark.parametrize(("way", "every"), by_day_each(WAYS, [1, 2]))
def test_the_loss_is_what_was_differentiated(
    way: str, every: int, scripts: Scripts, tmp_path: Path
) -> None:
    source = SOURCE.replace("GRADS", WAYS[way])
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(source)
    assert scripts.recorded("--every", str(every), "--to", str(file), str(script)).status == 0
    turns = turns_of(source)
    with bv.load(file) as loaded:
        iterations, losses = loaded.losses
        assert iterations.tolist() == [1, 2, 3, 4, 5]
        assert losses.tolist() == [loss for loss, _ in turns]
        for recording in loaded:
            loss, grads = turns[recording.iteration - 1]
            assert recording.loss == loss
            end = recording.at(len(recording.events))
            for parameter, grad in zip(recording.parameters, grads, strict=True):
                told = end.grad(parameter.name)
                assert told is not None
                assert told.tolist() == grad.tolist()
            assert all(run.events for run in phase_runs(recording) if run.name == "loss")


def test_of_samples_one_by_one_there_is_no_loss(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(SOURCE.replace("GRADS", PER_SAMPLE))
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        assert [recording.loss for recording in loaded][1:] == [None] * 4
