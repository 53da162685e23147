"""A panel is added to the window by its own folder alone."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QSplitter, QWidget

from backprop_viz.desktop import panels
from backprop_viz.desktop.panels.registry import find_panels
from tests.conftest import OpenWindow

FOLDER = Path(panels.__file__ or "").parent
PANEL = """
from PySide6.QtWidgets import QLabel
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

class IterationPanel(QLabel):
    def __init__(self):
        super().__init__()
        self.setAccessibleName("Iterations done")

    def show_view_state(self, view_state):
        self.setText(str(view_state.iteration))

    def set_theme(self, theme):
        self.setStyleSheet(f"color: {theme.accent}")

PANELS = (PanelEntry("iterationPanel", PanelPlace.RIGHT, IterationPanel, order=5, size=90),)
"""


@pytest.fixture
def panel_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a panel of its own beside those of the program."""
    folder = tmp_path / "panels" / "counting_in_a_test"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "panel.py").write_text(PANEL)
    monkeypatch.setattr(panels, "__path__", [*panels.__path__, str(folder.parent)])


def test_a_folder_with_a_panel_is_all_it_takes(panel_folder: None, open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    added = window.findChild(QLabel, "iterationPanel")
    assert added.isVisible()
    assert added.text() == "0"
    assert "color" in added.styleSheet()
    places = window.docks.places()
    column = ("inspector", "findingsView", "iterationPanel")
    assert len({places[name].x for name in column}) == 1
    assert places["inspector"].y < places["findingsView"].y < places["iterationPanel"].y
    window.session.iterate()
    assert window.session.wait_idle(30)
    assert added.text() == "1"


def test_the_registered_panels_are_those_of_the_window(open_window: OpenWindow) -> None:
    declared = (path.read_text("utf-8") for path in FOLDER.glob("*/panel.py"))
    ids = {name for text in declared for name in re.findall(r'PanelEntry\(\s*"(\w+)"', text)}
    assert ids == {entry.id for entry in find_panels()} >= {"networkView", "timeline", "raceView"}
    window = open_window("--preset", "tutorial")
    for entry in find_panels():
        widget = window.findChild(QWidget, entry.id)
        assert type(widget) is entry.factory
        assert widget.accessibleName() or widget.windowTitle(), entry.id
        assert window.panel(type(widget)) is widget


def test_a_panel_that_is_not_there_is_an_error(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    with pytest.raises(LookupError, match="QSplitter"):
        window.panel(QSplitter)
