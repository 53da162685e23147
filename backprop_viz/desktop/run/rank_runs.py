"""The runs of several ranks in one window, in the place of a worker: one of them is shown."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from backprop_viz.analysis.joined_ranks import averaged_parameter, joined
from backprop_viz.analysis.ranks import waited_in, weight_digests
from backprop_viz.desktop.clients.attached_client import AttachedClient
from backprop_viz.desktop.clients.file_client import FileClient, IterationRead, IterationsStored
from backprop_viz.desktop.clients.reconnecting import ConnectionLost, ConnectionTried
from backprop_viz.desktop.rank_states import RanksState, RankState, WeightDifference
from backprop_viz.desktop.run.followed_run import FollowedRun
from backprop_viz.desktop.run.rank_comparisons import (
    WAITS_OF,
    Comparisons,
    Digests,
    difference_of,
    waits_told,
)
from backprop_viz.desktop.run.ranks_held import RanksHeld
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.progress import Progress
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Command
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from backprop_viz.stream.wire import Received

# What the window is told of each rank, whichever is shown.
_OF_ANY = ConnectionLost | ConnectionTried | Progress
# The losses of no more ranks than these are evaluated together.
MOST_CHECKED = 8

Examine = Callable[[Recording], None]
MakeClient = Callable[[Callable[[], None], Examine | None], FileClient | AttachedClient]


class RankFacts:
    """What is known of a rank's iterations without their tensors; told in the reader's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: Digests = {}
        self._waited: dict[int, float | None] = {}
        self._passed_over: set[int] = set()  # iterations that cannot be read
        self._begun: set[int] = set()  # those of which the update is not recorded

    def pass_over(self, iteration: int) -> None:
        """An iteration cannot be read."""
        self._passed_over.add(iteration)

    def passed_over(self) -> set[int]:
        """The iterations that cannot be read."""
        return self._passed_over

    def finished(self, newest: int) -> int:
        """The last iteration that is over, where ``newest`` is the last that is told of."""
        return newest - 1 if newest in self._begun else newest

    def look(self, recording: Recording) -> None:
        """Take note of an iteration that is over."""
        if recording.span(Phase.UPDATE) is None:
            self._passed_over.add(recording.iteration)
            self._begun.add(recording.iteration)
            return
        self._begun.discard(recording.iteration)
        digests, waited = weight_digests(recording), waited_in(recording)
        with self._lock:
            if digests:  # none of shards
                self._digests[recording.iteration] = digests
            (self._passed_over.discard if digests else self._passed_over.add)(recording.iteration)
            self._waited[recording.iteration] = waited

    def digests(self) -> Digests:
        """Of each iteration its weights' digests by name."""
        with self._lock:
            return dict(self._digests)

    def waited(self) -> dict[int, float | None]:
        """Of each iteration the seconds that the rank waited for the others."""
        with self._lock:
            return dict(self._waited)


@dataclass(slots=True, eq=False)
class RankRun:
    """One rank as the window follows it. ``live`` is how it stands, while it is not shown."""

    client: FileClient | AttachedClient
    facts: RankFacts
    run: FollowedRun
    live: ViewState | None = None
    iteration: int = 0
    due: Phase | None = Phase.ZERO_GRAD
    progressed: float = field(default_factory=time.time)  # when it last got on
    rate: float = 0.0  # iterations a second
    there: Whereabouts | None = None
    ended: bool = False
    changed: set[int] = field(default_factory=set)  # iterations that came since they were joined
    asked: set[int] = field(default_factory=set)  # iterations that are being read to be shown
    looking: int | None = None  # the iteration that is being read to be compared

    def read(self, iteration: int) -> None:
        """Read an iteration from the file, to be shown."""
        if isinstance(self.client, FileClient) and iteration not in self.asked:
            self.asked.add(iteration)
            self.client.read(iteration)

    def look_at(self, iteration: int) -> None:
        """Read an iteration from the file, to be compared and then dropped."""
        if isinstance(self.client, FileClient):
            self.looking = iteration
            self.client.read(iteration)


