"""The places of the plots."""

from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.desktop.panels.plots.logged_plot import LoggedPlot
from backprop_viz.desktop.panels.plots.plots import AccuracyPlot, LossPlot
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "lossPlot", PanelPlace.PLOTS, LossPlot, order=0, size=540, stretch=2, sees_every_state=True
    ),
    PanelEntry(
        "accuracyPlot",
        PanelPlace.PLOTS,
        AccuracyPlot,
        order=1,
        size=385,
        sees_every_state=True,
        built_in=True,
        layouts=("learn", "draw"),
    ),
    PanelEntry(
        "loggedPlot", PanelPlace.PLOTS, LoggedPlot, order=1, size=330, sees_every_state=True
    ),
    PanelEntry(
        "gradientFlowPlot",
        PanelPlace.PLOTS,
        GradientFlowPlot,
        order=2,
        size=475,
        stretch=2,
        layouts=("learn", "debug"),
    ),
)
