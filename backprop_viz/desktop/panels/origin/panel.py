"""The place of the panel that explains a number."""

from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (PanelEntry("originView", PanelPlace.ORIGIN, OriginView, order=0, size=320),)
