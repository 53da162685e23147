"""What a script calls next: whether it clears, or steps, or computes its forward further."""

import ast
import linecache
import sys
from collections.abc import Iterator
from functools import cache
from itertools import islice
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules.loss import _Loss
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from backprop_viz.capture.code.held_values import held_value
from backprop_viz.capture.code.loop_rest import goes_on
from backprop_viz.capture.code.user_lines import is_written_by_user

_Place = tuple[int, int, int, int]  # the first line, the last one, and columns in bytes
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_NOT_RUN_NOW = _FUNCTIONS | ast.ClassDef | ast.Lambda
_SIMPLE = ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return
# Of what is in these it is not known whether it runs, or how often.
_EACH = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_UNCERTAIN = _EACH | ast.IfExp | ast.BoolOp | ast.Break | ast.Continue | ast.Raise | ast.Try
_BRANCHES = ast.If | ast.AsyncFor | ast.While | ast.Match
_LOSSES = ("loss", "criterion", "entropy", "kl_div", "backward", "step", "zero_grad")
_LIBRARIES = ("torch", "builtins", "math", "einops")
_NOT_FOLLOWED = ("no_grad", "inference_mode")


class _Coming(NamedTuple):
    """A call that is sure to come, in a frame; ``call`` is None for what nobody knows."""

    frame: FrameType
    call: ast.Call | None


def is_cleared_next() -> bool:
    """Whether what the script calls next is a ``zero_grad``."""
    match next(_calls_to_come(), None):
        case _Coming(call=ast.Call(func=ast.Attribute(attr="zero_grad"))):
            return True
    return False


def is_clearing() -> bool:
    """Whether what the script calls now is a ``zero_grad``."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_written_by_user(frame.f_code.co_filename):
        frame = frame.f_back
    place = None if frame is None else _place(frame.f_code, frame.f_lasti)
    if frame is None or place is None:
        return False
    around = _around(frame.f_code.co_filename, place)
    calls = _in_order(around[0][1]) if around else ()
    running = [one.func for one in calls if one is not None and _end_of(one) == place[2:]]
    return any(isinstance(one, ast.Attribute) and one.attr == "zero_grad" for one in running)


def is_stepped_next() -> bool:
    """The same of the ``step`` of an optimizer, or of a scaler that is given one.

    What schedules the one that has stepped may come before that.
    """
    for coming in _calls_to_come():
        match coming.call:
            case ast.Call(func=ast.Attribute(attr="step", value=of), args=given):
                held = [held_value(coming.frame, one) for one in (of, *given)]
                if not isinstance(held[0], LRScheduler):
                    return any(isinstance(one, Optimizer) for one in held)
            case _:
                return False
    return False


def is_run_further(model: nn.Module) -> bool:
    """Whether the script calls a part of ``model`` before it computes a loss, or what may be one.

    So it is after the encoder of an autoencoder, whose decoder is a module of its own.
    """
    own = set(_parameters(model))
    for frame, call in _calls_to_come():
        if call is None:
            return False
        held, name = held_value(frame, call.func), _name(call.func)
        if any(one in name for one in (*_LOSSES, *_NOT_FOLLOWED)) or isinstance(held, _Loss):
            return False
        if isinstance(held, nn.Module):
            if parameters := _parameters(held):
                return not own.isdisjoint(parameters)
        elif not _only_computes(held, name):
            return False
    return False


def _parameters(module: nn.Module) -> list[int]:
    """By their id(), found without a method that the script may have written."""
    each = (p for one in nn.Module.modules(module) for p in one.__dict__["_parameters"].values())
    return [id(parameter) for parameter in each if parameter is not None]


def _only_computes(function: Any, name: str) -> bool:
    """Whether a function is torch's or Python's, or by its name a tensor's or a list's."""
    if function is None or not isinstance(function, FunctionType | BuiltinFunctionType | type):
        return hasattr(torch.Tensor, name) or name in ("append", "extend")
    library = (getattr(function, "__module__", None) or "torch").partition(".")[0]
    return library in _LIBRARIES or hasattr(torch, name)


def _name(called: ast.expr) -> str:
    return (called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)).lower()


def _calls_to_come() -> Iterator[_Coming]:
    """The calls that are sure to come after what runs now, up to where that is not known."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if is_written_by_user(frame.f_code.co_filename):
            place = _place(frame.f_code, frame.f_lasti)
            yield from () if place is None else _calls_after(frame, place)
        frame = frame.f_back