class RankRuns:
    """As a WorkerSupervisor, of several files or scripts.

    What the rank says that is shown is passed on; what the others say is kept until one of them is
    shown. What the window tells goes to all: so all are held at the same phase.
    """

    def __init__(
        self,
        makers: Sequence[MakeClient],
        settings: Settings,
        wake: Callable[[], None],
        shown: int = 0,
    ) -> None:
        self.shown = shown
        self.runs = [_begun(make, wake, settings) for make in makers]
        self._changed = False
        self._held = RanksHeld([one.client for one in self.runs], wake)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that are open."""
        return tuple(str(o.client.path) for o in self.runs if isinstance(o.client, FileClient))

    @property
    def submitted(self) -> int:
        """How many commands the shown rank was sent."""
        return self.runs[self.shown].client.submitted

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """Send all ranks a command; whether the shown one can be sent it."""
        self._held.commanded(command)
        return [one.client.submit(command) for one in self.runs][self.shown]

    def ask_for_update(self) -> None:
        """Tell the shown rank that what was taken is shown."""
        self.runs[self.shown].client.ask_for_update()

    def tell_painted(self) -> None:
        """No rank waits for what is painted."""

    def interrupt(self) -> None:
        """Interrupt all scripts, as Ctrl+C would."""
        for one in self.runs:
            if isinstance(one.client, AttachedClient):
                one.client.interrupt()

    @property
    def ended(self) -> bool:
        """Whether there is no more to be told by the shown rank."""
        return self.runs[self.shown].client.ended

    def close(self) -> None:
        """Leave the ranks alone."""
        self._held.close()
        for one in self.runs:
            one.client.close()

    def read(self, iteration: int) -> None:
        """Read an iteration of the shown rank's file."""
        self.runs[self.shown].read(iteration)

    def take(self) -> Received | None:
        """The oldest message of the shown rank that was not taken yet, with its recording.

        What the other ranks have said meanwhile is kept.
        """
        for place, one in enumerate(self.runs):
            while (received := one.client.take()) is not None:
                if not self._is_for_window(one, *received):
                    self._look_further()
                    # Once all is known that there is to know: each change is painted.
                    self._changed |= all(each.looking is None for each in self.runs)
                elif place == self.shown or isinstance(received[0], _OF_ANY):
                    return received
                else:
                    self._changed = True
                    _keep(one, *received)
        self._held.look()
        return None

    def _is_for_window(self, one: RankRun, message: object, recording: Recording | None) -> bool:
        """Take note of a message; False of what was only read to be compared."""
        if isinstance(message, Update):
            if (one.iteration, one.due) != (message.iteration, message.due):
                one.progressed = time.time()
            one.iteration, one.due, one.rate = message.iteration, message.due, message.rate
            self._held.updated(one.client, message)
        elif isinstance(message, RunEnded):
            one.ended = True
        elif isinstance(message, Whereabouts):
            one.there = message
            if isinstance(one.client, FileClient):
                one.progressed = message.since
            return False
        elif isinstance(message, IterationRead):
            if message.iteration not in one.asked and message.iteration == one.looking:
                one.looking = None
                if recording is None:
                    one.facts.pass_over(message.iteration)
                return False
            one.asked.discard(message.iteration)
        if recording is not None and any(e.op == ALL_REDUCE for e in recording.events):
            one.changed.add(recording.iteration)
        return True

    def join(self) -> bool:
        """Put the gradients of all ranks into the recordings of each that came since.

        Whether anything is new of the ranks that are not shown.
        """
        new = set.union(*(one.changed for one in self.runs))
        for iteration in sorted(new):
            found = [one.run.cache.get(iteration) for one in self.runs]
            known = [recording for recording in found if recording is not None]
            if len(known) < len(self.runs):
                continue
            for place, one in enumerate(self.runs):
                one.run.put_in_place(joined(known, place))
                if one.live is not None:
                    one.live = replace(one.live, cursor=one.run.kept(one.live.cursor))
        for one in self.runs:
            one.changed -= {i for i in one.changed if self._is_everywhere(i)}
        changed, self._changed = self._changed, False
        return changed

    def _is_everywhere(self, iteration: int) -> bool:
        return all(one.run.cache.get(iteration) is not None for one in self.runs)

    def others(self, iteration: int) -> list[Recording | None]:
        """An iteration on every rank."""
        return [one.run.cache.get(iteration) for one in self.runs]

    def checked_with(self, recording: Recording, number: Number) -> tuple[Recording, ...]:
        """The other ranks' recordings that a number is checked with: a mean, and its weight."""
        if averaged_parameter(recording, number) is None:
            return ()
        found = self.others(recording.iteration)
        others = [one for one in found if one is not None and one.serial != recording.serial]
        return tuple(others) if len(others) == len(found) - 1 < MOST_CHECKED else ()

    def place_of(self, recording: Recording) -> int | None:
        """The rank that a recording comes from."""
        for place, one in enumerate(self.runs):
            kept = one.run.cache.get(recording.iteration)
            if kept is not None and kept.serial == recording.serial:
                return place
        return None

    # -- how they stand ----------------------------------------------------------------------

    def state(self, iteration: int) -> RanksState:
        """How the ranks stand, with what they have of an iteration, which is read if need be."""
        for one in self.runs:
            if one.run.cache.get(iteration) is None and iteration in one.run.stored:
                one.read(iteration)
        self._look_further()
        waited = [one.facts.waited() for one in self.runs]
        difference, compared = self._difference()
        waits, waits_of = waits_told(waited)
        if len(self.runs) == 1:  # there is nobody to compare with, nor to wait for
            compared, waits_of = 0, 0
        ranks = tuple(
            self._state(one, place, iteration, waited[place].get(iteration))
            for place, one in enumerate(self.runs)
        )
        return RanksState(ranks, self.shown, difference, compared, waits, waits_of)

    def _state(self, one: RankRun, place: int, iteration: int, waited: float | None) -> RankState:
        origin, losses = one.run.origin, one.run.losses
        recording = one.run.cache.get(iteration)
        loss = None if recording is None else recording.loss
        if loss is None and 0 < iteration <= len(losses):
            loss = float(losses[iteration - 1])
        return RankState(
            rank=place if origin is None else origin.rank,
            origin=origin,
            recording=recording,
            loss=loss,
            iteration=one.facts.finished(one.iteration),
            due=one.due,
            heard=one.client.heard,
            closed=one.client.is_closed,
            held=self._held.is_held(one.client),
            progressed=one.progressed,
            rate=one.rate,
            there=one.there,
            gone=isinstance(one.client, AttachedClient) and one.ended,
            unreached=isinstance(one.client, AttachedClient) and one.client.is_lost,
            waited=waited,
        )

    def _look_further(self) -> None:
        """Read what tells since when the weights differ, and who waited for whom, one at a time."""
        if any(one.looking is not None for one in self.runs):
            return
        common = self._common()
        digests = [one.facts.digests() for one in self.runs]
        compared = Comparisons(common, digests)
        wanted = compared.next_iteration()
        if wanted is None:
            known = [one.facts.waited() for one in self.runs]
            recent = reversed(common[-WAITS_OF:])
            wanted = next((i for i in recent if any(i not in each for each in known)), None)
        if wanted is None:
            return
        for one, known_digests in zip(self.runs, digests, strict=True):
            if wanted not in known_digests:
                one.look_at(wanted)

    def _common(self) -> list[int]:
        """The iterations that can be compared: every rank has them, or has told their digests."""
        known = [
            set(one.run.stored) - one.facts.passed_over() | set(one.facts.digests())
            for one in self.runs
        ]
        return sorted(set.intersection(*known))

    def _difference(self) -> tuple[WeightDifference | None, int]:
        """Where weights differ first, as far as it is known, and the last that was compared."""
        digests = [one.facts.digests() for one in self.runs]
        compared = Comparisons(self._common(), digests)
        first = compared.first_different
        if first is None:
            return None, compared.last
        found = [one[first] for one in digests]
        sure = first - 1 == compared.last_equal and first > 1
        return difference_of(first, found, self._numbers(), sure), compared.last

    def _numbers(self) -> list[int]:
        origins = [one.run.origin for one in self.runs]
        return [i if origin is None else origin.rank for i, origin in enumerate(origins)]


def _keep(one: RankRun, message: object, recording: Recording | None) -> None:
    """Keep what a rank says that is not shown."""
    if isinstance(message, Update):
        one.live = one.run.take(message, recording, None)
        one.client.ask_for_update()
    elif isinstance(message, RunAttached):
        one.run.origin = message.origin
    elif isinstance(message, IterationsStored):
        one.run.stored = message.iterations
    elif isinstance(message, IterationRead):
        if recording is None:
            one.run.stored = tuple(i for i in one.run.stored if i != message.iteration)
        else:
            one.run.cache.keep(recording)


def _begun(make: MakeClient, wake: Callable[[], None], settings: Settings) -> RankRun:
    facts = RankFacts()
    return RankRun(make(wake, facts.look), facts, FollowedRun(settings))


ScriptClient = AttachedClient | RankRuns
ForeignClient = ScriptClient | FileClient
