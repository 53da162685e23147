"""The phase bar and the timeline of an iteration whose phases ran several times."""

import pytest
import torch
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import PhaseRun, phase_runs
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.phase_runs_row import folded_runs, run_width
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.style.numbers import short
from tests.conftest import MakeViewState
from tests.foreign.conftest import recording_of, state_at
from tests.foreign.steps import MICRO_BATCHES


@pytest.fixture
def bar(qtbot: QtBot) -> PhaseBar:
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.resize(2600, 36)
    bar.show()
    return bar


def names(parts: tuple[object, ...]) -> list[str]:
    return [
        part.name if isinstance(part, PhaseRun) else f"{len({r.batch for r in part})} more"
        for part in parts
    ]


def test_each_micro_batch_has_its_cells(bar: PhaseBar) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    batch = ["forward", "loss", "backward"]
    assert names(bar.runs.parts) == ["zero_grad", *batch * MICRO_BATCHES, "clip", "update"]
    assert not any(cell.isVisible() for cell in bar.cells)


def test_the_losses_are_those_of_the_micro_batches(bar: PhaseBar) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    losses = [run for run in phase_runs(recording) if run.name == "loss"]
    shown = [bar.runs.cells[run.number].note for run in losses]
    plain = [recording.events[run.span.stop - 1].outputs[0] for run in losses]
    assert shown == [short(value) for value in plain if value is not None]
    assert len(set(shown)) == MICRO_BATCHES


def test_a_loss_of_a_micro_batch_says_so_and_what_it_was_before_it_was_divided(
    bar: PhaseBar,
) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    for run in (run for run in phase_runs(recording) if run.name == "loss"):
        events = recording.events[run.span.start : run.span.stop]
        whole = next(event for event in events if event.op == "cross_entropy").outputs[0]
        assert whole is not None
        said = f"this micro-batch alone, divided: before it was {short(whole)}."
        assert said in bar.runs.cells[run.number].toolTip()
    gan = recording_of("gan")  # each of its losses is what an optimizer of its own steps along
    bar.show_view_state(state_at(gan))
    assert not any("micro-batch" in cell.toolTip() for cell in bar.runs.cells.values())


def test_where_there_is_no_room_the_others_are_folded(qapp: QApplication) -> None:
    recording = recording_of("gpt")
    runs = phase_runs(recording)
    second = next(run for run in runs if run.batch == 2 and run.name == "backward")
    parts = folded_runs(runs, second.span.start + 3, 1260, run_width)
    assert names(parts) == [
        *("zero_grad", "forward", "loss", "backward", "forward", "loss", "backward"),
        *("2 more", "clip", "update"),
    ]
    narrow = folded_runs(runs, second.span.start + 3, 300, run_width)
    batch = ["forward", "loss", "backward"]
    assert names(narrow) == ["zero_grad", "1 more", *batch, "2 more", "clip", "update"]
    for width in range(300, 3000, 37):
        every = [
            run
            for part in folded_runs(runs, 400, width, run_width)
            for run in ([part] if isinstance(part, PhaseRun) else part)
        ]
        assert every == list(runs)


def test_a_click_goes_to_the_end_of_that_micro_batchs_phase(bar: PhaseBar) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    moved: list[int] = []
    bar.cursor_moved.connect(moved.append)
    run = next(r for r in phase_runs(recording) if r.batch == 3 and r.name == "backward")
    bar.runs.cells[run.number].click()
    assert moved == [run.span.stop]
    bar.show_view_state(state_at(recording, run.span.stop))
    current = [number for number, cell in bar.runs.cells.items() if cell.standing.current]
    assert current == [run.number]
    assert [n for n, cell in bar.runs.cells.items() if cell.standing.due] == [run.number + 1]


def test_a_clip_says_its_norms(bar: PhaseBar) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    run = next(r for r in phase_runs(recording) if r.name == "clip")
    cell = bar.runs.cells[run.number]
    assert cell.note.startswith("norm ")
    assert cell.note.endswith("→ 0.5000")
    assert "every gradient ×" in cell.toolTip()


