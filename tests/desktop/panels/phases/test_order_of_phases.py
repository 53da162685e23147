"""The phases stand in the order in which the loop ran them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import phases_in_order
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.timeline_layout import expected_counts, lay_out, x_of
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.phases import Phase


def cleared_after_the_loss() -> Recording:
    net = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        loss = net(torch.ones(2, 3)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return recording.recording


@pytest.fixture
def bar(qtbot: QtBot) -> PhaseBar:
    shown = PhaseBar()
    qtbot.addWidget(shown)
    shown.resize(1580, 36)
    shown.show()
    return shown


def names(bar: PhaseBar) -> list[str]:
    return [cell.text() for cell in sorted(bar.cells, key=lambda cell: cell.x())]


def test_zero_grad_between_loss_and_backward(
    bar: PhaseBar, make_view_state: Callable[..., ViewState]
) -> None:
    usual = make_view_state(phases=5)
    recording = cleared_after_the_loss()
    bar.show_view_state(replace(usual, cursor=recording.at(len(recording.events))))
    bar.layout().activate()
    ran = ["1  forward", "2  loss", "3  zero_grad", "4  backward", "5  update"]
    assert names(bar) == ran
    assert [cell.accessibleName().partition(":")[0] for cell in bar.cells] == [
        *(ran[2], ran[0], ran[1], ran[3], ran[4])
    ]
    bar.show_view_state(usual)
    bar.layout().activate()
    assert [name[0] for name in names(bar)] == list("12345")
    assert names(bar)[0] == "1  zero_grad"


def test_what_is_to_come_stands_where_this_loop_has_it(
    bar: PhaseBar, make_view_state: Callable[..., ViewState]
) -> None:
    order = phases_in_order(cleared_after_the_loss())
    bar.show_view_state(replace(make_view_state(phases=0), order=order))
    bar.layout().activate()
    assert names(bar) == ["1  forward", "2  loss", "3  zero_grad", "4  backward", "5  update"]


def test_the_cursor_of_the_timeline_goes_from_left_to_right() -> None:
    recording = cleared_after_the_loss()
    segments = lay_out(recording, expected_counts(recording, {}), 0.0, 800.0)
    assert [segment.start for segment in segments] == sorted(s.start for s in recording.spans)
    places = [x_of(segments, position) for position in range(len(recording.events) + 1)]
    assert places == sorted(set(places))


def test_a_zero_grad_that_comes_last_clears_gradients_of_its_iteration(
    bar: PhaseBar, make_view_state: Callable[..., ViewState]
) -> None:
    net = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as made:
        net(torch.ones(2, 3)).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    recording = made.recording
    (cleared,) = (span for span in recording.spans if span.phase is Phase.ZERO_GRAD)
    view_state = replace(
        make_view_state(phases=5),
        cursor=recording.at(cleared.start),
        origin=RunOrigin("script", "loop.py", "loop.py"),
    )
    assert next_step(view_state) == "Next (F10): zero_grad clears the gradients of this iteration."
    bar.show_view_state(view_state)
    assert "zero_grad: clears the gradients of this iteration." in bar.cells[0].toolTip()


def test_a_zero_grad_between_loss_and_backward_clears_those_of_the_one_before(
    make_view_state: Callable[..., ViewState],
) -> None:
    recording = cleared_after_the_loss()
    (cleared,) = (span for span in recording.spans if span.phase is Phase.ZERO_GRAD)
    view_state = replace(
        make_view_state(phases=5),
        cursor=recording.at(cleared.start),
        origin=RunOrigin("script", "loop.py", "loop.py"),
    )
    assert next_step(view_state).endswith("clears the gradients of the previous iteration.")
