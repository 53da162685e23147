"""What the line below the phases says comes next."""

from dataclasses import replace

from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.recording.recording_cache import KeptIterations
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
