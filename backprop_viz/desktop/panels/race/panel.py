"""The place of the panel of races."""

from backprop_viz.desktop.panels.race.race_view import RaceView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "raceView",
        PanelPlace.MIDDLE,
        RaceView,
        order=3,
        tab_of="networkView",
        layouts=(),
        large=True,
        built_in=True,
    ),
)
