"""What the README shows of Python runs as it stands there."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import backprop_viz as bv

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(title: str) -> list[str]:
    """The Python of a chapter."""
    chapter = README.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)


@pytest.fixture
def names() -> dict[str, object]:
    """What somebody has who reads it: a loop's model, optimizer, loss and batch."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3))
    return {
        "bv": bv,
        "model": model,
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.1),
        "criterion": nn.CrossEntropyLoss(),
        "x": torch.randn(2, 4),
        "y": torch.tensor([0, 2]),
    }


def test_what_is_shown_of_recordings_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    recording = bv.Trainer(data="random", loss="mse", batch_size=1).record()
    for name in ("run", "run.rank0", "run.rank1"):
        recording.save(f"{name}.bprec")
    by_name, of_ranks = blocks("Recordings")
    exec(by_name, {"bv": bv})
    first, *parameters = capsys.readouterr().out.splitlines()
    assert first == "[1]"
    assert [line.split()[0] for line in parameters] == [p.name for p in recording.parameters]
    exec(of_ranks, {"bv": bv})
    assert "conv1.bias 0.0 True" in capsys.readouterr().out.splitlines()


def test_what_is_shown_in_python_runs(
    names: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    trainer, own_loop = blocks("In Python")
    exec(trainer, names)
    assert capsys.readouterr().out.endswith("update SGD fc3.bias\n")
    model, x = copy.deepcopy(names["model"]), names["x"]
    exec(own_loop, names)
    recording: Any = names["recording"]
    why: Any = names["why"]
    assert abs(why.residual) < 1e-6
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(str(why).splitlines()) + len(why.terms[:10])

    (asked,) = re.findall(r"`(recording\.explain\(at, [^`]*)`", README)
    at = next(i for i, event in enumerate(recording.events) if event.op == "cross_entropy")
    found = eval(asked, {"recording": recording, "at": at, "n": 0, "k": 2})
    assert isinstance(model, nn.Module)
    assert found.value == pytest.approx(model(x).log_softmax(1)[0, 2].item(), abs=1e-6)
