"""A recording file in the window: what is in it, explained, also while it is written."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PySide6.QtGui import QAction
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.recording.number import Number
from tests.conftest import OpenWindow
from tests.waiting import until

# What runs where there is no torch: the window opens the file, paints, and moves the cursor.
WITHOUT_TORCH = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, NoTorch())
from backprop_viz.app import create_window
window = create_window([sys.argv[1]])
window.resize(1280, 800)
window.show()
session = window.session
def is_shown():
    return session.view_state is not None and session.view_state.cursor.recording.events != ()
seen = session.wait_until(is_shown, 60)
session.go_back("event")
window.grab()
cursor = session.view_state.cursor
print(seen, cursor.recording.iteration, cursor.position, "torch" in sys.modules)
window.close()
"""


def losses_into(path: Path, steps: int) -> tuple[list[float], torch.Tensor]:
    """The losses of a watched loop, and the first weight's last gradient."""
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    with bv.watch(net, optimizer, to=path, every=2):
        for _ in range(steps):
            loss = net(torch.randn(5, 3)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            gradient = net[0].weight.grad.clone()
            optimizer.step()
            losses.append(loss.item())
    return losses, gradient


def test_every_recording_is_there_and_its_numbers_are_explained(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "run.bprec"
    losses, gradient = losses_into(path, 6)
    window = open_window(str(path), size=(1600, 1000))
    session = window.session
    until(session, lambda: session.iteration == 6 and session.recording_of(6) is not None)
    assert "run.bprec" in window.windowTitle()
    assert not window.findChild(QAction, "actionReset").isVisible()
    assert session.view_state.curves.loss.tolist() == losses
    assert [session.recording_of(i) is not None for i in range(1, 7)] == [False, True] * 3
    recording = session.recording_of(6)
    assert recording.loss == losses[5]
    at = max(
        i
        for i, event in enumerate(recording.events)
        if event.parameter == "0.weight" and event.phase is bv.Phase.BACKWARD
    )
    window.number_picked.emit(Number(recording.events[at].output_ids[0], (1, 2), at, 0))
    panel = window.panel(OriginView)
    until(session, lambda: panel.complete)
    assert panel.explanation is not None
    assert panel.explanation.value == float(gradient[1, 2])
    assert panel.explanation.reason is None
    session.show_iteration(2)
    assert session.view_state.cursor.recording.iteration == 2
    assert session.view_state.cursor.recording.loss == losses[1]


def test_what_is_written_meanwhile_is_shown(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "grows.bprec"
    torch.manual_seed(4)
    net = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = bv.watch(net, optimizer, to=path)

    def one() -> None:
        net(torch.randn(2, 3)).square().mean().backward()
        optimizer.step()

    one()
    window = open_window(str(path))
    until(window.session, lambda: window.session.recording_of(1) is not None)
    one()
    until(window.session, lambda: window.session.recording_of(2) is not None)
    watch.close()


def test_without_torch_it_opens_and_the_cursor_moves(tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    losses_into(path, 4)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    iteration = bv.load(path)[1]
    assert done.stdout.split() == ["True", "4", str(len(iteration.events) - 1), "False"]


@pytest.mark.parametrize("content", [b"", b"no recording at all, but as long as one could be" * 9])
def test_what_is_no_recording_is_refused_before_a_window_opens(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "odd.bprec"
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "backprop_viz", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("backprop-viz: odd.bprec")
    assert len(done.stderr.splitlines()) == 1
