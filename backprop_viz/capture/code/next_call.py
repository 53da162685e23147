"""Whether a script's next statement clears the gradients of one more optimizer, or has it step."""

import ast
import linecache
import sys
from functools import cache
from itertools import islice
from types import CodeType, FrameType

from torch.optim import Optimizer

from backprop_viz.capture.code.frame_variables import variables_of
from backprop_viz.capture.code.user_lines import is_written_by_user

_Place = tuple[int, int]  # a line, and a column in bytes
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def is_cleared_next() -> bool:
    """Whether what comes after the statement that runs is a call of a ``zero_grad``.

    Of a loop over several optimizers it is not known; then it is False.
    """
    _, called = _next_call()
    return isinstance(called, ast.Attribute) and called.attr == "zero_grad"


def is_stepped_next() -> bool:
    """The same of the ``step`` of an optimizer that a variable holds; a schedule has one, too."""
    match _next_call():
        case FrameType() as frame, ast.Attribute(attr="step", value=ast.Name(id=name)):
            held = variables_of(frame).get(name, frame.f_globals.get(name))
            return isinstance(held, Optimizer)
    return False


def _next_call() -> tuple[FrameType | None, ast.expr | None]:
    """What is called by the statement after the one that runs, and the frame that it is in."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if is_written_by_user(code.co_filename):
            place = _place(code, frame.f_lasti)
            returns, called = (True, None) if place is None else _next(code.co_filename, place)
            if not returns:
                return frame, called
        frame = frame.f_back
    return None, None


@cache
def _place(code: CodeType, instruction: int) -> _Place | None:
    found = next(islice(code.co_positions(), instruction // 2, None), None)
    if found is None or found[0] is None or found[2] is None:
        return None
    return found[0], found[2]


@cache
def _next(path: str, place: _Place) -> tuple[bool, ast.expr | None]:
    """Whether its function returns after the statement at a place in a file, else what is called.

    None where the next statement is no call, or where that is not known.
    """
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return False, None
    around = tuple(node for node in ast.walk(tree) if _has(node, place))
    # The innermost statement begins last; so does the block that it is in.
    parent, later = max(
        (
            (node, block[i + 1 :])
            for node in (tree, *around)
            for block in _blocks(node)
            for i, statement in enumerate(block)
            if _has(statement, place)
        ),
        key=lambda found: getattr(found[0], "lineno", 0),
        default=(tree, []),
    )
    match later:
        case [ast.Expr(value=ast.Call(func=called)), *_]:
            return False, called
        case []:
            return isinstance(parent, _FUNCTIONS), None
    return False, None


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    found = (getattr(node, block, None) for block in ("body", "orelse", "finalbody"))
    return [block for block in found if isinstance(block, list)]


def _has(node: ast.AST, place: _Place) -> bool:
    if not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
        return False
    if isinstance(node, ast.match_case):
        return any(_has(statement, place) for statement in node.body)
    first = node.lineno, node.col_offset
    return first <= place < (node.end_lineno or 0, node.end_col_offset or 0)
