"""``backprop-viz run``: somebody's script in this process, with a window that follows it."""

import sys
from collections.abc import Sequence

from backprop_viz.capture.live.file_follower import into_file, own_file
from backprop_viz.capture.live.follower import ScriptFollower
from backprop_viz.capture.live.listening import listen_for_windows
from backprop_viz.capture.live.live_run import LiveRun
from backprop_viz.capture.live.model_loop import ModelLoop
from backprop_viz.capture.live.script import run_script, run_watched
from backprop_viz.capture.live.script_arguments import Script
from backprop_viz.capture.live.window import start_window
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin


def run_beside_window(
    script: Script,
    *,
    goes: bool = False,
    every: int | None = None,
    only: Sequence[str] = (),
    first: int = 1,
    theme: str | None = None,
    language: str | None = None,
) -> int:
    """Run a script with a window beside it; returns its exit status, or raises its SystemExit.

    ``goes``: it is not held at its first iteration. ``first``: the iterations before run freely.
    ``theme`` and ``language``: as ``start_window`` has them.
    """
    of_every = () if every is None else ("--every", str(every))
    options = (*of_every, *(told for pattern in only for told in ("--only", pattern)))
    if goes and first > 1:
        every = every or 1

    def follow(origin: RunOrigin, program: Program) -> ScriptFollower:
        _, incoming, outgoing = start_window(theme, language, options)
        return LiveRun(
            (incoming, outgoing),
            origin,
            program,
            runs_freely=goes,
            every=every,
            first=first,
        )

    return run_script(script, follow, only)


def run_model_file(path: str, theme: str | None, language: str | None) -> int:
    """Open a window on the training of the model that a file makes; returns the exit status."""

    def follow(origin: RunOrigin, program: Program) -> LiveRun:
        _, incoming, outgoing = start_window(theme, language)
        return LiveRun((incoming, outgoing), origin, program)

    return run_watched(Script(path), "model", follow, ModelLoop)


def run_listening(
    script: Script, address: str, every: int | None, only: Sequence[str] = (), first: int = 1
) -> int:
    """Run a script to which a window attaches when it likes; each rank at a port of its own.

    Returns its exit status, or raises its SystemExit.
    """

    def follow(origin: RunOrigin, program: Program) -> ScriptFollower:
        return listen_for_windows(address, origin, program, every=every, first=first)[0]

    try:
        return run_script(script, follow, only)
    except UserError as error:  # before the script ran: what it raises does not come here
        print(f"backprop-viz run: {error}", file=sys.stderr)
        return 2


def run_into_file(
    script: Script, path: str, every: int, only: Sequence[str] = (), first: int = 1
) -> int:
    """Run a script without a window; every ``every``-th iteration from ``first`` on goes to a file.

    Returns its exit status, or raises its SystemExit.
    """
    try:
        # Before the script runs: a file that cannot be written is told at once.
        RecordingFileWriter(own_file(path)).close()
    except UserError as error:
        print(f"backprop-viz run: {error}", file=sys.stderr)
        return 2
    return run_script(script, into_file(path, every, first), only)
