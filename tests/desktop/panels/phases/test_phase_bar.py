from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar, update_length
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.phases import (
    PhaseProgress,
    current_phase,
    due_phase,
    phase_states,
)
from backprop_viz.desktop.style.numbers import duration
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import PHASES, Phase
from backprop_viz.recording.trace.torch_error import TorchError
from tests.recording.records import changed_event, changed_recording, made_recording

MakeViewState = Callable[..., ViewState]


@pytest.fixture
def bar(qtbot: QtBot) -> PhaseBar:
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.resize(1580, 36)
    bar.show()
    return bar


def notes(bar: PhaseBar) -> list[str]:
    return [cell.note for cell in bar.cells]


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def start(view_state: ViewState, phase: Phase) -> int:
    span = view_state.cursor.recording.span(phase)
    assert span is not None
    return span.start


@pytest.mark.parametrize("phases", range(6))
def test_states_after_each_phase(make_view_state: MakeViewState, phases: int) -> None:
    view_state = make_view_state(phases=phases)
    states = [standing.state for standing in phase_states(view_state)]
    assert states == [PhaseProgress.DONE] * phases + [PhaseProgress.TO_COME] * (5 - phases)
    assert due_phase(view_state) is view_state.due is PHASES[phases % 5]
    assert current_phase(view_state) is (PHASES[phases - 1] if phases else None)


def test_within_backward(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    full = make_view_state()
    view_state = at(full, start(full, Phase.BACKWARD) + 17)
    bar.show_view_state(view_state)
    states = [cell.standing.state for cell in bar.cells]
    assert states == [PhaseProgress.DONE] * 3 + [PhaseProgress.UNDER_WAY, PhaseProgress.TO_COME]
    assert notes(bar)[3] == "17 / 26 nodes"
    assert notes(bar)[4] == ""
    assert [cell.standing.current for cell in bar.cells] == [False, False, False, True, False]
    assert not any(cell.standing.due for cell in bar.cells)


def test_a_cursor_at_the_end_of_a_phase_marks_the_one_that_follows(
    make_view_state: MakeViewState,
) -> None:
    full = make_view_state()
    view_state = at(full, start(full, Phase.LOSS))
    assert current_phase(view_state) is Phase.FORWARD
    assert due_phase(view_state) is Phase.LOSS


def test_what_each_phase_took_and_gave(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(iterations=1)
    bar.show_view_state(view_state)
    recording = view_state.cursor.recording
    zero, forward, loss, backward, update = notes(bar)
    assert zero == "10 grads → None"
    assert forward == duration(recording.span(Phase.FORWARD).seconds)
    assert float(loss) == pytest.approx(recording.loss, rel=1e-3)
    assert backward == f"{duration(recording.span(Phase.BACKWARD).seconds)} · 26 nodes"
    length = np.sqrt(
        sum(((view_state.cursor.value(p.name) - p.value) ** 2).sum() for p in recording.parameters)
    )
    assert float(update.removeprefix("‖Δw‖ ")) == pytest.approx(length, rel=5e-3)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(data="random", loss="mse", batch_size=1, set_to_none=False), "10 grads → 0"),
        (
            Settings(data="random", loss="mse", batch_size=1, clear_gradients=False),
            "not called: gradients accumulate",
        ),
    ],
)
def test_zero_grad_tells_what_it_left(
    bar: PhaseBar, make_view_state: MakeViewState, settings: Settings, expected: str
) -> None:
    bar.show_view_state(make_view_state(settings, iterations=1, phases=1))
    assert notes(bar)[0] == expected


@pytest.mark.parametrize("clears", [True, False])
def test_zero_grad_tells_of_its_iteration_whatever_the_switch_says_now(
    bar: PhaseBar, make_view_state: MakeViewState, clears: bool
) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, clear_gradients=clears)
    view_state = make_view_state(settings, iterations=1)
    recording = view_state.cursor.recording
    kept, events = [p.grad for p in recording.parameters], recording.events[:10]
    made = zip((event.outputs[0] for event in events), kept, strict=True)
    assert all(out is None if clears else np.array_equal(out, grad) for out, grad in made)
    bar.show_view_state(replace(view_state, settings=replace(settings, clear_gradients=not clears)))
    cell, cleared = bar.cells[0], (clears, clears)
    assert cell.note == ("10 grads → None" if clears else "not called: gradients accumulate")
    assert ("clears the gradients" in cell.toolTip(), not cell.standing.left_out) == cleared


@pytest.mark.parametrize("to_none", [True, False])
def test_zero_grad_claims_no_change_where_there_was_none(
    bar: PhaseBar, make_view_state: MakeViewState, to_none: bool
) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, set_to_none=to_none)
    bar.show_view_state(make_view_state(settings))
    assert notes(bar)[0] == "10 grads already None"


