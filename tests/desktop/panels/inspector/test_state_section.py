from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.panels.inspector.state_section import StateSection, raised, value_text
from backprop_viz.desktop.panels.inspector.update_section import UpdateSection
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from tests.recording.records import changed_event, changed_recording, made_recording

NAME = "conv2.weight"


def settings(optimizer: str, **options: Any) -> Settings:
    return Settings(
        data="random",
        loss="mse",
        lr=0.01,
        batch_size=1,
        optimizer=optimizer,
        optimizer_options=options,
    )


@pytest.fixture
def panel(qtbot: QtBot) -> QWidget:
    """A panel that has room to spare."""
    panel = QWidget()
    qtbot.addWidget(panel)
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(0, 0, 0, 0)
    panel.resize(270, 700)
    panel.show()
    return panel


@pytest.fixture
def section(panel: QWidget) -> StateSection:
    section = StateSection()
    layout = panel.layout()
    assert isinstance(layout, QVBoxLayout)
    layout.addWidget(section)
    layout.addStretch()
    return section


def lines(section: StateSection) -> list[str]:
    # Qt writes the line break inside a paragraph as a newline too; nbsp comes out as a space.
    return section.lines.toPlainText().split("\n")


def update_of(view_state: ViewState, name: str) -> Any:
    events = view_state.cursor.recording.events
    return next(e for e in events if e.phase is Phase.UPDATE and e.parameter == name)


def test_state_and_terms_are_torchs(section: StateSection, make_view_state: Any) -> None:
    view_state = make_view_state(settings("adam"), iterations=2)
    section.show_cursor(view_state, NAME, 152)
    event = update_of(view_state, NAME)
    shown = lines(section)
    place = ",".join(str(i) for i in np.unravel_index(152, event.outputs[0].shape))
    assert section.element.text() == f"{NAME}[{place}]"
    assert shown[0] == "step 2 → 3"
    for name in ("exp_avg", "exp_avg_sq"):
        before, after = (signed(a.flat[152]) for a in event.state[name])
        assert f"{name} {before} → {after}" in shown
    grad, mean = event.inputs[1].flat[152], event.state["exp_avg"]
    at = shown.index("mₜ = β₁·mₜ₋₁ + (1 − β₁)·g")
    numbers = f"= 0.9·({signed(mean[0].flat[152])}) + (1 − 0.9)·({signed(grad)})"
    assert shown[at + 1] == f"{numbers} = {signed(mean[1].flat[152])}"
    assert "c₁ = 1 − β₁ᵗ" in shown
    assert "new w = w − η·mₜ / d" in shown
    assert shown[-1].endswith(f" {signed(event.outputs[0].flat[152])}")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_rule_ends_in_the_new_weight(
    section: StateSection, make_view_state: Any, optimizer: str
) -> None:
    view_state = make_view_state(settings(optimizer), iterations=1)
    for element in (0, 7):
        section.show_cursor(view_state, NAME, element)
        result = signed(update_of(view_state, NAME).outputs[0].flat[element])
        ends = [i for i, line in enumerate(lines(section)) if line.startswith("new w =")]
        assert len(ends) == 1
        assert lines(section)[ends[0] + 1].endswith(f"= {result}")


def test_before_the_update_only_what_was_there(section: StateSection, make_view_state: Any) -> None:
    end = make_view_state(settings("adam"), iterations=1)
    events = end.cursor.recording.events
    at = events.index(update_of(end, NAME))
    for position, done in ((0, False), (at, False), (at + 1, True)):
        view_state = replace(end, cursor=end.cursor.recording.at(position))
        section.show_cursor(view_state, NAME, 3)
        text = section.lines.toPlainText()
        old = signed(events[at].state["exp_avg"][0].flat[3])
        assert f"exp_avg {old}" in text
        assert ("Step to the update to see its terms." in text) is not done
        assert ("→" in text) is done
        assert ("new w" in text) is done


def test_no_state_is_said(section: StateSection, make_view_state: Any) -> None:
    section.show_cursor(make_view_state(settings("manual"), phases=2), NAME, 0)
    assert lines(section) == [
        "The manual rule keeps no state.",
        "Step to the update to see its terms.",
    ]
    section.show_cursor(make_view_state(settings("manual")), NAME, 0)
    assert lines(section)[0] == "The manual rule keeps no state."
    section.show_cursor(make_view_state(settings("sgd")), NAME, 0)
    assert lines(section)[0] == "With these options the optimizer keeps no state."
    section.show_cursor(make_view_state(settings("nesterov")), NAME, 0)
    assert lines(section)[0].startswith("momentum_buffer none yet → ")


