from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.phases.timeline_layout import (
    cursor_at,
    event_at,
    expected_counts,
    lay_out,
    x_of,
)
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.recording_cache import KeptIterations
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import PHASES, Phase

MakeViewState = Callable[..., ViewState]
NO_LOSS = Settings(data="random", loss="output_gradient", optimizer="manual", batch_size=1)


@pytest.fixture
def view(qtbot: QtBot) -> TimelineView:
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(1580, 42)
    view.show()
    return view


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


@pytest.mark.parametrize("settings", [None, NO_LOSS])
@pytest.mark.parametrize("width", [120.0, 700.0, 2400.0])
def test_segments_follow_each_other_and_none_is_too_small(
    make_view_state: MakeViewState, settings: Settings | None, width: float
) -> None:
    recording = make_view_state(settings).cursor.recording
    segments = lay_out(recording, expected_counts(recording, {}), 16, width)
    assert [s.phase for s in segments] == list(PHASES)
    assert all(s.width >= min(30, width / 8) for s in segments)
    assert segments[-1].left + segments[-1].width <= 16 + width + 1e-6
    for a, b in pairwise(segments):
        assert a.left + a.width < b.left
    widths = {s.phase: s.width for s in segments}
    assert widths[Phase.BACKWARD] >= widths[Phase.FORWARD] >= widths[Phase.LOSS]


def test_before_anything_is_known_no_phase_has_nearly_all() -> None:
    nothing = Recording(0, ())
    segments = lay_out(nothing, expected_counts(nothing, {}), 16, 800)
    assert max(s.width for s in segments) < 300
    assert segments[-1].left + segments[-1].width == pytest.approx(16 + 800)


@pytest.mark.parametrize("settings", [None, NO_LOSS])
def test_every_cursor_has_its_place_and_every_place_its_cursor(
    make_view_state: MakeViewState, settings: Settings | None
) -> None:
    recording = make_view_state(settings).cursor.recording
    segments = lay_out(recording, expected_counts(recording, {}), 16, 1200)
    places = [x_of(segments, c) for c in range(len(recording.events) + 1)]
    assert places == sorted(set(places))
    assert [cursor_at(segments, x) for x in places] == list(range(len(places)))
    assert cursor_at(segments, -50) == 0
    assert cursor_at(segments, 5000) == len(recording.events)


def test_each_event_is_found_under_the_mouse(make_view_state: MakeViewState) -> None:
    recording = make_view_state().cursor.recording
    segments = lay_out(recording, expected_counts(recording, {}), 16, 1200)
    for i in range(len(recording.events)):
        middle = (x_of(segments, i) + x_of(segments, i + 1)) / 2
        if recording.span(recording.events[i].phase).start != i:
            assert event_at(segments, middle) == i
    assert event_at(segments, 3) is None


def test_the_bar_keeps_its_shape_from_phase_to_phase(
    view: TimelineView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(phases=5))
    whole = [(s.left, s.width) for s in view.segments()]
    view.show_view_state(make_view_state(phases=2))
    assert [(s.left, s.width) for s in view.segments()] == whole
    assert [s.recorded for s in view.segments()] == [True, True, False, False, False]


def test_the_caption_says_where_the_cursor_is(
    view: TimelineView, make_view_state: MakeViewState
) -> None:
    full = make_view_state(iterations=2)
    view.show_view_state(at(full, full.cursor.recording.span(Phase.BACKWARD).start + 17))
    assert view.caption() == "iteration 3 · backward 17/26"
    assert view.accessibleDescription() == view.caption()
    view.show_view_state(at(full, 0))
    assert view.caption() == "iteration 3 · not started"


def test_training_without_events_flows(view: TimelineView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(training=True)
    empty = Recording(1235, view_state.cursor.recording.parameters)
    view.show_view_state(replace(view_state, cursor=empty.at(0), iteration=1234))
    assert view.caption() == "training · iteration 1,234"
    view.grab()


def test_clicking_and_dragging_move_the_cursor(
    view: TimelineView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    full = make_view_state()
    moved: list[int] = []
    view.cursor_moved.connect(moved.append)
    view.cursor_moved.connect(lambda position: view.show_view_state(at(full, position)))
    view.show_view_state(full)
    y = view.height() // 2
    places = [QPoint(round(x_of(view.segments(), c)), y) for c in (40, 12)]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=places[0])
    qtbot.mouseMove(view, places[1])
    assert moved[0] == 40
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=places[1])
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=places[1])
    assert moved[-1] == 12
    count = len(moved)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=places[1])
    assert len(moved) == count  # it is there already


