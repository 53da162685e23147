"""Where room is short: the buttons stay, the network and the graph are seen whole, tabs appear."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtWidgets import QApplication, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
from tests.desktop.application_helpers import trigger
from tests.nightly import by_day_every, by_night

pytestmark = pytest.mark.usefixtures("usual_text_size")

OpenWindow = Callable[..., MainWindow]


def settle(window: MainWindow) -> dict[str, list[int]]:
    """The panels' places once Qt has laid out all that it has to."""
    found: dict[str, list[int]] = {}
    while found != (now := window.layout_state()):
        found = now
        for _ in range(3):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
    return found


def enlarge(window: MainWindow, percent: int) -> None:
    """Have text of this size, at once: each size on the way would take as long."""
    if percent != 100:
        window.findChild(Composer).text_size.choose(percent)
    settle(window)


def seen_whole(window: MainWindow, widget: QWidget) -> bool:
    """Whether no part of a widget lies outside the window or is scrolled out of sight."""
    box = QRect(widget.mapTo(window, QPoint()), widget.size())
    return window.rect().contains(box) and widget.visibleRegion().boundingRect() == widget.rect()


@pytest.mark.parametrize(
    ("size", "percent"),
    by_day_every(
        4, [((867, 743), 100), ((1280, 800), 100), ((1280, 800), 175), ((1280, 800), 200)]
    ),
)
def test_the_run_buttons_are_always_seen(
    open_window: OpenWindow, size: tuple[int, int], percent: int
) -> None:
    window = open_window("--preset", "tutorial", size=size)
    enlarge(window, percent)
    assert (window.width(), window.height()) == size
    assert [b.text().split()[0] for b in window.toolbar.run_buttons] == [
        "Step", "Iteration", "Train", "Reset",
    ]  # fmt: skip
    for button in window.toolbar.run_buttons:
        assert seen_whole(window, button)
        assert button.fontMetrics().horizontalAdvance(button.text()) < button.width()


@pytest.mark.parametrize(
    ("layout", "percent"),
    by_day_every(
        5, [("Learn", 100), ("Learn", 200), ("Debug", 100), ("Draw", 200), ("Present", 100)]
    ),
)
def test_the_whole_network_is_seen_at_1280_by_800(
    open_window: OpenWindow, layout: str, percent: int
) -> None:
    window = open_window("--preset", "digits", size=(1280, 800))
    enlarge(window, percent)
    trigger(window, f"actionLayout{layout}")
    trigger(window, "actionIteration")
    settle(window)
    network = window.panel(NetworkView)
    scroll = network.findChild(QScrollArea, "networkScroll")
    assert not network.is_folded
    assert len(network.canvas.columns()) == 9
    assert scroll.isVisible()
    assert scroll.horizontalScrollBar().maximum() == 0
    box = QRect(network.canvas.mapTo(window, QPoint()), network.canvas.size())
    dock = window.docks.dock_of(network)
    around = QRect(dock.mapTo(window, QPoint()), dock.size())
    assert (box.left(), box.right()) == (max(box.left(), around.left()), box.right())
    assert box.right() <= around.right()
    for column in network.canvas.columns():
        assert QRectF(network.canvas.rect()).contains(column.content)


@by_night
@pytest.mark.parametrize("percent", by_day_every(2, [200, 100]))
def test_all_main_nodes_of_the_graph_are_seen_at_1280_by_800(
    open_window: OpenWindow, percent: int
) -> None:
    window = open_window("--preset", "digits", size=(1280, 800))
    enlarge(window, percent)
    trigger(window, "actionIteration")
    view = window.panel(AutogradView)
    window.docks.reveal(window.docks.dock_of(view))
    settle(window)
    canvas = view.canvas
    nodes = canvas.item.graph.nodes
    main = [n for n in nodes if n.parameter is None and n.name != "TBackward0"]
    assert len(main) == 14  # thirteen, and the view between them
    sight = canvas.viewport().rect()
    for node in main:
        assert sight.contains(canvas.mapFromScene(canvas.item.box(node.id)).boundingRect())


