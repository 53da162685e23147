"""The window's size, layout, colours and painting."""

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.desktop.panels.registry import DOCKED, LAYOUT_NAMES, find_panels
from backprop_viz.desktop.system.preferences import settings_store
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.desktop.window.panel_dock import PanelDock
from tests.desktop.application_helpers import NAMES, trigger, view_state_of
from tests.nightly import NIGHTLY, by_day_every, by_night

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def window(shared_window: MainWindow) -> MainWindow:
    return shared_window


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


def settled(window: MainWindow) -> dict[str, list[int]]:
    """The places once Qt has laid out all that it has to."""
    found: dict[str, list[int]] = {}
    while found != (now := window.layout_state()):
        found = now
        for _ in range(3):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
    return found


def test_a_panel_that_comes_in_front_is_seen_when_it_has_something_to_show(
    window: MainWindow, qtbot: QtBot
) -> None:
    ranks, graph = window.panel(RanksView), window.panel(AutogradView)
    window.docks.dock_of(graph).raise_()
    try:
        for _ in range(2):  # also when the user had another tab in front at the end
            ranks.show()
            qtbot.waitUntil(lambda: not ranks.visibleRegion().isEmpty())
            window.docks.dock_of(graph).raise_()
            qtbot.waitUntil(lambda: ranks.visibleRegion().isEmpty())
            ranks.hide()
    finally:
        ranks.hide()


class Layouts(QObject):
    """Counts how often the docks of a window are asked to be laid out."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.count = 0
        window.docks.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


class ShownAgain(QObject):
    """Shows an empty bar of tabs at each layout of the docks, as Qt does while one is dragged."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.bar = QTabBar(window.docks)
        window.docks.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.bar.show()
        return False


@pytest.mark.parametrize("dragged", [False, True])
def test_while_nothing_happens_nothing_is_laid_out(
    window: MainWindow, qtbot: QtBot, dragged: bool
) -> None:
    """Each layout may ask for one more, but they come to an end."""
    layouts, turns = Layouts(window), list[bool]()
    shown_again = ShownAgain(window) if dragged else None
    if shown_again is not None:
        shown_again.bar.show()
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: turns.append(True))
    timer.start()
    qtbot.waitUntil(lambda: len(turns) > 100)  # one that goes on for ever is asked for in most
    timer.stop()
    window.docks.removeEventFilter(layouts)
    if shown_again is not None:
        window.docks.removeEventFilter(shown_again)
        delete(shown_again.bar)
    assert layouts.count < 20


