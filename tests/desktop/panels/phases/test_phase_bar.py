from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar, duration, update_length
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.phases import State, current_phase, due_phase, standings
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme
from backprop_viz.desktop.view_state import Frame
from backprop_viz.recording.events import Alteration, Parameter
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import PHASES, Phase
from backprop_viz.recording.settings import Settings

MakeFrame = Callable[..., Frame]


@pytest.fixture
def bar(qtbot: QtBot) -> PhaseBar:
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.resize(1580, 36)
    bar.show()
    return bar


def notes(bar: PhaseBar) -> list[str]:
    return [cell.note for cell in bar.cells]


def at(frame: Frame, cursor: int) -> Frame:
    return replace(frame, moment=frame.moment.recording.at(cursor))


def start(frame: Frame, phase: Phase) -> int:
    span = frame.moment.recording.span(phase)
    assert span is not None
    return span.start


@pytest.mark.parametrize("phases", range(6))
def test_states_after_each_phase(make_frame: MakeFrame, phases: int) -> None:
    frame = make_frame(phases=phases)
    states = [standing.state for standing in standings(frame)]
    assert states == [State.DONE] * phases + [State.TO_COME] * (5 - phases)
    assert due_phase(frame) is frame.due is PHASES[phases % 5]
    assert current_phase(frame) is (PHASES[phases - 1] if phases else None)


def test_within_backward(bar: PhaseBar, make_frame: MakeFrame) -> None:
    full = make_frame()
    frame = at(full, start(full, Phase.BACKWARD) + 17)
    bar.show_frame(frame)
    states = [cell.standing.state for cell in bar.cells]
    assert states == [State.DONE] * 3 + [State.UNDER_WAY, State.TO_COME]
    assert notes(bar)[3] == "17 / 26 nodes"
    assert notes(bar)[4] == ""
    assert [cell.standing.current for cell in bar.cells] == [False, False, False, True, False]
    assert not any(cell.standing.due for cell in bar.cells)


def test_a_cursor_at_the_end_of_a_phase_marks_the_one_that_follows(make_frame: MakeFrame) -> None:
    full = make_frame()
    frame = at(full, start(full, Phase.LOSS))
    assert current_phase(frame) is Phase.FORWARD
    assert due_phase(frame) is Phase.LOSS


def test_what_each_phase_took_and_gave(bar: PhaseBar, make_frame: MakeFrame) -> None:
    frame = make_frame(iterations=1)
    bar.show_frame(frame)
    recording = frame.moment.recording
    zero, forward, loss, backward, update = notes(bar)
    assert zero == "10 grads → None"
    assert forward == duration(recording.span(Phase.FORWARD).seconds)
    assert float(loss) == pytest.approx(recording.loss, rel=1e-3)
    assert backward == f"{duration(recording.span(Phase.BACKWARD).seconds)} · 26 nodes"
    length = np.sqrt(
        sum(((frame.moment.value(p.name) - p.value) ** 2).sum() for p in recording.parameters)
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
    bar: PhaseBar, make_frame: MakeFrame, settings: Settings, expected: str
) -> None:
    bar.show_frame(make_frame(settings, iterations=1, phases=1))
    assert notes(bar)[0] == expected


@pytest.mark.parametrize("clears", [True, False])
def test_zero_grad_tells_of_its_iteration_whatever_the_switch_says_now(
    bar: PhaseBar, make_frame: MakeFrame, clears: bool
) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, clear_gradients=clears)
    frame = make_frame(settings, iterations=1)
    kept = [p.grad for p in frame.moment.recording.parameters]
    events = frame.moment.recording.events[:10]
    assert all(
        e.outputs[0] is None if clears else np.array_equal(e.outputs[0], g)
        for e, g in zip(events, kept, strict=True)
    )
    bar.show_frame(replace(frame, settings=replace(settings, clear_gradients=not clears)))
    assert notes(bar)[0] == ("10 grads → None" if clears else "not called: gradients accumulate")
    assert ("clears the gradients" in bar.cells[0].toolTip()) is clears


@pytest.mark.parametrize("to_none", [True, False])
def test_zero_grad_claims_no_change_where_there_was_none(
    bar: PhaseBar, make_frame: MakeFrame, to_none: bool
) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, set_to_none=to_none)
    bar.show_frame(make_frame(settings))
    assert notes(bar)[0] == "10 grads already None"


