"""Runs somebody's script in this process, as python would, and watches its training loop."""

import builtins
import os
import runpy
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Protocol

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

from backprop_viz.capture.live.discovery import living_optimizers, models_of, names_of
from backprop_viz.capture.live.script_arguments import Script
from backprop_viz.capture.live.source import script_program
from backprop_viz.capture.live.watch import Follower, Watch, kwargs_of_call
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.program import Program
from backprop_viz.recording.run_origin import RunOrigin
from backprop_viz.stream.messages import RunEnded


class ScriptFollower(Follower, Protocol):
    """Who follows a script."""

    def hold_at_start(self) -> None:
        """The first iteration is about to begin."""

    def ended(self, told: RunEnded, recording: Recording | None) -> None:
        """The script is over; the recording of an iteration that was not."""


def run_script(script: Script, follow: Callable[[RunOrigin, Program], ScriptFollower]) -> int:
    """Run a script to its end; returns its exit status.

    What it prints, reads and returns is its own. Raises KeyboardInterrupt if it did.
    """
    sys.argv[:] = [script.path if script.module else script.name, *script.arguments]
    sys.path[0] = os.getcwd() if script.module else str(Path(script.path).parent)
    source = Path(script.path).read_bytes()
    origin = RunOrigin(
        "script",
        script.title,
        path=script.path,
        arguments=script.arguments,
        host=socket.gethostname(),
        pid=os.getpid(),
    )
    follower = follow(origin, script_program(source.decode(errors="replace"), script.path))
    found = _Discovery(follower)
    told = RunEnded(0)
    try:
        if script.module:
            runpy.run_module(script.name, run_name="__main__", alter_sys=True)
        else:
            _run_file(source, script.path)
    except SystemExit as end:
        told = RunEnded(_status_of(end))
        return told.status
    except KeyboardInterrupt:
        told = RunEnded(128 + signal.SIGINT, "KeyboardInterrupt")
        raise
    except BaseException as error:
        told = _failed(error, script.path)
        return 1
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        follower.ended(told, found.close())
    return 0


def _run_file(source: bytes, path: str) -> None:
    """Run a file's source as the main module, which it stays."""
    main = ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=builtins, __spec__=None, __cached__=None)
    sys.modules["__main__"] = main
    exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)


class _Discovery:
    """Waits for the first model that trains, and watches it from then on."""

    def __init__(self, follower: ScriptFollower) -> None:
        self._follower = follower
        self._watch: Watch | None = None
        self._handle = register_module_forward_pre_hook(self._called)

    def _called(self, module: nn.Module, args: Any) -> None:
        """A module is called: the outermost of a call comes first."""
        if not torch.is_grad_enabled() or not any(p.requires_grad for p in module.parameters()):
            return
        optimizers = [one for one in living_optimizers() if _can_step(one)]
        if not optimizers:
            return
        self._handle.remove()
        models = names_of(models_of(optimizers, module))
        self._watch = Watch(models, optimizers, self._follower)
        self._follower.hold_at_start()
        loop = self._watch.begin()
        if loop is not None:
            loop.model_runs(module, args, kwargs_of_call())

    def close(self) -> Recording | None:
        self._handle.remove()
        return None if self._watch is None else self._watch.close()


def _can_step(optimizer: Any) -> bool:
    return any(p.requires_grad for group in optimizer.param_groups for p in group["params"])


def _status_of(end: SystemExit) -> int:
    """The exit status, as python makes it of the code; a text is printed."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    print(end.code, file=sys.stderr)
    return 1


def _failed(error: BaseException, path: str) -> RunEnded:
    """Print an exception as python would, without our own frames, and tell of it."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    shown = trace or error.__traceback__
    sys.excepthook(type(error), error.with_traceback(shown), shown)
    lines = [frame.lineno for frame in traceback.extract_tb(shown) if frame.filename == path]
    details = "".join(traceback.format_exception(type(error), error, shown))
    said = f"{type(error).__name__}: {error}"
    return RunEnded(1, said, details, lines[-1] if lines else None)
