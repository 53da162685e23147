"""The network panel's place in the window."""

from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (PanelEntry("networkView", PanelPlace.MIDDLE, NetworkView, order=0, size=300, stretch=4),)
