"""The line between the window's process and the worker's.

They are two processes, not two threads: a window that paints in Python holds the interpreter's
lock for most of the time, and training in the same process would wait for it at every torch call.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue, SimpleQueue
from typing import IO, Any

from .core.records import Notice, Settings
from .messages import Answer, Command, Update
from .worker_process import WorkerProcess, line, take

# From so many bytes on an array is sent beside its message.
LARGE = 4096
# The worker sends as many small updates as this before it hears that some were shown; to hear it
# costs training more than to send one. Together they are far smaller than what a pipe holds.
UPDATES_AHEAD = 8
# The threads that send and read wait no longer than this for the one that trains, or paints.
SWITCH_S = 0.001
# A process that has closed its line has so long to end; and one that was asked to end, which the
# window may have been as well, in which to have it save the run.
ENDS_WITHIN_S = 2.0
ASKED_ENDS_WITHIN_S = 6.0


class Link:
    """The window's end: starts the worker's process, sends commands, collects what it says.

    Two threads do the sending and the reading, so that the window's own neither waits nor
    unpickles.
    """

    def __init__(self, settings: Settings) -> None:
        self.submitted = 0
        self._received: deque[Update | Notice | Answer] = deque()
        # A command, "frame" for a frame wanted, "painted", or None to end.
        self._outbox: SimpleQueue[Command | str | None] = SimpleQueue()
        self._closing = False
        # What was taken since the worker was told that it is shown.
        self._taken = 0
        self._stopped = False  # the newest update taken is not of training
        self._threads = [
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True)
            for name, work in (("sender", lambda: self._send(settings)), ("reader", self._read))
        ]
        sys.setswitchinterval(SWITCH_S)
        self._started = threading.Event()
        self._worker: WorkerProcess | None = None
        for thread in self._threads:
            thread.start()

    def submit(self, name: str, *arguments: Any) -> None:
        """Have the worker call its method ``name`` after the commands before."""
        self.submitted += 1
        self._outbox.put(Command(self.submitted, name, arguments))

    def ask_for_frame(self) -> None:
        """Tell the worker, if it waits for it or soon will, that what was taken is shown."""
        if self._taken >= UPDATES_AHEAD // 2:
            self._taken = 0
            self._outbox.put("frame")

    def tell_painted(self) -> None:
        """Tell the worker, which may wait for it, that what was taken before is painted."""
        if self._stopped:
            self._stopped = False
            self._outbox.put("painted")

    def take(self) -> Update | Notice | Answer | None:
        """The oldest message that was not taken yet."""
        message = self._received.popleft() if self._received else None
        if isinstance(message, Update):
            self._taken += 1 if message.recording is None else UPDATES_AHEAD
            self._stopped = not message.training
        return message

    @property
    def has_message(self) -> bool:
        """Whether there is a message to take."""
        return bool(self._received)

    @property
    def alive(self) -> bool:
        """Whether the worker may still say something."""
        return self._threads[1].is_alive()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The worker's process, which there is once it was started."""
        assert self._worker is not None
        return self._worker.process

    def close(self, timeout_s: float) -> None:
        """End the worker, whatever it is doing: it keeps nothing that is worth waiting for."""
        self._closing = True
        self._outbox.put(None)
        if self._worker is not None:
            self._worker.process.kill()  # it may not read any more what it is sent
        for thread in self._threads:
            thread.join(timeout_s)

    def _send(self, settings: Settings) -> None:
        """Have a process, which may take its time to start, then send; always tells the reader."""
        try:
            self._worker = take()
        except OSError as error:
            self._ended(error.strerror or str(error))
            return
        finally:
            self._started.set()
        process, outgoing = self._worker.process, self._worker.outgoing
        try:
            # A broken pipe means that the worker is gone: the reader tells.
            with suppress(OSError):
                _put(outgoing, settings)
                while (message := self._outbox.get()) is not None:
                    _put(outgoing, message)
        finally:
            process.kill()
            process.wait()
            with suppress(OSError):
                outgoing.close()

    def _read(self) -> None:
        """Receive what the worker says, to the end; then say why it ended."""
        self._started.wait()
        if self._worker is None:
            return
        reason = ""
        try:
            with self._worker.incoming as incoming:
                while True:
                    self._received.append(_get(incoming))
        except (EOFError, OSError):
            pass
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
        finally:
            self._ended(reason or _how_ended(self._worker.process))
            self._outbox.put(None)  # the sender waits for something to send

    def _ended(self, reason: str) -> None:
        """Tell that there is no worker, and why, if that is not what was wanted."""
        if not self._closing:
            self._received.append(Notice("worker_ended", (reason,)))


def _how_ended(process: subprocess.Popen[bytes]) -> str:
    """The signal or the exit status of a process that has closed its line."""
    try:
        status = process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        return "it closed its line"
    if status < 0:
        with suppress(ValueError):
            return signal.Signals(-status).name
    return f"exit status {status}"


