"""A run as lines of Python for the window; ``script`` makes a program of it that runs."""

import dis
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from torch import nn

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import Schedule
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.parts.losses import call_text, criterion_text


def program(settings: Settings, model: nn.Module) -> Program:
    """The program of these settings: its training loop, then the model's own ``forward``."""
    loop = loop_lines(settings)
    lines = [Line("for x, y in loader:", name="loader", runs="start")]
    if settings.input_form != "batch":
        lines += [Line("    x, y = x[0], y[0]", name="first", runs="start")]
    lines += [replace(line, text="    " + line.text) for line in loop]
    return Program((*lines, Line(""), *_source(model)), class_text(settings, model), repr(model))


def class_text(settings: Settings, model: nn.Module) -> str:
    """The source of the model's class, or the text that the settings have it from."""
    if settings.network is not None:
        return settings.network
    return textwrap.dedent(inspect.getsource(type(model))).rstrip()


def _source(model: nn.Module) -> Iterator[Line]:
    """The lines of a model's ``forward``; those that statements begin on run."""
    forward = inspect.unwrap(type(model).forward)
    source, number = inspect.getsourcelines(forward)
    width = len(source[0]) - len(source[0].lstrip())
    begun = {line for _, line in dis.findlinestarts(forward.__code__)}
    for i, text in enumerate(source, number):
        runs = i in begun and i != forward.__code__.co_firstlineno
        yield Line(text.rstrip()[width:], source_line=i, runs="traced" if runs else "")


def loop_lines(settings: Settings) -> list[Line]:
    """The lines of an iteration, without the loop's indentation."""
    optimizer = OPTIMIZERS[settings.optimizer]
    owner = "net" if optimizer.by_hand else "optimizer"
    how = "" if settings.set_to_none else "set_to_none=False"
    clear = f"{owner}.zero_grad({how})"
    entry = LOSSES[settings.loss]
    unsqueezed = ".unsqueeze(0)" if settings.input_form == "unsqueezed" else ""
    data = DATA_SETS[settings.data]
    classes = None if data.one_batch else len(data.classes)
    loop = [
        _line(Phase.ZERO_GRAD, clear if settings.clear_gradients else f"# {clear}"),
        _line(Phase.FORWARD, f"out = net(x{unsqueezed})"),
    ]
    if not entry.exists:
        loop += [
            _line(Phase.LOSS, "# no loss: a random gradient of out"),
            _line(Phase.BACKWARD, "out.backward(torch.randn(out.shape))"),
        ]
    else:
        loop += [
            _line(Phase.LOSS, call_text(entry, f"y{unsqueezed}", classes)),
            _line(Phase.BACKWARD, "loss.backward()"),
        ]
    if optimizer.by_hand:
        loop += [
            Line("with torch.no_grad():", Phase.UPDATE, name="no_grad", runs="start"),
            Line("    for p in net.parameters():", Phase.UPDATE, name="parameters", runs="each"),
            Line(f"        {optimizer.update_line}", Phase.UPDATE, name="update", runs="each"),
        ]
    else:
        loop += [_line(Phase.UPDATE, "optimizer.step()")]
    return [*loop, *_next_rate(settings)]


def _line(phase: Phase, text: str) -> Line:
    """The line in which a phase happens; a comment stands for one in which nothing does."""
    return Line(text, phase, name=phase.value, runs="" if text.startswith("#") else "start")


def _next_rate(settings: Settings) -> list[Line]:
    """What gives the next iteration its learning rate; written out for the manual rule."""

    def line(text: str, name: str, every: int = 1) -> Line:
        return Line(text, Phase.UPDATE, name=name, runs="end", every=every)

    if settings.schedule == "none":
        return []
    if not OPTIMIZERS[settings.optimizer].by_hand:
        return [line("scheduler.step()", "schedule")]
    count = line("iteration += 1", "schedule")
    if settings.schedule == "cosine":
        factor = _cosine(settings, "iteration")
        return [count, line(f"lr = {settings.lr!r} * {factor}", "schedule rate")]
    options = _schedule_options(settings)
    every = int(options["step_size"])
    return [
        count,
        line(f"if iteration % {options['step_size']} == 0:", "schedule if"),
        line(f"    lr *= {options['gamma']!r}", "schedule rate", every),
    ]


def _schedule_options(settings: Settings) -> Mapping[str, float]:
    return Schedule(settings.schedule, settings.schedule_options).options


def _cosine(settings: Settings, count: str) -> str:
    length = _schedule_options(settings)["iterations"]
    return f"(1 + math.cos(math.pi * min({count} / {length}, 1))) / 2"


def scheduler_lines(settings: Settings) -> list[str]:
    """What makes the scheduler, or begins the count that the manual rule goes by."""
    if settings.schedule == "none":
        return []
    if OPTIMIZERS[settings.optimizer].by_hand:
        return ["iteration = 0"]
    if settings.schedule == "cosine":
        head = "scheduler = optim.lr_scheduler.LambdaLR("
        return [head, f"    optimizer, lambda i: {_cosine(settings, 'i')}", ")"]
    options = ", ".join(f"{name}={value!r}" for name, value in _schedule_options(settings).items())
    return [f"scheduler = optim.lr_scheduler.StepLR(optimizer, {options})"]


def criterion_lines(settings: Settings) -> list[str]:
    """What makes the criterion, if there is one."""
    text = criterion_text(LOSSES[settings.loss])
    return [text] if text else []


def optimizer_call(settings: Settings) -> str:
    """``optim.SGD(net.parameters(), lr=0.05, momentum=0.9)``, as the settings make it."""
    optimizer = OPTIMIZERS[settings.optimizer]
    if optimizer.by_hand:
        return f"lr = {settings.lr!r}"
    options: Mapping[str, Any] = {
        "lr": settings.lr,
        **optimizer.given,
        **settings.optimizer_options,
    }
    words = ", ".join(f"{name}={value!r}" for name, value in options.items())
    return f"optimizer = optim.{optimizer.op}(net.parameters(), {words})"
