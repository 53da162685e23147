"""The line between the window's process and the worker's.

They are two processes, not two threads: a window that paints in Python holds the interpreter's
lock for most of the time, and training in the same process would wait for it at every torch call.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from queue import SimpleQueue
from typing import Any

from .core.records import Notice, Settings
from .messages import Command, Update


class Link:
    """The window's end: starts the worker's process, sends commands, collects what it says.

    Two threads do the sending and the reading, so that the window's own neither waits nor
    unpickles.
    """

    def __init__(self, settings: Settings) -> None:
        self.submitted = 0
        self._received: deque[Update | Notice] = deque()
        # A command, "frame" for a frame wanted, or None to end.
        self._outbox: SimpleQueue[Command | str | None] = SimpleQueue()
        self._closing = False
        self._threads = [
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True)
            for name, work in (("sender", lambda: self._send(settings)), ("reader", self._read))
        ]
        self._started = threading.Event()
        for thread in self._threads:
            thread.start()

    def submit(self, name: str, *arguments: Any) -> None:
        """Have the worker call its method ``name`` after the commands before."""
        self.submitted += 1
        self._outbox.put(Command(self.submitted, name, arguments))

    def ask_for_frame(self) -> None:
        """Tell the worker that the window is ready for another frame of training."""
        self._outbox.put("frame")

    def take(self) -> Update | Notice | None:
        """The oldest message that was not taken yet."""
        return self._received.popleft() if self._received else None

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
        """Start the process, which takes its time when it is the first, then send."""
        self._connection, theirs = multiprocessing.Pipe()
        process = _context().Process(target=serve, args=(theirs, settings), daemon=True)
        process.start()
        theirs.close()
        self._started.set()
        try:
            while (message := self._outbox.get()) is not None:
                self._connection.send(message)
        except OSError:
            pass  # the worker is gone: the reader tells
        finally:
            process.kill()
            process.join()
            process.close()

    def _read(self) -> None:
        self._started.wait()
        try:
            while True:
                self._received.append(self._connection.recv())
        except (EOFError, OSError):
            if not self._closing:
                self._received.append(Notice("worker_ended"))


def _context() -> SpawnContext | ForkServerContext:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # torch is imported once; the worker of every further window is a copy of that.
    context.set_forkserver_preload(["backprop_viz.worker"])
    return context


class Mailbox:
    """The worker's end. Sending never waits for the window."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._outbox: SimpleQueue[Update | Notice] = SimpleQueue()
        self._wanted = threading.Event()
        for name, work in (("reader", self._read), ("sender", self._send)):
            threading.Thread(target=work, name=f"backprop_viz {name}", daemon=True).start()

    def next_command(self) -> Command:
        """The next command; waits for one."""
        return self._commands.get()

    def has_command(self) -> bool:
        """Whether a command is waiting."""
        return not self._commands.empty()

    def frame_wanted(self) -> bool:
        """Whether the window has shown the last frame."""
        return self._wanted.is_set()

    def publish(self, update: Update) -> None:
        """Send how things stand."""
        self._wanted.clear()
        self._outbox.put(update)

    def tell(self, notice: Notice) -> None:
        """Have the user told."""
        self._outbox.put(notice)

    def _read(self) -> None:
        try:
            while True:
                message = self._connection.recv()
                if isinstance(message, Command):
                    self._commands.put(message)
                else:
                    self._wanted.set()
        except (EOFError, OSError):
            os._exit(0)  # the window is gone, and with it whoever this was for

    def _send(self) -> None:
        try:
            while True:
                self._connection.send(self._outbox.get())
        except OSError:
            os._exit(0)


def serve(connection: Connection, settings: Settings) -> None:
    """What the worker's process runs."""
    # Ctrl+C in a terminal reaches both processes; the window's is the one to answer it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mailbox = Mailbox(connection)
    try:
        from .worker import Worker

        Worker(mailbox, settings).run()
    except Exception as error:
        mailbox.tell(Notice("failed", (type(error).__name__, str(error))))
        raise
