from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.iteration_strip import (
    cell_width,
    iteration_at,
    neighbour_iteration,
)
from backprop_viz.desktop.panels.phases.iteration_strip_note import megabytes
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.phases.timeline_layout import stops_at
from backprop_viz.desktop.panels.phases.transport import SPEEDS, sign_icon
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.recording_cache import KeptIterations
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.run_origin import OriginKind, RunOrigin
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import by_day_each

MakeViewState = Callable[..., ViewState]
MANY = KeptIterations(tuple(range(1, 501)), 250, 93 * 2**20)
NAMES = ("first", "back", "play", "forward", "last")


@pytest.fixture
def actions() -> list[QAction]:
    made = [QAction(name) for name in NAMES]
    for action, name in zip(made, NAMES, strict=True):
        action.setObjectName(f"action_{name}")
        action.setToolTip(f"{name} (key)")
    return made


@pytest.fixture
def go_on() -> QAction:
    return QAction("Continue from here")


@pytest.fixture
def view(qtbot: QtBot, actions: Sequence[QAction], go_on: QAction) -> TimelineView:
    view = TimelineView()
    qtbot.addWidget(view)
    view.set_transport(actions)
    view.set_continue_action(go_on)
    view.resize(1260, view.sizeHint().height())
    view.show()
    return view


def with_kept_iterations(view_state: ViewState, shown: int, *iterations: int) -> ViewState:
    return replace(view_state, kept_iterations=KeptIterations(iterations, shown, 3 * 2**20))


@pytest.mark.parametrize("count", [1, 2, 7, 115, 500])
def test_every_iteration_has_a_cell_and_every_cell_its_iteration(count: int) -> None:
    iterations = tuple(range(40, 40 + count))
    width = cell_width(count, 600)
    assert width * count <= 600
    found = [iteration_at(iterations, (i + 0.5) * width, 600) for i in range(count)]
    assert found == list(iterations)
    assert iteration_at(iterations, -50, 600) == 40
    assert iteration_at(iterations, 5000, 600) == 39 + count
    assert iteration_at((), 3, 600) is None
    assert iteration_at(iterations, 3, 0) is None


def test_the_neighbours_of_an_iteration_are_those_kept() -> None:
    kept_iterations = KeptIterations((3, 5, 9), 5)
    assert (neighbour_iteration(kept_iterations, -1), neighbour_iteration(kept_iterations, 1)) == (
        3,
        9,
    )
    assert neighbour_iteration(replace(kept_iterations, shown=3), -1) is None
    assert neighbour_iteration(replace(kept_iterations, shown=9), 1) is None
    assert neighbour_iteration(replace(kept_iterations, shown=4), 1) is None
    assert neighbour_iteration(KeptIterations(), 1) is None


def test_memory_is_told_in_units_of_two_to_the_twenty() -> None:
    assert megabytes(MANY) == ("93", "256")
    assert megabytes(KeptIterations((1,), 1, 800 * 2**10)) == ("0.8", "256")
    assert megabytes(KeptIterations()) == ("0", "256")


def test_the_strip_is_there_when_there_is_a_choice(
    view: TimelineView, make_view_state: MakeViewState
) -> None:
    full = make_view_state()
    view.show_view_state(full)
    assert not view.kept_iterations.isVisible()
    view.show_view_state(with_kept_iterations(full, 128, 128))
    assert not view.kept_iterations.isVisible()
    view.show_view_state(with_kept_iterations(full, 128, 14, 15, 128))
    assert view.kept_iterations.isVisible()
    assert view.note.readout.text() == "3 kept of 14–128 · 3.0 of 256 MB"
    assert "History menu" in view.note.readout.toolTip()
    view.show_view_state(full)
    assert not view.kept_iterations.isVisible()
    assert not view.note.isVisible()


@pytest.mark.parametrize(
    ("iterations", "words"),
    [((1, 4143), "2 kept of 1–4,143"), ((7, 8, 9), "kept 7–9"), ((128,), "kept 128")],
)
def test_the_words_tell_a_range_from_some_of_it(
    view: TimelineView, make_view_state: MakeViewState, iterations: tuple[int, ...], words: str
) -> None:
    view.show_view_state(with_kept_iterations(make_view_state(), iterations[-1], *iterations))
    assert view.note.readout.text() == f"{words} · 3.0 of 256 MB"