@pytest.mark.parametrize("clears", [True, False])
def test_the_hint_goes_by_the_iteration_that_is_next(
    make_view_state: MakeViewState, clears: bool
) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, clear_gradients=clears)
    view_state = make_view_state(settings, iterations=1)
    called = "Next (F10): zero_grad clears the gradients of the previous iteration."
    left_out = "Next (F10): zero_grad is not called: gradients accumulate."
    assert next_step(view_state) == (called if clears else left_out)
    turned = replace(view_state, settings=replace(settings, clear_gradients=not clears))
    assert next_step(turned) == (left_out if clears else called)
    # Zero_grad of what is recorded was as it was.
    assert next_step(at(turned, 0)) == (called if clears else left_out)


def test_the_hint_where_there_is_no_loss(make_view_state: MakeViewState) -> None:
    settings = Settings(data="random", loss="output_gradient", batch_size=1)
    loss = next_step(make_view_state(settings, phases=2))
    assert loss == "Next (F10): loss is not computed: backward takes a random gradient instead."
    backward = next_step(make_view_state(settings, phases=3))
    assert "backward takes a random gradient of the output in place of a loss" in backward
    assert "measures how far" in next_step(make_view_state(phases=2))


def test_no_loss(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    settings = Settings(data="random", loss="output_gradient", optimizer="manual", batch_size=1)
    view_state = make_view_state(settings, phases=3)
    bar.show_view_state(view_state)
    assert notes(bar)[2] == "–"
    assert bar.cells[2].standing.state is PhaseProgress.DONE
    assert current_phase(view_state) is Phase.LOSS
    assert "no loss" in bar.cells[2].toolTip()


def test_a_preview_has_no_history(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    full = make_view_state(phases=3)
    shown = replace(full.cursor.recording, preview=True)
    bar.show_view_state(replace(full, cursor=shown.at(0), due=Phase.ZERO_GRAD))
    assert notes(bar) == ["next", "", "", "", ""]
    assert {cell.standing.state for cell in bar.cells} == {PhaseProgress.TO_COME}


def test_training_marks_nothing(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(training=True)
    bar.show_view_state(view_state)
    assert not any(cell.standing.current or cell.standing.due for cell in bar.cells)
    empty = Recording(7, view_state.cursor.recording.parameters)
    bar.show_view_state(replace(view_state, cursor=empty.at(0)))
    assert {cell.standing.state for cell in bar.cells} == {PhaseProgress.UNDER_WAY}


def test_a_click_and_the_keys_pick_a_phase(bar: PhaseBar, qtbot: QtBot) -> None:
    picked: list[str] = []
    bar.picked_phase.connect(picked.append)
    qtbot.mouseClick(bar.cells[3], Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar.cells[0], Qt.Key.Key_Space)
    qtbot.keyClick(bar.cells[4], Qt.Key.Key_Return)
    assert picked == ["backward", "zero_grad", "update"]
    assert all(cell.focusPolicy() & Qt.FocusPolicy.TabFocus for cell in bar.cells)


def test_tips_say_what_a_phase_does_and_what_it_took(
    bar: PhaseBar, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(phases=4)
    bar.show_view_state(view_state)
    took = duration(view_state.cursor.recording.span(Phase.BACKWARD).seconds)
    assert f"26 events in {took}." in bar.cells[3].toolTip()
    assert "gradient" in bar.cells[3].toolTip()
    assert "runs next" in bar.cells[4].toolTip()


def test_a_hidden_bar_catches_up(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.show_view_state(make_view_state(iterations=1))
    assert notes(bar) == [""] * 5
    bar.show()
    assert notes(bar)[0] == "10 grads → None"


@pytest.mark.parametrize("width", [300, 700, 1256, 2540])
def test_every_state_paints_at_any_width(
    bar: PhaseBar, make_view_state: MakeViewState, width: int
) -> None:
    full = make_view_state()
    bar.resize(width, 36)
    for theme in (DARK, LIGHT):
        bar.set_theme(theme)
        pictures = []
        for position in (0, 5, 15, 30, 59):
            bar.show_view_state(at(full, position))
            pictures.append(bar.grab().toImage())
        assert all(a != b for a, b in pairwise(pictures))


def test_states_differ_in_shape_not_only_in_colour(
    bar: PhaseBar, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    filled = []
    for position in (5, 10, 15, 25):  # to come, due, under way, done
        bar.show_view_state(at(full, position))
        picture = bar.cells[1].grab().toImage()
        background = picture.pixelColor(16, 5).red()  # above the dot; the two beside its middle:
        inside = [picture.pixelColor(x, 18).red() for x in (14, 18)]
        filled.append(tuple(abs(red - background) > 15 for red in inside))
    assert filled == [(False, False), (True, False), (True, False), (True, True)]


def test_the_length_of_an_update_survives_odd_numbers(make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    event = recording.events[-1]
    bad = changed_event(event, outputs=(np.full_like(event.outputs[0], np.nan),))
    assert np.isnan(
        update_length(changed_recording(recording, events=(*recording.events[:-1], bad)))
    )
    assert update_length(made_recording(parameters={"w": (np.zeros(3), None)})) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00024, "0.24 ms"),
        (0.0051, "5.1 ms"),
        (0.048, "48 ms"),
        (0.00999, "10 ms"),
        (1.234, "1.23 s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def intervention(view_state: ViewState, **changes: object) -> ViewState:
    node = next(n for n in view_state.cursor.recording.graph.nodes if n.name == "ReluBackward0")
    recording = replace(
        view_state.cursor.recording,
        intervention=GradientIntervention(node.id, "scale", 2.0),
        **changes,
    )
    return replace(view_state, cursor=recording.at(view_state.cursor.position))


def test_an_intervention_is_named_in_the_backward_cell(
    bar: PhaseBar, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    bar.show_view_state(view_state)
    truth = notes(bar)
    bar.show_view_state(intervention(view_state))
    cell = bar.cells[3]
    assert notes(bar) == [*truth[:3], f"{truth[3]} · altered", truth[4]]
    assert [bool(c.mark) for c in bar.cells] == [False, False, False, True, False]
    assert "was scaled by 2." in cell.toolTip()
    assert "ReluBackward0" in cell.accessibleDescription()
    assert "altered" in cell.accessibleName()
    bar.show_view_state(view_state)
    assert notes(bar) == truth
    assert "scaled" not in cell.toolTip()


def test_the_mark_is_there_before_backward_and_within(
    bar: PhaseBar, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    for position, note in (
        (0, "altered"),
        (start(full, Phase.BACKWARD), "next · altered"),
        (start(full, Phase.BACKWARD) + 17, "17 / 26 nodes · altered"),
    ):
        bar.show_view_state(intervention(at(full, position)))
        assert notes(bar)[3] == note


def test_backward_run_twice(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    full = make_view_state()
    recording = replace(full.cursor.recording, backwards=2)
    bar.show_view_state(replace(full, cursor=recording.at(full.cursor.position)))
    assert notes(bar)[3].endswith(" · 26 nodes · 2 times")
    bar.show_view_state(intervention(full, backwards=3))
    assert notes(bar)[3].endswith(" · 26 nodes · 3 times · altered")
    bar.show_view_state(replace(full, cursor=recording.at(0)))
    assert notes(bar)[3] == ""


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("width", [700, 1256, 1580, 2540])
def test_the_mark_is_painted_at_any_width(
    bar: PhaseBar, make_view_state: MakeViewState, theme: Theme, width: int
) -> None:
    view_state = make_view_state()
    bar.set_theme(theme)
    bar.resize(width, 36)
    for shown, there in ((view_state, False), (intervention(view_state), True)):
        bar.show_view_state(shown)
        image = bar.cells[3].grab().toImage()
        colors = {image.pixelColor(x, 18).name() for x in range(image.width())}
        assert (theme.error in colors) is there


def test_the_name_is_never_under_the_mark(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    view_state, cell = make_view_state(), bar.cells[3]
    bar.show_view_state(view_state)
    plain = cell.minimumSizeHint().width()
    bar.show_view_state(intervention(view_state))
    assert cell.minimumSizeHint().width() >= plain + 14
    bar.resize(bar.minimumSizeHint())
    bar.grab()
    assert cell.width() >= cell.minimumSizeHint().width()


@pytest.mark.parametrize(
    ("note", "head"),
    [
        ("not called: gradients accumulate", "not called"),
        ("1,192 ms · 1,125 nodes · 2 times", "1,192 ms"),
    ],
)
def test_a_note_that_is_too_long_is_told_up_to_its_colon_or_dot(
    bar: PhaseBar, note: str, head: str
) -> None:
    cell = bar.cells[0]
    cell.note = note
    assert cell.fitting_note(1000)[0] == note
    assert cell.fitting_note(80)[0] == head


def test_a_phase_that_raised_is_no_success(bar: PhaseBar, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(phases=4)
    error = TorchError("other", "RuntimeError", "refused", Phase.BACKWARD)
    recording = changed_recording(view_state.cursor.recording, error=error)
    raised = replace(view_state, cursor=recording.at(len(recording.events)))
    bar.show_view_state(view_state)
    done = bar.cells[3].grab().toImage()
    bar.show_view_state(raised)
    assert notes(bar)[3] == "raised"
    assert bar.cells[3].grab().toImage() != done
    assert bar.cells[3].accessibleName().endswith("raised")
    assert "raised" not in notes(bar)[:3]
    bar.show_view_state(at(raised, len(recording.events) - 1))
    assert "raised" not in notes(bar)[3]


@pytest.mark.parametrize(
    ("path", "phases", "said"),
    [
        ("", 5, "This is one iteration: go back through what is recorded."),
        ("mine.py", 5, "The script has ended: go back through what is recorded."),
        ("mine.py", 0, "The script has ended, and nothing of it was recorded."),
    ],
)
def test_the_hint_at_the_end_says_what_has_ended(
    make_view_state: MakeViewState, path: str, phases: int, said: str
) -> None:
    view_state = make_view_state(phases=phases)
    origin = RunOrigin("model", "Net", path)
    assert next_step(replace(view_state, origin=origin, ended=True)) == said
