"""A script that raised unrecorded is run again by a click, and only after a question."""

import os
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QMessageBox, QPushButton, QToolButton

from backprop_viz.cli import parse_run
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.own_loops.attached import notice_of_end
from backprop_viz.desktop.controllers.own_loops.run_again import RunAgainController, command_from
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream.messages import RunEnded

SCRIPT = os.path.abspath(__file__)
ORIGIN = RunOrigin("script", "train.py --epochs 3", SCRIPT, ("--epochs", "3"))
MODULE = RunOrigin("script", "-m tests.desktop --x", SCRIPT, ("--x",))


@pytest.mark.parametrize(
    ("origin", "name", "module"), [(ORIGIN, SCRIPT, False), (MODULE, "tests.desktop", True)]
)
def test_the_command_is_the_one_that_run_reads(origin: RunOrigin, name: str, module: bool) -> None:
    command = list(command_from(origin, 418))
    assert command[:4] == [sys.executable, "-m", "backprop_viz", "run"]
    assert command[4:6] == ["--from", "418"]
    if module:
        assert command[6:] == ["-m", name, "--x"]
        return
    told = parse_run(command[4:])
    assert (told.first, told.script.name, told.script.arguments) == (418, name, ("--epochs", "3"))


def test_it_asks_before_it_runs(shared_window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda *told: (not started.append(told), 1))
    messages = shared_window.messages
    button = messages.findChild(QToolButton, "messageAction")
    messages.tell_notice(notice_of_end(RunEnded(1, "ValueError: no", "", 7), 417, 300))
    assert button.isHidden()
    composer = shared_window.findChild(Composer)
    composer.theme.apply_theme("dark")
    context = replace(composer.context, run_options=("--every", "5", "--only", "fc*"))
    RunAgainController(context).offer(ORIGIN, 418)
    assert (button.text(), button.isVisible()) == ("Run again from 418", True)
    button.click()
    question = shared_window.findChild(QMessageBox, "runAgainQuestion")
    assert question.text() == "Run train.py --epochs 3 again?"
    assert "up to iteration 418" in question.informativeText()
    assert not started
    by_text = {b.text(): b for b in question.findChildren(QPushButton)}
    by_text["Run again"].click()
    ((command, rest, folder),) = started
    assert (command, folder) == (sys.executable, os.getcwd())
    told = parse_run(rest[3:])
    assert (told.first, told.every, told.only) == (418, 5, ("fc*",))
    assert (told.theme, told.language) == ("dark", "en")
    assert (told.script.name, told.script.arguments) == (SCRIPT, ("--epochs", "3"))
    assert messages.text() == ""
    messages.tell("Another message.", "info")
    assert button.isHidden()
    messages.dismiss()


def test_cancelled_nothing_runs_and_the_message_stays(
    shared_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QProcess, "startDetached", lambda *_: pytest.fail("it was not wanted"))
    messages = shared_window.messages
    messages.tell("The script has ended.", "error")
    RunAgainController(shared_window.findChild(Composer).context).offer(ORIGIN, 2)
    messages.findChild(QToolButton, "messageAction").click()
    question = shared_window.findChildren(QMessageBox, "runAgainQuestion")[-1]
    by_text = {b.text(): b for b in question.findChildren(QPushButton)}
    by_text["Cancel"].click()
    assert messages.text() == "The script has ended."
    messages.dismiss()


def test_a_script_that_trained_nothing_is_told_what_was_missing() -> None:
    over = RunEnded(0)
    assert notice_of_end(over, 0, 0, kind="script").code == "nothing_trained"
    # One that was attached to may have trained before the window came.
    assert notice_of_end(over, 0, 0).code == "script_ended"
    assert notice_of_end(over, 3, 0, kind="script").code == "script_ended"
    # After a fault of our own nobody knows.
    assert notice_of_end(over, 0, 0, kind="script", unrecorded=True).code == "script_ended"


def test_of_a_watched_loop_it_is_not_said_that_its_script_has_ended() -> None:
    assert notice_of_end(RunEnded(0), 3, 3, kind="watch").code == "watch_ended"
    assert notice_of_end(RunEnded(-1), 3, 3, kind="watch").code == "script_gone"
    raised = RunEnded(1, "ValueError: no", "", 7)
    assert notice_of_end(raised, 3, 3, kind="watch").code == "script_raised"