def test_the_first_size_leaves_room_for_the_title_bar(open_window: OpenWindow) -> None:
    window = open_window(size=None)
    screen = window.screen().availableGeometry().height()
    bar = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    assert bar > 0
    assert window.minimumSizeHint().height() < screen < 1000  # where nothing else decides
    assert window.height() == screen - bar


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000), (2560, 1440)])
def test_the_window_fits(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    for name in NAMES:
        panel = window.findChild(QWidget, name)
        if name == "accuracyPlot":  # random data has no classes
            assert not panel.isVisible()
            continue
        assert panel.isVisible()
        assert window.rect().contains(
            panel.rect().translated(panel.mapTo(window, QPoint())).center()
        )


@by_night
def test_colours_can_be_switched_while_training(window: MainWindow) -> None:
    train = window.findChild(QAction, "actionTrain")
    train.trigger()
    areas = window.findChildren(QTextEdit)
    letters = [area.document().defaultFont().families() for area in areas]
    assert len(areas) >= 2
    lightness = {}
    for name in ("Light", "Dark"):
        trigger(window, f"actionTheme{name}")
        corner = window.grab().toImage().pixelColor(2, window.height() - 2)
        lightness[name] = corner.lightness()
        assert [area.document().defaultFont().families() for area in areas] == letters
    assert lightness["Light"] > 200
    assert lightness["Dark"] < 60
    train.trigger()
    assert window.session.wait_idle(30)
    trigger(window, "actionThemeSystem")


def test_the_layout_is_remembered_and_can_be_reset(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    first = settled(window)
    docks = window.docks.docks
    docks["gradientFlowPlot"].hide()
    window.docks.tabifyDockWidget(docks["programView"], docks["drawPanel"])
    window.docks.splitDockWidget(docks["inspector"], docks["autogradView"], Qt.Orientation.Vertical)
    QApplication.processEvents()
    moved = window.layout_state()
    assert "gradientFlowPlot" not in moved
    assert moved["programView"][:4] == moved["drawPanel"][:4]
    assert moved["autogradView"][0] == moved["inspector"][0] > first["autogradView"][0]
    window.close()
    again = open_window("--preset", "tutorial", size=(1600, 1000))
    restored = again.layout_state()
    assert restored.keys() == moved.keys()
    for name, numbers in moved.items():
        assert restored[name] == pytest.approx(numbers, abs=8), name
    trigger(again, "actionResetLayout")
    qtbot.waitUntil(lambda: again.layout_state() == first)


@pytest.mark.parametrize("places", by_day_every(2, ["its own", "one below the other"]))
def test_what_was_hidden_comes_where_the_layout_has_it(window: MainWindow, places: str) -> None:
    state = window.layout_state()
    if places == "one below the other":
        names = ("programView", "networkView", "lossPlot")
        state = {name: [0, 200 * i, 1200, 200, 1, 0] for i, name in enumerate(names)}
    window.apply_layout(state)
    before = settled(window)
    lesson = window.panel(LessonPanel)
    lesson.show()
    after = settled(window)
    lesson.hide()
    left = after.pop("lessonPanel")
    assert after.keys() == before.keys()
    assert left[0] == 0
    assert 290 <= left[2] <= 420
    assert left[3] >= 0.9 * window.docks.height()
    assert all(numbers[0] >= left[2] for numbers in after.values())
    trigger(window, "actionResetLayout")


DAMAGED = (
    "[" * 50_000,
    "",
    "{",
    '{"networkView": [0, 0, 5, 5, 1, 0, 9]}',
    '{"networkView": [0, 0, -5, 5, 1, 0]}',
    '{"networkView": [0, 0, 1e400, 5, 1, 0]}',
    '{"rows": [640, 200]}',
    '{"nobody": [0, 0, 10, 10, 1, 0]}',
    "x" * 200_000,
)


def store_damaged(stored: str) -> QSettings:
    store = settings_store()
    store.setValue("window/layout", stored)
    store.setValue("window/layout_name", stored[:20])
    store.sync()
    return store


def test_with_a_damaged_store_it_opens(open_window: OpenWindow) -> None:
    store_damaged(DAMAGED[0])
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    assert {"networkView", "programView", "inspector"} < window.layout_state().keys()


@pytest.mark.parametrize("stored", by_day_every(4, DAMAGED))
def test_a_damaged_store_is_no_layout(window: MainWindow, stored: str) -> None:
    before = window.layout_state()
    window.restore_layout(store_damaged(stored))
    assert window.layout_state() == before


@by_night
def test_a_dock_that_floated_on_a_screen_that_is_gone_is_on_one_that_is_there(
    open_window: OpenWindow,
) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    state = window.layout_state()
    window.apply_layout({**state, "inspector": [9000, 8000, 400, 300, 1, 1]})
    dock = window.docks.docks["inspector"]
    assert dock.isFloating()
    assert window.screen().availableGeometry().contains(dock.geometry())


@pytest.mark.parametrize("name", LAYOUT_NAMES)
def test_a_layout_s_places_come_back_in_a_window_of_another_layout(
    window: MainWindow, name: str
) -> None:
    """As those in a session file: what only that other layout shows takes no room from them."""
    window.show_layout(name)
    window.docks.reveal(window.docks.docks["programView"])  # as where its class is edited
    state = settled(window)
    window.show_layout("learn" if name != "learn" else "draw")
    QApplication.processEvents()
    window.apply_layout(state)
    assert settled(window) == state


@by_night
def test_a_dock_that_floats_is_above_the_window_at_the_next_launch(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    state = {**window.layout_state(), "inspector": [300, 200, 400, 300, 1, 1]}
    window.apply_layout(state)
    QApplication.processEvents()
    assert window.layout_state()["inspector"] == state["inspector"]
    window.close()
    # A window system puts what comes later above; and it keeps a window above the one it is of.
    came: list[bool] = []
    show = PanelDock.showEvent

    def shown(dock: PanelDock, event: QShowEvent) -> None:
        if dock.isFloating():
            came.append(dock.parentWidget().window().isVisible())
        show(dock, event)

    monkeypatch.setattr(PanelDock, "showEvent", shown)
    again = open_window("--preset", "tutorial", size=(1600, 1000))
    QApplication.processEvents()
    dock = again.docks.docks["inspector"]
    assert dock.isVisible()
    assert came == [True]
    assert dock.windowHandle().transientParent() is again.windowHandle()
    assert again.layout_state()["inspector"] == state["inspector"]


@pytest.mark.parametrize(
    ("name", "size"),
    by_day_every(3, list(product(LAYOUT_NAMES, [(1280, 800), (1600, 1000)]))),
)
def test_every_layout_shows_its_panels_side_by_side(
    window: MainWindow, name: str, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.show_layout(name)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    shown = {entry.id for entry in find_panels() if entry.place in DOCKED and name in entry.layouts}
    places = window.docks.places()
    # Those that have nothing to show of this run.
    hidden = {"originView", "lessonPanel", "modulesView", "healthView", "ranksView", "loggedPlot"}
    hidden |= {"accuracyPlot"}
    assert places.keys() == shown - hidden
    boxes = [QRect(p.x, p.y, p.width, p.height) for p in places.values()]
    assert all(window.docks.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for a, b in combinations(boxes, 2))


@by_night
def test_a_double_click_on_a_title_gives_a_panel_all_the_room(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", size=(1600, 1000))
    before = settled(window)
    network = window.panel(NetworkView)
    qtbot.mouseDClick(network, Qt.MouseButton.LeftButton, pos=QPoint(40, 12))
    QApplication.processEvents()
    shown = [name for name, dock in window.docks.docks.items() if dock.isVisible()]
    assert shown == ["networkView"]
    assert network.width() > 1500
    assert window.layout_state() == before
    qtbot.keyClick(network, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.layout_state() == before)
    assert window.panel(InspectorView).isVisible()


@by_night
def test_frames_lose_no_reference_to_none(window: MainWindow, qtbot: QtBot) -> None:
    """A binding that loses one with each frame aborts before long."""
    trigger(window, "actionIteration")
    view_state = view_state_of(window)
    recording = view_state.cursor.recording
    frames = 2000 if NIGHTLY else 100
    for span in recording.spans:  # what is made once, and what others have left, does not count
        window.show_view_state(replace(view_state, cursor=recording.at(span.stop)))
        QApplication.processEvents()
    gc.collect()
    before = sys.getrefcount(None)
    for i in range(frames):
        window.show_view_state(replace(view_state, cursor=recording.at(i % len(recording.events))))
        if i % 4 == 0:
            QApplication.processEvents()
    assert sys.getrefcount(None) > before - frames
    assert window.isVisible()
