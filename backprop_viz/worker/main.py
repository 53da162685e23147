"""What the worker's process runs."""

import faulthandler
import gc
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace

from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.flow_control import SWITCH_S
from backprop_viz.stream.messages import Begin
from backprop_viz.stream.pipe import pipe_ends
from backprop_viz.stream.wire import MessageReader
from backprop_viz.worker.channel import WorkerChannel

# A worker that is asked to end stays this long, so that the window can have the run saved.
ASKED_ENDS_WITHIN_S = 6.0


def serve() -> None:
    """What the worker's process runs."""
    leave_signals_to_the_window()
    with suppress(OSError, ValueError):
        faulthandler.enable()  # says where the process was when torch crashed it
    incoming, outgoing = pipe_ends(sys.argv[1:3])
    from backprop_viz.worker.loop import Worker

    reader = MessageReader(incoming)
    try:
        begin, _ = reader.read()
    except EOFError:
        return  # no window came of it
    sys.setswitchinterval(SWITCH_S)
    channel = WorkerChannel(reader, outgoing)
    threading.excepthook = lambda failed: _note(channel, failed.exc_value)
    # One that cannot be read is as one that asks for what cannot be had: the built-in digits serve.
    settings = begin.settings if isinstance(begin, Begin) else Settings()
    worker = Worker(channel, settings)
    # What is loaded by now stays: the collector need not go through all of torch now and then.
    gc.freeze()
    worker.run()


def _note(channel: WorkerChannel, error: BaseException | None) -> None:
    """Log the fault of another thread, for which no command waits."""
    if error is not None:
        channel.tell(replace(notice_of(error), code="noted"))


def leave_signals_to_the_window() -> None:
    """Stay alive for as long as the window may want the run saved."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _end_later)


def _end_later(number: int, frame: object) -> None:
    """End later, unless the window ends this process first."""

    def end() -> None:
        os._exit(128 + number)

    timer = threading.Timer(ASKED_ENDS_WITHIN_S, end)
    timer.daemon = True
    timer.start()
