"""Runs the race that the panel wants, in a process of its own, and shows how it goes."""

from PySide6.QtCore import QObject

from backprop_viz.desktop.clients.race_worker import RaceWorker
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.race.race_view import RaceView
from backprop_viz.stream.messages import RaceRan


class RacesController(QObject):
    """The worker of races ends with the window."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self.worker = RaceWorker(self)
        self._panel = panel = context.window.panel(RaceView)
        panel.wanted.connect(self.worker.run)
        panel.cancelled.connect(self.worker.cancel)
        self.worker.ran.connect(self._show)
        self.worker.ended.connect(panel.end)
        context.window.closing.connect(self.worker.close)

    def _show(self, answer: RaceRan) -> None:
        self._panel.show_news(answer.racers, answer.share, answer.reason)
