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
from backprop_viz.desktop.panels.inspector.intervention_texts import alteration_sentence
from backprop_viz.desktop.panels.inspector.node_section import NodeSection
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import Frame
from backprop_viz.recording.events import Alteration
from backprop_viz.recording.graph import Node
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings import Settings

MakeFrame = Callable[..., Frame]


@pytest.fixture
def section(qtbot: QtBot) -> ExperimentSection:
    section = ExperimentSection()
    qtbot.addWidget(section)
    section.resize(270, 120)
    section.show()
    return section


def node(frame: Frame, name: str) -> Node:
    return next(n for n in frame.moment.recording.graph.nodes if n.name == name)


def altered(frame: Frame, alteration: Alteration, cursor: int | None = None) -> Frame:
    recording = replace(frame.moment.recording, altered=alteration)
    return replace(frame, moment=recording.at(frame.moment.cursor if cursor is None else cursor))


def choose(section: ExperimentSection, kind: str) -> None:
    """As with the arrow keys."""
    while section.kinds.currentData() != kind:
        before = section.kinds.currentIndex()
        down = section.kinds.findData(kind) > before
        QTest.keyClick(section.kinds, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        assert section.kinds.currentIndex() != before


def test_scaling(section: ExperimentSection, make_frame: MakeFrame, qtbot: QtBot) -> None:
    frame = make_frame()
    relu = node(frame, "ReluBackward0")
    section.show_moment(frame, relu)
    assert section.value.text() == "2"
    with qtbot.waitSignal(section.alter_wanted) as asked:
        qtbot.mouseClick(section.apply, Qt.MouseButton.LeftButton)
    assert asked.args == [Alteration(relu.key, "scale", 2.0)]
    section.value.selectAll()
    qtbot.keyClicks(section.value, "-1.5e-3")
    with qtbot.waitSignal(section.alter_wanted) as asked:
        qtbot.keyClick(section.value, Qt.Key.Key_Return)
    assert asked.args == [Alteration(relu.key, "scale", -0.0015)]


def test_what_is_first_offered(
    section: ExperimentSection, make_frame: MakeFrame, qtbot: QtBot
) -> None:
    frame = make_frame(Settings(data="strokes", batch_size=4))
    recording = frame.moment.recording
    addmm = node(frame, "AddmmBackward0")
    sent = [a for a in recording.events[recording.ran_at[addmm.id]].outputs if a is not None]
    assert len(sent) == 3
    everything = np.concatenate([a.ravel() for a in sent])
    section.show_moment(frame, addmm)
    choose(section, "clip")
    assert float(section.value.text()) == pytest.approx(np.abs(everything).max() / 2, rel=1e-2)
    choose(section, "zero")
    assert not section.value.isVisible()
    assert section.wanted() == Alteration(addmm.key, "zero")
    choose(section, "noise")
    assert section.value.isVisible()
    assert float(section.value.text()) == pytest.approx(everything.std(), rel=1e-2)
    # Before backward ran the node nothing is known of it.
    section.show_moment(replace(frame, moment=recording.at(0)), addmm)
    assert section.value.text() == "1"


def test_what_was_typed_stays_while_the_cursor_moves(
    section: ExperimentSection, make_frame: MakeFrame, qtbot: QtBot
) -> None:
    frame = make_frame()
    recording = frame.moment.recording
    relu = node(frame, "ReluBackward0")
    section.show_moment(replace(frame, moment=recording.at(0)), relu)
    choose(section, "clip")
    section.value.selectAll()
    qtbot.keyClicks(section.value, "0.25")
    section.show_moment(frame, relu)
    assert section.value.text() == "0.25"
    section.show_moment(frame, node(frame, "AddmmBackward0"))
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
    make_frame: MakeFrame,
    qtbot: QtBot,
    kind: str,
    text: str,
    good: bool,
) -> None:
    frame = make_frame()
    section.show_moment(frame, node(frame, "ReluBackward0"))
    choose(section, kind)
    section.value.selectAll()
    qtbot.keyClick(section.value, Qt.Key.Key_Delete)
    qtbot.keyClicks(section.value, text)
    assert section.value.text() == text
    assert section.apply.isEnabled() is good
    assert ("Type a number" in section.apply.toolTip()) is not good
    asked: list[Alteration] = []
    section.alter_wanted.connect(asked.append)
    qtbot.keyClick(section.value, Qt.Key.Key_Return)
    assert [a.kind for a in asked] == ([kind] if good else [])


