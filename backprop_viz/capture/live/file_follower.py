"""Follows a watched loop into a file."""

import atexit
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from typing import Any, SupportsFloat

from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.loop_source import loop_source
from backprop_viz.capture.late_recording import LateRecording, made_now
from backprop_viz.capture.live.devices import device_of
from backprop_viz.capture.live.ending import ended_by
from backprop_viz.capture.live.heartbeat import Heartbeat
from backprop_viz.capture.live.loop_place import LoopPlace
from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.capture.live.source import loop_program
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.rank_files import file_of_rank
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.files.remote_path import RemotePath, any_path
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import RunEnded

# Losses are written together: often enough for one who follows the file.
_LOSSES_EVERY_S = 1.0
# Where one of several ranks is, is looked at so often, and written if it has got on; else seldom.
_BEAT_EVERY_S, _BEAT_UNCHANGED_S = 1.0, 5.0
# Nothing is appended on another machine so often.
_BEAT_AWAY_S = 30.0
# So many bytes of recordings wait to be written; the loop waits before there are more.
MOST_WAITING = 2**28
# What is smaller is written at once, so that a process that is killed leaves it; but not to another
# machine, for which the loop would wait.
WRITTEN_AT_ONCE = 2**18


class FileFollower:
    """Writes every ``every``-th iteration from ``first`` on to a file, and the losses of all.

    A thread makes the events, compresses and writes what is large, while the loop goes on. Where
    the file cannot be written any more, as on a full disk, that is said once on standard error, and
    the loop goes on unrecorded.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        origin: RunOrigin,
        program: Program,
        every: int,
        *,
        bytes_per_second: float | None = None,
        bytes_in_all: int | None = None,
        first: int = 1,
    ) -> None:
        """Begin the file, in place of any that is there. Raises UserError if that cannot be."""
        self._every, self._first = every, first
        self._writer = RecordingFileWriter(
            path, bytes_per_second=bytes_per_second, bytes_in_all=bytes_in_all
        )
        self._writer.set_run(origin, program)
        # Of the iteration that was over last, where the loop is known to move weights behind steps.
        self._unsettled: LateRecording | None = None
        self._moves_behind = False
        self._iterations: list[int] = []
        self._losses: list[SupportsFloat] = []
        self._scalars: list[tuple[str, int, SupportsFloat]] = []
        self._written = time.monotonic()
        self._failed = self._told_why = False  # why nothing more is recorded, or not all
        self._over = self._recorded = 0  # iterations
        away = isinstance(self._writer.path, RemotePath)
        self.place, self._thread = LoopPlace(origin.path), threading.get_ident()
        self._background = _Background(self._fail, small=0 if away else WRITTEN_AT_ONCE)
        self._origin, self._program, self._iteration = origin, program, 0
        self._told_end = False
        self._told: Whereabouts | None = None  # where the rank is, as written last
        self._heartbeat: Heartbeat | None = None
        if origin.world_size > 1:
            self._heartbeat = Heartbeat(self._beat, _BEAT_AWAY_S if away else _BEAT_EVERY_S)
        # A loop that is watched to the end of the program, and not closed.
        atexit.register(self._finish)

    def wants(self, iteration: int) -> bool:
        """Whether an iteration that begins is to be recorded."""
        self._thread, self._iteration = threading.get_ident(), iteration
        self.place.begins(iteration)
        return not self._failed and iteration >= self._first and iteration % self._every == 0

    def recording_begins(self, recorder: Recorder) -> None:
        """Where it stands is told meanwhile; the file has the iteration when it is over."""
        self.place.recorded_by(recorder)
        before = self._origin, self._program
        self._origin = replace(self._origin, device=device_of(recorder.model))
        if (path := loop_source(self.place.path)) is not None and path != self.place.path:
            self.place.path = path
            self._program = loop_program(path, self._iteration)
        if before != (self._origin, self._program):
            self._background.do(0, self._writer.set_run, self._origin, self._program)

    def phase_ended(self, phase: Phase, recorder: Recorder) -> None:
        """A file holds nobody."""

    def scalar_logged(self, name: str, iteration: int, number: SupportsFloat) -> None:
        """Write it with the losses."""
        self._scalars.append((name, iteration, number))

    def health_known(self, health: IterationHealth) -> None:
        """Write how the tensors of an iteration were."""
        self._background.do(0, self._writer.add_health, health)

    def recording_ends(self, recorded: LateRecording | None, why: UserError | None) -> None:
        """Write what is kept; a file tells nobody why, which is said."""
        self._told_why |= why is not None
        self.place.ended(None)
        self._write_unsettled()
        if recorded is not None:
            self._recorded += 1
            self._background.do(recorded.nbytes, self._add, recorded)

    def recording_fails(self, why: UserError) -> None:
        """The file has what was written until now."""
        self._failed = True

    def iteration_ended(
        self, iteration: int, loss: SupportsFloat, recorded: LateRecording | None
    ) -> None:
        """Write an iteration that is over."""
        told = recorded if self._heartbeat is not None else None  # to nobody else
        self.place.ended(None if told is None else told.made())
        self._over, self._recorded = self._over + 1, self._recorded + (recorded is not None)
        self._iterations.append(iteration)
        self._losses.append(loss)
        if self._unsettled is not None:
            self._write_unsettled()
        if self._moves_behind:
            self._unsettled = recorded
        elif recorded is not None:
            self._background.do(recorded.nbytes, self._add, recorded)
        if time.monotonic() - self._written >= _LOSSES_EVERY_S:
            self._write_losses()

    def settled(self, recorded: LateRecording) -> None:
        """It is written now; the first that is moved behind its step is written once more."""
        if recorded.was_moved and not self._moves_behind:
            self._moves_behind = True
            self._background.do(recorded.nbytes, self._add_again, recorded)
        self._write_unsettled()

    def _write_unsettled(self) -> None:
        recorded, self._unsettled = self._unsettled, None
        if recorded is not None:
            self._background.do(recorded.nbytes, self._add, recorded)

    def _add(self, recorded: LateRecording) -> None:
        self._writer.add(self._made(recorded))

    def _add_again(self, recorded: LateRecording) -> None:
        """Write the recording that was written last, which has grown."""
        self._writer.add(self._made(recorded), again=True)

    def _made(self, recorded: LateRecording) -> Recording:
        """Make a recording; for the writer's thread the collector does not rest."""
        in_loop = threading.get_ident() == self._thread
        return made_now(recorded) if in_loop else recorded.made()

    def hold_at_start(self) -> None:
        """A file holds nobody."""

    def ended(self, told: RunEnded, recording: Recording | None) -> None:
        """Write what is left, also of an iteration that is not over, and close the file."""
        try:
            self._write_unsettled()
            self._write_end(told)  # at once: a launcher ends all ranks when one has failed
            if recording is not None and (recording.events or recording.error):
                self._background.do(0, self._writer.add, recording)
            elif self._origin.kind == "script" and told.status == 0 and not self._recorded:
                self._say_nothing_recorded()
        finally:
            self._finish(told)

    def _say_nothing_recorded(self) -> None:
        if self._over:
            said = f"none of the {self._over:,} iterations was recorded: change --from or --every."
        else:
            said = (
                "no training iteration was seen: it takes loss.backward(), and a model (a "
                "torch.nn.Module that is called) that an optimizer steps, or that a script "
                "without any optimizer moves itself, or tensors that the script itself makes with "
                "requires_grad=True. One that is only given to a module is followed if an "
                "optimizer steps it. In a process that the script starts it takes bv.watch."
            )
        if not (self._failed or self._told_why):  # which is said already
            print(f"backprop-viz run: {said}", file=sys.stderr)

    def _finish(self, told: RunEnded | None = None) -> None:
        atexit.unregister(self._finish)
        try:
            self._write_unsettled()
            self._write_losses()
            if self._heartbeat is not None:
                self._heartbeat.end()
                self._write_end(told)
        finally:
            self._background.do(0, self._writer.close)
            self._background.finish()
            self._say_nothing_kept()

    def _say_nothing_kept(self) -> None:
        if self._writer.left_out and not self._writer.kept and not self._failed:
            print(
                f"backprop_viz: {self._writer.path.name} has no iteration: each takes more than "
                "bytes_in_all. Give more, or record less with keep= or only=.",
                file=sys.stderr,
            )

    def _add_losses(self, iterations: list[int], losses: list[SupportsFloat]) -> None:
        """Write losses, of which a device may still have some to send."""
        self._writer.add_losses(iterations, list(map(float, losses)))

    def _add_scalars(self, logged: list[tuple[str, int, SupportsFloat]]) -> None:
        """Write what was logged, of which a device may still have some to send."""
        self._writer.add_scalars([(name, at, float(number)) for name, at, number in logged])

    def _write_losses(self) -> None:
        if self._iterations:
            self._background.do(0, self._add_losses, self._iterations, self._losses)
            self._iterations, self._losses = [], []
        if self._scalars:
            self._background.do(0, self._add_scalars, self._scalars)
            self._scalars = []
        self._written = time.monotonic()

    def _beat(self) -> None:
        """Write where the rank is, if it is another place than before; of a hang now and then."""
        now, told = self.place.now(self._thread), self._told
        moved = told is None or told.since != now.since
        if moved or (told is not None and now.time - told.time >= _BEAT_UNCHANGED_S):
            self._told = now
            self._background.do_later(self._writer.add_whereabouts, now)

    def _write_end(self, told: RunEnded | None) -> None:
        """Write where the script was that an error has ended, also one that nobody has told of."""
        if self._heartbeat is None or self._told_end:
            return
        uncaught = getattr(sys, "last_value", None)
        if told is None and uncaught is not None:
            told = ended_by(uncaught, self.place.path)
        if told is not None and told.error:
            self._told_end = True
            self._heartbeat.end()
            self._background.do(0, self._writer.add_whereabouts, self.place.last(told))

    def _fail(self, error: Exception) -> None:
        if not self._failed:
            self._failed = True
            said = str(error) if isinstance(error, UserError) else repr(error)
            if not isinstance(error, UserError):
                own_faults.log_fault(f"recording has ended: {said}", error)
            print(f"backprop_viz: recording has ended: {said}", file=sys.stderr)