def test_a_parameter_without_gradient(section: StateSection, make_view_state: Any) -> None:
    view_state = make_view_state(settings("adam"))
    recording = view_state.cursor.recording
    events = tuple(e for e in recording.events if e.parameter != NAME)
    spans = tuple(replace(s, stop=min(s.stop, len(events))) for s in recording.spans)
    bare = replace(recording, events=events, spans=spans)
    section.show_cursor(replace(view_state, cursor=bare.at(len(events))), NAME, 0)
    assert lines(section) == ["Its .grad is None: the optimizer skipped it."]


def test_strange_recordings_do_not_raise(section: StateSection, make_view_state: Any) -> None:
    view_state = make_view_state(settings("adam"), phases=0)
    for name, element in ((NAME, 0), (NAME, 10**6), (NAME, -1), ("nothing", 0)):
        section.show_cursor(view_state, name, element)
    assert section.element.text() == f"{NAME}[0,0,0,0]"
    empty = made_recording(parameters={"none": (np.zeros((0, 3), np.float32), None)}, preview=True)
    section.show_cursor(replace(view_state, cursor=empty.at(0)), "none", 0)
    assert lines(section) == ["This parameter has no elements."]
    scalar = made_recording(parameters={"s": (np.float32(2).reshape(()), None)})
    section.show_cursor(replace(view_state, cursor=scalar.at(0)), "s", 0)
    assert section.element.text() == "s[0]"
    unknown = make_view_state(settings("adam"))
    events = tuple(replace(e, op="Lion") for e in unknown.cursor.recording.events)
    recording = changed_recording(unknown.cursor.recording, events=events)
    section.show_cursor(replace(unknown, cursor=recording.at(len(events))), NAME, 0)
    assert "There is no rule for Lion here" in section.lines.toPlainText()
    hot = replace(settings("adam"), lr=1e30)
    section.show_cursor(make_view_state(hot, iterations=2), NAME, 0)
    assert "nan" in section.lines.toPlainText()


def test_a_state_of_another_shape_is_not_taken_for_the_elements(
    section: StateSection, make_view_state: Any
) -> None:
    """Of rows it is the row's number; of all parameters together there is only its shape."""
    view_state = make_view_state(settings("adam"))
    recording = view_state.cursor.recording
    event = update_of(view_state, NAME)
    *sizes, columns = event.outputs[0].shape
    rows = np.arange(np.prod(sizes), dtype=np.float32).reshape(*sizes, 1)
    last = event.outputs[0].size - 1
    history = np.ones((3, 1000), np.float32)
    told = {"row_var": (None, rows), "old_dirs": (None, history), "H_diag": (None, history[0, :1])}
    strange = changed_event(replace(event, op="Lion"), state=told)
    events = tuple(strange if e is event else e for e in recording.events)
    changed = changed_recording(recording, events=events)
    section.show_cursor(replace(view_state, cursor=changed.at(len(events))), NAME, last)
    shown = lines(section)
    assert f"row_var none yet → {signed(float(last // columns))}" in shown
    assert "old_dirs (3, 1000)" in shown
    assert "H_diag none yet → +1.000" in shown


def test_what_differs_is_marked(section: StateSection, make_view_state: Any) -> None:
    view_state = make_view_state(settings("sgd"))
    event = update_of(view_state, NAME)
    other = changed_event(event, outputs=(event.outputs[0] + np.float32(1),))
    events = tuple(other if e == event else e for e in view_state.cursor.recording.events)
    recording = changed_recording(view_state.cursor.recording, events=events)
    section.show_cursor(replace(view_state, cursor=recording.at(len(events))), NAME, 0)
    assert f"≈ {signed(other.outputs[0].flat[0])}" in section.lines.toPlainText()
    assert lines(section)[-1].startswith("≈ is torch's own number")


def test_tooltips_have_torchs_code_and_every_digit(
    section: StateSection, make_view_state: Any
) -> None:
    view_state = make_view_state(settings("sgd", momentum=0.9), iterations=1)
    section.show_cursor(view_state, NAME, 4)
    event = update_of(view_state, NAME)
    tips = [section.lines.tip_at(line) for line in range(section.lines.document().blockCount())]
    assert tips[0] == ""  # the state's line
    assert tips[-1] == "w.add_(grad, alpha=-lr)\nnew w = " + str(event.outputs[0].flat[4])
    assert section.lines.tip_at(99) == ""


@pytest.mark.parametrize("width", [200, 270, 420])
def test_nothing_is_cut_at_any_width(
    section: StateSection, make_view_state: Any, qtbot: QtBot, width: int
) -> None:
    section.show_cursor(make_view_state(settings("adam", amsgrad=True)), NAME, 0)
    section.window().resize(width, 900)
    qtbot.waitUntil(lambda: section.lines.verticalScrollBar().maximum() == 0)
    assert section.lines.horizontalScrollBar().maximum() == 0
    assert section.lines.document().idealWidth() <= section.lines.viewport().width()
    section.window().resize(width, 150)
    qtbot.waitUntil(lambda: section.lines.verticalScrollBar().maximum() > 0)


