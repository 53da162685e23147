"""``bv.watch``: a training loop of one's own, followed by a window or into a file."""

import atexit
import linecache
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from numbers import Integral
from os import PathLike
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self, get_args

from torch import nn
from torch.optim import Optimizer

from backprop_viz.capture.arguments import optimizers_in
from backprop_viz.capture.bare.given import with_modules_for_tensors
from backprop_viz.capture.code import own_faults
from backprop_viz.capture.code.own_faults import OURS, STARTING
from backprop_viz.capture.code.own_frames import without_our_frames
from backprop_viz.capture.live.cells import NotebookCells, running_shell
from backprop_viz.capture.live.devices import device_of
from backprop_viz.capture.live.ending import ended_by, raised_in_cell
from backprop_viz.capture.live.file_follower import FileFollower, own_file
from backprop_viz.capture.live.listening import listen_for_windows
from backprop_viz.capture.live.live_run import LiveRun
from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.capture.live.server import WindowServer
from backprop_viz.capture.live.source import loop_program, script_program
from backprop_viz.capture.live.watch import Keep, Watch
from backprop_viz.capture.live.watched_models import WatchedModels
from backprop_viz.capture.live.window import has_display, start_window
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.several_models import GivenModels, named_models_in, one_model
from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import RunEnded
from backprop_viz.stream.script_address import SCHEMES


class WatchedLoop:
    """What ``watch`` gives. Also a context: it is closed at the end of one.

    What a notebook's cell drops is held no longer once that is over. Without ``models`` it watches
    nothing: our own code has raised before, which is said already.
    """

    def __init__(
        self,
        models: WatchedModels | None,
        follower: LiveRun | FileFollower | None,
        server: WindowServer | None = None,
        over: int = 0,
    ) -> None:
        """``over``: so many iterations ran before."""
        self._watch: Watch | None = None
        self.models, self._follower, self.server = models, follower, server
        self._over, self.is_open = over, True  # iterations, while it does not watch
        self._failed = models is None
        self._cells: NotebookCells | None = None
        if models is not None:
            own_faults.tell(self._fails)
            with OURS:
                self._cells = NotebookCells(self._cell_begins, self._cell_ended)
                self._cell_begins()
            atexit.register(self._process_ends)  # before the file's own end

    def __repr__(self) -> str:
        """How many iterations it has seen, and whether it watches yet."""
        over, _ = self._place
        return f"<WatchedLoop{'' if self.is_open else ', closed'}: iterations {over}>"

    @contextmanager
    def step(self) -> Iterator[None]:
        """An iteration is what runs in here; without this, it ends with the optimizer's step."""
        with nullcontext() if self._watch is None else self._watch.step():
            yield

    @property
    def _place(self) -> tuple[int, int]:
        """How many iterations are over, and how many events of the next are recorded."""
        return (self._over, 0) if self._watch is None else self._watch.place

    def close(self) -> None:
        """Watch no longer; a file is complete then, a window stays."""
        self._end(RunEnded(0))

    def _process_ends(self) -> None:
        """Nobody has closed it: a turn that no next one has followed is over as well.

        Not if an error has ended the process, maybe within that turn. What was raised at python's
        prompt ends no process: there a window is told that it has ended.
        """
        at_prompt = hasattr(sys, "ps1") and isinstance(self._follower, LiveRun)
        if at_prompt or getattr(sys, "last_value", None) is None:
            self.close()

    def give_way(self) -> tuple[LiveRun, int] | None:
        """Watch no longer: what has the window, if it is open, and how many iterations are over."""
        if not isinstance(self._follower, LiveRun) or not self._follower.has_window:
            self.close()
            return None
        self.is_open = False
        atexit.unregister(self._process_ends)
        if self._cells is not None:
            self._cells.close()
        self._let_go()
        own_faults.tell_no_more(self._fails)
        return self._follower, self._over

    def _let_go(self) -> None:
        """Hold nothing of what is watched."""
        if self._watch is not None:
            watch, self._watch = self._watch, None
            self._over = watch.leave(under_way=False)
            self._let_follower_go()

    def _let_follower_go(self) -> None:
        if self._follower is not None:
            self._follower.wants(self._over + 1)  # it has what began to record that
            self._follower.place.let_go()

    def _end(self, told: RunEnded) -> None:
        if self.is_open:
            self.is_open, left = False, None
            atexit.unregister(self._process_ends)
            with OURS:
                if self._cells is not None:
                    self._cells.close()
                if self.server is not None:
                    self.server.close()
            with OURS:
                left = None if self._watch is None else self._watch.close()
            with OURS:
                if self._follower is not None:
                    self._follower.ended(told, left)
            with OURS:
                (self._over, _), self._watch = self._place, None
                self._let_follower_go()
            own_faults.tell_no_more(self._fails)

    def _fails(self, why: UserError) -> None:
        """Our own code has raised: the loop goes on, and is watched no longer."""
        self._failed = True
        if self._follower is not None:
            self._follower.recording_fails(why)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception) and self._follower is not None:
            with OURS:
                if self._watch is not None:
                    self._watch.failed(error)
                without_our_frames(error)
                self._end(ended_by(error, self._follower.place.path))
        self.close()

    def _cell_begins(self) -> None:
        if isinstance(self._follower, LiveRun):
            self._follower.cell_begins()
        if self._failed or self.models is None or self._follower is None:
            return
        if self._watch is None:
            self._watch = self.models.watch(self._follower, self._over)
        else:
            self._watch.ask_again()
        self._stood_at = self._place

    def _cell_ended(self, error: BaseException | None) -> None:
        """The loop stands: show how far it has come.

        What a cell has raised that it ran in, it does not go on with.
        """
        recording = raised = None
        if self._follower is None:
            return
        went_on = self._watch is not None and self._place != self._stood_at
        recorder = None if self._watch is None else self._watch.recorder
        if self._watch is not None and went_on and error is not None:
            recording = self._watch.begin_anew(error)
            raised = raised_in_cell(error, self._follower.place.path)
        elif went_on and recorder is not None and len(recorder.log):
            recording = recorder.recording()
        if isinstance(self._follower, LiveRun):
            self._follower.cell_ended(recording, raised)
        del recorder
        if self.models is not None and self.models.are_dropped():
            self._let_go()
            self.models.collect()


