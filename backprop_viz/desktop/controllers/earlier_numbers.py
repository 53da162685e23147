"""Tells of a number that an iteration began with where the iteration before has made it."""

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording


class EarlierNumbersController(QObject):
    """Gives the panel the iteration before, once it is known that nothing in its own made it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._shown, self._panel = context.session.shown, context.window.panel(OriginView)
        self._told: tuple[NumberExplanation, Recording] | None = None
        context.session.explained.connect(self._tell)
        context.session.view_state_ready.connect(self._tell)  # one of a file comes when it is read

    def _tell(self) -> None:
        asked, explanation = self._panel.history.current, self._panel.explanation
        if asked is None or asked.of_drawing or explanation is None or explanation.kind != "given":
            return
        earlier = self._shown.recording_of(asked.recording.iteration - 1)
        if earlier is None or (told := (explanation, earlier)) == self._told:
            return
        self._told = told
        self._panel.show_earlier(earlier)
