"""What a recording file holds beside recordings: the run, its losses, what was logged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.files.chunks import RECORD_HEAD
from backprop_viz.recording.format.codec import Malformed, decoded
from backprop_viz.recording.format.records import LossesRecord, RecordType, RunRecord, ScalarsRecord
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.scalar_curves import LoggedScalar, ScalarCurves
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.health import IterationHealth

Losses = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class FileNews:
    """What was found in a file since it was asked before; ``anew``: it is another file, and all.

    ``losses`` are those written by themselves, ``own_losses`` those of recordings and healths:
    iterations (n,) int64 and losses (n,) float64.
    """

    anew: bool
    losses: Losses
    own_losses: Losses
    scalars: tuple[LoggedScalar, ...]
    health: tuple[IterationHealth, ...]


class FileNotes:
    """Grows by what is read."""

    def __init__(self) -> None:
        self.run = RunRecord()
        self.programs: list[Program] = []  # in the order in which the loop was there
        self.whereabouts: Whereabouts | None = None
        self.losses: list[LossesRecord] = []
        self.scalars = ScalarCurves()
        self.health: list[IterationHealth] = []
        self._logged: list[LoggedScalar] = []
        self._told_losses = self._told_health = 0

    def take(self, contents: bytes | bytearray) -> None:
        """Take in the records of a chunk; of a damaged one, those before the damage."""
        try:
            for kind, payload in records_of(contents):
                self._take(kind, payload)
        except (Malformed, EOFError):
            return  # the recordings are there all the same

    def _take(self, kind: int, payload: memoryview) -> None:
        if kind == RecordType.HEALTH:
            self.health.append(decoded(payload, IterationHealth))
        elif kind == RecordType.RUN:
            self.run = decoded(payload, RunRecord)
            if self.run.program is not None:
                self.programs.append(self.run.program)
        elif kind == RecordType.LOSSES:
            losses = decoded(payload, LossesRecord)
            if losses.iteration.shape == losses.loss.shape and losses.loss.ndim == 1:
                self.losses.append(losses)
        elif kind == RecordType.WHEREABOUTS:
            self.whereabouts = decoded(payload, Whereabouts)
        elif kind == RecordType.SCALARS:
            told = decoded(payload, ScalarsRecord)
            if told.iteration.shape == told.value.shape and told.value.ndim == 1:
                pairs = zip(told.iteration.tolist(), told.value.tolist(), strict=True)
                logged = [(told.name, i, number) for i, number in pairs]
                self.scalars.extend(logged)
                self._logged += logged

    def fresh(self) -> tuple[Losses, tuple[LoggedScalar, ...], tuple[IterationHealth, ...]]:
        """Losses, scalars and healths since this was asked before."""
        losses, health = self.losses[self._told_losses :], self.health[self._told_health :]
        self._told_losses, self._told_health = len(self.losses), len(self.health)
        logged, self._logged = self._logged, []
        return joined_losses(losses), tuple(logged), tuple(health)


def joined_losses(records: Sequence[LossesRecord]) -> Losses:
    """All of them in one."""
    return (
        np.concatenate([np.empty(0, np.int64), *(record.iteration for record in records)]),
        np.concatenate([np.empty(0), *(record.loss for record in records)]),
    )


def records_of(contents: bytes | bytearray) -> Iterator[tuple[int, memoryview]]:
    """The records inside a chunk, each with its type. Raises EOFError if it ends within one."""
    inside, place = memoryview(contents).toreadonly(), 0
    while place < len(inside):
        if len(inside) - place < RECORD_HEAD.size:
            raise EOFError
        kind, length = RECORD_HEAD.unpack_from(inside, place)
        place += RECORD_HEAD.size
        if length > len(inside) - place:
            raise EOFError
        yield kind, inside[place : place + length]
        place += length
