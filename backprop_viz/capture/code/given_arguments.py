"""Which arguments a call in the user's code gives; torch fills in the others."""

import ast
import sys
from functools import lru_cache
from linecache import getlines
from types import CodeType, FrameType

from torch.overrides import handle_torch_function

from backprop_viz.capture.code.user_lines import is_written_by_user


def training_given(place: int) -> bool:
    """Whether the code that called torch's dropout, which runs now, gave ``training``.

    Or runs it only if the model trains, as ``if self.training:`` does, in a forward or in what that
    calls. ``place``: its place among the arguments. True where the code cannot be read.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not handle_torch_function.__code__:
        frame = frame.f_back
    for _ in range(2):  # the function that hands the call over, and who called it
        frame = None if frame is None else frame.f_back
    if frame is None or _is_given(frame.f_code, frame.f_lasti, place):
        return True
    while frame is not None and is_written_by_user(frame.f_code.co_filename):
        if _asks_whether_it_trains(frame.f_code, frame.f_lineno):
            return True
        frame = None if frame.f_code.co_name == "forward" else frame.f_back
    return False


@lru_cache(maxsize=1024)
def _asks_whether_it_trains(code: CodeType, line: int) -> bool:
    """Whether a function has asked for ``training`` by the time it comes to this line."""
    first = code.co_firstlineno
    try:
        tree = ast.parse("".join(getlines(code.co_filename)))
    except SyntaxError:
        return True
    asked = [one.test for one in ast.walk(tree) if isinstance(one, ast.If | ast.IfExp)]
    within = [test for test in asked if first <= test.lineno <= line]
    return any(_names_training(one) for test in within for one in ast.walk(test))


def _names_training(node: ast.AST) -> bool:
    name = node.id if isinstance(node, ast.Name) else None
    return "training" in (node.attr if isinstance(node, ast.Attribute) else name or "")


@lru_cache(maxsize=1024)
def _is_given(code: CodeType, instruction: int, place: int) -> bool:
    positions = list(code.co_positions())[instruction // 2]
    first, last, start, stop = positions
    if first is None or last is None or start is None or stop is None:
        return True
    lines = [line.encode() for line in getlines(code.co_filename)[first - 1 : last]]
    if not lines:
        return True
    lines[-1] = lines[-1][:stop]  # the offsets count bytes; the last one first, for one line alone
    lines[0] = lines[0][start:]
    try:
        call = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return True
    if not isinstance(call, ast.Call) or any(isinstance(one, ast.Starred) for one in call.args):
        return True
    return len(call.args) > place or any(one.arg in ("training", None) for one in call.keywords)
