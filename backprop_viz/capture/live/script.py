"""Runs somebody's script in this process, as python would, and watches its training loop."""

import builtins
import os
import runpy
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol, TypeVar
from weakref import WeakSet

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from backprop_viz.capture.code.calling_frames import kwargs_of_call
from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.live.discovery import living_optimizers, models_of, names_of
from backprop_viz.capture.live.early_clearing import EarlyClearing
from backprop_viz.capture.live.ending import ended_by
from backprop_viz.capture.live.loop_place import LoopPlace
from backprop_viz.capture.live.model_loop import ModelFileError
from backprop_viz.capture.live.own_frames import without_our_frames
from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.capture.live.script_arguments import Script
from backprop_viz.capture.live.source import script_program
from backprop_viz.capture.live.watch import Follower, Watch
from backprop_viz.capture.watches.optimizers_made import optimizers_made_seen
from backprop_viz.capture.watches.warned_lines import let_ours_through
from backprop_viz.recording.errors import ArgumentError, UserError, as_value
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import RunEnded


class ScriptFollower(Follower, Protocol):
    """Who follows a script; ``place`` has the file that its loop is in."""

    place: LoopPlace

    def hold_at_start(self) -> None:
        """The first iteration is about to begin."""

    def ended(self, told: RunEnded, recording: Recording | None) -> None:
        """The script is over; the recording of an iteration that was not."""


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
    return run_watched(script, "script", follow, lambda found: _Discovery(found, only))


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
        found.explain(error)
        told = _failed(error, follower.place.path, 1)
        return 1
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        follower.ended(told, found.close())
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