@pytest.mark.parametrize("clears", [True, False])
def test_the_hint_goes_by_the_iteration_that_is_next(make_frame: MakeFrame, clears: bool) -> None:
    settings = Settings(data="random", loss="mse", batch_size=1, clear_gradients=clears)
    frame = make_frame(settings, iterations=1)
    called = "Next (F10): zero_grad clears the gradients of the previous iteration."
    left_out = "Next (F10): zero_grad is not called: gradients accumulate."
    assert next_step(frame) == (called if clears else left_out)
    turned = replace(frame, settings=replace(settings, clear_gradients=not clears))
    assert next_step(turned) == (left_out if clears else called)
    # Zero_grad of what is recorded was as it was.
    assert next_step(at(turned, 0)) == (called if clears else left_out)


def test_the_hint_where_there_is_no_loss(make_frame: MakeFrame) -> None:
    settings = Settings(data="random", loss="output_gradient", batch_size=1)
    loss = next_step(make_frame(settings, phases=2))
    assert loss == "Next (F10): loss is not computed: backward takes a random gradient instead."
    backward = next_step(make_frame(settings, phases=3))
    assert "backward takes a random gradient of the output in place of a loss" in backward
    assert "measures how far" in next_step(make_frame(phases=2))


def test_no_loss(bar: PhaseBar, make_frame: MakeFrame) -> None:
    settings = Settings(data="random", loss="output_gradient", optimizer="manual", batch_size=1)
    frame = make_frame(settings, phases=3)
    bar.show_frame(frame)
    assert notes(bar)[2] == "–"
    assert bar.cells[2].standing.state is State.DONE
    assert current_phase(frame) is Phase.LOSS
    assert "no loss" in bar.cells[2].toolTip()


def test_a_preview_has_no_history(bar: PhaseBar, make_frame: MakeFrame) -> None:
    full = make_frame(phases=3)
    shown = replace(full.moment.recording, preview=True)
    bar.show_frame(replace(full, moment=shown.at(0), due=Phase.ZERO_GRAD))
    assert notes(bar) == ["next", "", "", "", ""]
    assert {cell.standing.state for cell in bar.cells} == {State.TO_COME}


def test_training_marks_nothing(bar: PhaseBar, make_frame: MakeFrame) -> None:
    frame = make_frame(training=True)
    bar.show_frame(frame)
    assert not any(cell.standing.current or cell.standing.due for cell in bar.cells)
    empty = Recording(7, frame.moment.recording.parameters)
    bar.show_frame(replace(frame, moment=empty.at(0)))
    assert {cell.standing.state for cell in bar.cells} == {State.UNDER_WAY}


def test_a_click_and_the_keys_pick_a_phase(bar: PhaseBar, qtbot: QtBot) -> None:
    picked: list[str] = []
    bar.picked_phase.connect(picked.append)
    qtbot.mouseClick(bar.cells[3], Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar.cells[0], Qt.Key.Key_Space)
    qtbot.keyClick(bar.cells[4], Qt.Key.Key_Return)
    assert picked == ["backward", "zero_grad", "update"]
    assert all(cell.focusPolicy() & Qt.FocusPolicy.TabFocus for cell in bar.cells)


def test_tips_say_what_a_phase_does_and_what_it_took(bar: PhaseBar, make_frame: MakeFrame) -> None:
    frame = make_frame(phases=4)
    bar.show_frame(frame)
    took = duration(frame.moment.recording.span(Phase.BACKWARD).seconds)
    assert f"26 events in {took}." in bar.cells[3].toolTip()
    assert "gradient" in bar.cells[3].toolTip()
    assert "runs next" in bar.cells[4].toolTip()


def test_a_hidden_bar_catches_up(qtbot: QtBot, make_frame: MakeFrame) -> None:
    bar = PhaseBar()
    qtbot.addWidget(bar)
    bar.show_frame(make_frame(iterations=1))
    assert notes(bar) == [""] * 5
    bar.show()
    assert notes(bar)[0] == "10 grads → None"


@pytest.mark.parametrize("width", [300, 700, 1256, 2540])
def test_every_state_paints_at_any_width(bar: PhaseBar, make_frame: MakeFrame, width: int) -> None:
    full = make_frame()
    bar.resize(width, 36)
    for theme in (DARK, LIGHT):
        bar.set_theme(theme)
        pictures = []
        for cursor in (0, 5, 15, 30, 59):
            bar.show_frame(at(full, cursor))
            pictures.append(bar.grab().toImage())
        assert all(a != b for a, b in pairwise(pictures))


