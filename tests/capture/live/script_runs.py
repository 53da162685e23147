"""Runs scripts plain, and under ``run`` with a window that the test plays itself."""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import Command
from backprop_viz.stream.messages import Update, UpdateWanted
from backprop_viz.stream.wire import MessageReader, MessageWriter, NumberedCommand, send
from tests.forked_process import FORKS, ForkServer

SCRIPTS = Path(__file__).parent / "scripts"
# After this time a script that hangs is ended, and its test fails.
PATIENCE_S = 300.0

# As ``python SCRIPT ARGUMENTS``, in a process that has imported torch already.
PLAIN = """
import os, runpy, sys
del sys.argv[0]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# Before that: what it prints goes nowhere, for a script that is not waited for.
_UNREAD = """
import os
for stream in (1, 2):
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
"""
# Before that: the gradients that each step of an optimizer finds, and the weights that it leaves,
# of all its groups in order, go into files named by the number of the step.
_DUMPED = """
import numpy, sys
from torch.optim.optimizer import register_optimizer_step_post_hook as after
folder, steps = sys.argv.pop(1), []
def stepped(optimizer, *_):
    steps.append(optimizer)
    owned = [p for group in optimizer.param_groups for p in group["params"]]
    with open(f"{folder}/{len(steps)}", "wb") as file:
        for tensor in (*[p.grad for p in owned], *[p.detach() for p in owned]):
            numpy.save(file, tensor.numpy())
after(stepped)
"""
# ``backprop-viz ARGUMENTS``, whose window is the test's.
FOLLOWED = """
import os, sys
from backprop_viz.capture.live import command
ends = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
command.start_window = lambda *_: (None, *ends)
sys.path.insert(0, "")
from backprop_viz.__main__ import main
sys.exit(main(sys.argv[3:]))
"""
RUN = """
import sys
sys.path.insert(0, "")
from backprop_viz.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
_IMPORTS = "import torch, torch._dynamo, backprop_viz.capture.live.command"


@dataclass
class Ended:
    """How a process ended, and what it printed."""

    status: int
    printed: str

    def __post_init__(self) -> None:
        # At its end Triton, which a torch with CUDA has, may tell of leaks of its own.
        self.printed = self.printed.partition("nanobind: leaked ")[0]


