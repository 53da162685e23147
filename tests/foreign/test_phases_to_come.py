"""The phases to come of a loop with several passes, as its last iteration had them."""

from dataclasses import replace

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.expected_runs import expected_runs
from backprop_viz.analysis.phase_runs import PhaseRun, phase_runs
from backprop_viz.capture.live.due_phase import DuePhase
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import PHASES, Phase
from tests.foreign.conftest import state_at

PASS = ("forward", "loss", "backward")
USUAL = ("zero_grad", *PASS * 3, "clip", "update")


@pytest.fixture(scope="module")
def recordings() -> tuple[Recording, ...]:
    """A whole iteration of three micro-batches, and the next one after each of its backwards."""
    return tuple(accumulating())


def accumulating() -> list[Recording]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    found = []
    for iteration in (1, 2):
        with bv.record(model, optimizer) as recorded:
            optimizer.zero_grad()
            for _ in range(3):
                functional.mse_loss(model(torch.rand(4, 3)), torch.rand(4, 2)).backward()
                if iteration == 2:
                    found.append(after_phase(recorded.recording))
            nn.utils.clip_grad_norm_(model.parameters(), 0.01)
            optimizer.step()
        if iteration == 1:
            found.append(replace(recorded.recording, iteration=1))
    return found


def after_phase(recording: Recording) -> Recording:
    """The second iteration where a window holds it, after the phase that ran last."""
    spans = (*recording.spans[:-1], replace(recording.spans[-1], ended=True))
    return replace(recording, iteration=2, spans=spans)


def held(recording: Recording, before: Recording | None, due: Phase) -> ViewState:
    state = state_at(recording)
    return replace(state, iteration=recording.iteration - 1, due=due, last_whole=before)


def shown(bar: PhaseBar) -> list[str]:
    parts = bar.runs.parts
    return [part.name if isinstance(part, PhaseRun) else f"{len(part)} folded" for part in parts]


def test_what_is_to_come_follows_what_ran(recordings: tuple[Recording, ...]) -> None:
    whole, *parts = recordings
    for backwards, part in enumerate(parts, 1):
        runs = expected_runs(part, whole)
        assert tuple(run.name for run in runs) == USUAL
        assert [run.to_come for run in runs] == [i >= 1 + 3 * backwards for i in range(len(USUAL))]
        assert [run.batch for run in runs] == [run.batch for run in phase_runs(whole)]
        assert [run.events for run in runs] == [run.events for run in phase_runs(whole)]


def test_of_another_way_nothing_is_known(recordings: tuple[Recording, ...]) -> None:
    whole, first, *_ = recordings
    with bv.record(nn.Linear(3, 2)) as other:
        pass
    assert expected_runs(first, replace(other.recording, iteration=1)) == phase_runs(first)
    assert expected_runs(whole, whole) == phase_runs(whole)


def test_they_are_known_also_where_a_metric_runs_between_and_zero_grad_comes_last() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    found = []
    for iteration in (1, 2):
        with bv.record(model, optimizer) as recorded:
            if iteration == 2:  # the last line of the loop's turn before
                optimizer.zero_grad()
            for _ in range(2):
                out = model(torch.rand(4, 3))
                functional.mse_loss(out, torch.rand(4, 2)).backward()
                out.mean().item()
                found.append(after_phase(recorded.recording))
            optimizer.step()
        found.append(replace(recorded.recording, iteration=iteration))
    _, _, whole, first, second, _ = found
    runs = expected_runs(first, whole)
    assert [run.name for run in runs if not run.to_come] == ["zero_grad", *PASS, "mean"]
    assert [run.name for run in runs if run.to_come] == [*PASS, "update"]
    runs = expected_runs(second, whole)
    assert [run.name for run in runs if run.to_come] == ["update"]


def test_the_bar_and_the_timeline_show_them(
    qtbot: QtBot, recordings: tuple[Recording, ...]
) -> None:
    whole, first, *_ = recordings
    bar, timeline = PhaseBar(), TimelineView()
    for widget in (bar, timeline):
        qtbot.addWidget(widget)
        widget.resize(2200, 54)
        widget.show()
        widget.show_view_state(held(first, whole, Phase.FORWARD))
    assert shown(bar) == ["zero_grad", *PASS * 2, "3 folded", "clip", "update"]
    cells = bar.runs.cells
    assert [number for number, cell in cells.items() if cell.standing.due] == [4]
    assert (cells[3].standing.current, cells[4].note, cells[5].note) == (True, "next", "")
    assert [segment.recorded for segment in timeline.segments()] == [
        number < 4 for number in range(len(USUAL))
    ]
    count = len(first.graph.nodes)
    assert timeline.caption() == f"iteration 2 · micro-batch 1 · backward {count}/{count}"
    for widget in (bar, timeline):  # an iteration that is over, or that is the first one
        widget.show_view_state(replace(held(first, whole, Phase.FORWARD), iteration=2))
    assert not bar.runs.isVisible()
    assert [segment.title for segment in timeline.segments()] == list(PHASES)
    bar.show_view_state(held(first, None, Phase.FORWARD))
    assert not bar.runs.isVisible()


def test_where_there_is_no_room_those_to_come_are_folded(
    qtbot: QtBot, recordings: tuple[Recording, ...]
) -> None:
    whole, first, *_ = recordings
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.resize(900, 54)
    bar.show()
    bar.show_view_state(held(first, whole, Phase.FORWARD))
    assert shown(bar) == ["zero_grad", *PASS, "6 folded", "clip", "update"]
    (more,) = (
        button for button in bar.runs.children() if getattr(button, "text", str)() == "… 2 more"
    )
    assert not more.isEnabled()
    assert more.toolTip() == "2 micro-batches are to come"


def test_the_due_phase_is_that_of_the_iteration_before() -> None:
    ran = [Phase.ZERO_GRAD, *(Phase.FORWARD, Phase.LOSS, Phase.BACKWARD) * 3, Phase.UPDATE]
    due = DuePhase()
    for iteration in (1, 2):
        due.begins()
        said = []
        for phase in ran[:-1]:
            due.ended(phase)
            said.append(due.phase)
        if iteration == 2:
            assert said == ran[1:]
        due.ended(ran[-1])
        due.iteration_ended(None)
        assert due.phase is Phase.ZERO_GRAD
