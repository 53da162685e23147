"""The place of the findings panel."""

from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "findingsView",
        PanelPlace.RIGHT,
        FindingsView,
        order=1,
        size=115,
        stretch=1,
        layouts=("learn", "debug"),
    ),
)