def test_when_it_cannot_be_done_it_says_why(
    section: ExperimentSection, make_frame: MakeFrame
) -> None:
    frame = make_frame()
    relu, leaf = node(frame, "ReluBackward0"), node(frame, "AccumulateGrad")
    recording = frame.moment.recording
    preview = replace(frame, moment=replace(recording, preview=True).at(0))
    for shown, which, word in (
        (replace(frame, training=True), relu, "training"),
        (frame, leaf, ".grad"),
        (preview, relu, "forward"),
        (make_frame(phases=1), relu, "forward"),
    ):
        section.show_moment(shown, which)
        assert word in section.reason()
        assert section.explanation.text() == section.reason()
        for widget in (section.kinds, section.value, section.apply):
            assert not widget.isEnabled()
            assert widget.toolTip() == section.reason()
    # Before backward it can be done: it changes the backward to come.
    section.show_moment(make_frame(phases=3), relu)
    assert section.reason() == ""
    assert section.apply.isEnabled()


def test_undo(section: ExperimentSection, make_frame: MakeFrame, qtbot: QtBot) -> None:
    frame = make_frame()
    relu, addmm = node(frame, "ReluBackward0"), node(frame, "AddmmBackward0")
    section.show_moment(frame, relu)
    assert not section.undo.isVisible()
    assert not section.altered.isVisible()
    shown = altered(frame, Alteration(relu.key, "clip", 0.5))
    section.show_moment(shown, relu)
    assert section.altered.text() == "The gradient out of this node was clipped to ±0.5."
    # The change can be varied: it stands in the row.
    assert section.wanted() == Alteration(relu.key, "clip", 0.5)
    with qtbot.waitSignal(section.undo_wanted):
        qtbot.keyClick(section.undo, Qt.Key.Key_Space)
    section.show_moment(shown, addmm)
    assert "out of ReluBackward0" in section.altered.text()
    assert section.undo.isVisible()
    section.show_moment(replace(shown, training=True), addmm)
    assert not section.undo.isEnabled()
    section.show_moment(frame, relu)
    assert not section.undo.isVisible()
    assert not section.altered_sign.isVisible()


def test_the_sentences(make_frame: MakeFrame) -> None:
    frame = make_frame()
    recording = frame.moment.recording
    relu = node(frame, "ReluBackward0")
    name = f"ReluBackward0 of {relu.key}"
    expected = {
        "scale": f"The gradient out of {name} was scaled by 0.001.",
        "clip": f"The gradient out of {name} was clipped to ±0.001.",
        "zero": f"The gradient out of {name} was set to zero.",
        "noise": f"Noise of standard deviation 0.001 was added to the gradient out of {name}.",
    }
    before = make_frame(phases=3).moment.recording
    for kind, text in expected.items():
        alteration = Alteration(relu.key, kind, 1e-3)
        assert alteration_sentence(alteration, recording) == text
        assert "this node" in alteration_sentence(alteration, recording, relu.key)
        assert alteration_sentence(alteration, before).startswith("Backward will ")
    nowhere = alteration_sentence(Alteration("gelu 1", "zero"), recording)
    assert "the node of gelu 1" in nowhere


def test_through_the_inspector(make_frame: MakeFrame, qtbot: QtBot) -> None:
    view = InspectorView()
    qtbot.addWidget(view)
    view.resize(300, 560)
    view.show()
    frame = make_frame()
    relu = node(frame, "ReluBackward0")
    view.show_frame(frame)
    view.select(select(frame.moment.recording, "node", relu.id))
    section = view.node_section.experiment
    with qtbot.waitSignal(view.alter_wanted) as asked:
        section.apply.click()
    assert asked.args == [Alteration(relu.key, "scale", 2.0)]
    view.show_frame(altered(frame, Alteration(relu.key, "scale", 2.0)))
    assert section.altered.text() == "The gradient out of this node was scaled by 2."
    with qtbot.waitSignal(view.undo_wanted):
        section.undo.click()
    view.show_frame(replace(frame, training=True))
    assert not section.apply.isEnabled()


def test_every_node_at_every_moment(qtbot: QtBot, make_frame: MakeFrame) -> None:
    section = NodeSection()
    qtbot.addWidget(section)
    section.resize(270, 500)
    section.show()
    frame = make_frame(Settings(data="random", loss="mse", batch_size=2, lr=1e30), iterations=2)
    for each in frame.moment.recording.graph.nodes:
        for kind in ("scale", "clip", "zero", "noise"):
            for cursor in (0, len(frame.moment.recording.events)):
                section.show_moment(altered(frame, Alteration(4, kind), cursor), each)
                section.grab()
    for theme in (LIGHT, DARK):
        section.set_theme(theme)
        assert theme.error in section.experiment.altered.styleSheet()


def test_it_fits_and_the_keyboard_reaches_it(
    section: ExperimentSection, make_frame: MakeFrame
) -> None:
    frame = make_frame()
    relu = node(frame, "ReluBackward0")
    section.show_moment(altered(frame, Alteration(relu.key, "noise", 1.25e-5)), relu)
    assert section.minimumSizeHint().width() <= 270
    for widget in (section.kinds, section.value, section.apply, section.undo):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName()
        assert widget.toolTip()


def test_the_wheel_scrolls_the_page(section: ExperimentSection, make_frame: MakeFrame) -> None:
    frame = make_frame()
    section.show_moment(frame, node(frame, "ReluBackward0"))
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
