"""What a loop's source says of its steps and its backwards: whether one follows."""

import ast
import linecache
import sys
from collections.abc import Iterator
from functools import cache
from types import FrameType

from backprop_viz.capture.code.user_lines import is_written_by_user

_LOOPS = ast.For | ast.AsyncFor | ast.While
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_BRANCHES = _LOOPS | ast.If | ast.Match | ast.Try


def step_follows() -> bool:
    """Whether an optimizer is sure to step after the line that runs, with no backward before that.

    Not where the step is on a condition, or outside of the loop that the line is in: that may be an
    accumulation, of which there may be more.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if is_written_by_user(path) and (known := _follows(path, frame.f_lineno)) is not None:
            return known
        frame = frame.f_back
    return False


def backward_follows() -> bool:
    """Whether behind the line that runs, in the same pass of its loop, a backward is called."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if is_written_by_user(path) and (known := _goes_back(path, frame.f_lineno)) is not None:
            return known
        frame = frame.f_back
    return False


@cache
def _goes_back(path: str, line: int) -> bool | None:
    """The same of a line; None where its function ends before that."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return False
    for parent, later in reversed(list(_blocks(tree, line))):
        if any(_calls(statement, "backward") for statement in later):
            return True
        if isinstance(parent, _LOOPS):
            return False
        if isinstance(parent, _FUNCTIONS):
            return None
    return None


@cache
def _follows(path: str, line: int) -> bool | None:
    """The same of a line; None where its function returns before that is known."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return False
    for parent, later in reversed(list(_blocks(tree, line))):
        for statement in later:
            if _calls(statement, "backward"):
                return False
            if _calls(statement, "step"):
                return not isinstance(statement, _BRANCHES)
            if isinstance(statement, ast.Return):
                return None
            if isinstance(statement, ast.Continue | ast.Break | ast.Raise):
                return False
        if isinstance(parent, _LOOPS):
            return False
        if isinstance(parent, _FUNCTIONS):
            return None
    return None


def _blocks(tree: ast.AST, line: int) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
    """What the line is in, the outmost first, with what comes after it there."""
    parent: ast.AST | None = tree
    while parent is not None:
        inner = None
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            found = getattr(parent, block, [])
            for place, one in enumerate(found if isinstance(found, list) else []):
                last = getattr(one, "end_lineno", None) or _last_line(one)
                if getattr(one, "lineno", line) <= line <= last and inner is None:
                    inner = one
                    later = found[place + 1 :] if isinstance(one, ast.stmt) else []
                    yield parent, later
        parent = inner


def _last_line(node: ast.AST) -> int:
    return max((getattr(one, "end_lineno", None) or 0 for one in ast.walk(node)), default=0)


def _calls(statement: ast.stmt, method: str) -> bool:
    """Whether it calls this method, of an optimizer or what scales for one if that is ``step``."""
    for node in ast.walk(statement):
        match node:
            case ast.Call(func=ast.Attribute(attr=name, value=whose)) if name == method:
                called = ast.unparse(whose).lower()
                is_optimizer = ("opt" in called or "scaler" in called) and "sched" not in called
                if method != "step" or is_optimizer:
                    return True
    return False
