"""At 1280 x 800, the smallest screen that most people have, what a panel is for is in sight."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.nightly import by_night
from tests.waiting import until, until_idle


@pytest.fixture(scope="module")
def window_size() -> tuple[int, int]:
    return 1280, 800


# A weight has one line of figures more than a bias, or two.
@pytest.mark.parametrize("parameter", ["conv1.bias", "fc1.weight"])
@pytest.mark.parametrize("layout", ["Learn", "Debug"])
def test_a_row_of_the_update_and_all_of_the_findings_are_in_sight(
    shared_window: MainWindow, layout: str, parameter: str
) -> None:
    window = shared_window
    next(a for a in window.findChildren(QAction) if a.text().replace("&", "") == layout).trigger()
    window.session.iterate()
    until_idle(window.session)
    inspector = window.panel(InspectorView)
    inspector.choice.setCurrentText(parameter)
    inspector.choice.activated.emit(inspector.choice.currentIndex())
    assert inspector.chosen == ("parameter", parameter)
    table, sight = inspector.update_section.table, inspector.gradient.parentWidget().parentWidget()
    end = QPoint(0, table.height_of(1))
    until(window.session, lambda: table.mapTo(sight, end).y() <= sight.height())
    findings = window.panel(FindingsView)
    assert not findings.cards
    assert findings.note.height() <= findings.area.viewport().height()


@by_night
def test_a_panel_that_is_shown_beside_a_large_one_ends_its_being_large(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    docks = window.docks.docks
    graph, network = docks["autogradView"], docks["networkView"]
    graph.toggleViewAction().trigger()
    assert graph.isHidden()
    window.docks.toggle_maximized(network)
    assert docks["inspector"].isHidden()
    graph.toggleViewAction().trigger()
    assert window.docks.maximized_dock is None
    assert not docks["inspector"].isHidden()
    qtbot.waitUntil(lambda: not graph.visibleRegion().isEmpty())


def test_a_panel_that_has_all_the_room_offers_the_way_back(open_window: OpenWindow) -> None:
    docks = open_window().docks
    race = docks.docks["raceView"]
    button = race.findChild(QToolButton, "showAllPanels")
    race.toggleViewAction().trigger()
    assert docks.maximized_dock is race
    assert button.isVisible()
    button.click()
    assert docks.maximized_dock is None
    assert button.isHidden()
    assert not docks.docks["inspector"].isHidden()
