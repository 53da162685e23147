"""Where in a loop's source its loss is computed, as opposed to what the loss is given."""

import ast
import linecache
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from sys import _getframe
from types import CodeType, FrameType
from typing import NamedTuple

_Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_At = tuple[int, int]  # a line, and a column in it


class _Part(NamedTuple):
    """A part of a source: from one place to another."""

    start: _At
    stop: _At

    @classmethod
    def of(cls, node: ast.stmt | ast.expr) -> "_Part":
        stop = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return cls((node.lineno, node.col_offset), stop)

    def has(self, other: "_Part") -> bool:
        return self.start <= other.start and other.stop <= self.stop


class _LossPart(NamedTuple):
    """What computes a loss; ``given``: the parts in it that compute what that is given."""

    whole: _Part
    given: tuple[_Part, ...]

    def has(self, part: _Part) -> bool:
        return self.whole.has(part) and not any(one.has(part) for one in self.given)


def computes_loss() -> bool:
    """Whether this thread computes a loss now: the value that some backward starts from.

    It is what makes that value, in the function where backward is called: ``loss = ...`` above
    ``loss.backward()``. Of a function of several arguments these are not part of it:
    ``loss = cross_entropy(x @ w, y)`` computes ``x @ w`` before. Where a function of the same file
    makes it all, it is what that returns.
    """
    frame: FrameType | None = _getframe(1)
    while frame is not None:
        if _is_loss(frame.f_code, frame.f_lasti):
            return True
        frame = frame.f_back
    return False


@cache
def _is_loss(code: CodeType, instruction: int) -> bool:
    parts = _loss_parts(code.co_filename)
    if not parts:
        return False
    place = next(islice(code.co_positions(), instruction // 2, None), None)
    if place is None or None in place:
        return False
    first, last, begin, end = place
    part = _Part((first or 0, begin or 0), (last or 0, end or 0))
    return any(one.has(part) for one in parts)


@cache
def _loss_parts(path: str) -> Sequence[_LossPart]:
    source = "".join(linecache.getlines(path))
    if "backward(" not in source:
        return ()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    found: list[_LossPart] = []
    for scope in (one for one in ast.walk(tree) if isinstance(one, _SCOPES)):
        nodes = list(_own_nodes(scope))
        roots = [root for root in map(_root_of, nodes) if root is not None]
        names = set[str]().union(*map(_variables, roots))
        values = [value for node in nodes if (value := _value_of(node, names)) is not None]
        for value in (*values, *(root for root in roots if not _variables(root))):
            found += _parts_of(value, functions, set())
    return found


def _own_nodes(scope: _Scope) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    ahead: list[ast.AST] = list(scope.body)
    while ahead:
        node = ahead.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            ahead += ast.iter_child_nodes(node)


def _root_of(node: ast.AST) -> ast.expr | None:
    """What a call of backward starts from; None if it is none."""
    match node:
        case ast.Call(func=ast.Attribute(attr="backward", value=ast.Attribute()), args=[root, *_]):
            return root  # torch.autograd.backward(loss)
        case ast.Call(func=ast.Attribute(attr="backward", value=root)):
            return root
        case ast.Call(func=ast.Name(id="backward"), args=[root, *_]):
            return root
    return None


def _variables(root: ast.expr) -> set[str]:
    """Those that backward starts from, or from a sum or a multiple of; none if from another."""
    match root:
        case ast.Name(id=name):
            return {name}
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
            return _variables(inner)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult() | ast.Div(), right=right):
            return _variables(left) | _variables(right)
    return set()


def _value_of(node: ast.AST, names: set[str]) -> ast.expr | None:
    """What one of these variables is given."""
    match node:
        case ast.Assign(targets=targets, value=value):
            given = [one.id for one in targets if isinstance(one, ast.Name)]
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            given = [name]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            given = [name]
        case _:
            return None
    return None if names.isdisjoint(given) else value


def _parts_of(
    value: ast.expr, functions: dict[str, ast.FunctionDef], through: set[str]
) -> Iterator[_LossPart]:
    call = value
    while isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        if not isinstance(call.func.value, ast.Call | ast.BinOp | ast.UnaryOp):
            break
        call = call.func.value  # of a method: what that is called of
    if not isinstance(call, ast.Call):
        yield _LossPart(_Part.of(value), ())
        return
    several = len(call.args) + len(call.keywords) > 1
    computed = (ast.Call, ast.BinOp, ast.UnaryOp, ast.Subscript)
    given = [one for one in call.args if isinstance(one, computed)] if several else []
    function = functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if given or function is None or len(function.body) == 1 or function.name in through:
        yield _LossPart(_Part.of(value), tuple(map(_Part.of, given)))
        return
    for node in _own_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _parts_of(node.value, functions, through | {function.name})
