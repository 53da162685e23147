"""A script's variables are looked at, and stay what they are and live no longer."""

from pathlib import Path

import pytest

from tests.capture.live.script_runs import Scripts

HEAD = """
import weakref, torch
from torch import nn
def trained(hidden):
    net = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 2))
    return net, torch.optim.SGD(net.parameters(), lr=0.1)
def step(net, optimizer, x):
    optimizer.zero_grad()
    loss = net(x).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()
"""
LOCALS = """
def main(rate=0.1):
    torch.manual_seed(0)
    config = locals()
    net, optimizer = trained(3)
    for i in range(4):
        step(net, optimizer, torch.ones(2, 4))
    print(config)
main()
"""
LET_GO = """
def main():
    torch.manual_seed(0)
    (one, first), (two, second) = trained(3), trained(5)
    data = torch.randn(64, 4)
    gone = weakref.ref(data)
    for i in range(6):
        x = data[8 * i : 8 * i + 8] + 1
        if i % 2 == 0:
            print(step(one, first, x))
        if i % 3 == 0:
            print(step(two, second, x))
        held = weakref.ref(x)
        del x
        if i < 4:  # the last iteration is recorded
            print(held() is None)
    del data
    print(gone() is None)
main()
"""


@pytest.mark.parametrize("body", [LOCALS, LET_GO])
def test_what_a_script_prints_of_them_is_what_it_prints_without(
    scripts: Scripts, tmp_path: Path, body: str
) -> None:
    script = tmp_path / "train.py"
    script.write_text(HEAD + body)
    plain = scripts.plain(script)
    assert plain.status == 0
    file = str(tmp_path / "run.bprec")
    assert scripts.recorded("--to", file, "--every", "4", str(script)) == plain
