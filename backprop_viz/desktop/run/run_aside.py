"""The user's own run, while another one is shown in its place."""

from collections import deque
from dataclasses import dataclass

from backprop_viz.analysis.comparison import Baseline
from backprop_viz.desktop.run.followed_run import FollowedRun
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.stream.messages import Update


@dataclass(frozen=True, slots=True)
class StoredShow:
    """What was shown of the user's own run; without a cursor its newest end."""

    cursor: Cursor | None
    breakpoints: tuple[Breakpoint, ...]
    sample: int
    baseline: Baseline | None


class RunAside:
    """Keeps the window's side of the user's own run.

    A command changes the run when the worker has carried it out: until then updates of the run
    before still come.
    """

    def __init__(self) -> None:
        self.active = False
        self._stored: StoredShow | None = None
        self._run: FollowedRun | None = None
        # The numbers of the commands that change the run, and whether each takes it back.
        self._expected: deque[tuple[int, bool]] = deque()
        self._returned = False

    def hold(self, stored: StoredShow) -> None:
        """Put the user's own run aside."""
        self.active, self._stored = True, stored

    def expect(self, command: int, *, back: bool) -> None:
        """The command of this number puts a run aside, or takes it ``back``."""
        self._expected.append((command, back))

    def run_of(self, update: Update, run: FollowedRun) -> FollowedRun:
        """The run that an update is of, where ``run`` was shown until now."""
        while self._expected and update.command >= self._expected[0][0]:
            _, back = self._expected.popleft()
            if back and self._run is not None:
                run, self._run = self._run, None
                run.continue_as(update.run)
            if back:
                self._returned = True
            elif run.is_new(update):
                self._run = self._run or run
                run = FollowedRun(run.settings)
                run.cache.budget = self._run.cache.budget
            elif self._run is None:  # the other run could not begin
                self._returned = True
        return run

    def absorbed(self) -> None:
        """The update is taken in: a run that came back is the user's own again."""
        if self._returned:
            self.active = False

    def returned(self) -> StoredShow | None:
        """What was shown of a run that has just come back; None if none has."""
        stored, returned, self._returned = self._stored, self._returned, False
        if not returned:
            return None
        self._stored = None
        return stored

    def given_up(self, run: FollowedRun) -> FollowedRun:
        """The worker ended: the user's own run, which is to be had from its autosave."""
        own = run if self._run is None else self._run
        if self.active:
            self._returned = True
        self.active, self._run = False, None
        self._expected.clear()
        return own
