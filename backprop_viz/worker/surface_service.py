"""Computes the loss surface asked for last, in slices between other commands."""

import time
from collections.abc import Iterator

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import SurfaceRequest
from backprop_viz.stream.messages import SurfaceComputed
from backprop_viz.training.five_phases import Iteration
from backprop_viz.training.surface.loss_surface import LossSurface
from backprop_viz.training.surface.weight_path import WeightPath
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.run_state import RunState

SURFACE_PROGRESS_S = 0.2
# Beside free training a surface waits this many times as long as it worked.
SURFACE_REST = 4.0


class SurfaceService:
    """Keeps the path of the run's weights; does one surface at a time, of the weights as they were
    when it was asked for.
    """

    def __init__(self, state: RunState, channel: WorkerChannel) -> None:
        self._state, self._channel = state, channel
        self.path = WeightPath()
        self._request = 0
        self._surface: LossSurface | None = None
        self._slices: Iterator[None] = iter(())
        self._told_at = self._next_at = 0.0
        state.on_begin.append(self._begin)
        state.on_rewind.append(self._rewind)
        state.on_iteration.append(self._add)

    @property
    def busy(self) -> bool:
        """Whether there is a slice to do."""
        return self._surface is not None

    def compute(self, request: int, surface: SurfaceRequest) -> None:
        """Compute a surface from the next slice on; what was asked before is dropped."""
        self._request, self._surface = request, None
        trainer = self._state.trainer
        try:
            mean_loss = trainer.mean_loss(surface.part, surface.samples)
            found = LossSurface(surface, mean_loss, self.path, trainer.iteration)
        except ArgumentError as error:
            reason = Fact("refused", (error.text, *(str(v) for v in error.values)))
            self._channel.answer(SurfaceComputed(request, None, reason=reason))
            return
        self._surface, self._slices = found, found.slices()
        self._told_at = self._next_at = 0.0

    def cancel(self) -> None:
        """Leave off the surface; what there is of it is the answer."""
        if self._surface is not None:
            self._end(Fact("cancelled"))

    def go_on(self, training: bool) -> None:
        """Do a slice; beside training only if it is its turn.

        Raises what the network raises, after having answered with it.
        """
        begun = time.perf_counter()
        if self._surface is None or (training and begun < self._next_at):
            return
        try:
            done = next(self._slices, self._surface)
        except Exception as error:
            self._end(Fact("failed", (type(error).__name__, str(error))))
            raise
        now = time.perf_counter()
        self._next_at = now + SURFACE_REST * (now - begun)
        if done is not None:
            self._end(None)
        elif self._surface.share and now >= self._told_at + SURFACE_PROGRESS_S:
            self._told_at = now
            self._answer(None, self._surface.share)

    def _end(self, reason: Fact | None) -> None:
        self._answer(reason, 1.0)
        self._surface, self._slices = None, iter(())

    def _answer(self, reason: Fact | None, share: float) -> None:
        found = self._surface
        assert found is not None
        self._channel.answer(
            SurfaceComputed(
                self._request, found.plane, found.losses.copy(), found.known.copy(), reason, share
            )
        )

    # -- the path --------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._surface is not None:
            self._end(Fact("run_is_over"))
        self.path = WeightPath()  # that of a run which waits is kept elsewhere meanwhile
        self.path.begin(self._state.trainer.iteration, self._state.trainer.model)

    def _rewind(self, iteration: int) -> None:
        self.path.rewind(iteration, self._state.trainer.model)

    def _add(self, iteration: Iteration) -> None:
        self.path.add(iteration.number, self._state.trainer.model)