def _calls_after(frame: FrameType, place: _Place) -> Iterator[_Coming]:
    """The same within the function of a frame; what is not known ends them for good."""
    for parent, statement, later in _around(frame.f_code.co_filename, place):
        ahead = list(_rest(statement, place)) if isinstance(statement, _SIMPLE) else []
        returns = isinstance(statement, ast.Return)
        for one in later if not returns else ():
            ahead += _in_order(one)
            returns = returns or isinstance(one, ast.Return)
        further = None
        if isinstance(parent, ast.For) and not returns:
            further = goes_on(frame, parent)
            ahead += [call for one in parent.body if further for call in _in_order(one)]
        yield from (_Coming(frame, call) for call in ahead)
        if returns or isinstance(parent, _FUNCTIONS):
            return
        if not (isinstance(parent, ast.With | ast.If) or further is False):
            yield _Coming(frame, None)


@cache
def _place(code: CodeType, instruction: int) -> _Place | None:
    found = next(islice(code.co_positions(), instruction // 2, None), None)
    if found is None or None in found:
        return None
    line, end_line, column, end_column = found
    return line, column, end_line, end_column  # type: ignore[return-value]


@cache
def _around(path: str, place: _Place) -> list[tuple[ast.AST, ast.stmt, list[ast.stmt]]]:
    """The statements of a file that a place is in, innermost first: with what each is in, and what
    comes after it there. Only those of the function that it is in.
    """
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return []
    found: list[tuple[ast.AST, ast.stmt, list[ast.stmt]]] = []
    parent: ast.AST | None = tree
    while parent is not None:
        blocks = _blocks(parent)
        within = ((b, i) for b in blocks for i, one in enumerate(b) if _has(one, place))
        block, at = next(within, ([], 0))
        if isinstance(parent, _FUNCTIONS):
            found.clear()
        if block:
            found.insert(0, (parent, block[at], block[at + 1 :]))
        parent = block[at] if block else None
    return found


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    parts = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
    inner = [one for name in ("handlers", "cases") for one in getattr(node, name, ())]
    own = [block for block in parts if isinstance(block, list)]
    return [*own, *(block for one in inner for block in _blocks(one))]


def _has(statement: ast.stmt, place: _Place) -> bool:
    first, last = (statement.lineno, statement.col_offset), place[:2]
    return first <= last < (statement.end_lineno or 0, statement.end_col_offset or 0)


def _rest(statement: ast.stmt, place: _Place) -> Iterator[ast.Call | None]:
    """The calls of a statement after the one that stands at a place."""
    calls = list(_in_order(statement))
    ends = [call and _end_of(call) for call in calls]
    if place[2:] in ends:
        yield from calls[ends.index(place[2:]) + 1 :]
    elif None in calls:
        yield None


def _end_of(call: ast.Call) -> tuple[int | None, int | None]:
    return call.end_lineno, call.end_col_offset


def _in_order(node: ast.AST) -> Iterator[ast.Call | None]:
    """The calls that a statement is sure to make, in order, then None if there may be others.

    A for loop is taken to go through something.
    """
    if isinstance(node, _NOT_RUN_NOW):
        return
    if isinstance(node, _UNCERTAIN):
        yield None
        return
    inner = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
    for one in inner if isinstance(node, _BRANCHES) else ast.iter_child_nodes(node):
        yield from _in_order(one)
    if isinstance(node, ast.Call):
        yield node
    elif isinstance(node, _BRANCHES | ast.For):
        yield None