def test_a_clip_below_its_limit_says_that_nothing_has_changed(bar: PhaseBar) -> None:
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.record(model, optimizer) as rec:
        model(torch.ones(4, 3)).square().mean().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1000.0)
        optimizer.step()
    bar.show_view_state(state_at(rec.recording))
    run = next(r for r in phase_runs(rec.recording) if r.name == "clip")
    cell = bar.runs.cells[run.number]
    assert cell.note.endswith(": unchanged")
    assert "every gradient" not in cell.toolTip()


def test_lenet_keeps_its_five_cells(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    bar.show_view_state(state_at(recording_of("gpt")))
    bar.show_view_state(make_view_state())
    assert all(cell.isVisible() for cell in bar.cells)
    assert bar.runs.isHidden()


def test_the_timeline_has_a_segment_for_each_run(qtbot: QtBot) -> None:
    recording = recording_of("gpt")
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(1200, 54)
    view.show()
    run = next(r for r in phase_runs(recording) if r.batch == 2 and r.name == "backward")
    view.show_view_state(state_at(recording, run.span.start + 17))
    segments = view.segments()
    assert [s.title for s in segments] == [r.name for r in phase_runs(recording)]
    assert sum(s.count for s in segments) == len(recording.events)
    assert segments[-1].left + segments[-1].width < 1200
    assert view.caption() == "iteration 1 · micro-batch 2 · backward 17/95"
    assert view.describe(run.span.start) == f"backward 1/95 · {recording.events[run.span.start].op}"


def test_one_backward_before_a_clip_is_no_micro_batch(bar: PhaseBar, qtbot: QtBot) -> None:
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bv.record(model, optimizer) as recorded:
        optimizer.zero_grad()
        model(torch.ones(1, 3)).sum().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
    recording = recorded.recording
    bar.show_view_state(state_at(recording))
    assert names(bar.runs.parts) == ["zero_grad", "forward", "loss", "backward", "clip", "update"]
    run = next(run for run in phase_runs(recording) if run.name == "backward")
    assert bar.runs.cells[run.number].toolTip().splitlines()[0] == "backward"
    view = TimelineView()
    qtbot.addWidget(view)
    view.show_view_state(state_at(recording, run.span.start + 2))
    assert view.caption() == f"iteration 1 · backward 2/{run.events}"


def test_two_optimizers_are_two_updates(bar: PhaseBar) -> None:
    recording = recording_of("gan")
    bar.show_view_state(state_at(recording))
    assert names(bar.runs.parts).count("update") == 2
    bar.grab()


def test_a_loss_says_that_backward_starts_from_it(bar: PhaseBar) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    losses = [run for run in phase_runs(recording) if run.name == "loss"]
    for run in losses:
        made = recording.events[run.span.stop - 1]
        (value,) = made.outputs
        assert value is not None
        said = f"Backward starts from what {made.op} made: {short(value.astype(float))}"
        assert said in bar.runs.cells[run.number].toolTip().split("\n")


def test_a_number_that_does_not_fit_is_left_out_not_cut(bar: PhaseBar) -> None:
    recording = recording_of("gpt")
    bar.show_view_state(state_at(recording))
    for cell in bar.runs.cells.values():
        for width in range(200):
            fits, _ = cell.fitting_note(width)
            assert fits in ("", cell.note) or not any(c.isdigit() for c in cell.note)


def test_a_gradient_that_was_none_is_not_told_to_become_it(bar: PhaseBar) -> None:
    """Of a layer that is never used."""
    net = nn.ModuleDict({"used": nn.Linear(3, 2), "unused": nn.Linear(3, 2)})
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(2):
        with bv.record(net, optimizer) as recorded:
            optimizer.zero_grad()
            net["used"](torch.ones(4, 3)).sum().backward()
            optimizer.step()
    bar.show_view_state(state_at(recorded.recording))
    assert bar.cells[0].note == "2 grads → None"
