"""A fault is told as one, with its traceback behind a button and in the log; no sentence is."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.clients import worker_process
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.files.fault_log import FaultLog
from backprop_viz.stream.commands import OpenSessionFile

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says how a worker started from now on fails."""
    file = tmp_path / "fault"
    monkeypatch.setenv("FAULT_FILE", str(file))
    failing = "import tests.faulty_trainer; from backprop"
    start = worker_process.WORKER_START.replace("from backprop", failing)
    monkeypatch.setattr(worker_process, "WORKER_START", start)
    return file


def press(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    assert window.session.wait_idle(60)


def details(window: MainWindow) -> QToolButton:
    return window.findChild(QToolButton, "messageDetails")


def text_of(dialog: QDialog) -> str:
    return dialog.findChild(QPlainTextEdit, "dialogText").toPlainText()


@pytest.mark.parametrize("how", ["actionIteration", "actionTrain"])
def test_a_value_error_of_the_model_is_pythons_not_ours(
    open_window: OpenWindow, fault: Path, qtbot: QtBot, how: str
) -> None:
    window = open_window("--preset", "tutorial")
    fault.write_text("sentence")
    window.findChild(QAction, how).trigger()
    qtbot.waitUntil(lambda: bool(window.messages.text()), timeout=60_000)
    said = "This could not be run. Python says: ValueError: This looks like a sentence."
    assert window.messages.text() == said
    qtbot.waitUntil(lambda: not window.session.view_state.training, timeout=60_000)
    # It raised before any operation, outside of forward's lines: no line of the loop is named.
    failure = window.panel(ProgramView).failure
    if how == "actionIteration":
        qtbot.waitUntil(lambda: failure.head.text() == "ValueError", timeout=60_000)
        assert failure.said.text() == "ValueError: This looks like a sentence."
    details(window).click()
    dialog = window.findChild(QDialog, "detailsDialog")
    trace = text_of(dialog)
    assert trace.startswith("Traceback (most recent call last):")
    assert "in _faulty_call" in trace
    assert trace.rstrip().endswith("ValueError: This looks like a sentence.")
    dialog.findChild(QPushButton, "copyText").click()
    assert QGuiApplication.clipboard().text() == trace
    log = FaultLog().text()
    assert said in log
    assert trace.rstrip() in log
    dialog.close()


def test_a_sentence_of_ours_has_no_details_and_is_not_logged(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.send(OpenSessionFile(str(tmp_path / "nothing.bpviz")))
    assert window.session.wait_idle(60)
    assert "does not exist" in window.messages.text()
    assert details(window).isHidden()
    assert FaultLog().text() == ""


def test_details_go_with_their_message(open_window: OpenWindow, fault: Path) -> None:
    window = open_window("--preset", "tutorial")
    fault.write_text("sentence")
    press(window, "actionIteration")
    assert details(window).isVisible()
    window.messages.dismiss()
    window.messages.tell("Something else.", "error")
    assert details(window).isHidden()


def test_that_the_run_is_as_it_was_is_said_of_what_was_undone_alone(
    open_window: OpenWindow, fault: Path
) -> None:
    window = open_window("--preset", "tutorial")
    press(window, "actionIteration")
    fault.write_text("sentence")
    press(window, "actionStep")
    press(window, "actionStep")  # zero_grad has run, and that stands
    assert "as it was" not in window.messages.text()
    fault.unlink()
    press(window, "actionIteration")
    before = window.session.view_state
    fault.write_text("sentence")
    press(window, "actionBackwardTwice")
    assert "so the run is as it was. Python says: ValueError" in window.messages.text()
    after = window.session.view_state
    assert (after.iteration, after.due) == (before.iteration, before.due)


def test_a_fault_of_the_window_has_details(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the program was started with, and goes on to call, prints the trace.
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    window = open_window("--preset", "tutorial")

    def broken() -> None:
        raise KeyError("of the window")

    try:
        broken()
    except KeyError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert window.messages.text() == "Something in the window failed: KeyError: 'of the window'"
    assert "in broken" in FaultLog().text()
    assert details(window).isVisible()


FAILS_AT_ONCE = "import sys; {path!r}; raise ImportError('no torch here')"


@pytest.mark.real_worker
def test_why_a_worker_could_not_start_is_said(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "WORKER_START", FAILS_AT_ONCE)
    window = open_window("--preset", "tutorial")
    assert "could not start (ImportError: no torch here)" in window.messages.text()
    details(window).click()
    assert "line 1, in <module>" in text_of(window.findChild(QDialog, "detailsDialog"))
    assert "ImportError: no torch here" in FaultLog().text()


def test_the_log_opens_from_the_menu_and_from_details(open_window: OpenWindow, fault: Path) -> None:
    window = open_window("--preset", "tutorial")
    press(window, "actionShowLog")
    dialog = window.findChild(QDialog, "logDialog")
    assert text_of(dialog) == ""
    dialog.close()
    fault.write_text("sentence")
    press(window, "actionIteration")
    details(window).click()
    opened = window.findChild(QDialog, "detailsDialog")
    show = next(b for b in opened.findChildren(QPushButton) if b.text() == "Show log")
    show.click()
    logs = window.findChildren(QDialog, "logDialog")
    assert "ValueError: This looks like a sentence." in text_of(logs[-1])
