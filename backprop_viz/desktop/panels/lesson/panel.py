"""The places of the lesson panel and of the offer of the first lesson."""

from backprop_viz.desktop.panels.lesson.lesson_offer import LessonOffer
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.panels.registry import PanelEntry, PanelPlace

PANELS = (
    PanelEntry("lessonPanel", PanelPlace.LESSON, LessonPanel, built_in=True),
    PanelEntry("lessonOffer", PanelPlace.NOTICE, LessonOffer, order=1, built_in=True),
)
