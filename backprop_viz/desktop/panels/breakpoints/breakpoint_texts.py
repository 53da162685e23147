"""What a breakpoint waits for, in a sentence."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.cursor.breakpoints import GRADIENT_CONDITIONS
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.breakpoint import Breakpoint


def breakpoint_text(breakpoint_: Breakpoint, view_state: ViewState | None = None) -> str:
    """What a breakpoint waits for; with a view state it quotes the line or names the node."""
    if breakpoint_.kind == "line":
        return _line(breakpoint_, view_state)
    if breakpoint_.kind == "node":
        return _node(breakpoint_, view_state)
    if breakpoint_.kind == "layer":
        text = QCoreApplication.translate("breakpoints", "Forward has computed {key}")
        return text.format(key=_layer(breakpoint_, view_state))
    value = "" if breakpoint_.value is None else number(breakpoint_.value)
    return _words(breakpoint_).format(key=breakpoint_.key, value=value)


def number(value: float) -> str:
    """A value as a person types it: ``2.5``, ``1e-6``."""
    text = f"{value:.12g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def _words(breakpoint_: Breakpoint) -> str:
    translate = QCoreApplication.translate
    if breakpoint_.key is None:
        return {
            "loss_above": translate("breakpoints", "The loss is above {value}"),
            "norm_above": translate("breakpoints", "A gradient's norm is above {value}"),
            "norm_below": translate("breakpoints", "A gradient's norm is below {value}"),
            "not_finite": translate("breakpoints", "A value is NaN or infinite"),
            "grad_zero": translate("breakpoints", "A gradient is exactly zero everywhere"),
            "grad_none": translate("breakpoints", "A .grad is still None after backward"),
        }[breakpoint_.kind]
    return {
        "parameter": translate("breakpoints", "The gradient of {key} is accumulated"),
        "loss_above": translate("breakpoints", "The loss is above {value}"),
        "norm_above": translate("breakpoints", "The norm of {key}.grad is above {value}"),
        "norm_below": translate("breakpoints", "The norm of {key}.grad is below {value}"),
        "not_finite": translate("breakpoints", "A value is NaN or infinite"),
        "grad_zero": translate("breakpoints", "{key}.grad is exactly zero everywhere"),
        "grad_none": translate("breakpoints", "{key}.grad is still None after backward"),
    }[breakpoint_.kind]


def stopped(breakpoint_: Breakpoint, view_state: ViewState) -> str:
    """The message when the cursor stops at a breakpoint."""
    row = _row(breakpoint_, view_state) if breakpoint_.kind == "line" else None
    if row is None:
        return _held(breakpoint_, view_state)
    text = QCoreApplication.translate("breakpoints", "Stopped before line {line}: {code}")
    return text.format(line=row + 1, code=view_state.program.lines[row].text.strip())


def _held(breakpoint_: Breakpoint, view_state: ViewState) -> str:
    """What held at the cursor; of a condition on any gradient, for which parameter."""
    if breakpoint_.key is not None or breakpoint_.kind not in GRADIENT_CONDITIONS:
        return breakpoint_text(breakpoint_, view_state)
    event = view_state.cursor.event
    names: Sequence[str | None] = [] if event is None else [event.parameter]
    if breakpoint_.kind == "grad_none":
        names = _without_gradient(view_state)
    if len(names) < 2:
        key = names[0] if names else None
        return breakpoint_text(replace(breakpoint_, key=key), view_state)
    text = QCoreApplication.translate(
        "breakpoints", "{first}.grad is still None after backward; so are {count} others"
    )
    return text.format(first=names[0], count=len(names) - 1)


def _without_gradient(view_state: ViewState) -> list[str]:
    """The parameters whose ``.grad`` is None at the cursor."""
    cursor = view_state.cursor
    return [p.name for p in cursor.recording.parameters if cursor.grad(p.name) is None]


def _row(breakpoint_: Breakpoint, view_state: ViewState | None) -> int | None:
    """The row of a breakpoint's line in the program panel."""
    lines = () if view_state is None else view_state.program.lines
    return next((i for i, line in enumerate(lines) if line.key == breakpoint_.key), None)


def _line(breakpoint_: Breakpoint, view_state: ViewState | None) -> str:
    row = _row(breakpoint_, view_state)
    if row is not None and view_state is not None:
        text = QCoreApplication.translate("breakpoints", "Before line {line}: {code}")
        return text.format(line=row + 1, code=view_state.program.lines[row].text.strip())
    if isinstance(breakpoint_.key, int):
        text = QCoreApplication.translate("breakpoints", "Before line {line} of the network's file")
        return text.format(line=breakpoint_.key)
    text = QCoreApplication.translate("breakpoints", "Before a line that is not run now: {key}")
    return text.format(key=breakpoint_.key)


def _layer(breakpoint_: Breakpoint, view_state: ViewState | None) -> str:
    """A layer's name and, as ``relu(conv1)``, the operations that it ends with."""
    passes = () if view_state is None else view_state.cursor.recording.passes
    layers = (layer for ran in passes for layer in ran.layers.layers)
    titles = {layer.name: layer.titled() for layer in layers}
    return titles.get(str(breakpoint_.key), str(breakpoint_.key))


def _node(breakpoint_: Breakpoint, view_state: ViewState | None) -> str:
    node = None if view_state is None else view_state.cursor.recording.graph.find(breakpoint_.key)
    if node is None:
        text = QCoreApplication.translate("breakpoints", "Backward has run the node of {key}")
        return text.format(key=breakpoint_.key)
    text = QCoreApplication.translate("breakpoints", "Backward has run {name} of {key}")
    return text.format(name=node.name, key=node.key)
