"""The run of a recording file, in the place of a worker: it is read in a thread of its own."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from backprop_viz.recording.drawing_training import DrawingTrainingState
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.recording_file import RecordingFile
from backprop_viz.recording.history import Curves
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices import notice_of
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.program import Program
from backprop_viz.recording.recording_cache import KeptIterations
from backprop_viz.recording.run_origin import RunOrigin
from backprop_viz.stream.commands import Command
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from backprop_viz.stream.wire import Received

# A file that is still written is looked at so often.
_FOLLOWED_EVERY_S = 1.0


class FileClient:
    """As a WorkerSupervisor, of a file: it tells what is in it, and what is written since.

    As many recordings as the window keeps are read, the newest; those before them are left out.
    ``wake`` is called in a thread of its own when there is something to take.
    """

    def __init__(self, path: Path, wake: Callable[[], None]) -> None:
        self.submitted = 0
        self._path, self._wake = path, wake
        self._received: deque[Received] = deque()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._read, name="backprop_viz file", daemon=True)
        self._thread.start()

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """A file does nothing; that is not told each time."""
        return True

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
        self._closed.set()
        self._thread.join(1.0)

    def _read(self) -> None:
        try:
            with RecordingFile(self._path) as file:
                self._tell(RunAttached(_origin(file, self._path)))
                told = self._tell_new(file, 0)
                self._tell(RunEnded(0))
                while not self._closed.wait(_FOLLOWED_EVERY_S):
                    if file.poll():
                        told = self._tell_new(file, min(told, len(file)))
        except Exception as error:  # in a thread of its own: nobody else would tell
            self._tell(notice_of(error))

    def _tell_new(self, file: RecordingFile, told: int) -> int:
        """Tell the losses, and the recordings from number ``told`` on; how many there are."""
        first, room = len(file), KeptIterations().budget
        while first > told and (room > 0 or first == len(file)):
            first -= 1
            room -= file.places[first].length
        for number in range(first, len(file)):
            if self._closed.is_set():
                break
            with suppress(UserError):  # a damaged one is not there
                self._tell(_update(file), file[number])
                time.sleep(0)  # the window takes its turn
        if first == len(file):
            self._tell(_update(file))
        return len(file)

    def _tell(self, message: object, recording: Recording | None = None) -> None:
        self._received.append((message, recording))
        with suppress(RuntimeError):  # a window that is destroyed meanwhile
            self._wake()


def _origin(file: RecordingFile, path: Path) -> RunOrigin:
    known = file.origin or RunOrigin("file", path.name)
    return replace(known, kind="file", title=path.name)


def _update(file: RecordingFile) -> Update:
    iterations, losses = file.losses
    count = int(iterations.max(initial=0))
    curve = np.full(count, np.nan)
    curve[iterations[iterations > 0] - 1] = losses[iterations > 0]
    none = np.empty(0)
    return Update(
        command=0,
        run=1,
        kept=0,
        settings=None,
        iteration=count,
        due=Phase.ZERO_GRAD,
        training=False,
        rate=0.0,
        prediction=None,
        drawing_training=DrawingTrainingState(),
        program=file.program or Program(()),
        points=[],
        validation=[],
        opened=Curves(curve, np.full(count, np.nan), none, none, none),
    )
