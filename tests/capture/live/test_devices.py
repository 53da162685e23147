"""A script's model may be on another device than the CPU, which is known once it is found."""

from pathlib import Path

import backprop_viz as bv
from backprop_viz.stream.messages import RunAttached
from tests.capture.live.script_runs import Scripts

ON_META = """
import torch
net = torch.nn.Linear(3, 2, device="meta")
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    net(torch.randn(5, 3, device="meta")).pow(2).mean().backward()
    optimizer.step()
"""


def test_the_device_is_told(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(ON_META)
    with scripts.followed("--go", "--every", "1", str(script)) as window:
        window.rest()
        ended = window.ended()
    assert ended.status == 0, ended.printed
    told = [one.origin.device for one in window.messages if isinstance(one, RunAttached)]
    assert told == ["cpu", "meta"]
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0, ended.printed
    recorded = bv.load(file)
    assert recorded.origin is not None
    assert recorded.origin.device == "meta"