# Those that a window follows.
_in_windows: list[WatchedLoop] = []


def watch(
    model: GivenModels,
    optimizer: Optimizer | Sequence[Optimizer] | None = None,
    to: str | PathLike[str] | None = None,
    *,
    every: int | None = None,
    keep: Keep = "full",
    only: str | Sequence[str] | None = None,
    bytes_per_second: float | None = None,
    bytes_in_all: int | None = None,
    certificate: str | PathLike[str] | None = None,
    key: str | PathLike[str] | None = None,
) -> WatchedLoop:
    """Watch the training of a model, whose loop stays as it is and gives the numbers it gave.

    Several models are given as ``[generator, critic]``, or by names of their own as ``{"generator":
    generator}``. A loop without a module gives the tensors that it trains, as ``[w1, w2]`` or
    ``{"w1": w1}``; a list may have models and tensors. Without an ``optimizer`` every one that
    moves the parameters ends an iteration; of tensors the loop itself may. A model that is watched
    already keeps its window, as one that a cell makes anew and watches again.
    ``to``: the file (.bprec) that iterations are written to, or "tcp://127.0.0.1:PORT", where a
    window attaches when it likes (``server.port`` of the result is the port). Without it a window
    opens, which holds the loop between its phases when it is told to. ``every``: which iterations
    are recorded (default: into a file each, for a window as many as cost little). ``keep``: "full",
    the first "sample" of each batch, or the "health" of each tensor, which needs ``to``.
    ``only``: names or patterns ("encoder.*") of the modules whose operations, gradients and
    parameters are kept; of the others it is known that they ran.
    Of several processes (torchrun) each has its own: "run.rank1.bprec", or PORT + 1.
    A file stays within ``bytes_per_second`` and ``bytes_in_all``. "tls://HOST:PORT" encrypts, with
    the ``certificate`` and its private ``key``, files in PEM format.

    Raises ValueError for what cannot be watched, UserError if the file cannot be written, and in a
    notebook without a display to open a window on.
    """
    loop: WatchedLoop | None = None
    follower: LiveRun | FileFollower | None = None
    server: WindowServer | None = None
    over = 0

    def fails(why: UserError) -> None:
        if follower is not None:  # that of an earlier watch
            follower.recording_fails(why)

    with own_faults.told_of_fault(fails), STARTING:
        named = named_models_in(with_modules_for_tensors(model))
        models = list(named.values())
        optimizers = optimizers_in(optimizer)
        _expect(every, keep, to)
        if only is not None:
            ModuleChoice(one_model(named), only)  # raises before a window opens
        origin, program = _of_this_process(models, sys._getframe(1))
        watched = WatchedModels(named, optimizers, keep, only)
        if to is None and (before := _window_of(named)) is not None:
            follower, over = before
            follower.pace.change_to(every)
            follower.show_program(program, Notice("watched_again", (str(over + 1),)))
        elif to is None:
            _expect_display()
            _, incoming, outgoing = start_window()
            ends = incoming, outgoing
            follower = LiveRun(ends, origin, program, runs_freely=True, every=every)
        elif str(to).startswith(SCHEMES):
            follower, server = listen_for_windows(
                str(to), origin, program, every=every, certificate=certificate, key=key
            )
        else:
            follower = FileFollower(
                own_file(to),
                origin,
                program,
                every or 1,
                bytes_per_second=bytes_per_second,
                bytes_in_all=bytes_in_all,
            )
        loop = WatchedLoop(watched, follower, server, over)
        if to is None:
            _in_windows.append(loop)
    return loop or WatchedLoop(None, follower, server)


