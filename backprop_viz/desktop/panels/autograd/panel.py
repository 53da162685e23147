"""The graph panel's place in the window."""

from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "autogradView",
        PanelPlace.MIDDLE,
        AutogradView,
        order=1,
        size=290,
        stretch=3,
        layouts=("learn", "debug"),
    ),
)
