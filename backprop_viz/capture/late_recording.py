"""The recording of an iteration, of which what takes long is made when it is asked for."""

from dataclasses import replace
from typing import Any, SupportsFloat, overload

from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.watches.known_parameters import ParametersAtStart
from backprop_viz.capture.watches.moves_behind import MovesBehind
from backprop_viz.recording.beside import Beside, without
from backprop_viz.recording.iteration import Recording


class LateRecording:
    """What is ``known`` of an iteration, and what its events, graph and layers are made from.

    Once the iteration is over nobody changes any of it: then any one thread may ask for it. The
    tensors are held until then: those that others could reach were copied before.
    """

    def __init__(
        self,
        log: EventLog,
        parameters: ParametersAtStart,
        walked: WalkedGraph,
        forward: ForwardLog,
        beside: Beside,
        **known: Any,
    ) -> None:
        self._log, self._parameters = log, parameters
        self._walked, self._forward = walked, forward
        self._beside, self._known = beside, known
        self._moves: MovesBehind | None = None
        self._loss: SupportsFloat | None = None

    @property
    def nbytes(self) -> int:
        """At most so many bytes of tensors are held."""
        return self._log.nbytes

    @property
    def loss(self) -> float | None:
        """The iteration's loss; None if none is known."""
        loss: float | None = self._known["loss"]
        return loss

    def loss_is(self, loss: SupportsFloat) -> None:
        """The iteration's loss, which its operations did not tell; it may be on its way."""
        self._loss = loss

    @property
    def was_moved(self) -> bool:
        """Whether the loop has moved weights behind the step, and that is told."""
        return self._moves is not None

    def moved(self, moves: MovesBehind) -> None:
        """The loop has moved weights behind the step. Nobody may be making it meanwhile."""
        self._moves = moves

    def made(self) -> Recording:
        """The recording, all of whose numbers have come."""
        recording = Recording(
            parameters=self._parameters.made(),
            events=self._log.given_out(),
            graph=self._walked.graph,
            passes=tuple(self._forward.passes),
            tensors=self._log.tensors,
            taken=self._log.taken,
            **self._known,
        )
        wait_for_copies()
        if self._loss is not None:
            recording = replace(recording, loss=float(self._loss))
        if self._beside.events:
            recording = without(recording, self._beside, recording.serial)
        return recording if self._moves is None else self._moves.added_to(recording)


@overload
def made_now(late: LateRecording) -> Recording: ...
@overload
def made_now(late: LateRecording | None) -> Recording | None: ...
def made_now(late: LateRecording | None) -> Recording | None:
    """The recording, for a loop's own thread, which waits for it."""
    with without_collector():
        return None if late is None else late.made()
