"""The program panel's place in the window."""

from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "programView",
        PanelPlace.LEFT,
        ProgramView,
        order=0,
        size=280,
        layouts=("learn", "debug", "present"),
    ),
)
