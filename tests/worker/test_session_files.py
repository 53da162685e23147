"""Sessions and weights in the window: saved while it trains, opened, kept from a crash."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import ChooseLabel, OpenSessionFile, UseDrawing
from backprop_viz.worker.files.session_file import load_session, resume
from tests.nightly import by_day_every, by_night
from tests.worker.session_helpers import (
    STROKES,
    composer,
    losses_after,
    plain_losses,
    trigger,
    view_state_of,
)

OpenWindow = Callable[..., MainWindow]


LINE = Breakpoint("line", "no_grad")  # of a line that this program has not: it stops nothing


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    monkeypatch.setenv("BACKPROP_VIZ_STATE", str(tmp_path / "state"))


def choose(window: MainWindow, action: str, path: Path) -> None:
    """As a person chooses a file in the dialog that the action opens."""
    trigger(window, action)
    (dialog,) = window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    assert window.session.wait_idle(60)


def sizes(window: MainWindow) -> dict[str, list[int]]:
    return window.layout_state()


def plain(settings: object, iterations: int) -> bv.Trainer:
    trainer = bv.Trainer.from_settings(settings)
    for _ in range(iterations):
        trainer.iterate()
    return trainer


def test_saved_in_the_middle_and_opened_elsewhere_all_goes_on(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    one, path = open_window("--seed", "4"), tmp_path / "run.bpviz"
    one.docks.docks["gradientFlowPlot"].hide()
    for _ in range(3):
        trigger(one, "actionIteration")
    for _ in range(3):
        trigger(one, "actionStep")
    one.panel(DrawPanel).show_strokes(STROKES)
    one.session.watch((Breakpoint("loss_above", None, 40.0), Breakpoint("node", "conv2d 2"), LINE))
    one.findChild(QAction, "actionSaveSession").trigger()  # asks for a name the first time
    (dialog,) = one.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    before = view_state_of(one)
    assert one.messages.text() == "Saved as run.bpviz."
    assert one.windowTitle() == "run.bpviz[*]"
    assert not one.isWindowModified()

    two = open_window("--preset", "tutorial")
    choose(two, "actionOpenSession", path)
    after = view_state_of(two)
    assert after.settings == before.settings
    assert (after.iteration, after.due) == (3, Phase.BACKWARD)
    assert after.breakpoints == before.breakpoints
    assert two.panel(DrawPanel).strokes() == STROKES
    assert np.array_equal(after.curves.loss, before.curves.loss)
    assert after.cursor.recording.loss == before.cursor.recording.loss
    assert after.prediction.probabilities == before.prediction.probabilities
    for window in (one, two):  # a message takes of the panels' room
        window.messages.dismiss()
    assert "gradientFlowPlot" not in sizes(two)
    assert sizes(two).keys() == sizes(one).keys()
    qtbot.waitUntil(  # each may still be laid out
        lambda: all(sizes(two)[n] == pytest.approx(s, abs=8) for n, s in sizes(one).items())
    )
    assert two.windowTitle() == "run.bpviz[*]"
    assert not two.isWindowModified()
    two.session.watch(())  # it would stop in each iteration
    assert losses_after(two, 6) == plain_losses(before.settings, 9)
    assert two.isWindowModified()
    trigger(two, "actionSaveSession")
    assert view_state_of(two)
    assert not two.isWindowModified()


@by_night
def test_saving_does_not_stop_training(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window, path = open_window("--seed", "1"), tmp_path / "run.bpviz"
    trigger(window, "actionTrain")
    qtbot.waitUntil(lambda: window.session.iteration > 20, timeout=60_000)
    for name in ("run.bpviz", "gone/run.bpviz"):
        composer(window).files.save(str(tmp_path / name))
        view_state = view_state_of(window)
        assert view_state.training
    assert "gone does not exist: make it, or choose another one." in window.messages.text()
    qtbot.waitUntil(lambda: window.session.iteration > view_state.iteration + 5, timeout=60_000)
    run = load_session(path)
    saved = run.checkpoint.iteration
    assert len(run.curves.loss) == saved
    again = resume(run, path).trainer
    assert np.array_equal(run.curves.loss, plain_losses(run.settings, saved))
    other = plain(run.settings, saved)
    for _ in range(20):
        one, two = again.iterate(), other.iterate()
        assert (one.number, one.loss, one.accuracy) == (two.number, two.loss, two.accuracy)


@by_night
def test_a_drawing_has_its_label_again(open_window: OpenWindow, tmp_path: Path) -> None:
    one, two = open_window("--seed", "4"), open_window("--seed", "5")
    one.panel(DrawPanel).show_strokes(STROKES)
    one.session.send(ChooseLabel(6))
    for is_batch in (False, True):
        one.session.send(UseDrawing(is_batch))
        assert view_state_of(one).drawing_training.is_batch is is_batch
        composer(one).files.save(str(tmp_path / "run.bpviz"))
        assert view_state_of(one)
        two.panel(DrawPanel).show_strokes(STROKES)
        two.session.send(ChooseLabel(2))
        for _ in range(2):  # also where it has another label, or the same drawing
            two.session.send(OpenSessionFile(str(tmp_path / "run.bpviz")))
            drawing_training = view_state_of(two).drawing_training
            assert (drawing_training.label, drawing_training.is_batch) == (6, is_batch)
            assert two.panel(DrawPanel).strokes() == STROKES
        assert not two.messages.text()


@pytest.mark.parametrize("action", by_day_every(2, ["actionReset", "actionNewTutorial"]))
def test_another_run_is_not_saved_over_the_file_of_the_one_before(
    open_window: OpenWindow, tmp_path: Path, action: str
) -> None:
    window, path = open_window("--preset", "tutorial"), tmp_path / "run.bpviz"
    trigger(window, "actionIteration")
    composer(window).files.save(str(path))
    assert view_state_of(window).iteration == 1
    held = path.read_bytes()
    window.findChild(QAction, action).trigger()
    for question in window.findChildren(QMessageBox, "freshNetworkQuestion"):
        # Enter keeps the network: the answer that loses nothing.
        assert question.defaultButton().text() == "Keep this network"
        question.buttons()[0].click()
    assert view_state_of(window).iteration == 0
    assert window.windowTitle() == "backprop_viz"
    trigger(window, "actionIteration")
    composer(window).files.save_session()
    (dialog,) = window.findChildren(QFileDialog, "saveSessionDialog")
    dialog.reject()
    assert path.read_bytes() == held


def test_what_is_no_session_changes_nothing(open_window: OpenWindow, tmp_path: Path) -> None:
    window, bad = open_window("--preset", "tutorial"), tmp_path / "bad.bpviz"
    trigger(window, "actionIteration")
    trigger(window, "actionStep")
    before, title = view_state_of(window), window.windowTitle()
    bad.write_bytes(b"not a session at all")
    for path in (bad, tmp_path / "gone.bpviz", tmp_path):
        window.session.send(OpenSessionFile(str(path)))
        assert view_state_of(window).cursor.recording == before.cursor.recording
        assert "choose a" in window.messages.text()
        assert window.messages.kind() == "error"
        window.messages.dismiss()
    assert window.windowTitle() == title
    assert losses_after(window, 5) == plain_losses(before.settings, 6)


def test_opening_asks_before_work_is_lost(open_window: OpenWindow, tmp_path: Path) -> None:
    window, path = open_window("--preset", "tutorial"), tmp_path / "run.bpviz"
    trigger(window, "actionIteration")
    composer(window).files.save(str(path))
    assert view_state_of(window).iteration == 1
    trigger(window, "actionIteration")
    for button, iteration in ((1, 2), (0, 1)):
        composer(window).files.open(str(path))
        (question,) = window.findChildren(QMessageBox, "openQuestion")
        assert "2 iterations will be lost" in question.informativeText()
        question.buttons()[button].click()
        QApplication.sendPostedEvents(None, 52)
        assert view_state_of(window).iteration == iteration
    composer(window).files.open(str(path))  # nothing to lose: no question
    assert not window.findChildren(QMessageBox, "openQuestion")


@by_night
def test_a_session_that_is_dropped_or_named_is_opened(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window, path = open_window("--preset", "tutorial"), tmp_path / "run.bpviz"
    trigger(window, "actionIteration")
    composer(window).files.save(str(path))
    assert view_state_of(window).iteration == 1
    named = open_window(str(path))
    assert view_state_of(named).iteration == 1
    other, data = open_window(), QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    rest = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton
    nothing = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(other, QDragEnterEvent(QPoint(9, 9), *rest, nothing))
    QApplication.sendEvent(other, QDropEvent(QPointF(9, 9), *rest, nothing))
    assert view_state_of(other).iteration == 1


@pytest.mark.parametrize("suffix", by_day_every(2, [".pt", ".safetensors"]))
def test_weights_go_out_and_in(open_window: OpenWindow, tmp_path: Path, suffix: str) -> None:
    one, path = open_window("--seed", "3"), tmp_path / f"net{suffix}"
    trigger(one, "actionIteration")
    choose(one, "actionSaveWeights", path)
    assert one.messages.text() == f"Saved as net{suffix}."
    two = open_window("--seed", "5")
    trigger(two, "actionStep")
    choose(two, "actionLoadWeights", path)
    view_state = view_state_of(two)
    trainer, given = (
        bv.Trainer.from_settings(view_state.settings),
        plain(view_state_of(one).settings, 1),
    )
    trainer.model.load_state_dict(given.model.state_dict())
    shown = view_state.cursor.recording.by_parameter
    for name, parameter in trainer.model.named_parameters():
        assert np.array_equal(shown[name].value, parameter.detach().numpy())
    assert losses_after(two, 5) == [trainer.iterate().loss for _ in range(5)]
    (tmp_path / f"bad{suffix}").write_bytes(path.read_bytes()[:-50])
    choose(two, "actionLoadWeights", tmp_path / f"bad{suffix}")
    assert "holds no weights that can be read" in two.messages.text()
    assert losses_after(two, 5)[5:] == [trainer.iterate().loss for _ in range(5)]


def test_what_was_before_the_file_cannot_be_run_again(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window, path = open_window("--preset", "tutorial"), tmp_path / "net.pt"
    for _ in range(3):
        trigger(window, "actionIteration")
    choose(window, "actionSaveWeights", path)
    choose(window, "actionLoadWeights", path)
    window.session.shown.show_iteration(2)
    trigger(window, "actionContinue")
    assert "continue from a later iteration" in window.messages.text()
    assert view_state_of(window).iteration == 3


def test_the_weights_have_a_name_before_one_is_typed(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")

    def suggested() -> tuple[str, str]:
        window.findChild(QAction, "actionSaveWeights").trigger()
        dialog = window.findChild(QFileDialog, "saveWeightsDialog")
        first = Path(dialog.selectedFiles()[0]).name
        pt = dialog.nameFilters()[1]
        dialog.selectNameFilter(pt)
        dialog.filterSelected.emit(pt)
        second = Path(dialog.selectedFiles()[0]).name
        dialog.reject()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return first, second

    assert suggested() == ("weights.safetensors", "weights.pt")
    composer(window).files.save(str(tmp_path / "night.bpviz"))
    assert window.session.wait_idle(30)
    assert suggested() == ("night.safetensors", "night.pt")
