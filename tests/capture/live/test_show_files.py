"""bv.show of a file; and what is said of a bv.record that nothing ran in."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from tests.nightly import by_night


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of the windows that would be opened."""
    found: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: found.append(command))
    return found


def recorded_file(folder: Path) -> Path:
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.watch(model, optimizer, to=folder / "run.bprec"):
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.randn(4, 3)).square().mean().backward()
            optimizer.step()
    return folder / "run.bprec"


@pytest.mark.parametrize("kind", [str, Path, bv.load])
def test_a_recording_file_is_opened(kind: type, tmp_path: Path, opened: list[list[str]]) -> None:
    path = recorded_file(tmp_path)
    it = bv.show(kind(path))
    assert opened == [[sys.executable, "-m", "backprop_viz", str(path)]]
    assert repr(it) == f"<ShownFile: {path}>"


def test_a_models_file_is_opened(
    tmp_path: Path, opened: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.py").write_text("model = inputs = loss = None\n")
    monkeypatch.chdir(tmp_path)
    bv.show("model.py")
    assert opened == [[sys.executable, "-m", "backprop_viz", str(tmp_path / "model.py")]]


def test_another_file_is_refused(tmp_path: Path, opened: list[list[str]]) -> None:
    (tmp_path / "notes.bprec").write_text("no recording")
    with pytest.raises(ValueError, match=r"notes\.bprec is not a recording"):
        bv.show(tmp_path / "notes.bprec")
    for path in ("weights.pt", tmp_path / "missing.py"):
        said = re.escape(f"that makes a model (.py), not {str(path)!r}.")
        with pytest.raises(ValueError, match=said):
            bv.show(path)
    with pytest.raises(ValueError, match="give nothing else"):
        bv.show(recorded_file(tmp_path), torch.ones(2))
    assert opened == []


@by_night
def test_a_real_window_opens_on_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    it = bv.show(recorded_file(tmp_path))
    assert it.process is not None
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            it.process.wait(3)  # it is there as long as nobody closes it
    finally:
        it.process.terminate()
        it.process.wait(30)
    assert repr(it).startswith("<ShownFile whose window is closed: ")


def test_a_record_that_is_not_entered_says_what_to_do(opened: list[list[str]]) -> None:
    model = nn.Linear(3, 1)
    recorded = bv.record(model)
    model(torch.ones(2, 3)).sum().backward()
    said = r"with bv\.record\(model, optimizer\) as recording"
    assert re.search(said, repr(recorded))
    for ask in (lambda: recorded.events, lambda: recorded.findings(), lambda: recorded.loss):
        with pytest.raises(AttributeError, match=said):
            ask()
    with pytest.raises(ValueError, match=said):
        bv.show(recorded)
    assert opened == []
    with recorded as told:
        model(torch.ones(2, 3)).sum().backward()
    assert recorded.loss == told.loss == recorded.recording.loss
