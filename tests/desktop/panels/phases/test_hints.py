"""What the line below the phases says comes next."""

from dataclasses import replace

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.phases import repeated_runs, run_state
from backprop_viz.recording.recording_cache import KeptIterations
from backprop_viz.recording.run.run_origin import RunOrigin
from tests.conftest import MakeViewState


def test_at_the_end_of_an_iteration_that_is_kept_the_hint_leads_on(
    make_view_state: MakeViewState,
) -> None:
    view_state = make_view_state()
    shown = view_state.cursor.recording.iteration
    assert view_state.cursor.at_end
    kept = KeptIterations((shown, shown + 1), shown)
    said = next_step(replace(view_state, kept_iterations=kept))
    assert said.startswith(f"The end of iteration {shown}. F8, F10 and F11 go on in the next one")
    newest = replace(view_state, kept_iterations=KeptIterations((shown,), shown))
    assert next_step(newest) == next_step(view_state)


def test_what_runs_between_the_phases_is_next_by_its_own_name(
    make_view_state: MakeViewState,
) -> None:
    first, second = nn.Linear(3, 3), nn.Linear(3, 1)
    net = nn.ModuleList([first, second])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as told:
        loss = second(first(torch.ones(2, 3)).relu()).square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        optimizer.step()
    recording, usual = told.recording, make_view_state()
    said = {}
    for position in range(len(recording.events)):
        cursor = recording.at(position)
        view_state = replace(usual, cursor=cursor, origin=RunOrigin("script", "a.py", "a.py"))
        runs = repeated_runs(view_state)
        due = [run.name for run in runs if run_state(view_state, run, runs).due]
        hint = next_step(view_state)
        assert len(due) <= 1
        assert hint.startswith(f"Next (F10): {due[0]} " if due else "F8 shows the next event of ")
        said |= dict.fromkeys(due, hint)
    assert said["clip"].endswith("clip keeps the gradients from being too large for the update.")
