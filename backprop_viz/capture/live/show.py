"""``bv.show``: one iteration of a model, or a recorded one, in a window of its own."""

import inspect
import math
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer

from backprop_viz.analysis.web_page.page import html_of
from backprop_viz.capture.arguments import optimizers_in, refuse_class
from backprop_viz.capture.bare.given import GivenTensors, with_modules_for_tensors
from backprop_viz.capture.code.own_frames import without_our_frames
from backprop_viz.capture.graph.graph_ages import graph_ages
from backprop_viz.capture.listening_depth import beside_the_loop
from backprop_viz.capture.live.as_before import left_as_before
from backprop_viz.capture.live.cells import running_shell, show_in_cell
from backprop_viz.capture.live.connection import LiveConnection
from backprop_viz.capture.live.devices import device_of
from backprop_viz.capture.live.shown_file import ShownFile, show_file
from backprop_viz.capture.live.source import loop_program
from backprop_viz.capture.live.window import has_display, start_window
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorded_loop import LoopRecording, RecordedIteration, record
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches.function_stack import modes_aside
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.files.recording_file import RecordingFile
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.messages import RunAttached, RunEnded, Update

LossCall = Callable[..., Tensor]
Inputs = Tensor | tuple[Any, ...] | list[Any] | Mapping[str, Any]
# So many letters of what was given in place of a model are told.
_MOST_SHOWN = 60


class ShownIteration:
    """What ``show`` gives: the recording, and the window's process, if there is a window."""

    def __init__(
        self,
        recording: Recording,
        connection: LiveConnection | None,
        process: "subprocess.Popen[bytes] | None",
    ) -> None:
        self.recording, self.process = recording, process
        self._connection = connection

    def __repr__(self) -> str:
        """What is shown, and whether a window shows it."""
        closed = self.process is not None and self.process.poll() is not None
        return f"<ShownIteration{' whose window is closed' if closed else ''}: {self.recording!r}>"

    def sent(self, within_s: float = 30.0) -> None:
        """Wait until the window has taken all, if it does within this time."""
        if self._connection is not None:
            self._connection.close(within_s)


def show(
    model: nn.Module
    | GivenTensors
    | Recording
    | LoopRecording
    | RecordedIteration
    | RecordingFile
    | Path
    | str,
    inputs: Inputs | None = None,
    loss: LossCall | nn.Module | None = None,
    target: Any = None,
    optimizer: Optimizer | None = None,
) -> ShownIteration | ShownFile:
    """Run one iteration of a model and show it in a window; the program goes on meanwhile.

    A recording in place of the model, as ``record`` and ``load`` give one, is shown alone; the path
    of a file (.bprec, or .py with a model) is opened as by the command line. In a notebook whose
    kernel has no display, a recording is shown below the cell, as a web page.

    ``inputs`` are the model's argument, or its arguments as a tuple, a list or by name. ``loss`` is
    called with the output, and with the ``target`` if there is one; without it the output itself
    is where backward starts, which has to be one number. In place of a model there may be tensors
    (``[w, b]`` or ``{"w": w, "b": b}``): then ``loss`` is called with the inputs, if there are any,
    and computes the number from them. The optimizer, if there is one, steps.
    Afterwards the model's parameters, gradients and buffers, the optimizer's state and torch's
    random numbers are as they were, and a graph that was made before can still run backward.

    Raises ValueError for arguments of other kinds, and where there is no single number to start
    from, and what the model raises.
    """
    if isinstance(model, LoopRecording | RecordedIteration):
        model = model.recording
    if isinstance(model, RecordingFile):
        model = str(model.path)
    nothing_else = all(given is None for given in (inputs, loss, target, optimizer))
    if isinstance(model, Recording | str | Path) and not nothing_else:
        text = QT_TRANSLATE_NOOP("errors", "A recording is shown as it is: give nothing else.")
        raise ArgumentError(text)
    if isinstance(model, str | Path):
        return show_file(model)
    if isinstance(model, Recording):
        return _in_window(model, _program_of(model), model.model or "recording", "cpu")
    refuse_class("model", model)
    model = with_modules_for_tensors(model)
    if not isinstance(model, nn.Module):
        text = QT_TRANSLATE_NOOP(
            "errors", "show takes a model, tensors that train or a recording, not {0}."
        )
        raise ArgumentError(text, repr(model)[:_MOST_SHOWN])
    if inputs is None and not isinstance(model, Tensors):
        text = QT_TRANSLATE_NOOP("errors", "Give the inputs of the model, as in show(model, x).")
        raise ArgumentError(text)
    try:
        recording = _one_iteration(model, inputs, loss, target, optimizer)
    except Exception as error:  # as of a call of the model alone
        without_our_frames(error)
        raise
    computes = loss if isinstance(model, Tensors) else type(model).forward
    program = _program(computes, printed=repr(model))
    return _in_window(recording, program, type(model).__name__, device_of(model))


