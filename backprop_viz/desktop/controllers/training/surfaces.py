"""Has the worker compute the loss surface that the panel wants, and shows what it answers."""

from PySide6.QtCore import QObject

from backprop_viz.analysis.weight_places import weight_of
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.surface.surface_view import SurfaceView
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.requests.loss_surface import SurfaceRequest, WeightPlace
from backprop_viz.stream.commands import CancelSurface, ComputeSurface
from backprop_viz.stream.messages import SurfaceComputed

_NO_WORKER = ("worker_ended", "worker_not_started", "worker_restarted", "started_again")


class SurfacesController(QObject):
    """One surface at a time: answers to an earlier request are dropped."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._session = context.session
        self._panel = panel = context.window.panel(SurfaceView)
        self._window = context.window
        self._request = 0
        panel.wanted.connect(self._ask)
        origin = context.window.panel(OriginView)
        origin.asked.connect(self._offer)
        self._check = origin.columns.check
        self._check.surface_wanted.connect(self._compute_along)
        panel.cancelled.connect(lambda: self._session.send(CancelSurface()))
        self._session.answered.connect(self._show)
        self._session.told.connect(self._told)

    def _ask(self, request: SurfaceRequest) -> None:
        self._request += 1
        if self._session.has_worker:
            self._session.send(ComputeSurface(self._request, request))
        else:
            self._panel.end(Fact("no_worker"))

    def _offer(self, recording: Recording, number: Number) -> None:
        """Offer a surface along the weight that is explained; a script has no data for one."""
        shown = self._session.view_state
        built_in = shown is not None and shown.origin is None
        self._check.offer_surface(weight_of(recording, number) if built_in else None)

    def _compute_along(self, place: WeightPlace) -> None:
        """Open the panel, and compute the surface along a weight."""
        dock = self._window.docks.docks["surfaceView"]
        if dock.isHidden():
            dock.toggleViewAction().trigger()
        dock.raise_()
        self._panel.compute_along(place)

    def _show(self, answer: object) -> None:
        if isinstance(answer, SurfaceComputed) and answer.request == self._request:
            self._panel.show_surface(
                answer.plane, answer.losses, answer.known, answer.reason, answer.share
            )

    def _told(self, notice: Notice) -> None:
        if notice.code in _NO_WORKER and self._panel.running:
            self._panel.end(Fact("no_worker"))
