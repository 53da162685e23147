"""The line between the window's process and the worker's.

They are two processes, not two threads: a window that paints in Python holds the interpreter's
lock for most of the time, and training in the same process would wait for it at every torch call.
"""

import gc
import os
import pickle
import signal
import sys
import threading
from array import array
from collections import deque
from contextlib import suppress
from queue import Queue, SimpleQueue
from typing import IO, Any

from .core.records import Notice, Settings
from .messages import Answer, Command, Update
from .worker_process import take

# From so many bytes on an array is sent beside its message.
LARGE = 4096
# The worker sends as many small updates as this before it hears that some were shown; to hear it
# costs training more than to send one. Together they are far smaller than what a pipe holds.
UPDATES_AHEAD = 8
# The threads that send and read wait no longer than this for the one that trains, or paints.
SWITCH_S = 0.001


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
        return all(thread.is_alive() for thread in self._threads)

    def close(self, timeout_s: float) -> None:
        """End the worker, whatever it is doing: it keeps nothing that is worth waiting for."""
        self._closing = True
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(timeout_s)

    def _send(self, settings: Settings) -> None:
        """Have a process, which may take its time to start, then send."""
        self.process = process = take()
        assert process.stdin is not None
        assert process.stdout is not None
        self._output = process.stdout
        self._started.set()
        # A broken pipe means that the worker is gone: the reader tells.
        with suppress(OSError):
            _put(process.stdin, settings)
            while (message := self._outbox.get()) is not None:
                _put(process.stdin, message)
        process.kill()
        process.wait()
        with suppress(OSError):
            process.stdin.close()

    def _read(self) -> None:
        self._started.wait()
        with self._output, suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                self._received.append(_get(self._output))
        if not self._closing:
            self._received.append(Notice("worker_ended"))


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
        try:
            while True:
                message = _get(self._incoming)
                if isinstance(message, Command):
                    self._commands.put(message)
                if message == "frame":
                    self._heard = self._sent
                else:
                    self._painted.set()
        except (EOFError, OSError):
            os._exit(0)  # the window is gone, and with it whoever this was for

    def _send(self) -> None:
        while True:
            message = self._outbox.get()
            with self._line:
                self._write(message)
            del message  # not kept until there is another
            self._outbox.task_done()

    def _write(self, message: Update | Notice | Answer) -> None:
        try:
            _put(self._outgoing, message)
        except OSError:
            os._exit(0)  # the window is gone


def serve() -> None:
    """What the worker's process runs; the line is its standard input and output."""
    # Ctrl+C in a terminal reaches both processes; the window's is the one to answer it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever is printed from here on goes where errors go, not into the line.
    os.dup2(2, 1)
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
