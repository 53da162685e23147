"""Whether a script's next statement makes the call of a method that runs once more."""

import ast
import linecache
import sys
from functools import cache
from itertools import islice
from types import CodeType, FrameType

from backprop_viz.capture.code.user_lines import is_written_by_user

_Place = tuple[int, int]  # a line, and a column in bytes
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def is_called_next(method: str) -> bool:
    """Whether what comes after the statement that runs is a call of a method of this name.

    Of a loop over several optimizers it is not known; then it is False.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if is_written_by_user(code.co_filename):
            place = _place(code, frame.f_lasti)
            known = None if place is None else _is_next(code.co_filename, place, method)
            if known is not None:
                return known
        frame = frame.f_back
    return False


@cache
def _place(code: CodeType, instruction: int) -> _Place | None:
    found = next(islice(code.co_positions(), instruction // 2, None), None)
    if found is None or found[0] is None or found[2] is None:
        return None
    return found[0], found[2]


@cache
def _is_next(path: str, place: _Place, method: str) -> bool | None:
    """The same of a place in a file; None where its function returns after that statement."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return False
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
    if later:
        return _is_call(later[0], method)
    return None if isinstance(parent, _FUNCTIONS) else False


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


def _is_call(statement: ast.stmt, method: str) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name == method
    return False