@pytest.mark.parametrize(
    ("kind", "option", "call"),
    [
        ("script", "--every 1", "backprop-viz run --every 1 …"),
        ("watch", "every=1", "bv.watch(…, every=1)"),
    ],
)
def test_of_a_loop_that_ran_freely_it_is_said_how_to_keep_all(
    view: TimelineView, make_view_state: MakeViewState, kind: OriginKind, option: str, call: str
) -> None:
    origin = RunOrigin(kind, "train.py")
    ran = replace(make_view_state(), origin=origin, iteration=12)
    view.show_view_state(with_kept_iterations(ran, 2, 1, 2))
    said = f"2 kept of 1–12 · {option} keeps all · 3.0 of 256 MB"
    assert view.note.readout.text() == said
    assert f"start it with {call}." in view.note.readout.toolTip()
    view.show_view_state(with_kept_iterations(ran, 1, 1))
    assert view.note.isVisible()
    view.show_view_state(with_kept_iterations(replace(ran, iteration=2), 2, 1, 2))
    assert view.note.readout.text() == "kept 1–2 · 3.0 of 256 MB"
    of_file = replace(ran, origin=RunOrigin("file", "run.bprec"))
    view.show_view_state(with_kept_iterations(of_file, 2, 1, 2))
    assert view.note.readout.text() == "kept 1–2 · 3.0 of 256 MB"


def test_going_on_is_offered_from_an_older_iteration(
    view: TimelineView, make_view_state: MakeViewState, go_on: QAction, qtbot: QtBot
) -> None:
    full = make_view_state()
    view.show_view_state(with_kept_iterations(full, 8, 7, 8))
    assert not view.note.link.isVisible()
    view.show_view_state(with_kept_iterations(full, 7, 7, 8))
    assert view.note.link.isVisible()
    with qtbot.waitSignal(go_on.triggered, timeout=1000):
        qtbot.mouseClick(view.note.link, Qt.MouseButton.LeftButton)


