"""How the ranks of a run stand, as the window shows it."""

from dataclasses import dataclass
from typing import Literal

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.phases import Phase

# A rank of which nothing is heard for so long is said to be silent.
SILENT_AFTER_S = 10.0

# One that has not got on for so long, nor for this many times what an iteration took, is stuck.
STUCK_AFTER_S, STUCK_AFTER_ITERATIONS = 30.0, 5.0

Standing = Literal["runs", "ended", "failed", "silent", "stuck", "unreached", "lost", "cut"]


@dataclass(frozen=True, slots=True, eq=False)
class RankState:
    """One rank. ``recording`` and ``loss`` are those of the iteration that is shown, if known.

    ``iteration`` counts the iterations that it has finished, ``due`` is the phase that comes next.
    ``heard`` is when it last said something, as time.time() tells it. ``closed``: it has said that
    no more comes; ``gone``: no more can come; ``unreached``: its connection is lost, and is tried
    again; ``held``: the window holds it there. ``waited`` are the seconds that it waited for the
    others in the shown iteration. ``progressed`` is when it got on, at ``rate`` iterations a
    second, and ``there`` where it is since.
    """

    rank: int
    origin: RunOrigin | None
    recording: Recording | None
    loss: float | None
    iteration: int
    due: Phase | None
    heard: float
    closed: bool
    gone: bool
    held: bool = False
    waited: float | None = None
    unreached: bool = False
    progressed: float = 0.0
    rate: float = 0.0
    there: Whereabouts | None = None

    def standing(self, now: float) -> Standing:
        """Whether it "runs", has "ended", or "failed" by an error; is "silent", "stuck" but there,
        "unreached", or "lost" with its process; or its file is "cut": nobody has closed it, and
        nothing more is written.
        ``now`` is time.time().
        """
        # A launcher may kill it before it has closed its file.
        if self.there is not None and self.there.error:
            return "failed"
        if self.closed:
            return "ended"
        if self.gone:
            return "lost"
        if self.unreached:
            return "unreached"
        if self.held:
            return "runs"
        is_file = self.origin is not None and self.origin.kind == "file"
        if now - self.heard > SILENT_AFTER_S:
            return "cut" if is_file else "silent"
        longest = STUCK_AFTER_ITERATIONS / self.rate if self.rate else 0.0
        stuck = self.there is not None and now - self.progressed > max(STUCK_AFTER_S, longest)
        return "stuck" if stuck else "runs"

    @property
    def known_there(self) -> Whereabouts | None:
        """Where it is, if that was told after its last iteration, or when an error ended it."""
        told = self.there
        known = told is not None and (told.iteration > self.iteration or told.error)
        return told if known else None


@dataclass(frozen=True, slots=True)
class WeightDifference:
    """The first iteration after which weights differ between ranks.

    ``parameters`` are those that differ, ``ranks`` the ranks that have others than most; of two
    both. ``sure``: all ranks were equal after the iteration before.
    """

    iteration: int
    parameters: tuple[str, ...]
    ranks: tuple[int, ...]
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class RanksState:
    """All ranks of a run; ``shown`` is the place in ``ranks`` of the one that every panel shows.

    ``compared``: the last iteration whose weights were compared on all ranks; 0 for none.
    ``waits``: for each rank in how many of the last iterations it made the others wait longest,
    and ``waits_of`` how many iterations these are.
    """

    ranks: tuple[RankState, ...]
    shown: int
    difference: WeightDifference | None
    compared: int
    waits: tuple[int, ...]
    waits_of: int

    @property
    def missing(self) -> tuple[int, ...]:
        """The ranks of the run that the window does not follow."""
        origin = self.ranks[self.shown].origin
        followed = {one.rank for one in self.ranks}
        return () if origin is None else tuple(sorted(set(range(origin.world_size)) - followed))

    @property
    def recordings(self) -> tuple[Recording, ...] | None:
        """The shown iteration of every rank; None where one has not got it."""
        found = tuple(one.recording for one in self.ranks if one.recording is not None)
        return found if len(found) == len(self.ranks) else None
