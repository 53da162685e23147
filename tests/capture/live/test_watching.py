"""bv.watch: a loop of one's own into a file, with the numbers it has without."""

import linecache
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from tests.capture.live.script_runs import SCRIPTS, Scripts


def loop(
    steps: int, watched: bool = False, **options: object
) -> tuple[list[float], list[Tensor], nn.Module]:
    """Losses, the gradients of the first weight, and the model, of a plain loop or a watched."""
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    watch = bv.watch(model, optimizer, **options) if watched else None
    losses, grads = [], []
    for _ in range(steps):
        x, y = torch.randn(16, 6), torch.randint(0, 3, (16,))
        loss = functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        weight = model[0].weight
        assert weight.grad is not None
        grads.append(weight.grad.clone())
        optimizer.step()
        losses.append(loss.item())
        with torch.no_grad():  # an evaluation is none of the iteration's
            model.eval()
            model(x)
            model.train()
    if watch is not None:
        assert repr(watch) == f"<WatchedLoop: iterations {steps}>"
        watch.close()
        assert repr(watch) == f"<WatchedLoop, closed: iterations {steps}>"
    return losses, grads, model


def test_every_third_iteration_is_in_the_file_and_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    losses, grads, model = loop(10)
    same_losses, same_grads, same_model = loop(10, watched=True, to=path, every=3)
    assert same_losses == losses
    assert all(map(torch.equal, grads, same_grads))
    assert all(map(torch.equal, model.state_dict().values(), same_model.state_dict().values()))
    file = bv.load(path)
    assert [recording.iteration for recording in file[:3]] == [3, 6, 9]
    iterations, known = file.losses
    assert dict(zip(iterations.tolist(), known.tolist(), strict=True)) == {
        i + 1: loss for i, loss in enumerate(losses)
    }
    for recording in file[:3]:
        gradient = [
            event.outputs[0]
            for event in recording.events
            if event.parameter == "0.weight" and event.phase is bv.Phase.BACKWARD
        ]
        np.testing.assert_array_equal(gradient[-1], grads[recording.iteration - 1].numpy())
        phases = [span.phase.value for span in recording.spans]
        assert [p for p in phases if p != "loss"] == [
            "forward",
            "zero_grad",
            "backward",
            "update",
        ]


def test_health_alone_takes_little_and_tells_what_torch_has(tmp_path: Path) -> None:
    path = tmp_path / "health.bprec"
    losses, grads, _ = loop(4, watched=True, to=path, keep="health")
    file = bv.load(path)
    assert len(file) == 0
    assert [health.iteration for health in file.health] == [1, 2, 3, 4]
    assert [health.loss for health in file.health] == losses
    for health, grad in zip(file.health, grads, strict=True):
        told = next(t for t in health.tensors if (t.role, t.name) == ("grad", "0.weight"))
        assert told.norm == pytest.approx(float(torch.linalg.vector_norm(grad)), rel=1e-6)
        assert told.low == float(grad.min())
    with pytest.raises(
        IndexError, match=r"no whole recording; file.health has 4, .losses 4 iterations"
    ):
        bv.load(path)[-1]
    assert bv.load(path)[:] == []


def test_steps_of_ones_own_may_have_several_updates(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.watch(model, to=tmp_path / "own.bprec") as watch:
        for _ in range(2):
            with watch.step():
                for _ in range(2):
                    optimizer.zero_grad()
                    model(torch.randn(4, 3)).sum().backward()
                    optimizer.step()
    file = bv.load(tmp_path / "own.bprec")
    assert [recording.iteration for recording in file] == [1, 2]
    assert [s.phase.value for s in file[0].spans].count("update") == 2


def test_the_first_sample_alone_is_kept(tmp_path: Path) -> None:
    loop(1, watched=True, to=tmp_path / "one.bprec", keep="sample")
    recording = bv.load(tmp_path / "one.bprec")
    assert recording.samples == 1
    assert recording.recorded_samples == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"every": 0}, "every must be a whole number from 1 up, not 0."),
        ({"every": 2.5}, "every must be a whole number from 1 up, not 2.5."),
        ({"keep": "all"}, "keep must be one of health, sample, full, not 'all'."),
        ({"keep": "health"}, "A window shows no health: give a file with to=."),
    ],
)
def test_what_cannot_be_watched_is_refused(wrong: dict[str, object], says: str) -> None:
    model = nn.Linear(1, 1)
    with pytest.raises(ValueError, match=re.escape(says)):
        bv.watch(model, torch.optim.SGD(model.parameters(), lr=1), **wrong)


def test_a_script_runs_into_a_file_and_prints_what_it_prints_alone(
    tmp_path: Path, scripts: Scripts
) -> None:
    script = SCRIPTS / "lstm.py"
    path = tmp_path / "lstm.bprec"
    assert scripts.recorded("--to", str(path), str(script)) == scripts.plain(script)
    file = bv.load(path)
    assert [recording.iteration for recording in file] == list(range(1, len(file) + 1))
    assert len(file) > 3
    assert file.origin is not None
    assert file.origin.title == str(script)


def test_what_torch_raises_is_explained_in_the_file(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    path = tmp_path / "raised.bprec"

    def train() -> None:
        with bv.watch(model, optimizer, to=path):
            share = model(torch.randn(5, 3)).sigmoid()
            loss = share.square().sum()
            share.mul_(2)
            loss.backward()

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        train()
    recording = bv.load(path)
    assert recording.error is not None
    assert "mul_" in str(recording.error)


CELL = """\
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with bv.watch(model, optimizer, to=path):
    model(torch.ones(2, 3)).sum().backward()
    optimizer.step()
"""


def test_a_notebooks_cell_is_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As IPython does it: in a main module without a file.
    main = ModuleType("__main__")
    vars(main).update(torch=torch, nn=nn, bv=bv, path=tmp_path / "cell.bprec")
    monkeypatch.setitem(sys.modules, "__main__", main)
    name = "/tmp/ipykernel_12/3456.py"
    lines = CELL.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, name, (len(CELL), None, lines, name))
    exec(compile(CELL, name, "exec"), vars(main))
    file = bv.load(main.path)
    assert file.program is not None
    assert [line.text for line in file.program.lines] == CELL.splitlines()
    assert file.program.lines[3].runs == "traced"  # it can be held at
    assert file.origin is not None
    assert (file.origin.path, file.origin.title) == (name, "Linear")