def test_states_differ_in_shape_not_only_in_colour(bar: PhaseBar, make_frame: MakeFrame) -> None:
    full = make_frame()
    filled = []
    for cursor in (5, 10, 15, 25):  # to come, due, under way, done
        bar.show_frame(at(full, cursor))
        picture = bar.cells[1].grab().toImage()
        background = picture.pixelColor(16, 5).red()  # above the dot; the two beside its middle:
        inside = [picture.pixelColor(x, 18).red() for x in (14, 18)]
        filled.append(tuple(abs(red - background) > 15 for red in inside))
    assert filled == [(False, False), (True, False), (True, False), (True, True)]


def test_the_length_of_an_update_survives_odd_numbers(make_frame: MakeFrame) -> None:
    frame = make_frame()
    recording = frame.moment.recording
    event = recording.events[-1]
    bad = replace(event, outputs=(np.full_like(event.outputs[0], np.nan),))
    assert np.isnan(update_length(replace(recording, events=(*recording.events[:-1], bad))))
    assert update_length(Recording(1, (Parameter("w", np.zeros(3), None),))) is None


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


def altered(frame: Frame, **changes: object) -> Frame:
    node = next(n for n in frame.moment.recording.graph.nodes if n.name == "ReluBackward0")
    recording = replace(
        frame.moment.recording, altered=Alteration(node.id, "scale", 2.0), **changes
    )
    return replace(frame, moment=recording.at(frame.moment.cursor))


def test_an_altered_backward_says_so(bar: PhaseBar, make_frame: MakeFrame) -> None:
    frame = make_frame()
    bar.show_frame(frame)
    truth = notes(bar)
    bar.show_frame(altered(frame))
    cell = bar.cells[3]
    assert notes(bar) == [*truth[:3], f"{truth[3]} · altered", truth[4]]
    assert [bool(c.mark) for c in bar.cells] == [False, False, False, True, False]
    assert "was scaled by 2." in cell.toolTip()
    assert "ReluBackward0" in cell.accessibleDescription()
    assert "altered" in cell.accessibleName()
    bar.show_frame(frame)
    assert notes(bar) == truth
    assert "scaled" not in cell.toolTip()


def test_the_mark_is_there_before_backward_and_within(bar: PhaseBar, make_frame: MakeFrame) -> None:
    full = make_frame()
    for cursor, note in (
        (0, "altered"),
        (start(full, Phase.BACKWARD), "next · altered"),
        (start(full, Phase.BACKWARD) + 17, "17 / 26 nodes · altered"),
    ):
        bar.show_frame(altered(at(full, cursor)))
        assert notes(bar)[3] == note


def test_backward_run_twice(bar: PhaseBar, make_frame: MakeFrame) -> None:
    full = make_frame()
    recording = replace(full.moment.recording, backwards=2)
    bar.show_frame(replace(full, moment=recording.at(full.moment.cursor)))
    assert notes(bar)[3].endswith(" · 26 nodes · 2 times")
    bar.show_frame(altered(full, backwards=3))
    assert notes(bar)[3].endswith(" · 26 nodes · 3 times · altered")
    bar.show_frame(replace(full, moment=recording.at(0)))
    assert notes(bar)[3] == ""


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("width", [700, 1256, 1580, 2540])
def test_the_mark_is_painted_at_any_width(
    bar: PhaseBar, make_frame: MakeFrame, theme: Theme, width: int
) -> None:
    frame = make_frame()
    bar.set_theme(theme)
    bar.resize(width, 36)
    for shown, there in ((frame, False), (altered(frame), True)):
        bar.show_frame(shown)
        image = bar.cells[3].grab().toImage()
        colors = {image.pixelColor(x, 18).name() for x in range(image.width())}
        assert (theme.error in colors) is there


def test_the_name_is_never_under_the_mark(bar: PhaseBar, make_frame: MakeFrame) -> None:
    frame, cell = make_frame(), bar.cells[3]
    bar.show_frame(frame)
    plain = cell.minimumSizeHint().width()
    bar.show_frame(altered(frame))
    assert cell.minimumSizeHint().width() >= plain + 14
    bar.resize(bar.minimumSizeHint())
    bar.grab()
    assert cell.width() >= cell.minimumSizeHint().width()
