"""The inspector's place in the window."""

from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "inspector",
        PanelPlace.RIGHT,
        InspectorView,
        size=440,
        stretch=4,
        layouts=("learn", "debug"),
    ),
)
