from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.inspector.experiment_section import (
    ExperimentSection,
    default_value,
    largest,
    spread,
)
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.inspector.intervention_texts import intervention_text
from backprop_viz.desktop.panels.inspector.node_section import NodeSection
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.graph import Node
from tests.nightly import by_night

MakeViewState = Callable[..., ViewState]


@pytest.fixture
def section(qtbot: QtBot) -> ExperimentSection:
    section = ExperimentSection()
    qtbot.addWidget(section)
    section.resize(270, 120)
    section.show()
    return section


def node(view_state: ViewState, name: str) -> Node:
    return next(n for n in view_state.cursor.recording.graph.nodes if n.name == name)


def intervention(
    view_state: ViewState, intervention: GradientIntervention, position: int | None = None
) -> ViewState:
    recording = replace(view_state.cursor.recording, intervention=intervention)
    return replace(
        view_state,
        cursor=recording.at(view_state.cursor.position if position is None else position),
    )


def choose(section: ExperimentSection, kind: str) -> None:
    """As with the arrow keys."""
    while section.kinds.currentData() != kind:
        before = section.kinds.currentIndex()
        down = section.kinds.findData(kind) > before
        QTest.keyClick(section.kinds, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        assert section.kinds.currentIndex() != before


def test_scaling(section: ExperimentSection, make_view_state: MakeViewState, qtbot: QtBot) -> None:
    view_state = make_view_state()
    relu = node(view_state, "ReluBackward0")
    section.show_cursor(view_state, relu)
    assert section.value.text() == "2"
    with qtbot.waitSignal(section.intervention_wanted) as asked:
        qtbot.mouseClick(section.apply, Qt.MouseButton.LeftButton)
    assert asked.args == [GradientIntervention(relu.key, "scale", 2.0)]
    section.value.selectAll()
    qtbot.keyClicks(section.value, "-1.5e-3")
    with qtbot.waitSignal(section.intervention_wanted) as asked:
        qtbot.keyClick(section.value, Qt.Key.Key_Return)
    assert asked.args == [GradientIntervention(relu.key, "scale", -0.0015)]


def test_what_is_first_offered(
    section: ExperimentSection, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(Settings(data="strokes", batch_size=4))
    recording = view_state.cursor.recording
    addmm = node(view_state, "AddmmBackward0")
    sent = [a for a in recording.events[recording.ran_at[addmm.id]].outputs if a is not None]
    assert len(sent) == 3
    everything = np.concatenate([a.ravel() for a in sent])
    section.show_cursor(view_state, addmm)
    choose(section, "clip")
    assert float(section.value.text()) == pytest.approx(np.abs(everything).max() / 2, rel=1e-2)
    choose(section, "zero")
    assert not section.value.isVisible()
    assert section.wanted() == GradientIntervention(addmm.key, "zero")
    choose(section, "noise")
    assert section.value.isVisible()
    assert float(section.value.text()) == pytest.approx(everything.std(), rel=1e-2)
    # Before backward ran the node nothing is known of it.
    section.show_cursor(replace(view_state, cursor=recording.at(0)), addmm)
    assert section.value.text() == "1"


def test_what_was_typed_stays_while_the_cursor_moves(
    section: ExperimentSection, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    relu = node(view_state, "ReluBackward0")
    section.show_cursor(replace(view_state, cursor=recording.at(0)), relu)
    choose(section, "clip")
    section.value.selectAll()
    qtbot.keyClicks(section.value, "0.25")
    section.show_cursor(view_state, relu)
    assert section.value.text() == "0.25"
    section.show_cursor(view_state, node(view_state, "AddmmBackward0"))
    assert section.value.text() != "0.25"


def test_strange_gradients_have_a_value_too() -> None:
    nan = np.array([np.nan, 1.0])
    zero, empty = np.zeros(3), np.zeros((0, 2))
    recording = Recording(1, ())
    assert default_value("clip", recording.at(0), 3) == 1
    assert default_value("noise", recording.at(0), 3) == 1
    assert np.isnan(largest([nan]))
    assert np.isnan(spread([nan]))
    assert largest([zero, None, empty]) == spread([zero, None, empty]) == 0
    assert largest([]) == spread([]) == 0
    assert largest([np.array(-3.0), None]) == 3


@pytest.mark.parametrize(
    ("kind", "text", "good"),
    [
        ("scale", "0", True),
        ("scale", "-2", True),
        ("scale", "", False),
        ("scale", "1e", False),
        ("scale", "1e999", False),
        ("clip", "0", False),
        ("clip", "-1", False),
        ("clip", "1e-9", True),
        ("noise", "0", False),
        ("noise", "3", True),
    ],
)
def test_values_that_do_not_do(
    section: ExperimentSection,
    make_view_state: MakeViewState,
    qtbot: QtBot,
    kind: str,
    text: str,
    good: bool,
) -> None:
    view_state = make_view_state()
    section.show_cursor(view_state, node(view_state, "ReluBackward0"))
    choose(section, kind)
    section.value.selectAll()
    qtbot.keyClick(section.value, Qt.Key.Key_Delete)
    qtbot.keyClicks(section.value, text)
    assert section.value.text() == text
    assert section.apply.isEnabled() is good
    assert ("Type a number" in section.apply.toolTip()) is not good
    asked: list[GradientIntervention] = []
    section.intervention_wanted.connect(asked.append)
    qtbot.keyClick(section.value, Qt.Key.Key_Return)
    assert [a.kind for a in asked] == ([kind] if good else [])


def test_when_it_cannot_be_done_it_says_why(
    section: ExperimentSection, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    relu, leaf = node(view_state, "ReluBackward0"), node(view_state, "AccumulateGrad")
    recording = view_state.cursor.recording
    preview = replace(view_state, cursor=replace(recording, preview=True).at(0))
    for shown, which, word in (
        (replace(view_state, training=True), relu, "training"),
        (view_state, leaf, ".grad"),
        (preview, relu, "forward"),
        (make_view_state(phases=1), relu, "forward"),
    ):
        section.show_cursor(shown, which)
        assert word in section.reason()
        assert section.explanation.text() == section.reason()
        for widget in (section.kinds, section.value, section.apply):
            assert not widget.isEnabled()
            assert widget.toolTip() == section.reason()
    # Before backward it can be done: it changes the backward to come.
    section.show_cursor(make_view_state(phases=3), relu)
    assert section.reason() == ""
    assert section.apply.isEnabled()


def test_undo(section: ExperimentSection, make_view_state: MakeViewState, qtbot: QtBot) -> None:
    view_state = make_view_state()
    relu, addmm = node(view_state, "ReluBackward0"), node(view_state, "AddmmBackward0")
    section.show_cursor(view_state, relu)
    assert not section.undo.isVisible()
    assert not section.intervention.isVisible()
    shown = intervention(view_state, GradientIntervention(relu.key, "clip", 0.5))
    section.show_cursor(shown, relu)
    assert section.intervention.text() == "The gradient out of this node was clipped to ±0.5."
    # The change can be varied: it stands in the row.
    assert section.wanted() == GradientIntervention(relu.key, "clip", 0.5)
    with qtbot.waitSignal(section.undo_wanted):
        qtbot.keyClick(section.undo, Qt.Key.Key_Space)
    section.show_cursor(shown, addmm)
    assert "out of ReluBackward0" in section.intervention.text()
    assert section.undo.isVisible()
    section.show_cursor(replace(shown, training=True), addmm)
    assert not section.undo.isEnabled()
    section.show_cursor(view_state, relu)
    assert not section.undo.isVisible()
    assert not section.intervention_sign.isVisible()


def test_the_sentences(make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    relu = node(view_state, "ReluBackward0")
    name = f"ReluBackward0 of {relu.key}"
    expected = {
        "scale": f"The gradient out of {name} was scaled by 0.001.",
        "clip": f"The gradient out of {name} was clipped to ±0.001.",
        "zero": f"The gradient out of {name} was set to zero.",
        "noise": f"Noise of standard deviation 0.001 was added to the gradient out of {name}.",
    }
    before = make_view_state(phases=3).cursor.recording
    for kind, text in expected.items():
        intervention = GradientIntervention(relu.key, kind, 1e-3)
        assert intervention_text(intervention, recording) == text
        assert "this node" in intervention_text(intervention, recording, relu.key)
        assert intervention_text(intervention, before).startswith("Backward will ")
    nowhere = intervention_text(GradientIntervention("gelu 1", "zero"), recording)
    assert "the node of gelu 1" in nowhere


def test_through_the_inspector(make_view_state: MakeViewState, qtbot: QtBot) -> None:
    view = InspectorView()
    qtbot.addWidget(view)
    view.resize(300, 560)
    view.show()
    view_state = make_view_state()
    relu = node(view_state, "ReluBackward0")
    view.show_view_state(view_state)
    view.select(select(view_state.cursor.recording, "node", relu.id))
    section = view.node_section.experiment
    with qtbot.waitSignal(view.intervention_wanted) as asked:
        section.apply.click()
    assert asked.args == [GradientIntervention(relu.key, "scale", 2.0)]
    view.show_view_state(intervention(view_state, GradientIntervention(relu.key, "scale", 2.0)))
    assert section.intervention.text() == "The gradient out of this node was scaled by 2."
    with qtbot.waitSignal(view.undo_wanted):
        section.undo.click()
    view.show_view_state(replace(view_state, training=True))
    assert not section.apply.isEnabled()


@by_night
def test_every_node_at_every_cursor(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    section = NodeSection()
    qtbot.addWidget(section)
    section.resize(270, 500)
    section.show()
    view_state = make_view_state(
        Settings(data="random", loss="mse", batch_size=2, lr=1e30), iterations=2
    )
    for each in view_state.cursor.recording.graph.nodes:
        for kind in ("scale", "clip", "zero", "noise"):
            for position in (0, len(view_state.cursor.recording.events)):
                section.show_cursor(
                    intervention(view_state, GradientIntervention(4, kind), position), each
                )
                section.grab()
    for theme in (LIGHT, DARK):
        section.set_theme(theme)
        assert theme.error in section.experiment.intervention.styleSheet()


def test_it_fits_and_the_keyboard_reaches_it(
    section: ExperimentSection, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    relu = node(view_state, "ReluBackward0")
    section.show_cursor(
        intervention(view_state, GradientIntervention(relu.key, "noise", 1.25e-5)), relu
    )
    assert section.minimumSizeHint().width() <= 270
    for widget in (section.kinds, section.value, section.apply, section.undo):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName()
        assert widget.toolTip()


def test_the_wheel_scrolls_the_page(
    section: ExperimentSection, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    section.show_cursor(view_state, node(view_state, "ReluBackward0"))
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(section.kinds, wheel)
    assert section.kinds.currentData() == "scale"
    assert not wheel.isAccepted()