def test_themes(section: StateSection, make_view_state: Any) -> None:
    section.set_theme(LIGHT)  # with nothing to show yet
    section.show_cursor(make_view_state(settings("adam")), NAME, 0)
    assert LIGHT.update in section.lines.toHtml()
    section.set_theme(DARK)
    assert DARK.update in section.lines.toHtml()
    assert LIGHT.update not in section.lines.toHtml()


def test_the_tables_current_row_is_the_element_chosen(qtbot: QtBot, make_view_state: Any) -> None:
    update = UpdateSection()
    qtbot.addWidget(update)
    update.resize(300, 300)
    update.show()
    view_state = make_view_state(settings("sgd"))
    update.show_cursor(view_state.cursor, NAME, view_state.settings)
    chosen: list[int] = []
    update.element_chosen.connect(chosen.append)
    table = update.table
    row = table.visualRect(table.model().index(3, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row))
    assert chosen == [3]
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Right)  # the same element in another column
    assert chosen == [3, 4]
    update.show_cursor(make_view_state(settings("sgd")).cursor, NAME, view_state.settings)
    assert chosen == [3, 4]  # new numbers of the same elements leave the choice
    update.show_cursor(view_state.cursor, "fc3.bias", view_state.settings)
    assert chosen == [3, 4]


def test_an_optimizer_without_a_rule_is_not_given_anothers(
    qtbot: QtBot, make_view_state: Any
) -> None:
    update = UpdateSection()
    qtbot.addWidget(update)
    view_state = make_view_state(settings("adam"))
    recording = view_state.cursor.recording
    update.show_cursor(view_state.cursor, NAME, view_state.settings)
    assert update.rule.toolTip().endswith("w ← w − lr · m̂ / (√v̂ + ε)")
    events = tuple(replace(e, op="Lion") for e in recording.events)
    other = changed_recording(recording, events=events).at(len(events))
    update.show_cursor(other, NAME, view_state.settings)
    assert update.rule.toolTip() == "How Lion changes a weight is not known here."
    update.resize(300, 300)
    update.show()
    assert update.rule.text() == "no rule for Lion"


def test_the_step_of_infinity_is_nan_and_no_warning(qtbot: QtBot, make_view_state: Any) -> None:
    view_state = make_view_state(settings("sgd"))
    endless = np.array([np.inf, -np.inf, np.inf, 1, 2, 3], np.float32)
    after = np.array([np.inf, -np.inf, -np.inf, 1, np.inf, 2.5], np.float32)
    event = update_of(view_state, NAME)
    other = changed_event(event, inputs=(endless, *event.inputs[1:]), outputs=(after,))
    events = tuple(other if e == event else e for e in view_state.cursor.recording.events)
    update = UpdateSection()
    qtbot.addWidget(update)
    cursor = changed_recording(view_state.cursor.recording, events=events).at(len(events))
    update.show_cursor(cursor, NAME, view_state.settings)
    model = update.table.model()
    steps = [model.index(row, 3).data() for row in range(6)]
    assert steps == ["nan", "nan", "-inf", "0", "+inf", "-0.5000"]


def test_numbers_as_they_stand_in_a_rule() -> None:
    assert value_text(0.9) == "0.9"
    assert value_text(1 - 0.9) == "0.1"
    assert value_text(1e-08) == "1e-8"
    assert value_text(1e12) == "1e12"
    assert value_text(np.float32(0.25)) == "+0.2500"
    assert raised("0.9^12 + β₁^t") == "0.9¹² + β₁ᵗ"


def test_a_step_that_is_small_is_seen_in_the_sum(
    section: StateSection, make_view_state: Any
) -> None:
    """A weight that the step changes in its last digits alone does not look as it was."""
    view_state = make_view_state(replace(settings("sgd"), lr=1e-6))
    event = update_of(view_state, NAME)
    before, after = (array.reshape(-1) for array in (event.inputs[0], event.outputs[0]))
    changed = np.flatnonzero(before != after)
    assert len(changed)
    hidden = [i for i in changed.tolist() if signed(before[i]) == signed(after[i])]
    assert hidden
    section.show_cursor(view_state, NAME, hidden[0])
    numbers, result = lines(section)[-1].split("=")[-2:]
    assert result.strip() not in numbers
    assert float(result) == pytest.approx(float(after[hidden[0]]), rel=1e-6)
