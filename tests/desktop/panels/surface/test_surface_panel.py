"""The panel of the loss surface in a window with a real worker."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import grad_number, loss_number
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.surface.surface_view import SurfaceView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import WeightPlace
from tests.nightly import by_night

pytestmark = pytest.mark.usefixtures("late_plots")

_WAIT = 60_000


@pytest.fixture(scope="module")
def window_arguments() -> tuple[str, ...]:
    return "--preset", "digits"


def opened(window: MainWindow) -> SurfaceView:
    window.docks.docks["surfaceView"].toggleViewAction().trigger()
    panel = window.panel(SurfaceView)
    assert panel.isVisible()
    return panel


def small(panel: SurfaceView, plane: str, points: int = 5, samples: int = 64) -> None:
    settings = panel.settings
    settings.plane.setCurrentIndex(settings.plane.findData(plane))
    settings.resolution.setValue(points)
    settings.samples.setValue(samples)


def computed(qtbot: QtBot, panel: SurfaceView) -> None:
    panel.button.click()
    assert panel.running
    qtbot.waitUntil(lambda: not panel.running, timeout=_WAIT)


def test_before_a_surface_is_computed_it_is_said_in_the_middle_what_to_do(
    shared_window: MainWindow, qtbot: QtBot
) -> None:
    panel = opened(shared_window)

    def is_in_the_middle() -> bool:
        middle = panel.plot.mapTo(panel, panel.plot.rect().center()).x()
        return abs(middle - panel.width() / 2) < 10

    qtbot.waitUntil(is_in_the_middle)


@by_night
def test_it_is_closed_at_first_and_takes_all_the_room_when_opened(
    open_window: Callable[..., MainWindow],
) -> None:
    window = open_window("--preset", "tutorial")
    dock = window.docks.docks["surfaceView"]
    assert dock.isHidden()
    opened(window)
    assert window.docks.maximized_dock is dock
    window.docks.restore_maximized()
    assert not dock.isHidden()
    assert not window.docks.docks["autogradView"].isHidden()
    opened_again = dock.toggleViewAction()
    opened_again.trigger()
    assert dock.isHidden()
    opened_again.trigger()
    opened_again.trigger()  # closed while it has all the room
    assert dock.isHidden()
    assert not window.docks.docks["autogradView"].isHidden()


def test_what_is_shown_is_the_loss_of_a_plain_loop(shared_window: MainWindow, qtbot: QtBot) -> None:
    window = shared_window
    window.session.iterate()
    window.session.iterate()
    assert window.session.wait_idle(60)
    panel = opened(window)
    small(panel, "drawn")
    computed(qtbot, panel)
    settings = window.session.view_state.settings
    trainer = bv.Trainer.from_settings(settings)
    trainer.iterate(), trainer.iterate()
    images, labels = trainer.samples("train").batch(torch.arange(64))
    expected = F.cross_entropy(trainer.model(images), labels).item()
    plane = panel.plot.plane
    assert plane is not None
    assert plane.iteration == 2
    assert panel.plot.losses[2, 2] == pytest.approx(expected, rel=1e-6)  # the network as it is
    assert plane.loss == expected
    # The arrow keys read the grid from its middle.
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert f"loss {expected:.5f}"[:11] in panel.plot.reading
    middle = panel.plot.reading
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert panel.plot.reading != middle
    text = panel.sentence.text()
    assert "random direction 1, filter-normalised" in text
    assert "random planes almost never hold it" in text
    assert "of its length lies in this plane" in text
    # A run that goes on is the run that would have been without it.
    window.session.iterate()
    assert window.session.wait_idle(60)
    trainer.iterate()
    assert window.session.shown.run.losses[-1] == trainer.loss_value()


@by_night
def test_a_run_too_short_for_main_directions_is_told_what_to_do(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    small(panel, "path")
    computed(qtbot, panel)
    assert "too short" in panel.sentence.text()
    assert panel.plot.plane is None
    window.session.iterate()
    window.session.iterate()
    assert window.session.wait_idle(60)
    computed(qtbot, panel)
    assert "main direction 1 of the run" in panel.sentence.text()
    assert panel.plot.plane is not None
    assert panel.plot.plane.path_iterations.tolist() == [0, 1, 2]


@by_night
def test_it_grows_while_training_runs_and_can_be_cancelled(
    shared_window: MainWindow, qtbot: QtBot
) -> None:
    window = shared_window
    panel = opened(window)
    small(panel, "drawn", points=51, samples=500)
    window.findChild(QAction, "actionTrain").trigger()
    panel.button.click()
    qtbot.waitUntil(lambda: panel.plot.known.any(), timeout=_WAIT)
    shown = panel.plot.known.sum()
    qtbot.waitUntil(lambda: panel.plot.known.sum() > shown, timeout=_WAIT)
    assert panel.progress.isVisible()
    window.findChild(QAction, "actionTrain").trigger()
    panel.button.click()
    qtbot.waitUntil(lambda: not panel.running, timeout=_WAIT)
    assert 0 < panel.plot.known.sum() < 51 * 51
    assert "Cancelled" in panel.sentence.text()
    assert window.session.wait_idle(60)


@pytest.mark.parametrize("key", ["L"])
def test_the_scale_of_the_colours_can_be_changed_by_keyboard(
    shared_window: MainWindow, qtbot: QtBot, key: str
) -> None:
    panel = opened(shared_window)
    small(panel, "drawn", points=3)
    computed(qtbot, panel)
    scale = panel.plot.scale_of_colours
    assert scale is not None
    assert scale.logarithmic
    low, high = np.nanmin(panel.plot.losses), np.nanmax(panel.plot.losses)
    assert (scale.low, scale.high) == (low, high)
    assert scale.at(0.5) == pytest.approx(np.sqrt(low * high))
    qtbot.keyClicks(panel, key)
    scale = panel.plot.scale_of_colours
    assert scale is not None
    assert scale.at(0.5) == pytest.approx((low + high) / 2)


@by_night
def test_a_worker_that_ends_is_said_and_another_computes_it(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    panel.running = True
    panel.end(Fact("no_worker"))
    assert not panel.running
    assert "has ended" in panel.sentence.text()
    window.session.start_again()
    small(panel, "drawn", points=3)
    assert window.session.wait_idle(60)
    computed(qtbot, panel)
    assert panel.plot.known.all()


@by_night
def test_the_plane_of_two_weights_is_chosen_by_name_and_from_a_number_that_was_clicked(
    shared_window: MainWindow, qtbot: QtBot
) -> None:
    window = shared_window
    window.session.iterate()
    assert window.session.wait_idle(60)
    number = grad_number(window.session.view_state.cursor, "conv2.weight", (3, 1, 0, 2))
    assert number is not None
    window.number_picked.emit(number, None)
    check = window.panel(OriginView).columns.check
    assert check.surface.isVisibleTo(check)
    panel = window.panel(SurfaceView)
    small(panel, "drawn")
    check.surface.click()
    assert panel.isVisible()
    assert panel.settings.request().weights[0] == WeightPlace("conv2.weight", (3, 1, 0, 2))
    qtbot.waitUntil(lambda: not panel.running, timeout=_WAIT)
    settings = panel.settings
    settings.y_weight.setText("fc3.bias[-1]")
    computed(qtbot, panel)
    plane = panel.plot.plane
    assert plane is not None
    assert settings.y_weight.text() == "fc3.bias[9]"
    assert (plane.x[2], plane.y[2]) == plane.origin
    trainer = bv.Trainer.from_settings(window.session.view_state.settings)
    trainer.iterate()
    net = trainer.model
    assert plane.origin == (net.conv2.weight[3, 1, 0, 2].item(), net.fc3.bias[9].item())
    images, labels = trainer.samples("train").batch(torch.arange(64))
    with torch.no_grad():
        net.conv2.weight[3, 1, 0, 2] = plane.x[4]
        net.fc3.bias[9] = plane.y[1]
        expected = F.cross_entropy(net(images), labels).item()
    assert panel.plot.losses[1, 4] == pytest.approx(expected, rel=1e-6)
    assert "the weight conv2.weight[3, 1, 0, 2]" in panel.sentence.text()
    assert "Since iteration 0" in panel.sentence.text()
    # Any other number is no weight.
    loss = loss_number(window.session.view_state.cursor)
    assert loss is not None
    window.number_picked.emit(loss, None)
    assert not check.surface.isVisibleTo(check)


@by_night
def test_a_text_that_is_no_weight_is_marked_and_told(
    open_window: Callable[..., MainWindow],
) -> None:
    panel = opened(open_window("--preset", "digits"))
    small(panel, "weights")
    weight = panel.settings.x_weight
    before = weight.place
    assert before == WeightPlace("conv1.weight", (0, 0, 0, 0))
    for text, said in (
        ("conv9.weight[0]", "conv9.weight is no parameter"),
        ("", "is no parameter"),
        ("fc3.bias", "has the shape (10)"),
        ("fc3.bias[10]", "such as fc3.bias[0]"),
        ("fc3.bias[0, 0]", "has the shape (10)"),
    ):
        weight.setText(text)
        panel.button.click()
        assert not panel.running, text
        assert said in weight.bubble.text(), text
        assert weight.place == before, text


def test_a_line_leads_from_the_weights_now_to_the_first_ones(
    shared_window: MainWindow, qtbot: QtBot
) -> None:
    window = shared_window
    panel = opened(window)
    window.session.iterate()
    window.session.iterate()
    assert window.session.wait_idle(60)
    small(panel, "line", points=9)
    computed(qtbot, panel)
    assert panel.line.isVisible()
    assert not panel.bar.isVisible()
    trainer = bv.Trainer.from_settings(window.session.view_state.settings)
    first = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    trainer.iterate(), trainer.iterate()
    images, labels = trainer.samples("train").batch(torch.arange(64))
    with torch.no_grad():
        for name, p in trainer.model.named_parameters():
            p.lerp_(first[name], float(panel.line.plane.x[8]))
        expected = F.cross_entropy(trainer.model(images), labels).item()
    assert panel.line.losses[8] == pytest.approx(expected, rel=1e-5)
    panel.line.setFocus()
    panel.line.read(8)
    assert f"loss {expected:.5f}" in panel.line.reading
    qtbot.keyClick(panel.line, Qt.Key.Key_Left)
    assert f"loss {panel.line.losses[7]:.5f}" in panel.line.reading
    assert "lies on this line" in panel.sentence.text()
    # A plane takes its place again.
    small(panel, "drawn", points=3)
    computed(qtbot, panel)
    assert panel.plot.isVisible()
