"""Loops on a device whose memory is its own, and whose backward runs in a thread of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz.capture.watches.write_watch import TELLS_OF_SAVING_HOOKS
from tests.capture.device.apart import COMPILER, compiled
from tests.nightly import by_night

CASES = (
    *("images", "attention", "bfloat16", "two_dtypes", "gradients_that_stay", "never_cleared"),
    *("data_written_to", "fused", "hooked", "clipped", "scaled"),
    *("laid_out_otherwise", "made_again"),
)
ROOT = Path(__file__).parents[3]


def _printed(*command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = (sys.executable, *command)
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1]


@by_night
@pytest.mark.long
@pytest.mark.skipif(COMPILER is None, reason="the device is compiled by g++, on Linux")
def test_what_is_recorded_on_a_device_is_what_the_plain_loop_has(tmp_path: Path) -> None:
    library = compiled(tmp_path)
    told = json.loads(_printed("-m", "tests.capture.device.checked", str(library)))
    assert told["cases"] == {name: [] for name in CASES}
    assert told["unexplained"] == []
    # However many layers there are, the device is waited for as often, unless all is copied.
    few, many = told["waits"]
    assert few == many <= 4 or not TELLS_OF_SAVING_HOOKS
    # Of a loop that is not recorded only the losses are read, now and then.
    waited, wrong = told["not recorded"]
    assert waited < 20
    assert not wrong


# A device that holds no numbers: whoever asks it for some is told that they are not there.
DEFAULT_DEVICE = """
import torch
from torch import nn
import torch._dynamo  # which torch 2.8 cannot import later
torch.set_default_device("meta")
import backprop_viz as bv
net = nn.Sequential(nn.Linear(3, 4, device="cpu"), nn.ReLU(), nn.Linear(4, 2, device="cpu"))
x = torch.arange(15.0, device="cpu").view(5, 3) / 7
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
plain = [p.detach().clone() for p in net.parameters()]
for _ in range(2):
    optimizer.zero_grad()
    with bv.record(net, optimizer) as recording:
        net(x).pow(2).mean().backward()
        optimizer.step()
    for name, parameter in net.named_parameters():
        end = recording.at(len(recording.events))
        assert (end.grad(name) == parameter.grad.numpy()).all()
        assert (end.value(name) == parameter.detach().numpy()).all()
    for number, event in enumerate(recording.events):
        made = event.outputs[0]
        if made is not None:
            told = recording.explain(event=number, output=0, index=(0,) * made.ndim)
            assert told.value == made[(0,) * made.ndim], event.op
    recording.findings()
print("equal")
"""


@by_night
def test_a_device_that_is_the_default_is_not_the_recordings() -> None:
    assert _printed("-c", DEFAULT_DEVICE) == "equal"
