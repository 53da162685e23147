"""The place of the panel that shows a loss surface."""

from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace
from backprop_viz.desktop.panels.surface.surface_view import SurfaceView

PANELS = (
    PanelEntry(
        "surfaceView",
        PanelPlace.MIDDLE,
        SurfaceView,
        order=2,
        tab_of="networkView",
        layouts=(),
        large=True,
        built_in=True,
    ),
)
