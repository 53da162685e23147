"""Another language is chosen: another window, and the same run in it, which goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from shiboken6 import isValid

import backprop_viz as bv
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.saving.autosave_files import folder
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.style.language import language_in_use, use_language
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.desktop.clients.test_recording_file_opened import losses_into
from tests.nightly import by_night
from tests.waiting import until, until_idle

Choose = Callable[[MainWindow, str], MainWindow]


@pytest.fixture
def choose() -> Iterator[Choose]:
    """Chooses a language from the menu; gives the window that is there then."""
    opened: list[MainWindow] = []

    def choose_(window: MainWindow, code: str) -> MainWindow:
        session = window.session
        window.findChild(QAction, f"actionLanguage_{code}").trigger()
        until(session, lambda: window.successor is not None)
        successor = window.successor
        assert successor is not None
        assert successor.session is session
        opened.append(successor)
        return successor

    yield choose_
    for window in filter(isValid, opened):
        window.close()
        window.deleteLater()
    use_language("en")


def test_the_run_goes_on_bit_for_bit_in_the_other_language(
    open_window: OpenWindow, choose: Choose
) -> None:
    window = open_window("--preset", "tutorial", size=(1400, 900))
    session = window.session
    session.iterate()
    session.shown.step()
    until_idle(session)
    pad = window.findChild(DrawPanel).canvas
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 40))
    QTest.mouseMove(pad, QPoint(60, 120))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 120))
    until_idle(session)
    cursor, strokes = session.view_state.cursor, window.panel(DrawPanel).strokes()
    korean = choose(window, "ko")
    until_idle(session)
    assert language_in_use() == "ko"
    assert not isValid(window)
    assert korean.isVisible()
    assert (korean.width(), korean.height()) == (1400, 900)
    assert "학습" in korean.findChild(QAction, "actionTrain").text()
    assert session.view_state.cursor.recording == cursor.recording
    assert session.view_state.cursor.position == cursor.position
    assert korean.panel(DrawPanel).strokes() == strokes
    korean.findChild(QAction, "actionIteration").trigger()  # to the end of the one begun
    until_idle(session)
    korean.findChild(QAction, "actionIteration").trigger()
    until_idle(session)
    assert session.iteration == 3
    trainer = bv.Trainer(**_as_chosen(session.view_state.settings))
    assert session.shown.run.losses.tolist() == [trainer.iterate().loss for _ in range(3)]
    again = choose(korean, "en")
    assert again.findChild(QAction, "actionTrain").text().replace("&", "") == "Train"


def _as_chosen(settings: object) -> dict[str, object]:
    names = ("data", "loss", "optimizer", "lr", "batch_size", "seed")
    return {name: getattr(settings, name) for name in names}


@by_night
def test_training_does_not_stop_for_it(open_window: OpenWindow, choose: Choose) -> None:
    window = open_window("--preset", "digits")
    session = window.session
    session.train()
    until(session, lambda: session.view_state.training and session.iteration > 2)
    korean = choose(window, "ko")
    before = session.iteration
    until(session, lambda: session.iteration > before)
    assert session.view_state.training
    korean.findChild(QAction, "actionTrain").trigger()
    until(session, lambda: not session.view_state.training)


@by_night
def test_its_file_and_what_is_not_saved_of_it_are_known(
    open_window: OpenWindow, choose: Choose, tmp_path: Path
) -> None:
    window = open_window("--preset", "digits")
    session = window.session
    session.iterate()
    until_idle(session)
    path = tmp_path / "run.bpviz"
    window.findChild(Composer).files.save(str(path))
    until(session, lambda: window.windowTitle() == "run.bpviz[*]")
    korean = choose(window, "ko")
    assert korean.windowTitle() == "run.bpviz[*]"
    assert not korean.isWindowModified()
    session.iterate()
    until_idle(session)
    assert korean.isWindowModified()
    english = choose(korean, "en")
    assert english.isWindowModified()
    assert english.findChild(Composer).autosave.keep() == ""
    assert len(list(folder().glob("*.bpviz"))) == 1


@by_night
def test_a_lesson_goes_on_at_its_page(open_window: OpenWindow, choose: Choose) -> None:
    window = open_window("--preset", "digits")
    session = window.session
    window.findChild(Composer).lessons.offer()
    window = choose(window, "ko")
    assert window.findChild(Composer).lessons.offers
    window.findChild(Composer).lessons.first_steps()
    player = window.findChild(Composer).lessons.player
    until(session, lambda: player.stage in ("asking", "told"))
    assert window.docks.places()["lessonPanel"].x == 0  # not below, as in a layout of one's own
    korean = choose(window, "en")
    after = korean.findChild(Composer).lessons.player
    until(session, lambda: after.lesson is not None and after.stage in ("asking", "told"))
    assert session.run_is_aside
    assert korean.panel(LessonPanel).isVisible()
    assert after.number == player.number


@by_night
def test_a_recording_file_is_shown_in_the_other_language(
    open_window: OpenWindow, choose: Choose, tmp_path: Path
) -> None:
    path = tmp_path / "run.bprec"
    losses, _ = losses_into(path, 4)
    window = open_window(str(path))
    session = window.session
    until(session, lambda: session.recording_of(4) is not None)
    korean = choose(window, "ko")
    assert "run.bprec" in korean.windowTitle()
    assert not korean.findChild(QAction, "actionReset").isVisible()
    assert not korean.findChild(QAction, "actionTrain").isEnabled()
    session.shown.show_iteration(2)
    until_idle(session)
    assert session.view_state.cursor.recording.loss == losses[1]


@by_night
def test_what_is_open_stays_open(open_window: OpenWindow, choose: Choose) -> None:
    window = open_window("--preset", "digits", size=(1400, 900))
    session = window.session
    session.iterate()
    until_idle(session)
    window.findChild(Composer).select("parameter", "fc1.bias")
    window.findChild(QAction, "actionOrigin").trigger()
    origin = window.panel(OriginView)
    until(session, lambda: origin.explanation is not None)
    asked, value = origin.history.shown, origin.explanation.value
    window.panel(NetworkView).set_mode("weights")
    window.findChild(QAction, "actionEditNetwork").trigger()
    window.panel(ProgramView).network.editor.replace_text("class Mine: ...\n")
    session.train()
    until(session, lambda: session.view_state.training and session.iteration > 2)
    korean = choose(window, "ko")
    again = korean.panel(OriginView)
    assert korean.lower_row.explaining
    assert again.history.shown == asked
    until(session, lambda: again.explanation is not None)
    assert again.explanation.value == value
    assert session.view_state.training
    assert korean.panel(NetworkView).mode == "weights"
    assert korean.findChild(Composer).selection.key == "fc1.bias"
    assert korean.panel(ProgramView).network.editor.toPlainText() == "class Mine: ...\n"
    korean.findChild(QAction, "actionTrain").trigger()
    until(session, lambda: not session.view_state.training)