class _Background:
    """Does one thing after the other: what is large in a thread of its own, the rest at once.

    A thing that raises is told to ``failed``; what comes after it is not done. ``small``: what has
    fewer bytes is done at once, where nothing waits before it.
    """

    def __init__(self, failed: Callable[[Exception], None], small: int) -> None:
        self._failed, self._small = failed, small
        self._can_go_on = True
        self._jobs: deque[tuple[int, Callable[[], object]] | None] = deque()  # None to end
        self._waiting = self._left = 0  # bytes, and jobs that are not done
        self._state, self._one_at_a_time = threading.Condition(), threading.Lock()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._work, name="backprop_viz writer", daemon=True)
        self._thread.start()

    def do(self, size: int, job: Callable[..., object], *given: Any) -> None:
        """Have something done that holds so many bytes; waits while too many are held already."""
        if os.getpid() != self._pid:
            return  # a process that was forked from the one that is watched
        with self._state:
            at_once = size < self._small and not self._left
            while not at_once and self._waiting and self._waiting + size > MOST_WAITING:
                self._state.wait()
        if at_once:
            self._run(lambda: job(*given))
        else:
            self._put(size, lambda: job(*given))

    def do_later(self, job: Callable[..., object], *given: Any) -> None:
        """Have something done by the thread, whoever asks for it."""
        if os.getpid() == self._pid:
            self._put(0, lambda: job(*given))

    def _put(self, size: int, job: Callable[[], object]) -> None:
        with self._state:
            self._waiting += size
            self._left += 1
            self._jobs.append((size, job))
            self._state.notify_all()

    def finish(self) -> None:
        """Wait until all is done."""
        if os.getpid() == self._pid:
            with self._state:
                self._jobs.append(None)
                self._state.notify_all()
            self._thread.join()

    def _run(self, job: Callable[[], object]) -> None:
        try:
            if self._can_go_on:
                with self._one_at_a_time:
                    job()
        except Exception as error:
            self._can_go_on = False
            self._failed(error)

    def _work(self) -> None:
        while True:
            with self._state:
                while not self._jobs:
                    self._state.wait()
                next_ = self._jobs.popleft()
            if next_ is None:
                return
            size, job = next_
            self._run(job)
            del job, next_  # and the recording with it
            with self._state:
                self._waiting -= size
                self._left -= 1
                self._state.notify_all()


def own_file(path: str | PathLike[str]) -> str:
    """The file of this process: each of several ranks has its own."""
    rank, ranks = own_rank()
    given = any_path(path)
    return str(file_of_rank(given, rank) if ranks > 1 else given)


def into_file(
    path: str | PathLike[str], every: int, first: int = 1
) -> Callable[[RunOrigin, Program], FileFollower]:
    """What makes a follower of a script's run that writes to a file; each rank to its own."""
    to = own_file(path)

    def follow(origin: RunOrigin, program: Program) -> FileFollower:
        return FileFollower(to, origin, program, every, first=first)

    return follow
