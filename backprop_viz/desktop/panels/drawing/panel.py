"""The places of the pad, of the note about the batch and of the saliency window."""

from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry(
        "drawPanel",
        PanelPlace.LEFT,
        DrawPanel,
        order=1,
        size=320,
        layouts=("learn", "draw"),
        sees_every_state=True,
        built_in=True,
    ),
    PanelEntry(
        "batchMark", PanelPlace.NOTICE, BatchMark, order=1, sees_every_state=True, built_in=True
    ),
    PanelEntry(
        "saliencyDialog", PanelPlace.WINDOW, SaliencyDialog, sees_every_state=True, built_in=True
    ),
)