def _one_iteration(
    model: nn.Module,
    inputs: Any,
    loss: LossCall | nn.Module | None,
    target: Any,
    optimizer: Optimizer | None,
) -> Recording:
    optimizers_in(optimizer)
    if any(map(is_lazy, (*model.parameters(), *model.buffers()))):
        text = QT_TRANSLATE_NOOP(
            "errors", "The model has lazy layers, which have no weights yet: call it once before."
        )
        raise ArgumentError(text)
    if loss is not None and not callable(loss):
        text = QT_TRANSLATE_NOOP(
            "errors", "loss must be something to call, such as F.cross_entropy, not {0}."
        )
        raise ArgumentError(text, _named(loss))
    if isinstance(loss, type) and issubclass(loss, nn.Module):
        refuse_class("loss", loss)
    modules = [one for one in (model, loss) if isinstance(one, nn.Module)]
    with ExitStack() as beside:
        beside.enter_context(beside_the_loop())
        beside.enter_context(modes_aside(lambda mode: isinstance(mode, LoopWatch)))
        beside.enter_context(graph_ages(model).aside())
        beside.enter_context(left_as_before(modules, optimizer, (inputs, target)))
        beside.enter_context(torch.enable_grad())
        with record(model, optimizer) as recorded:

            def closure() -> Tensor:
                (model if optimizer is None else optimizer).zero_grad()
                value = _value_of(model, inputs, loss, target)
                value.backward()  # type: ignore[no-untyped-call]
                return value

            if optimizer is not None and _takes_closure(optimizer):
                optimizer.step(closure)  # type: ignore[arg-type]
            else:
                closure()
                if optimizer is not None:
                    optimizer.step()
        return recorded.recording


def _takes_closure(optimizer: Optimizer) -> bool:
    """Whether it computes the loss itself, and cannot step without, as LBFGS."""
    given = inspect.signature(optimizer.step).parameters.get("closure")
    return given is not None and given.default is given.empty


def _named(value: object) -> str:
    return f"a tensor {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)


def _value_of(
    model: nn.Module, inputs: Any, loss: LossCall | nn.Module | None, target: Any
) -> Tensor:
    """The number that backward starts from. Raises ArgumentError if it is none."""
    if not isinstance(model, Tensors):
        return _loss_of(_called(model, inputs), loss, target)
    if loss is None:
        text = QT_TRANSLATE_NOOP(
            "errors",
            "Give what computes a number from the tensors, as in "
            "show([w], x, loss=lambda x: (x @ w).square().mean()).",
        )
        raise ArgumentError(text)
    after = () if target is None else (target,)
    return _loss_of(_called(lambda *args, **by_name: loss(*args, *after, **by_name), inputs), None)


def _called(model: Callable[..., Any], inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        return model(**inputs)
    if isinstance(inputs, tuple | list):
        return model(*inputs)
    return model() if inputs is None else model(inputs)


def _loss_of(output: Any, loss: LossCall | nn.Module | None, target: Any = None) -> Tensor:
    """The number that backward starts from. Raises ArgumentError if it is none."""
    if loss is not None:
        value = loss(output) if target is None else loss(output, target)
    else:
        value = next(iter(nested_tensors(output)), None)
    if not isinstance(value, Tensor) or value.numel() != 1:
        shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
        text = QT_TRANSLATE_NOOP(
            "errors",
            "Backward starts from one number, not from {0}: give a loss, as in "
            "show(model, x, loss=F.cross_entropy, target=y).",
        )
        raise ArgumentError(text, shape)
    return value


def _in_window(recording: Recording, program: Program, title: str, device: str) -> ShownIteration:
    """Tell a new window of the iteration; all of it is under way when this returns.

    A notebook's kernel on a machine without a display has a web page in the cell instead.
    """
    if not has_display() and running_shell() is not None:
        show_in_cell(html_of(recording), repr(recording))
        return ShownIteration(recording, None, None)
    process, incoming, outgoing = start_window()
    connection = LiveConnection(incoming, outgoing, lambda _: None, lambda: None)
    connection.start()
    connection.send(RunAttached(RunOrigin.of_this_process("model", title, device=device)))
    # Of the iterations before it nothing is known.
    loss = math.nan if recording.loss is None else recording.loss
    points = [(math.nan, math.nan)] * (recording.iteration - 1) + [(loss, math.nan)]
    update = Update(
        command=0,
        run=1,
        iteration=recording.iteration,
        due=Phase.ZERO_GRAD,
        program=program,
        points=points,
    )
    connection.send(update, recording)
    connection.send(RunEnded(0))
    return ShownIteration(recording, connection, process)


def _program(computes: Any, printed: str) -> Program:
    """The source of the model's forward, or of what computes a number, where there is one."""
    lines: list[Line] = []
    with suppress(OSError, TypeError):
        source, first = inspect.getsourcelines(computes)
        lines = [Line(text.rstrip("\n"), source_line=i) for i, text in enumerate(source, first)]
    return Program(tuple(lines), printed=printed)


def _program_of(recording: Recording) -> Program:
    """The source of the loop that was recorded, where it is still there."""
    places = [event.place for event in recording.events if event.place is not None]
    return loop_program(places[-1][0], since=0) if places else Program(())