def _window_of(models: Mapping[str, nn.Module]) -> tuple[LiveRun, int] | None:
    """The window of an earlier watch of these models, which it gives away; what it has seen."""
    _in_windows[:] = [loop for loop in _in_windows if loop.is_open]
    again = [one for one in _in_windows if one.models and one.models.are_watched_by(models)]
    for loop in again:
        _in_windows.remove(loop)
    for loop in again[:-1]:
        loop.close()
    return again[-1].give_way() if again else None


def _expect(
    every: int | None,
    keep: str,
    to: str | PathLike[str] | None,
) -> None:
    """Raise ArgumentError for what cannot be watched."""
    if every is not None and not (isinstance(every, Integral) and every >= 1):
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "every must be a whole number from 1 up, not {0}."), every
        )
    if keep not in get_args(Keep):
        text = QT_TRANSLATE_NOOP("errors", "keep must be one of {0}, not {1}.")
        raise ArgumentError(text, ", ".join(get_args(Keep)), repr(keep))
    if keep == "health" and to is None:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "A window shows no health: give a file with to=.")
        )


def _expect_display() -> None:
    """Raise UserError in a notebook that no window can follow: nobody sees what that would print.

    A script goes on, and is told so by the window's process.
    """
    if running_shell() is not None and not has_display():
        text = QT_TRANSLATE_NOOP(
            "errors",
            "There is no display to open a window on. bv.watch(..., to='run.bprec') writes a file, "
            "and to='tcp://127.0.0.1:5005' lets a window attach from elsewhere; bv.show(model, x) "
            "shows one iteration in the notebook.",
        )
        raise UserError(text)


def _of_this_process(models: Sequence[nn.Module], caller: FrameType) -> tuple[RunOrigin, Program]:
    """Where the loop runs, and the main script's source, or the notebook's cell that calls."""
    path = getattr(sys.modules.get("__main__"), "__file__", None) or ""
    source = ""
    with suppress(OSError):
        source = Path(path).read_text(encoding="utf-8", errors="replace") if path else ""
    title = os.path.basename(path) or ", ".join(type(one).__name__ for one in models)
    program = script_program(source, path)
    if not path and linecache.getlines(cell := caller.f_code.co_filename):
        path, program = cell, loop_program(cell, since=0)
    rank, ranks = own_rank()
    origin = RunOrigin.of_this_process(
        "watch",
        title,
        # As the script's frames have it, by which its lines are found: ".." stays in it.
        path=path,
        arguments=tuple(sys.argv[1:]),
        rank=rank,
        world_size=ranks,
        device=device_of(*models),
    )
    return origin, program
