"""Runs somebody's script in this process, as python would, and watches its training loop."""

import builtins
import os
import runpy
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol, TypeVar

import torch

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.code.own_frames import without_our_frames
from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.live.ending import ended_by
from backprop_viz.capture.live.follower import ScriptFollower
from backprop_viz.capture.live.model_loop import ModelFileError, refuse_own_loop
from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.capture.live.script_arguments import Script
from backprop_viz.capture.live.script_training import ScriptTraining
from backprop_viz.capture.live.source import script_program
from backprop_viz.capture.watches.warned_lines import let_ours_through
from backprop_viz.recording.errors import UserError, as_value
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import RunEnded


class ScriptWatcher(Protocol):
    """Who watches the training in a script."""

    def ran(self, path: str, namespace: dict[str, Any]) -> None:
        """The script has run to its end; these are its variables."""

    def explain(self, error: BaseException) -> None:
        """Say in the recording which tensor an exception is about, if torch has raised it."""

    def is_wanted(self) -> bool:
        """Whether anybody wants it to go on; else that it is interrupted is no error."""

    def close(self) -> Recording | None:
        """Watch no longer; what was recorded of an iteration that is not over."""


def run_script(
    script: Script,
    follow: Callable[[RunOrigin, Program], ScriptFollower],
    only: Sequence[str] = (),
) -> int:
    """Run a script to its end, and watch the first model that trains in it.

    ``only``: of which modules numbers are recorded, as ``ModuleChoice`` says; none stands for all.
    Returns its exit status, as ``run_watched``.
    """
    return run_watched(script, "script", follow, lambda found: ScriptTraining(found, only))


AnyFollower = TypeVar("AnyFollower", bound=ScriptFollower)


def run_watched(
    script: Script,
    kind: Literal["script", "model"],
    follow: Callable[[RunOrigin, Program], AnyFollower],
    watch: Callable[[AnyFollower], ScriptWatcher],
) -> int:
    """Run a script to its end; returns its exit status.

    What it prints, reads and returns is its own. Its SystemExit comes through, and its
    KeyboardInterrupt, of which python then says no more: it is said already.
    """
    sys.argv[:] = [script.path if script.module else script.name, *script.arguments]
    sys.path[0] = os.getcwd() if script.module else str(Path(script.path).parent)
    name_of(torch.add)  # torch's table of names, made now
    let_ours_through()
    source = Path(script.path).read_bytes()
    title = script.title if kind == "script" else os.path.basename(script.path)
    origin = RunOrigin.of_this_process(kind, title, script.path, script.arguments, *own_rank())
    text = source.decode(errors="replace")
    edited = text.rstrip("\n") if kind == "model" else ""
    follower = follow(origin, script_program(text, script.path, edited))
    found = watch(follower)
    told, ran = RunEnded(0), False
    try:
        _become_main(script.path)
        if script.module:
            # What python itself calls for -m.
            runpy._run_module_as_main(script.name)  # type: ignore[attr-defined]
        else:
            code = compile(source, script.path, "exec", dont_inherit=True)
            if kind == "model":
                refuse_own_loop(text, script.path)
            exec(code, sys.modules["__main__"].__dict__)
        ran = True
        found.ran(script.path, sys.modules["__main__"].__dict__)
    except SystemExit as end:
        told = RunEnded(_status_of(end))
        if kind == "model" and not ran:
            told = _ended_early(end, script.path)
        raise
    except KeyboardInterrupt as error:
        if not found.is_wanted():
            return 0
        told = _failed(error, follower.place.path, 128 + signal.SIGINT)
        sys.excepthook = lambda *_: None
        raise
    except ModelFileError as error:
        print(f"backprop-viz: {error}", file=sys.stderr)
        told = RunEnded(1, as_value(error), line=error.line)
        return 1
    except BaseException as error:
        with OURS:
            found.explain(error)
        told = _failed(error, follower.place.path, 1)
        return 1
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        left = None
        with OURS:
            left = found.close()
        with OURS:
            # One that raised unrecorded has an error, but no phase.
            recorded = left is not None and (bool(left.spans) or left.error is None)
            follower.ended(replace(told, recorded=recorded), left)
    return 0


def _become_main(path: str) -> None:
    """Give the script a main module of its own, with what python puts into one."""
    ours, main = vars(sys.modules["__main__"]), ModuleType("__main__")
    main.__dict__.update(
        __file__=path,
        __builtins__=builtins,
        __cached__=None,
        __loader__=SourceFileLoader("__main__", path),
    )
    if "__annotations__" in ours:
        main.__annotations__ = {}
    sys.modules["__main__"] = main


def _status_of(end: SystemExit) -> int:
    """The exit status that python makes of the code."""
    if end.code is None:
        return 0
    return end.code & 0xFF if isinstance(end.code, int) else 1


def _ended_early(end: SystemExit, path: str) -> RunEnded:
    """What is told of a model's file that ends the process, as by sys.exit."""
    text = QT_TRANSLATE_NOOP("errors", "{0} ended the process before it had made a model.")
    said = as_value(UserError(text, os.path.basename(path)))
    return replace(ended_by(end, path, _status_of(end)), error=said, details="")


def _failed(error: BaseException, path: str, status: int) -> RunEnded:
    """Print an exception as python would, without our own frames, and tell of it."""
    without_our_frames(error)
    sys.excepthook(type(error), error, error.__traceback__)
    return ended_by(error, path, status)