def _put(stream: IO[bytes], message: object) -> None:
    """Send a message; large arrays are beside the pickle, so that they are read where they stay.

    In one piece: a thread that writes again and again takes the interpreter from the one that
    trains each time.
    """
    beside: list[memoryview] = []

    def goes_inside(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes >= LARGE:
            beside.append(raw)
        return raw.nbytes < LARGE

    head = pickle.dumps(message, 5, buffer_callback=goes_inside)
    sizes = array("Q", [len(head), *(raw.nbytes for raw in beside)])
    stream.write(b"".join((array("Q", [len(sizes)]), sizes, head, *beside)))
    stream.flush()


def _get(stream: IO[bytes]) -> Any:
    """The next message; its large arrays are read-only. Raises EOFError where there is none."""
    count = _exactly(stream, 8)
    size, *sizes = array("Q", _exactly(stream, 8 * int.from_bytes(count, sys.byteorder)))
    head = _exactly(stream, size)
    return pickle.loads(head, buffers=[_exactly(stream, size) for size in sizes])


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


class Mailbox:
    """The worker's end. Sending never waits for the window."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._outbox: Queue[Update | Notice | Answer] = Queue()
        self._line = threading.Lock()  # held by the one that writes
        self._painted = threading.Event()  # what was sent last is, or a command came since
        # How many updates were sent, a recording as if it were all that may be under way; and how
        # many of them when the window last said that it keeps up. Each is changed by one thread.
        self._sent, self._heard = 0, -UPDATES_AHEAD
        for name, work in (("reader", self._read), ("sender", self._send)):
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True).start()

    def next_command(self) -> Command:
        """The next command; waits for one."""
        return self._commands.get()

    def has_command(self) -> bool:
        """Whether a command is waiting."""
        return not self._commands.empty()

    def frame_wanted(self) -> bool:
        """Whether the window keeps up with what it is sent."""
        return self._sent - self._heard < UPDATES_AHEAD

    def publish(self, update: Update) -> None:
        """Send how things stand."""
        self._painted.clear()
        # The window that wants a frame has taken nearly all that was sent: the line has room for a
        # few numbers, and to wake the sender takes longer than to write them.
        at_once = self.frame_wanted() and update.recording is None
        self._sent += 1 if update.recording is None else UPDATES_AHEAD
        if at_once and not self._outbox.unfinished_tasks and self._line.acquire(blocking=False):
            try:
                self._write(update)
            finally:
                self._line.release()
        else:
            self._outbox.put(update)

    def wait_painted(self, longest_s: float) -> None:
        """Wait until the window has painted what was published last, or wants something else."""
        if not self.has_command():
            self._painted.wait(longest_s)

    def tell(self, notice: Notice) -> None:
        """Have the user told."""
        self._outbox.put(notice)

    def answer(self, answer: Answer) -> None:
        """Send what the window asked for."""
        self._outbox.put(answer)

    def _read(self) -> None:
        with _or_end():
            while True:
                message = _get(self._incoming)
                if isinstance(message, Command):
                    self._commands.put(message)
                if message == "frame":
                    self._heard = self._sent
                else:
                    self._painted.set()

    def _send(self) -> None:
        with _or_end():
            while True:
                message = self._outbox.get()
                with self._line:
                    self._write(message)
                del message  # not kept until there is another
                self._outbox.task_done()

    def _write(self, message: Update | Notice | Answer) -> None:
        with _or_end():
            _put(self._outgoing, message)


@contextmanager
def _or_end() -> Iterator[None]:
    """End the process where the line to the window does, or where nothing more can go over it.

    The window is told then; of a thread that ended alone it would wait for ever to hear.
    """
    try:
        yield
    except (EOFError, OSError):
        os._exit(0)  # the window is gone, and with it whoever this was for
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def serve() -> None:
    """What the worker's process runs."""
    _leave_signals_to_the_window()
    incoming, outgoing = line(sys.argv[1:3])
    from .worker import Worker

    try:
        settings = _get(incoming)
    except EOFError:
        return  # no window came of it
    sys.setswitchinterval(SWITCH_S)
    mailbox = Mailbox(incoming, outgoing)
    worker = Worker(mailbox, settings)
    # What is loaded by now stays: the collector need not go through all of torch now and then.
    gc.freeze()
    worker.run()


def _leave_signals_to_the_window() -> None:
    """Be there for as long as the window may want its run saved, whatever both are sent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _end_later)


def _end_later(number: int, frame: object) -> None:
    """End of a signal that was meant for this process alone, as the window has not ended it."""

    def end() -> None:
        os._exit(128 + number)

    timer = threading.Timer(ASKED_ENDS_WITHIN_S, end)
    timer.daemon = True
    timer.start()
