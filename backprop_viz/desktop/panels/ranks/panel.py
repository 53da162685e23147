"""The place of the panel of ranks."""

from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "ranksView",
        PanelPlace.MIDDLE,
        RanksView,
        order=1,
        tab_of="autogradView",
        in_front=True,
        sees_every_state=True,
        layouts=("learn", "debug"),
    ),
)
