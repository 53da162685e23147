"""Has the worker compute the loss surface that the panel wants, and shows what it answers."""

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.surface.surface_view import SurfaceView
from backprop_viz.recording.loss_surface import SurfaceRequest
from backprop_viz.recording.notices import Notice
from backprop_viz.recording.number_explanation import Fact
from backprop_viz.stream.commands import CancelSurface, ComputeSurface
from backprop_viz.stream.messages import SurfaceComputed

_NO_WORKER = ("worker_ended", "worker_not_started", "worker_restarted", "started_again")


class SurfacesController(QObject):
    """One surface at a time: answers to an earlier request are dropped."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._session = context.session
        self._panel = panel = context.window.panel(SurfaceView)
        self._request = 0
        panel.wanted.connect(self._ask)
        panel.cancelled.connect(lambda: self._session.send(CancelSurface()))
        self._session.answered.connect(self._show)
        self._session.told.connect(self._told)

    def _ask(self, request: SurfaceRequest) -> None:
        self._request += 1
        if self._session.has_worker:
            self._session.send(ComputeSurface(self._request, request))
        else:
            self._panel.end(Fact("no_worker"))

    def _show(self, answer: object) -> None:
        if isinstance(answer, SurfaceComputed) and answer.request == self._request:
            self._panel.show_surface(
                answer.plane, answer.losses, answer.known, answer.reason, answer.share
            )

    def _told(self, notice: Notice) -> None:
        if notice.code in _NO_WORKER and self._panel.running:
            self._panel.end(Fact("no_worker"))
