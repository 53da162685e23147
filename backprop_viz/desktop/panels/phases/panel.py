"""The places of the phase bar, of the hint about the next step and of the timeline."""

from backprop_viz.desktop.panels.phases.next_step_hint import NextStepHint
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry("phaseBar", PanelPlace.TOP, PhaseBar),
    PanelEntry("nextStepHint", PanelPlace.NOTICE, NextStepHint, sees_every_state=True),
    PanelEntry("timeline", PanelPlace.BOTTOM, TimelineView),
)
