"""The run of a recording file, in place of a worker's: a thread of its own reads the file."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from backprop_viz.analysis.health_series import HealthCollection, HealthSeries
from backprop_viz.desktop.clients.file_curves import FileLosses
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.file_notes import FileNews
from backprop_viz.recording.files.recording_file import RecordingFile
from backprop_viz.recording.files.remote_path import AnyPath
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice, notice_of
from backprop_viz.recording.requests.progress import Cancelled, Progress
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.commands import Command
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from backprop_viz.stream.wire import Received

# How often a file that is still written is looked at.
_FOLLOWED_EVERY_S = 1.0
FAR_FOLLOWED_EVERY_S = 10.0  # on another machine
# How often the window hears of the progress while a file without an index is looked through.
READING_PROGRESS_S = 0.1


@dataclass(frozen=True, slots=True)
class IterationsStored:
    """The iterations that the file has recordings of, in ascending order; and the health of all."""

    iterations: tuple[int, ...]
    health: tuple[HealthSeries, ...] = ()


@dataclass(frozen=True, slots=True)
class IterationRead:
    """The recording of an iteration that was asked for comes with this; none if it is damaged."""

    iteration: int


class FileClient:
    """As a WorkerSupervisor, of a file: it tells what is in it, and what is written since.

    The newest recording is read by itself, each other one when it is asked for. ``wake`` is called
    in a thread of its own when there is something to take, and ``look`` with each recording before
    it can be taken.
    """

    def __init__(
        self,
        path: AnyPath,
        wake: Callable[[], None],
        look: Callable[[Recording], None] | None = None,
    ) -> None:
        self.submitted = 0
        self.path, self._wake, self._look = path, wake, look
        self.heard = 0.0  # when something was last written, as time.time() tells it
        self.is_closed = False  # whether the writer has said that no more comes
        self._received: deque[Received] = deque()
        self._wanted: SimpleQueue[int | None] = SimpleQueue()  # None to end
        self._places: dict[int, int] = {}  # of an iteration, the number of its recording
        self._known = self._told_programs = 0  # the recordings, and the programs, of it
        self._losses, self._health = FileLosses(), HealthCollection()
        self._series: tuple[HealthSeries, ...] = ()
        self._there: Whereabouts | None = None  # of a rank, as told last
        self._closed = self._is_empty = False
        self._told_progress = 0.0
        self._thread = threading.Thread(target=self._read, name="backprop_viz file", daemon=True)
        self._thread.start()

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """A file carries out no commands; the user need not be told each time."""
        return True

    def read(self, iteration: int) -> None:
        """Read the recording of an iteration; an IterationRead tells."""
        self._wanted.put(iteration)

    def ask_for_update(self) -> None:
        """A file does not wait."""

    def tell_painted(self) -> None:
        """A file does not wait."""

    def take(self) -> Received | None:
        """The oldest message that was not taken yet, and the recording that came with it."""
        return self._received.popleft() if self._received else None

    @property
    def ended(self) -> bool:
        """Whether there is no more to be told."""
        return not self._thread.is_alive() and not self._received

    def close(self) -> None:
        """Read no more."""
        self._closed = True
        self._wanted.put(None)
        self._thread.join(1.0)

    def _read(self) -> None:
        total = 1  # byte, of a file that cannot be reached
        try:
            with suppress(OSError, UserError):
                total = max(self.path.stat().st_size, total)
            self._tell(self._progress(0, total))
            with RecordingFile(self.path, self._report) as file:
                self._note(file)
                self._tell(RunAttached(_origin(file, self.path)))
                self._tell_new(file)
                self._tell(self._progress(total, total))
                self._tell(RunEnded(0))
                self._answer(file)
        except Cancelled:
            pass
        except Exception as error:  # in a thread of its own: nobody else would tell
            self._tell(self._progress(total, total))
            self._tell(notice_of(error))

    def _report(self, done: int, total: int) -> None:
        """Tell how far a file is looked through. Raises Cancelled once the window is closed."""
        if self._closed:
            raise Cancelled
        now = time.monotonic()
        if now - self._told_progress >= READING_PROGRESS_S:
            self._told_progress = now
            # The newest recording is to be read yet.
            self._tell(self._progress(min(done, total - 1), total))

    def _progress(self, done: int, total: int) -> Progress:
        return Progress(self.path.name, 1, 1, done, total)

    def _answer(self, file: RecordingFile) -> None:
        """Read what is asked for, and look for what is written since, until the end."""
        every_s = _FOLLOWED_EVERY_S if isinstance(self.path, Path) else FAR_FOLLOWED_EVERY_S
        while True:
            try:
                iteration = self._wanted.get(timeout=every_s)
            except Empty:
                more = False
                with suppress(UserError):  # out of reach just now
                    more = file.poll()
                if self._note(file) or more or self._losses.waits:
                    self._tell_new(file)
                continue
            if iteration is None:
                return
            self._tell_recording(file, iteration)

    def _tell_recording(self, file: RecordingFile, iteration: int) -> None:
        recording = None
        try:
            recording = file[self._places[iteration]]
        except (UserError, LookupError) as error:
            if isinstance(error, UserError):
                self._tell(notice_of(error))
        self._tell(IterationRead(iteration), recording)

    def _tell_new(self, file: RecordingFile) -> None:
        """Tell what is new: the iterations, the losses, and the newest recording."""
        news, places = file.news(), file.places
        if news.anew:
            self._places, self._known, self._health = {}, 0, HealthCollection()
            self._told_programs = 0
            if file.damaged_bytes:
                given = self.path.name, f"{file.damaged_bytes:,}"
                self._tell(notice_of(UserError(_PASSED_OVER, *given)))
        self._tell_whether_empty(file)
        for number in range(self._known, len(places)):
            self._places[places[number].iteration] = number
        fresh, self._known = range(self._known, len(places)), len(places)
        if news.health or news.anew:
            self._health.extend(news.health)
            self._series = self._health.series()
        self._tell(IterationsStored(tuple(sorted(self._places)), self._series))
        newest = self._newest(file, fresh)
        programs = file.programs[self._told_programs :]
        self._told_programs += len(programs)
        first = programs[0] if programs else Program(()) if news.anew else None
        self._tell(update := self._update(file, news, first), newest)
        for program in programs[1:]:
            self._tell(replace(update, program=program, points=(), scalars=(), opened=None))
        there, told = file.whereabouts, self._there
        if there is not None and there is not told:
            self._there = there
            self._tell(there)

    def _tell_whether_empty(self, file: RecordingFile) -> None:
        """Say that a file has no whole iteration; take that back once it has one."""
        there = file.places or file.health or file.whereabouts
        if self._is_empty and there:
            self._tell(Notice("withdrawn", subject=_EMPTY_SUBJECT))
        elif not self._is_empty and not there:
            text = _NONE_RECORDED if file.is_closed else _NONE_WHOLE
            if file.is_closed and len(file.losses[0]):
                text = _ONLY_LOSSES
            notice = notice_of(UserError(text, self.path.name))
            self._tell(replace(notice, subject=_EMPTY_SUBJECT))
        self._is_empty = not there

    def _newest(self, file: RecordingFile, fresh: range) -> Recording | None:
        """The newest of these recordings that can be read; it is said which after it cannot."""
        newest: Recording | None = None
        damaged: list[Exception] = []
        for number in reversed(fresh):
            try:
                newest = file[number]
                break
            except ValueError as error:
                damaged.append(error)
                iteration = file.places[number].iteration
                if self._places.get(iteration) == number:
                    del self._places[iteration]
            except UserError:  # out of reach just now
                return None
        if damaged:
            self._tell(IterationsStored(tuple(sorted(self._places)), self._series))
            told: Exception = damaged[0]
            if not self._places:
                told = UserError(_ALL_DAMAGED, self.path.name)
            elif newest is not None and len(damaged) > 1:
                told = UserError(_DAMAGED_AFTER, self.path.name, str(newest.iteration))
            self._tell(notice_of(told))
        return newest

    def _update(self, file: RecordingFile, news: FileNews, program: Program | None) -> Update:
        points, opened = self._losses.take(news)
        scalars = news.scalars
        if opened is not None and not news.anew:  # the window begins all curves again
            scalars = tuple(
                (name, int(i), number)
                for name, curve in file.scalars.items()
                for i, number in zip(*(column.tolist() for column in curve), strict=True)
            )
        newest = max(self._losses.newest, max(self._places, default=0))
        return Update(
            command=0,
            run=1,
            iteration=newest,
            due=Phase.ZERO_GRAD,
            program=program,
            points=points,
            scalars=scalars,
            opened=opened,
        )

    def _note(self, file: RecordingFile) -> bool:
        """Take note of when the file was last written; whether it was since."""
        before = self.heard
        with suppress(OSError, UserError):
            self.heard = self.path.stat().st_mtime
        if self.heard != before:
            self.is_closed = file.is_closed
        return self.heard != before

    def _tell(self, message: object, recording: Recording | None = None) -> None:
        if recording is not None and self._look is not None:
            self._look(recording)
        self._received.append((message, recording))
        with suppress(RuntimeError):  # a window that is destroyed meanwhile
            self._wake()


_EMPTY_SUBJECT = "file"
_NONE_WHOLE = QT_TRANSLATE_NOOP(
    "errors",
    "{0} ends before its first iteration does, so there is nothing to show. If a script still"
    " writes it, wait for the iteration; else copy the file again, or record the run again.",
)
_ONLY_LOSSES = QT_TRANSLATE_NOOP(
    "errors",
    "{0} has losses, but no iteration: none was recorded, or each was larger than the file may be."
    " Record the run again, with more bytes_in_all or less with keep= and only=.",
)
_NONE_RECORDED = QT_TRANSLATE_NOOP(
    "errors",
    "{0} was closed before an iteration was recorded, so there is nothing to show: record the run"
    " again, for longer.",
)
_PASSED_OVER = QT_TRANSLATE_NOOP(
    "errors", "{0} is damaged: {1} bytes of it cannot be read. The rest is shown."
)
_ALL_DAMAGED = QT_TRANSLATE_NOOP(
    "errors", "Every recording in {0} is damaged: choose another copy of the file."
)
_DAMAGED_AFTER = QT_TRANSLATE_NOOP(
    "errors", "The recordings after iteration {1} in {0} are damaged: choose an earlier one."
)


def _origin(file: RecordingFile, path: AnyPath) -> RunOrigin:
    known = file.origin or RunOrigin("file", path.name)
    return replace(known, kind="file", title=path.name)
