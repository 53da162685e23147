"""A script that calls several models one after another is held once their forward is over."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from backprop_viz.capture.code.next_call import is_run_further
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step, Train
from tests.capture.live.script_runs import Scripts

SCRIPT = """
import torch
from torch import nn

encoder, decoder = nn.Linear(3, 4), nn.Linear(5, 3)
opt = torch.optim.SGD([*encoder.parameters(), *decoder.parameters()], lr=0.1)

for i in range(3):
    x = torch.randn(8, 3)
    opt.zero_grad()
    code = encoder(x)
    code = torch.cat([code, code[:, :1].relu()], 1)
    out = decoder(code)
    loss = nn.functional.mse_loss(out, x)
    loss.backward()
    opt.step()
"""
# How an encoder and a decoder are called, and after which calls the forward goes on.
WAYS = {
    "out = b(a(x))": [True, False],
    "z = a(x)\nout = b(z.relu())": [True, False],
    "z = a(x)\nz = torch.cat([z, z], 1)[:, :3]\nout = b(z)\nloss = F.mse_loss(out, x)": [
        True,
        False,
    ],
    "def run():\n    return a(x)\nout = b(run())": [True, False],
    "with autocast():\n    z = a(x)\nout = b(z)": [True, False],
    "loss = crit(a(x), x) + crit(b(x), x)": [False, False],
    "loss = F.mse_loss(a(x), x)\nb(x)": [False, False],
    "z = a(x)\nwith torch.no_grad():\n    b(x)": [False, False],
    "z = a(x)\nprepare(z)\nb(z)": [False, False],
    "z = a(x)\nif z is x:\n    x = 0\nb(z)": [False, False],
    "z = a(x)\nother(z)": [False],
    "for t in range(x.shape[0]):\n    z = a(x)\nfor t in range(2):\n    b(z)": [True] * 3 + [False],
    "for t in range(x.size()[0]):\n    z = a(x)\nb(z)": [True] * 2 + [False],
    "for t in range(2):\n    t = x\n    z = a(t)\nb(z)": [False] * 3,
    "for layer in [a, b]:\n    x = layer(x)": [True, False],
    "for layer in both.net:\n    x = layer(x)": [True, False],
    "z = both.net[0](x)\nout = both.net[1](z)": [True, False],
}


@pytest.mark.parametrize("source", WAYS)
def test_whether_the_forward_goes_on_is_read_in_the_source(source: str, tmp_path: Path) -> None:
    script, told = tmp_path / "train.py", list[bool]()
    script.write_text(source)
    one, two = nn.Linear(3, 3), nn.Linear(3, 3)
    both = nn.Module()
    both.net = nn.Sequential(one, two)

    def ran(*_: Any) -> None:
        told.append(is_run_further(both))  # append is taken for a list's

    for module in (one, two):
        module.register_forward_hook(ran)
    given: dict[str, Any] = {
        "a": one,
        "b": two,
        "both": both,
        "other": nn.Linear(3, 3),
        "crit": nn.MSELoss(),
    }
    given |= {"x": torch.ones(2, 3), "torch": torch, "F": nn.functional, "autocast": nullcontext}
    exec(compile(source, str(script), "exec"), {**given, "prepare": lambda _: None})
    assert told == WAYS[source]


def test_it_is_not_held_between_two_models(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    with scripts.followed(str(script)) as window:
        held, last = window.held(), list[Phase]()
        while held.iteration < 2:
            held = window.carried_out(Step())
            recording = window.recordings.get(held.iteration + 1)
            last += [] if recording is None else [recording.spans[-1].phase][:1]
            if recording is not None and recording.spans[-1].phase is Phase.FORWARD:
                assert recording.events[-1].module == "decoder"
                assert held.due is Phase.LOSS
        window.command(Train())
    assert last.count(Phase.FORWARD) == 2  # once in each iteration