class _Discovery:
    """Waits for the first model that trains, and watches it until others train in its place."""

    def __init__(self, follower: ScriptFollower, only: Sequence[str] = ()) -> None:
        self._follower, self._only = follower, only
        # torch warns of such hooks when it calls what it has compiled; the script has set none.
        warnings.filterwarnings("ignore", "Using `torch.compile")
        self._watch: Watch | None = None
        # The optimizers that are watched, all that ever were, and one that steps without being it.
        self._watched: list[Optimizer] = []
        self._known: WeakSet[Optimizer] = WeakSet()
        self._other: Optimizer | None = None
        self._early = EarlyClearing()
        # Whether one that is made may take the place of those that are watched at once, whether one
        # was, and of those that it took the place of, until it has stepped itself.
        self._takes, self._waits_for_new = True, False
        self._before: WeakSet[Optimizer] = WeakSet()
        self._made, self._told_left_out = ExitStack(), False
        # The optimizer whose step runs, which may call the model, and what the step was given.
        self._stepping: tuple[Optimizer, Any, Any] | None = None
        self._handles = [
            register_module_forward_pre_hook(self._called),
            register_optimizer_step_pre_hook(self._steps),
            register_optimizer_step_post_hook(self._stepped),
        ]

    def _called(self, module: nn.Module, args: Any) -> None:
        """A module is called: the outermost of a call comes first."""
        if torch.compiler.is_compiling():  # who calls what is compiled was asked before
            return
        if not torch.is_grad_enabled() or not any(p.requires_grad for p in module.parameters()):
            return
        optimizers = self._trained()
        if not optimizers or (self._watch and not _own(optimizers, module)):
            return
        at_once = self._watch is not None and self._other is None
        if at_once and self._watch is not None and self._watch.has_run:
            return  # of a turn that the others have begun
        self._stop()
        first, over = self._watch is None, 0
        if self._watch is not None:
            over = self._watch.leave(under_way=not at_once)
        models = names_of(models_of(optimizers, module))
        try:
            self._watch = Watch(
                models, optimizers, self._follower, only=self._only or None, over=over
            )
        except ArgumentError as error:
            print(f"backprop-viz run: {error}", file=sys.stderr)
            raise SystemExit(2) from None
        self._before = WeakSet(self._watched if at_once else ())
        self._watched, self._other = optimizers, None
        self._known.update(optimizers)
        self._handles = [register_optimizer_step_post_hook(self._other_stepped)]
        if first:
            self._made.enter_context(optimizers_made_seen(self._optimizer_made))
        loop = self._watch.begin()
        if loop is not None:
            if self._stepping is not None:
                loop.optimizer_steps(*self._stepping)
            if (first or at_once) and self._early.place is not None:
                loop.was_cleared(self._early.grads, self._early.place)
        if first:
            self._follower.hold_at_start()
        if loop is not None:
            loop.model_runs(module, args, kwargs_of_call())

    def _trained(self) -> list[Optimizer]:
        """The optimizers to watch: all at first; then new ones, or all that take turns."""
        living = [one for one in living_optimizers() if _can_step(one)]
        if self._other is not None and self._other in self._before:
            return [one for one in living if one in self._before]
        if self._watch is None or (self._other is not None and self._other in self._known):
            return living
        return [one for one in living if one not in self._known]

    def _other_stepped(self, optimizer: Optimizer, *_: Any) -> None:
        """An optimizer has stepped; one that is not watched is, from the next call of its model."""
        watch = self._watch
        if any(one is optimizer for one in self._watched):
            self._before.clear()
        elif watch and self._other is None:
            self._wait_no_longer()
            self._other = optimizer
            # One that took the others' place, and did not step: the next that is made has to.
            self._takes &= optimizer not in self._before
            if (left_out := watch.drop()) is not None and not self._told_left_out:
                self._told_left_out = True
                print(
                    f"backprop-viz run: iteration {left_out} is not recorded: an optimizer stepped "
                    "that did not step before. From the next on it is watched.",
                    file=sys.stderr,
                )
            self._handles.append(register_module_forward_pre_hook(self._called))

    def _optimizer_made(self) -> None:
        """One is made while others are watched: if it owns the model called next, it trains now."""
        watch = self._watch
        if not self._takes or self._waits_for_new or self._other is not None:
            return
        if watch is None or watch.has_run:
            return
        self._waits_for_new, self._early = True, EarlyClearing()
        self._handles += [
            register_module_forward_pre_hook(self._called),
            register_optimizer_step_pre_hook(self._steps),
            register_optimizer_step_post_hook(self._stepped),
        ]

    def _wait_no_longer(self) -> None:
        if self._waits_for_new:
            self._stop()
            self._handles = [register_optimizer_step_post_hook(self._other_stepped)]

    def _steps(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if any(one is optimizer for one in self._watched):
            self._wait_no_longer()
        else:
            self._stepping = optimizer, args, kwargs

    def _stepped(self, *_: Any) -> None:
        self._stepping = None

    def _stop(self) -> None:
        self._early.close()
        self._waits_for_new = False
        for handle in self._handles:
            handle.remove()

    def ran(self, path: str, namespace: dict[str, Any]) -> None:
        """The script has run: it was watched meanwhile."""

    def explain(self, error: BaseException) -> None:
        """Say in the recording which tensor it is about, if torch has raised it."""
        if self._watch is not None and isinstance(error, Exception):
            self._watch.failed(error)

    def is_wanted(self) -> bool:
        """A script goes on without a window."""
        return True

    def close(self) -> Recording | None:
        """Watch no longer; what was recorded of an iteration that is not over."""
        self._stop()
        self._made.close()
        return None if self._watch is None else self._watch.close()


def _can_step(optimizer: Any) -> bool:
    return any(p.requires_grad for group in optimizer.param_groups for p in group["params"])


def _own(optimizers: Sequence[Optimizer], module: nn.Module) -> bool:
    """Whether some of a module's parameters are the optimizers'."""
    own = {id(p) for one in optimizers for group in one.param_groups for p in group["params"]}
    return any(id(parameter) in own for parameter in module.parameters())


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
