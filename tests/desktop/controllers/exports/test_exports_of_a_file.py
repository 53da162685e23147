"""What is exported from the window of a recording file: somebody else's model, no worker."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.widgets.animation_dialog import AnimationChoice
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.nightly import by_night


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer = torch.optim.Adam(net.parameters())
    with bv.watch(net, optimizer, to=str(tmp_path / "run.bprec"), every=1):
        for _ in range(3):
            optimizer.zero_grad()
            net(torch.randn(5, 3)).square().mean().backward()
            optimizer.step()
    window = open_window(str(tmp_path / "run.bprec"))
    qtbot.waitUntil(lambda: window.session.view_state is not None, timeout=60_000)
    qtbot.waitUntil(lambda: len(window.session.view_state.kept_iterations.iterations) == 3)
    window.session.shown.show_iteration(2)
    qtbot.waitUntil(lambda: window.session.view_state.cursor.recording.iteration == 2)
    window.session.shown.move_cursor(7)
    return window


def composer(window: MainWindow) -> Composer:
    return next(child for child in window.children() if isinstance(child, Composer))


def saved(window: MainWindow, qtbot: QtBot, name: str) -> None:
    qtbot.waitUntil(lambda: window.messages.text().startswith(f"Saved as {name}"), timeout=60_000)
    window.messages.dismiss()


@by_night
def test_a_page_data_and_its_iterations_as_an_animation(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    controllers, cursor = composer(window), window.session.view_state.cursor
    controllers.web_pages.save(cursor.recording, tmp_path / "page.html")
    saved(window, qtbot, "page.html")
    found = re.search(r'id="recording">(.*?)</script>', (tmp_path / "page.html").read_text())
    assert found is not None
    assert json.loads(found[1])["iteration"] == 2
    everything = [*controllers.data_exports.choices(window.session.view_state)][-1]
    controllers.data_exports.save(everything, ".npz", tmp_path / "all.npz")
    saved(window, qtbot, "all.npz")
    with np.load(tmp_path / "all.npz", allow_pickle=False) as file:
        weight = file["before/0.weight"]
    assert weight.tobytes() == cursor.recording.by_parameter["0.weight"].value.tobytes()
    panel = window.panel(AutogradView)
    choice = AnimationChoice("iterations", window, 0.5, 0.5, ".webp")
    controllers.animations.begin(choice, tmp_path / "run.webp")
    saved(window, qtbot, "run.webp")
    with Image.open(tmp_path / "run.webp") as animation:
        assert animation.n_frames == 3
    choice = AnimationChoice("phases", panel, 0.5, 1.0, ".gif")
    controllers.animations.begin(choice, tmp_path / "walk.gif")
    saved(window, qtbot, "walk.gif")
    after = window.session.view_state.cursor
    assert (after.recording.iteration, after.position) == (2, 7)
