"""The modules panel's place in the window."""

from backprop_viz.desktop.panels.modules.modules_view import ModulesView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "modulesView",
        PanelPlace.LEFT,
        ModulesView,
        order=1,
        size=260,
        stretch=2,
        layouts=("learn", "debug"),
    ),
)