def test_keys_move_the_cursor_within_its_bounds(
    view: TimelineView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    full = make_view_state()
    moved: list[int] = []
    view.cursor_moved.connect(moved.append)
    view.show_view_state(at(full, 20))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(view, key)
    assert moved == [19, 21, 0, len(full.cursor.recording.events)]
    view.show_view_state(at(full, 0))
    qtbot.keyClick(view, Qt.Key.Key_Left)
    view.show_view_state(full)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert len(moved) == 4


def test_there_is_no_navigation_where_nothing_has_happened(
    view: TimelineView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    full = make_view_state()
    moved: list[int] = []
    view.cursor_moved.connect(moved.append)
    qtbot.keyClick(view, Qt.Key.Key_Home)  # before the first view state
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton)
    preview = replace(full.cursor.recording, preview=True)
    for view_state in (
        make_view_state(phases=0),
        replace(full, cursor=preview.at(0)),
        replace(full, training=True),
    ):
        view.show_view_state(view_state)
        qtbot.keyClick(view, Qt.Key.Key_End)
        qtbot.keyClick(view, Qt.Key.Key_Left)
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 14))
    assert moved == []


def test_an_event_is_named(view: TimelineView, make_view_state: MakeViewState) -> None:
    full = make_view_state()
    view.show_view_state(full)
    names = [view.describe(i) for i in range(len(full.cursor.recording.events))]
    assert names[0] == "zero_grad 1/10 · zero_grad conv1.weight"
    assert names[10] == "forward 1/12 · conv2d"
    assert "backward 26/26 · AccumulateGrad conv1.bias" in names


@pytest.mark.parametrize("width", [240, 1256, 2540])
def test_it_paints_at_every_width(
    view: TimelineView, make_view_state: MakeViewState, width: int
) -> None:
    full = make_view_state()
    view.resize(width, 42)
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        pictures = []
        for position in (0, 11, 23, 40, 59):
            view.show_view_state(at(full, position))
            pictures.append(view.grab().toImage())
        assert all(a != b for a, b in pairwise(pictures))


def test_an_intervention_is_named(view: TimelineView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    changed = replace(recording, intervention=GradientIntervention(4, "zero"))
    view.show_view_state(replace(view_state, cursor=recording.at(span.start + 17)))
    truth, bar = view.caption(), view.segments()
    assert truth == "iteration 1 · backward 17/26"
    assert not reddish(view)
    view.show_view_state(replace(view_state, cursor=changed.at(span.start + 17)))
    assert view.caption() == f"{truth} · altered"
    assert view.accessibleDescription() == view.caption()
    assert reddish(view)
    # The bar gives way to the words.
    assert view.segments()[-1].left < bar[-1].left
    view.show_view_state(replace(view_state, cursor=changed.at(0)))
    assert view.caption() == "iteration 1 · not started · altered"
    # What is not shown is not marked.
    view.show_view_state(
        replace(view_state, cursor=Recording(1, (), intervention=None).at(0), training=True)
    )
    assert "intervention" not in view.caption()


def reddish(view: TimelineView) -> bool:
    """Whether the colour of errors is anywhere."""
    image = view.grab().toImage()
    spots = ((x, y) for x in range(image.width()) for y in range(0, image.height(), 2))
    return any(image.pixelColor(x, y).name() == DARK.error for x, y in spots)


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_a_view_state_is_painted_once(view: TimelineView, make_view_state: MakeViewState) -> None:
    state = make_view_state()
    kept = KeptIterations((1, 2), 2, 9 * 2**20, 256 * 2**20)
    view.show_view_state(replace(at(state, 3), kept_iterations=kept))
    QApplication.processEvents()
    paints = Paints()
    view.installEventFilter(paints)
    # Another text in the note, in which as much fits: nothing moves.
    more = replace(kept, bytes=8 * 2**20)
    view.show_view_state(replace(at(state, 4), kept_iterations=more))
    for _ in range(5):
        QApplication.processEvents()
    assert view.note.readout.text().endswith("8.0 of 256 MB")
    assert paints.count == 1
