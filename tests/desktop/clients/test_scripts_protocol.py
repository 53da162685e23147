"""The window at one end of a connection, the test at the other, with what torch recorded."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QToolButton

import backprop_viz as bv
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, Pause, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import InterruptScript, RunAttached, Update
from tests.desktop.clients.played_script import ORIGIN, PROGRAM, TEXTS, Played
from tests.nightly import by_day_every
from tests.waiting import until


def test_what_the_script_is_and_what_it_has_no_use_for(played: Played) -> None:
    window = played.window
    assert window.windowTitle() == "run train.py --steps 500 - backprop_viz"
    assert window.toolbar.run_title.text() == "run train.py --steps 500"
    assert window.toolbar.chip.text() == "cuda:0"
    assert not window.toolbar.settings.isVisible()
    assert window.findChild(QAction, "actionTrain").text() == "&Resume"
    menus = [a.text().replace("&", "") for a in window.menuBar().actions() if a.isVisible()]
    assert menus == ["File", "Run", "History", "View", "Help"]
    program = window.panel(ProgramView)
    assert program.lines() == list(TEXTS)
    assert program.marked_line() == 2
    assert played.session.view_state.classes == ()


@pytest.mark.parametrize(
    ("action", "command"),
    by_day_every(3, [("actionIteration", Iterate), ("actionStep", Step), ("actionTrain", Train)]),
)
def test_what_the_window_asks_of_the_script(
    played: Played, recordings: list[Recording], action: str, command: type[object]
) -> None:
    played.trigger(action)
    played.hear(command)
    played.show(recordings[0])
    assert played.session.view_state.cursor.recording == recordings[0]
    assert list(played.session.view_state.curves.loss) == [recordings[0].loss]


def cell(text: str, since: int) -> Program:
    lines = tuple(
        Line(one, source_line=i, runs="traced") for i, one in enumerate(text.split(";"), 1)
    )
    return Program(lines, path=f"/tmp/ipykernel_1/{text}.py", since=since)


def test_a_notebooks_iterations_are_shown_with_the_cell_that_they_ran_in(
    played: Played, recordings: list[Recording]
) -> None:
    program, session = played.window.panel(ProgramView), played.session
    first, second = cell("one;two;three", 0), cell("train();test()", 2)
    played.script.update(recordings[0], program=first)
    until(session, lambda: session.shown.newest_recording == recordings[0])
    assert program.lines() == ["one", "two", "three"]
    assert program.subtitle.text() == "a cell of your notebook"
    inside, anywhere = Breakpoint("line", 2), Breakpoint("not_finite")
    session.watch((inside, anywhere))
    played.script.update(recordings[1], program=second, line=1)
    until(session, lambda: session.shown.newest_recording == recordings[1])
    until(session, lambda: program.lines() == ["train()", "test()"])
    # Line 2 was that of the other cell.
    assert session.breakpoints == (anywhere,)
    session.shown.show_iteration(1)
    until(session, lambda: program.lines() == ["one", "two", "three"])
    assert not program.code.can_break(1)  # the loop is there no longer
    played.script.update(program=replace(first, since=3), line=1)
    until(session, lambda: set(session.breakpoints) == {inside, anywhere})


def test_a_loop_in_another_file_is_named_by_that_file(
    played: Played, recordings: list[Recording]
) -> None:
    program, session = played.window.panel(ProgramView), played.session
    lines = (Line("loss.backward()", source_line=1, runs="traced"),)
    moved = Program(lines, path="/theirs/loop.py", since=1)
    played.script.update(program=moved, line=1)
    until(session, lambda: program.lines() == ["loss.backward()"])  # before any recording
    played.script.update(recordings[0], program=moved)
    until(session, lambda: session.shown.newest_recording == recordings[0])
    assert program.lines() == ["loss.backward()"]
    assert "loop.py" in [label.text() for label in program.findChildren(QLabel)]
    assert program.subtitle.text() == "called by train.py"
    assert program.subtitle.toolTip() == "/theirs/loop.py"


def test_pause(played: Played) -> None:
    played.trigger("actionTrain")
    played.hear(Train)
    played.script.update(training=True, line=None)
    until(played.session, lambda: played.session.view_state.training)
    played.trigger("actionTrain")
    played.hear(Pause)


def test_a_breakpoint_on_a_line_is_the_scripts(played: Played) -> None:
    played.window.panel(ProgramView).code.gutter.clicked.emit(3)
    told = played.hear(SetBreakpoints)
    assert told == SetBreakpoints((Breakpoint("line", 4),))
    played.window.panel(ProgramView).code.gutter.clicked.emit(1)  # nothing runs there
    assert played.session.breakpoints == (Breakpoint("line", 4),)


def test_going_back_asks_nothing_of_the_script(played: Played, recordings: list[Recording]) -> None:
    for recording in recordings:
        played.show(recording)
    asked = list(played.script.heard)
    for _ in range(2):
        played.trigger("actionIterationBack")
    shown = played.session.view_state.cursor
    assert (shown.recording, shown.position) == (recordings[0], 0)
    for _ in recordings[0].events:
        played.trigger("actionEvent")
    shown = played.session.view_state.cursor
    assert shown.at_end
    weight = recordings[1].by_parameter["0.weight"].value
    last = [e for e in recordings[0].events if e.parameter == "0.weight"][-1]
    assert np.array_equal(last.outputs[0], weight)
    assert played.script.heard == asked


def test_the_node_of_the_cursor_stays_in_sight(played: Played) -> None:
    torch.manual_seed(5)
    layers = [torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh()) for _ in range(40)]
    net = torch.nn.Sequential(*layers)
    with bv.record(net) as recorded:
        net(torch.randn(2, 4)).sum().backward()
    recording = replace(recorded.recording, iteration=1)
    played.show(recording)
    span = recording.span(Phase.BACKWARD)
    played.session.shown.move_cursor((span.start + span.stop) // 2)
    canvas = played.window.panel(AutogradView).canvas
    for size in ((1280, 800), (1600, 1000), (1024, 700)):
        played.window.resize(*size)
        QCoreApplication.processEvents()
        box = canvas.mapFromScene(canvas.item.box(canvas.current)).boundingRect()
        assert canvas.viewport().rect().contains(box), size


def test_a_script_that_goes_on_unrecorded(played: Played) -> None:
    played.script.say(Update(1, 1, 0, Phase.ZERO_GRAD, training=True, unrecorded=True))
    until(played.session, lambda: played.session.view_state.unrecorded)
    assert not played.window.findChild(QAction, "actionIteration").isEnabled()
    assert next_step(played.session.view_state).endswith("the script goes on unrecorded.")


def test_the_script_is_interrupted_if_that_is_wanted(played: Played) -> None:
    played.window.close()
    question = played.window.findChild(QMessageBox, "leaveQuestion")
    texts = {b.text().replace("&", ""): b for b in question.findChildren(QPushButton)}
    assert set(texts) == {"Go on without the window", "Interrupt it", "Cancel"}
    texts["Cancel"].click()
    assert played.window.isVisible()
    assert played.script.heard == []
    played.window.close()
    again = played.window.findChildren(QMessageBox, "leaveQuestion")[-1]
    press(again, "Interrupt it")
    assert not played.window.isVisible()
    played.session.wait_until(lambda: bool(played.script.heard), 60)
    assert played.script.heard == [InterruptScript()]


def test_between_a_notebooks_cells_a_window_is_closed_without_a_question(played: Played) -> None:
    played.script.update(between_cells=True, line=None)
    until(played.session, lambda: played.session.view_state.between_cells)
    played.window.close()
    assert not played.window.isVisible()


def test_of_a_model_file_the_source_is_edited_by_its_key(played: Played) -> None:
    action = played.window.findChild(QAction, "actionEditNetwork")
    assert not action.isEnabled()
    played.script.say(RunAttached(replace(ORIGIN, kind="model")))
    played.script.update(program=replace(PROGRAM, network="\n".join(TEXTS)))
    page = played.window.panel(ProgramView).network
    until(played.session, lambda: page.editor.text() == "\n".join(TEXTS))
    assert action.isVisible()
    action.trigger()
    assert page.is_editing
    assert action.shortcut().toString() in page.findChild(QToolButton, "editNetwork").toolTip()


def test_without_a_source_it_is_said_why(played: Played) -> None:
    panel = played.window.panel(ProgramView)
    assert not panel.no_source.isVisible()
    played.script.say(RunAttached(RunOrigin("watch", "Net", "")))
    played.script.update(program=Program(()))
    until(played.session, lambda: panel.no_source.isVisible())
    assert "typed at its prompt" in panel.no_source.text()
    assert panel.subtitle.text() == "typed at Python's prompt"


def press(question: QMessageBox, text: str) -> None:
    next(b for b in question.findChildren(QPushButton) if b.text().replace("&", "") == text).click()


def test_a_worker_that_explains_and_ends_is_started_again(
    played: Played, recordings: list[Recording]
) -> None:
    played.show(recordings[0])
    assert played.session.explainer.process_id is None
    panel = played.window.panel(OriginView)
    at = max(
        i
        for i, e in enumerate(recordings[0].events)
        if e.parameter == "0.weight" and e.phase is Phase.BACKWARD
    )
    event = recordings[0].events[at]
    played.window.number_picked.emit(Number(event.output_ids[0], (1, 2), at, 0), None)
    until(played.session, lambda: panel.complete)
    assert panel.explanation.value == float(event.outputs[0][1, 2])
    first = played.session.explainer.process_id
    os.kill(first, signal.SIGKILL)
    until(played.session, lambda: "explains numbers ended" in played.window.messages.text())
    assert played.session.has_worker  # the script is another process
    played.window.number_picked.emit(Number(event.output_ids[0], (0, 1), at, 0), None)
    until(
        played.session,
        lambda: panel.complete and panel.explanation.value == float(event.outputs[0][0, 1]),
    )
    assert played.session.explainer.process_id != first