class Scripts:
    """Starts scripts; by day they are forked from a process that has imported torch."""

    def __init__(self) -> None:
        self._server: Any = ForkServer(_IMPORTS, {}, for_all=True) if FORKS else subprocess

    def close(self) -> None:
        if self._server is not subprocess:
            self._server.close()

    def plain(self, script: Path, *arguments: str, dumped: Path | None = None) -> Ended:
        """The script as python runs it. ``dumped``: a folder for what its optimizers do."""
        if dumped is None:
            return ended_process(self.start(PLAIN, [str(script), *arguments]))
        return ended_process(self.start(_DUMPED + PLAIN, [str(dumped), str(script), *arguments]))

    def started(self, script: Path, *arguments: str) -> Any:
        """The process of a script, in a session of its own; nobody reads what it prints."""
        return self.start(_UNREAD + PLAIN, [str(script), *arguments], new_session=True)

    def recorded(self, *arguments: str) -> Ended:
        """``backprop-viz run ARGUMENTS``, which opens no window: into a file, as they say."""
        return ended_process(self.start(RUN, ["run", *arguments]))

    def together(
        self, script: Path, *arguments: str, environments: Sequence[Mapping[str, str]]
    ) -> list[Ended]:
        """The script in several processes at a time, each with an environment of its own."""
        command = [str(script), *arguments]
        processes = [self.start(PLAIN, command, more=more) for more in environments]
        return [ended_process(process) for process in processes]

    @contextmanager
    def followed(
        self, *arguments: str, folder: Path | None = None, command: str = "run"
    ) -> Iterator["ScriptsWindow"]:
        """``backprop-viz run ARGUMENTS``, or another command or none, with a window in here."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends = [theirs_in, theirs_out]
        given = [command, *arguments] if command else arguments
        process = self.start(FOLLOWED, [*map(str, ends), *given], ends, folder)
        os.close(theirs_in)
        os.close(theirs_out)
        window = ScriptsWindow(process, ours_in, ours_out)
        try:
            yield window
        finally:
            window.stop()

    def start(
        self,
        code: str,
        arguments: Sequence[str],
        files: Sequence[int] = (),
        folder: Path | None = None,
        more: Mapping[str, str] | None = None,
        new_session: bool = False,
    ) -> Any:
        """A process that runs this code with these arguments and files, in that folder."""
        path = os.pathsep.join(filter(None, sys.path))
        return self._server.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": path, **(more or {})},
            pass_fds=files,
            cwd=None if folder is None else str(folder),
            start_new_session=new_session,
        )


@cache
def shared_scripts() -> Scripts:
    """The one of this process, until it ends."""
    scripts = Scripts()
    atexit.register(scripts.close)
    return scripts


def ended_process(process: Any) -> Ended:
    """How it ended, once it has; what it printed includes its errors."""
    with process.stdout:
        printed = process.stdout.read().decode()
    return Ended(process.wait(PATIENCE_S), printed)


class ScriptsWindow:
    """The window's end of a script's line."""

    def __init__(self, process: Any, incoming: int, outgoing: int) -> None:
        self.process = process
        self.messages: list[object] = []
        self.recordings: dict[int, Recording] = {}  # the longest of each iteration
        self.keeps_up = True
        self._in, self._out = os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")
        self._reader, self._writer, self._number = MessageReader(self._in), MessageWriter(), 0
        self._printed, self._news = "", threading.Condition()
        self._printing = threading.Thread(target=self._read_printed)
        self._printing.start()
        self._patience = threading.Timer(PATIENCE_S, process.kill)
        self._patience.start()

    def next(self) -> object:
        """The next message. Raises EOFError at the end."""
        message, recording = self._reader.read()
        self.messages.append(message)
        if recording is not None:
            self.recordings[recording.iteration] = recording
        if isinstance(message, Update) and self.keeps_up:
            self.send(UpdateWanted())
        return message

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The first message that is wanted; those before it are kept too."""
        while not wanted(message := self.next()):
            pass
        return message

    def command(self, command: Command) -> int:
        """Give a command; its number."""
        self._number += 1
        self.send(NumberedCommand(self._number, command))
        return self._number

    def carried_out(self, command: Command) -> Update:
        """Give a command; the update that says that the script is held after it."""
        number = self.command(command)
        update: Update = self.until(
            lambda told: isinstance(told, Update) and told.command == number and not told.training
        )
        return update

    def held(self) -> Update:
        """The next update that says that the script is held."""
        update: Update = self.until(lambda told: isinstance(told, Update) and not told.training)
        return update

    def wait_until_printed(self, text: str) -> None:
        """Wait until the script has printed this."""
        with self._news:
            assert self._news.wait_for(lambda: text in self._printed, PATIENCE_S)

    def interrupt(self, once_printed: str) -> None:
        """Send Ctrl+C once the script has printed this."""
        self.wait_until_printed(once_printed)
        os.kill(self.process.pid, signal.SIGINT)

    def rest(self) -> None:
        """Everything until the script's end."""
        try:
            while True:
                self.next()
        except EOFError:
            pass

    def close(self) -> None:
        """Close the window."""
        self._in.close()
        with suppress(OSError):  # the script may be gone before it has read all
            self._out.close()

    def ended(self) -> Ended:
        """How the script ended, once it has."""
        status = self.process.wait(PATIENCE_S)
        self._printing.join(PATIENCE_S)
        return Ended(status, self._printed)

    def stop(self) -> None:
        """End the script, if it has not ended."""
        self._patience.cancel()
        self._patience.join()
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self._printing.join(PATIENCE_S)
        self.close()

    def _read_printed(self) -> None:
        with self.process.stdout as stream:
            while data := stream.read(4096):
                with self._news:
                    self._printed += data.decode()
                    self._news.notify_all()

    def send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # the script has ended; what it sent last can be read
            send(self._out, self._writer.pieces(message))
