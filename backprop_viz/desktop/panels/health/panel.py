"""The health panel's place in the window."""

from backprop_viz.desktop.panels.health.health_view import HealthView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "healthView",
        PanelPlace.MIDDLE,
        HealthView,
        order=3,
        size=420,
        stretch=3,
        sees_every_state=True,
        layouts=("learn", "debug"),
    ),
)