def test_beside_an_explanation_the_bars_are_whole_at_1280_by_800(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    trigger(window, "actionIteration")
    window.session.shown.step_back()
    inspector = window.panel(InspectorView)
    chart = inspector.gradient.chart
    settle(window)
    assert seen_whole(window, chart)
    assert seen_whole(window, inspector.why.sentence)
    window.number_picked.emit(
        Number(window.session.view_state.cursor.grad_id("conv1.bias"), (0,)), None
    )
    settle(window)
    assert window.lower_row.explaining
    assert seen_whole(window, chart)


def test_nothing_of_a_node_is_cut_at_the_right_at_1280_by_800(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    trigger(window, "actionIteration")
    cursor = window.session.view_state.cursor
    window.panel(AutogradView).picked.emit("node", cursor.recording.graph.nodes[1].key)
    settle(window)
    section = window.panel(InspectorView).node_section
    assert section.isVisible()
    assert section.visibleRegion().boundingRect().width() == section.width()


@by_night
def test_panels_share_tabs_where_text_is_large_and_stand_apart_again(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    before = settle(window)
    window.docks.docks["gradientFlowPlot"].hide()
    enlarge(window, 200)
    places = window.docks.places()
    assert len({(p.x, p.y) for p in places.values()}) == 2
    assert places.keys() == before.keys() - {"gradientFlowPlot"}
    assert places["networkView"].in_front
    trigger(window, "actionTextNormal")
    settle(window)
    after = window.docks.places()
    assert len({(p.x, p.y) for p in after.values()}) == len(after) == len(before) - 1
    trigger(window, "actionResetLayout")
    assert settle(window).keys() == before.keys()
    near = {name: pytest.approx(numbers, abs=60) for name, numbers in before.items()}
    # A panel may need somewhat more than at first, and what it needs comes late; where text is
    # large they are hundreds of pixels from here.
    qtbot.waitUntil(lambda: settle(window) == near)
    # Not while a number is explained, but as soon as it no longer is.
    window.lower_row.explain()
    window.resize(980, 800)
    settle(window)
    assert len({(p.x, p.y) for p in window.docks.places().values()}) > 3
    window.lower_row.show_plots()
    settle(window)
    assert len({(p.x, p.y) for p in window.docks.places().values()}) == 3


@by_night
def test_who_has_moved_a_panel_keeps_it_there(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    settle(window)
    docks = window.docks.docks
    window.docks.tabifyDockWidget(docks["programView"], docks["inspector"])
    settle(window)
    assert window.docks.moved_by_user
    moved = {(p.x, p.y) for p in window.docks.places().values()}
    enlarge(window, 200)
    assert len({(p.x, p.y) for p in window.docks.places().values()}) == len(moved)


def test_the_room_of_lessons_and_of_the_editor_is_given_back(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", size=(1280, 800))
    before = settle(window)
    trigger(window, "actionLessons")
    during = settle(window)
    lesson = window.panel(LessonPanel)
    assert during["lessonPanel"][2] >= lesson.minimumWidth()
    lesson.left.emit()
    qtbot.waitUntil(lambda: not lesson.isVisible())
    assert settle(window) == before
    trigger(window, "actionEditNetwork")
    # What is stored of the layout meanwhile is the one without the editor.
    assert settle(window) == before
    dock = window.docks.docks["programView"]
    qtbot.waitUntil(lambda: dock.width() > before["programView"][2])
    editing = dock.width()
    page = window.panel(ProgramView).network
    page.editor.replace_text(page.editor.text().replace("self.conv1 =", "self.conv1 = nn.Nothing("))
    page.run()
    note = page.findChild(QWidget, "networkMistake")
    qtbot.waitUntil(note.isVisible, timeout=60_000)
    assert window.session.wait_idle(30)
    settle(window)
    assert dock.width() == editing
    window.findChild(QToolButton, "tabLoop").click()
    assert settle(window) == before


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_lesson_in_large_text_does_not_scroll_sideways(
    open_window: OpenWindow, language: str
) -> None:
    window = open_window("--preset", "tutorial", "--language", language, size=(1280, 800))
    trigger(window, "actionFirstSteps")
    enlarge(window, 200)
    panel = window.panel(LessonPanel)
    assert panel.isVisible()
    scroll = window.docks.dock_of(panel).widget()
    assert isinstance(scroll, QScrollArea)
    assert scroll.verticalScrollBar().isVisible()
    assert not scroll.horizontalScrollBar().isVisible()
    assert panel.width() == scroll.viewport().width()
