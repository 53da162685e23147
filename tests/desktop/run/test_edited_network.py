"""Networks that are edited in the window, with a real worker."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from torch import Tensor, nn

from backprop_viz.desktop.controllers.training import networks
from backprop_viz.desktop.panels.program.network_page import NetworkPage
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.stream.commands import Configure
from tests.nightly import by_day_every, by_night
from tests.worker.session_helpers import losses_after, trigger, view_state_of

OpenWindow = Callable[..., MainWindow]
SOURCE = """\
class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(32 * 32, 20)
        self.fc2 = nn.Linear(20, 10)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))
"""


class Tiny(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(32 * 32, 20)
        self.fc2 = nn.Linear(20, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))


def plain_losses(iterations: int) -> list[float]:
    """The tutorial's run, on the network above."""
    torch.manual_seed(0)
    net = Tiny()
    x, y = torch.randn(1, 1, 32, 32), torch.randn(10).view(1, -1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    losses = []
    for _ in range(iterations):
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def page_of(window: MainWindow) -> NetworkPage:
    return window.panel(ProgramView).network


def run_text(window: MainWindow, text: str) -> None:
    trigger(window, "actionEditNetwork")
    page_of(window).editor.replace_text(text)
    trigger(window, "actionRunNetwork")


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


def test_a_run_of_the_edited_network_is_the_plain_loop(window: MainWindow) -> None:
    losses_after(window, 2)
    run_text(window, SOURCE)
    assert losses_after(window, 3) == plain_losses(3)
    view_state = view_state_of(window)
    assert view_state.settings.network == SOURCE
    assert view_state.program.network == SOURCE
    assert [name for name, _ in view_state.earlier]  # the curve of the run before
    trigger(window, "actionReset")
    assert losses_after(window, 2) == plain_losses(2)
    for name in ("actionStepBack", "actionStep", "actionTrain", "actionTrain"):
        trigger(window, name)
    assert window.messages.text() == ""


def test_its_init_runs_once(window: MainWindow, tmp_path: Path) -> None:
    marker = tmp_path / "made"
    made = f"super().__init__()\n        open({str(marker)!r}, 'a').write('x')"
    run_text(window, SOURCE.replace("super().__init__()", made))
    assert view_state_of(window).settings.network is not None
    assert marker.read_text() == "x"
    assert losses_after(window, 2) == plain_losses(2)


def test_after_a_mistake_the_run_before_goes_on_bit_for_bit(window: MainWindow) -> None:
    losses = losses_after(window, 2)
    trigger(window, "actionStep")
    before = view_state_of(window)
    run_text(window, SOURCE.replace("self.fc1(x", "self.fc3(x"))
    after = view_state_of(window)
    said = page_of(window).findChild(QLabel, "networkMistake").text()
    assert said.startswith("Line 8 raises AttributeError on the first batch: 'Tiny'")
    assert page_of(window).editor.mistake() == 7
    assert after.settings == before.settings
    assert (after.iteration, after.due) == (before.iteration, before.due)
    assert after.curves.loss.tolist() == losses
    continued = losses_after(window, 2)
    other = losses_of_an_undisturbed_run(4)
    assert continued == other


def losses_of_an_undisturbed_run(iterations: int) -> list[float]:
    import backprop_viz as bv

    trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
    return [trainer.iterate().loss for _ in range(iterations)]


def test_the_tutorials_network_is_one_button_away(window: MainWindow) -> None:
    run_text(window, SOURCE)
    page_of(window).findChild(QToolButton, "revertNetwork").click()
    view_state = view_state_of(window)
    assert view_state.settings.network is None
    assert page_of(window).editor.text() == view_state.program.network
    assert losses_after(window, 2) == losses_of_an_undisturbed_run(2)


def test_a_network_of_one_layer_is_shown_by_every_panel(window: MainWindow) -> None:
    run_text(
        window,
        "class One(nn.Sequential):\n"
        "    def __init__(self):\n"
        "        super().__init__(nn.Flatten(), nn.Linear(1024, 10))\n",
    )
    for _ in range(6):
        trigger(window, "actionStep")
    assert view_state_of(window).iteration == 1
    for layout in ("Learn", "Debug", "Draw", "Present"):
        window.findChild(QAction, f"actionLayout{layout}").trigger()
        assert window.session.wait_idle(60)
    assert window.messages.text() == ""


def laid_out() -> None:
    """Until the docks have the sizes that what is in them asks for."""
    for _ in range(5):
        QApplication.processEvents()


@by_night
def test_the_editor_has_room_until_it_is_closed(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    dock = window.docks.docks["programView"]
    laid_out()
    before = dock.size()
    trigger(window, "actionEditNetwork")
    laid_out()
    window.docks.share_out()  # as when anything is resized: it keeps its room
    laid_out()
    assert dock.width() > before.width() + 100
    assert dock.height() > before.height() + 50
    pad = window.docks.docks["drawPanel"]
    assert not pad.isHidden()
    page_of(window).findChild(QToolButton, "closeEditor").click()
    assert window.session.wait_until(lambda: dock.size() == before, 20)
    # In a low window the pad gives way.
    window.resize(1280, 800)
    laid_out()
    before, layout = dock.size(), window.layout_state()
    trigger(window, "actionEditNetwork")
    laid_out()
    assert window.layout_state() == layout, "which is what a session file keeps"
    editor = page_of(window).editor
    assert editor.viewport().height() >= 12 * editor.fontMetrics().lineSpacing()
    assert pad.isHidden()
    page_of(window).findChild(QToolButton, "closeEditor").click()
    assert window.session.wait_until(lambda: dock.size() == before and pad.isVisible(), 20)


@pytest.mark.parametrize("code", by_day_every(2, ["while True: pass", "import os; os._exit(7)"]))
def test_code_that_loops_or_ends_its_process_leaves_the_run_as_it_was(
    open_window: OpenWindow, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "tutorial")
    monkeypatch.setattr(networks, "UNANSWERED_S", 0.5)
    losses = losses_after(window, 2)
    page = page_of(window)
    trigger(window, "actionEditNetwork")
    page.editor.replace_text(code + "\n" + SOURCE)
    window.findChild(QAction, "actionRunNetwork").trigger()
    if code.startswith("while"):
        stop = page.findChild(QToolButton, "stopNetwork")
        assert window.session.wait_until(stop.isVisible, 60)
        assert "has not come back" in window.messages.text()
        stop.click()
    restored = "the run continues from its last autosave"
    assert window.session.wait_until(lambda: restored in window.messages.text(), 60)
    view_state = view_state_of(window)
    assert view_state.settings.network is None
    assert view_state.curves.loss.tolist() == losses
    assert losses_after(window, 1) == losses_of_an_undisturbed_run(3)
    assert page.editor.text().startswith(code)


def test_sys_exit_in_forward_is_told_and_the_window_lives(window: MainWindow) -> None:
    exits = "        if torch.is_grad_enabled():\n            raise SystemExit(3)\n        return"
    text = SOURCE.replace("        return", exits)
    run_text(window, text)
    said = page_of(window).findChild(QLabel, "networkMistake").text()
    assert said == "Line 9 raises SystemExit on the first batch: 3"
    assert losses_after(window, 1) == losses_of_an_undisturbed_run(1)


@by_night
def test_a_network_that_ends_each_worker_at_its_start_is_left_out(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "tutorial")
    session = window.session
    settings = view_state_of(window).settings
    # As if it had ended the worker in the middle of the run.
    session.send(Configure(replace(settings, network="import os; os._exit(5)\n" + SOURCE)))
    restored = "restarted with the same settings and a new network"
    assert session.wait_until(lambda: restored in window.messages.text(), 60)
    assert view_state_of(window).settings == settings


@by_night
def test_a_forward_that_loops_in_a_later_iteration_can_be_stopped(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "UNANSWERED_S", 0.5)
    window = open_window("--preset", "tutorial")
    loops = (
        "    calls = 0\n\n    def forward(self, x):\n        Tiny.calls += self.training\n"
        "        while Tiny.calls > 4:\n            pass\n"
    )
    run_text(window, SOURCE.replace("    def forward(self, x):\n", loops))
    assert losses_after(window, 2) == plain_losses(2)
    window.findChild(QAction, "actionIteration").trigger()
    stop = page_of(window).findChild(QToolButton, "stopNetwork")
    assert window.session.wait_until(lambda: "has not come back" in window.messages.text(), 60)
    stop.click()
    assert window.session.wait_until(lambda: "started again" in window.messages.text(), 60)
    trigger(window, "actionRevertNetwork")
    assert losses_after(window, 2) == losses_of_an_undisturbed_run(2)
