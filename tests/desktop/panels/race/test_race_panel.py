"""The panel of races in a window; its races run in a real process of their own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QCursor, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.clients import worker_client, worker_process
from backprop_viz.desktop.clients.worker_process import WorkerProcess
from backprop_viz.desktop.panels.plots.plot_parts import EmptyPlotText
from backprop_viz.desktop.panels.race.lane_dialog import LaneDialog
from backprop_viz.desktop.panels.race.race_presets import (
    five_seeds,
    learning_rates,
    tutorial_optimizers,
)
from backprop_viz.desktop.panels.race.race_view import RaceView
from backprop_viz.desktop.widgets.picture_button import PictureButton
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.race import RaceLane, RacerProgress
from backprop_viz.recording.settings.run_settings import Settings
from tests.nightly import by_night

_WAIT = 60_000


def opened(window: MainWindow) -> RaceView:
    window.docks.docks["raceView"].toggleViewAction().trigger()
    panel = window.panel(RaceView)
    assert panel.isVisible()
    return panel


def raced(qtbot: QtBot, panel: RaceView) -> None:
    panel.button.click()
    assert panel.running
    qtbot.waitUntil(lambda: not panel.running, timeout=_WAIT)


def row(panel: RaceView, at: int) -> list[str]:
    return [panel.table.item(at, column).text() for column in range(panel.table.columnCount())]


@by_night
def test_a_race_beside_a_run_leaves_the_run_as_it_is(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    window.session.iterate()
    assert window.session.wait_idle(60)
    panel = opened(window)
    settings = replace(window.session.view_state.settings, batch_size=8)
    panel.iterations.setValue(5)
    panel.use_preset(lambda _: learning_rates(settings)[:2])
    assert row(panel, 0)[0].startswith("SGD, lr 0.001, momentum 0.9")
    assert row(panel, 0)[2:] == ["–", "–", "–", ""]
    raced(qtbot, panel)
    for at, rate in enumerate((0.001, 0.01)):
        alone = bv.Trainer.from_settings(replace(settings, lr=rate))
        losses = [alone.iterate().loss for _ in range(5)]
        assert panel.standings.losses(at, 0).tolist() == losses  # bit for bit
        cells = row(panel, at)
        assert cells[2] == f"{np.mean(losses):.3f}"
        assert cells[3] == f"{100 * alone.evaluate().accuracy:.1f} %"
        assert cells[4].endswith(" s")
        assert cells[5] == ""
        # Copied with every digit, as in every other table.
        panel.table.setCurrentCell(at, 2)
        QCursor.setPos(QPoint(0, 0))
        qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        clipboard = QGuiApplication.clipboard()
        assert float(clipboard.text()) == float(np.mean(losses))
        panel.table.setCurrentCell(at, 3)
        qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert float(clipboard.text()) == alone.evaluate().accuracy
        panel.table.cellClicked.emit(at, 2)
        assert panel.subtitle.text().startswith(f"{float(np.mean(losses))}: the mean loss")
    # The run of the window goes on as if there had been no race.
    window.session.iterate()
    assert window.session.wait_idle(60)
    plain = bv.Trainer.from_settings(window.session.view_state.settings)
    assert window.session.shown.run.losses.tolist() == [plain.iterate().loss for _ in range(2)]


@by_night
def test_a_band_over_seeds_is_read_with_the_keyboard(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    panel.iterations.setValue(4)
    panel.use_preset(lambda settings: (RaceLane(replace(settings, batch_size=8), (0, 1, 2)),))
    assert row(panel, 0)[1] == "0–2"
    raced(qtbot, panel)
    first = [panel.standings.losses(0, seed)[0] for seed in range(3)]
    panel.plot.read(1)
    assert f"{np.mean(first):.3f} ({min(first):.3f}…{max(first):.3f})" in panel.plot.reading
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert "iteration 2" in panel.plot.reading
    assert "…" in row(panel, 0)[2]


def test_a_lane_that_diverges_is_said_and_the_axes_stay_readable(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    assert not panel.plot.getAxis("left").isVisible()  # there is nothing yet to measure
    panel.iterations.setValue(12)
    small = Settings(batch_size=8)
    lanes = (RaceLane(replace(small, lr=1e6)), RaceLane(small))
    panel.use_preset(lambda _: lanes)
    raced(qtbot, panel)
    (at,) = panel.standings.result(0).diverged
    axis = panel.plot.getAxis("left")
    qtbot.waitUntil(lambda: axis.width() > 20, timeout=_WAIT)  # painted with room for its numbers
    assert row(panel, 0)[5] == str(at)
    assert row(panel, 1)[5] == ""
    (_, _), (low, high) = panel.plot.getPlotItem().getViewBox().viewRange()
    assert low == 0
    assert 3 < high < 5  # the other lane begins at a loss of ln 10
    panel.log.toggle()
    (_, _), (low, high) = panel.plot.getPlotItem().getViewBox().viewRange()
    assert np.isfinite([low, high]).all()
    assert high < np.log10(5)


@by_night
def test_a_race_can_be_cancelled_and_another_run(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    panel.iterations.setValue(100_000)
    panel.use_preset(lambda settings: (RaceLane(replace(settings, batch_size=8)),))
    panel.button.click()
    qtbot.waitUntil(lambda: len(panel.standings.losses(0, 0)) > 3, timeout=_WAIT)
    assert not panel.presets.isEnabled()
    panel.button.click()
    qtbot.waitUntil(lambda: not panel.running, timeout=_WAIT)
    assert "Cancelled" in panel.subtitle.text()
    panel.iterations.setValue(2)
    raced(qtbot, panel)
    assert len(panel.standings.losses(0, 0)) == 2


def test_the_process_of_a_race_is_another_one_and_ends_with_the_window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    started: list[WorkerProcess] = []

    def taken() -> WorkerProcess:
        started.append(worker_process.take())
        return started[-1]

    monkeypatch.setattr(worker_client, "take", taken)
    worker = window.findChild(QAction, "actionStep").parent().races.worker
    assert worker.process_id is None  # nothing is started before there is a race
    panel.iterations.setValue(100_000)
    panel.use_preset(tutorial_optimizers)
    panel.button.click()
    qtbot.waitUntil(lambda: len(panel.standings.losses(0, 0)) > 0, timeout=_WAIT)
    assert worker.process_id != window.session.worker_pid
    (process,) = (each.process for each in started)
    assert process.pid == worker.process_id
    window.close()
    assert process.wait(10) is not None


def test_a_lane_is_chosen_in_a_dialog(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    panel.add.click()
    dialog = window.findChild(LaneDialog)
    dialog.optimizer.setCurrentIndex(dialog.optimizer.findData("adam"))
    dialog.rate.setValue(0.002)
    dialog.count.setValue(3)
    dialog.options.boxes["eps"].setValue(1e-6)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    (lane,) = panel.lanes
    assert (lane.settings.optimizer, lane.settings.lr, lane.seeds) == ("adam", 0.002, (0, 1, 2))
    assert lane.settings.optimizer_options == {"eps": 1e-6}
    assert lane.settings.schedule == "cosine"  # the rest is the run's
    assert row(panel, 0)[0] == "Adam, lr 0.002, eps 1e-6"
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert panel.lanes == ()
    assert not panel.button.isEnabled()
    qtbot.waitUntil(lambda: window.findChild(QDialog, "laneDialog") is None)


def test_presets_are_made_of_the_settings_of_the_run() -> None:
    settings = Settings(optimizer="sgd", lr=0.05, seed=4, optimizer_options={"momentum": 0.9})
    lanes = tutorial_optimizers(settings)
    assert [lane.settings.optimizer for lane in lanes] == ["sgd", "nesterov", "adam", "rmsprop"]
    assert {lane.seeds for lane in lanes} == {(4,)}
    assert [lane.settings.lr for lane in learning_rates(settings)] == [0.001, 0.01, 0.1, 1]
    assert all(lane.settings.optimizer_options for lane in learning_rates(settings))
    assert five_seeds(settings) == (RaceLane(settings, (0, 1, 2, 3, 4)),)


@by_night
def test_its_picture_is_saved_by_its_own_button(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "digits")
    panel = opened(window)
    panel.use_preset(tutorial_optimizers)
    qtbot.waitUntil(lambda: panel.height() > 400)  # the other panels have given their room
    panel.findChild(PictureButton).click()
    dialog = window.findChild(QFileDialog, "savePictureDialog")
    path = tmp_path / "race.svg"
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assert "RMSprop" in path.read_text(encoding="utf-8")
    assert "Inspector" not in path.read_text(encoding="utf-8")  # the panel alone


def test_a_race_that_is_cancelled_before_it_runs_says_so_at_once(qtbot: QtBot) -> None:
    panel = RaceView()
    qtbot.addWidget(panel)
    panel.resize(500, 400)
    panel.show()
    panel.use_preset(lambda _: learning_rates(Settings())[:2])
    with qtbot.waitSignal(panel.wanted):
        panel.button.click()
    empty = panel.plot.findChild(EmptyPlotText)
    assert empty.text() == ""
    with qtbot.waitSignal(panel.cancelled):
        panel.button.click()
    assert not panel.running
    assert panel.subtitle.text() == "Cancelled before an iteration had run."
    assert empty.text().startswith("Press Start")
    some = [RacerProgress(lane, 0, 0, np.array([2.3, 2.2]), 0.1) for lane in range(2)]
    panel.show_news(some, 0.01)  # told before its process heard of it
    assert not panel.running
    panel.show_news(some, 1.0, Fact("cancelled"))
    assert panel.subtitle.text() == "Cancelled: the curves end there."
    assert empty.text() == ""
