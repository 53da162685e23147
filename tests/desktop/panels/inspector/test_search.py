from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.provenance import layer_of, made_by
from backprop_viz.desktop.panels.inspector.search import SearchField, best, entries
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.layers import ForwardPass, Layer, LayerGraph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import TensorTable

MakeViewState = Callable[..., ViewState]


# Said by the offscreen platform when a list pops up.
pops_up = pytest.mark.qt_log_ignore(
    "This plugin does not support raise", "This plugin does not support grabbing the keyboard"
)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def field(window: QWidget) -> SearchField:
    field = SearchField(window)
    window.show()
    return field


def picks(field: SearchField) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    field.found.connect(lambda kind, key: found.append((kind, key)))
    return found


def test_everything_is_listed_once(make_view_state: MakeViewState) -> None:
    recording = make_view_state().cursor.recording
    found = entries(recording)
    texts = [entry.text for entry in found]
    assert len(set(texts)) == len(texts)
    assert len(found) == len(recording.parameters) + len(recording.layers.layers) + len(
        recording.graph.nodes
    )
    assert "ConvolutionBackward0 · conv1" in texts
    assert "AccumulateGrad · conv1.bias" in texts
    assert "TBackward0 · fc1" in texts
    assert "conv1 · 6×30×30" in texts
    assert entries(Recording(1, ())) == ()


def test_the_best_is_the_same_then_the_beginning_then_within(
    make_view_state: MakeViewState,
) -> None:
    found = entries(make_view_state().cursor.recording)
    for text, kind in (
        ("conv1.bias", "parameter"),
        ("CONV1 ·", "layer"),
        ("relu", "node"),
        ("·  conv", None),
        ("  ", None),
    ):
        entry = best(found, text)
        assert (None if entry is None else entry.kind) == kind


@pops_up
def test_typing_and_enter_pick_once(field: SearchField, make_view_state: MakeViewState) -> None:
    recording = make_view_state().cursor.recording
    field.show_recording(recording)
    found = picks(field)
    field.begin()
    QTest.keyClicks(field, "convolutionbackward0 · conv1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert found == [("node", "conv2d 1")]
    QApplication.processEvents()
    assert field.text() == ""
    QTest.keyClicks(field, "fc3.we")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert found[1:] == [("parameter", "fc3.weight")]


@pops_up
def test_the_list_is_chosen_from_by_keys(
    field: SearchField, make_view_state: MakeViewState
) -> None:
    field.show_recording(make_view_state().cursor.recording)
    found = picks(field)
    field.begin()
    QTest.keyClicks(field, "bias")
    popup = field.completer().popup()
    assert popup is not None
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert found == [("parameter", "conv2.bias")]


def test_ctrl_f_and_escape(
    field: SearchField, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    field.show_recording(make_view_state().cursor.recording)
    other = QWidget(field.parentWidget())
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    other.setFocus()
    qtbot.waitUntil(lambda: not field.hasFocus())
    QTest.keyClick(other, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert field.hasFocus()
    field.setText("xyzzy")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


@pops_up
def test_nothing_found_and_nothing_to_find(field: SearchField) -> None:
    found = picks(field)
    field.setText("conv")
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.show_recording(Recording(1, ()))
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert found == []


def test_the_list_outlives_the_graph(field: SearchField, make_view_state: MakeViewState) -> None:
    found = picks(field)
    field.show_recording(make_view_state().cursor.recording)
    field.show_recording(make_view_state(phases=1).cursor.recording)
    field.setText("ReluBackward0")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [kind for kind, _ in found] == ["node"]


def test_a_thousand_nodes_are_listed_as_each_would_be_by_itself() -> None:
    count = 1000
    events = tuple(
        Event(Phase.FORWARD, "relu", (), (), TensorTable(), node=2 * i) for i in range(count // 2)
    )
    layers = tuple(Layer(i, f"layer{i}", (i,), (1,)) for i in range(count // 2))
    recording = Recording(
        1,
        (),
        events,
        graph=Graph(
            tuple(Node(i, f"Relu{i}", None) for i in range(count)),
            tuple((i, i + 1) for i in range(count - 1)),
        ),
        passes=(ForwardPass(0, LayerGraph(layers)),),
    )
    texts = [entry.text for entry in entries(recording) if entry.kind == "node"]
    for i in range(0, count, 111):
        made = made_by(recording, i)
        assert made is not None
        layer = layer_of(recording, made)
        assert layer is not None
        assert texts[i] == f"Relu{i} · {layer.name}"
    assert made_by(recording, 501) == 250  # of the node it feeds


@pops_up
def test_where_nothing_is_found_it_says_so(
    field: SearchField, make_view_state: MakeViewState
) -> None:
    field.show_recording(make_view_state().cursor.recording)
    found = picks(field)
    field.begin()
    QTest.keyClicks(field, "conv")
    assert field.accessibleDescription() == ""
    QTest.keyClicks(field, "9")
    assert field.accessibleDescription() == "Nothing has “conv9” in its name."
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert QToolTip.text() == "Nothing has “conv9” in its name."
    assert found == []
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.accessibleDescription() == ""