def test_clicking_and_dragging_pick_an_iteration(
    view: TimelineView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    picked: list[int] = []
    moved: list[int] = []
    view.iteration_picked.connect(picked.append)
    view.cursor_moved.connect(moved.append)
    view.show_view_state(replace(make_view_state(), kept_iterations=MANY))
    width = view.kept_iterations.width()

    def place_of(iteration: int) -> QPoint:
        across = range(width)
        x = next(x for x in across if iteration_at(MANY.iterations, x, width) == iteration)
        return QPoint(x, 7)

    places = [place_of(30), place_of(400)]
    qtbot.mousePress(view.kept_iterations, Qt.MouseButton.LeftButton, pos=places[0])
    qtbot.mouseMove(view.kept_iterations, places[1])
    qtbot.mouseRelease(view.kept_iterations, Qt.MouseButton.LeftButton, pos=places[1])
    assert picked[0] == 30
    qtbot.mouseClick(view.kept_iterations, Qt.MouseButton.LeftButton, pos=place_of(250))
    assert 250 not in picked  # it is shown already
    assert moved == []


def test_pages_turn_to_the_iteration_before_and_after(
    view: TimelineView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    picked: list[int] = []
    view.iteration_picked.connect(picked.append)
    full = make_view_state()
    qtbot.keyClick(view, Qt.Key.Key_PageUp)  # before the first view state
    for shown in (5, 3, 9):
        view.show_view_state(with_kept_iterations(full, shown, 3, 5, 9))
        qtbot.keyClick(view, Qt.Key.Key_PageUp)
        qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert picked == [3, 9, 5, 5]
    view.show_view_state(replace(with_kept_iterations(full, 5, 3, 5, 9), training=True))
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    qtbot.mouseClick(view.kept_iterations, Qt.MouseButton.LeftButton, pos=QPoint(2, 7))
    view.show_view_state(full)
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert len(picked) == 4


def test_the_buttons_are_their_actions(
    view: TimelineView, actions: Sequence[QAction], make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    done: list[str] = []
    for action, name in zip(actions, NAMES, strict=True):
        action.triggered.connect(lambda _=False, name=name: done.append(name))
    for button, name in zip(view.transport.buttons, NAMES, strict=True):
        assert button.accessibleName() == name
        assert button.toolTip() == f"{name} (key)"
        assert not button.icon().isNull()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == list(NAMES)
    actions[1].setEnabled(False)
    assert not view.transport.buttons[1].isEnabled()
    full = make_view_state()
    view.show_view_state(full)
    playing = view.transport.buttons[2].icon().pixmap(16).toImage()
    view.show_view_state(replace(full, playing=True))
    assert view.transport.buttons[2].icon().pixmap(16).toImage() != playing
    actions[2].setToolTip("pause")  # an action that changes keeps its sign
    assert view.transport.buttons[2].icon().pixmap(16).toImage() != playing
    view.show_view_state(full)
    assert view.transport.buttons[2].icon().pixmap(16).toImage() == playing


def test_each_sign_is_another_picture(qtbot: QtBot) -> None:
    for theme in (DARK, LIGHT):
        pictures = [sign_icon(name, theme).pixmap(16).toImage() for name in (*NAMES, "pause")]
        for i, picture in enumerate(pictures):
            assert all(picture != other for other in pictures[i + 1 :])


def test_the_speed_is_chosen(view: TimelineView) -> None:
    chosen: list[float] = []
    view.speed_changed.connect(chosen.append)
    for i, speed in enumerate(SPEEDS):
        view.transport.speeds.setCurrentIndex(i)
        assert view.speed == speed
    assert chosen == list(SPEEDS)


def test_breakpoints_at_places_are_found_among_the_events(make_view_state: MakeViewState) -> None:
    recording = make_view_state().cursor.recording
    leaf = next(n for n in recording.graph.nodes if n.parameter == "fc1.weight")
    at_node = stops_at(recording, (Breakpoint("node", leaf.id),))
    assert at_node == (recording.ran_at[leaf.id],)
    assert stops_at(recording, (Breakpoint("parameter", "fc1.weight"),)) == at_node
    line = next(e.line for e in recording.events if e.line is not None)
    found = stops_at(recording, (Breakpoint("line", line),))
    # The first of its events: the cursor stops before the line.
    assert found == (next(i for i, e in enumerate(recording.events) if e.line is not None),)
    lines = make_view_state().program.lines
    start = recording.span(Phase.BACKWARD).start
    assert stops_at(recording, (Breakpoint("line", "backward"),), lines) == (start,)
    elsewhere = (Breakpoint("node", 999), Breakpoint("line", -1), Breakpoint("loss_above", None, 1))
    assert stops_at(recording, (*elsewhere, Breakpoint("line", None))) == ()
    assert stops_at(replace(recording, preview=True), (Breakpoint("line", line),)) == ()


def test_marks_and_a_hit_are_painted(view: TimelineView, make_view_state: MakeViewState) -> None:
    full = make_view_state()
    middle = full.cursor.recording.span(Phase.BACKWARD).start + 5
    plain = replace(full, cursor=full.cursor.recording.at(middle))
    marked = replace(plain, breakpoints=(Breakpoint("node", 20),))
    pictures = []
    for view_state in (plain, marked, replace(marked, hit=marked.breakpoints[0])):
        view.show_view_state(view_state)
        pictures.append(view.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2]


@pytest.mark.parametrize(
    ("width", "kept_iterations"),
    by_day_each(
        [240, 760, 1260, 1580],
        [KeptIterations(), KeptIterations((7,), 7), KeptIterations((1, 2), 9), MANY],
    ),
)
def test_it_paints_whatever_is_kept(
    view: TimelineView, make_view_state: MakeViewState, width: int, kept_iterations: KeptIterations
) -> None:
    full = make_view_state()
    preview = replace(full.cursor.recording, preview=True).at(0)
    view.resize(width, view.height())
    breakpoints = (Breakpoint("node", 3), Breakpoint("parameter", "none.such"))
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        for view_state in (full, replace(full, cursor=preview), make_view_state(phases=0)):
            for training in (False, True):
                view.show_view_state(
                    replace(
                        view_state,
                        kept_iterations=kept_iterations,
                        training=training,
                        breakpoints=breakpoints,
                    )
                )
                view.grab()
                view.kept_iterations.hint(QPoint(3, 3))
    if width >= 760:
        assert view.kept_iterations.geometry().right() <= view.note.x()
        assert (
            view.transport.geometry().right() < view.kept_iterations.x()
            or view.kept_iterations.isHidden()
        )
