"""Where in a loop's source its loss is computed, as opposed to what the loss is given."""

import ast
import linecache
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from sys import _getframe
from types import CodeType, FrameType
from typing import NamedTuple

from backprop_viz.capture.code.user_lines import is_written_by_user

_Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_BACKWARD = re.compile(r"\b(backward|grad)\(")
# Methods that give the same numbers.
_SHAPES = frozenset(
    ("reshape", "view", "view_as", "squeeze", "unsqueeze", "flatten", "float", "double", "long")
)
_FUNCTIONS = ast.FunctionDef | ast.Lambda
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


def computes_loss(*, by_itself: bool = False) -> bool:
    """Whether this thread computes a loss now: the value that some backward starts from.

    It is what makes that value, in the function where backward is called: ``loss = ...`` above
    ``loss.backward()``. Of a function of several arguments these are not part of it:
    ``loss = cross_entropy(x @ w, y)`` computes ``x @ w`` before, as does
    ``loss = ((x @ w - y) ** 2).mean()``. Where a function of the same file makes it all, it is what
    that returns. ``by_itself``: only what the line itself computes counts, and of a function that
    it calls what that returns.
    """
    frame: FrameType | None = _getframe(1)
    called: FrameType | None = None  # by the one that is looked at
    while frame is not None:
        if _is_loss(frame.f_code, frame.f_lasti):
            return not by_itself or called is None or _returns(called.f_code, called.f_lasti)
        if is_written_by_user(frame.f_code.co_filename):
            called = frame
        frame = frame.f_back
    return False


@cache
def _is_loss(code: CodeType, instruction: int) -> bool:
    return _runs_in(_loss_parts(code.co_filename), code, instruction)


@cache
def _returns(code: CodeType, instruction: int) -> bool:
    """Whether a function computes what it returns."""
    tree = _parsed(code.co_filename)
    defined = [] if tree is None else [one for one in ast.walk(tree) if isinstance(one, _FUNCTIONS)]
    function = next((one for one in defined if one.lineno == code.co_firstlineno), None)
    parts = [] if function is None else list(_returned(function, {}, set()))
    return _runs_in(parts, code, instruction)


def _runs_in(parts: Sequence[_LossPart], code: CodeType, instruction: int) -> bool:
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
    runs_backward = _BACKWARD.search("".join(linecache.getlines(path)))
    tree = _parsed(path) if runs_backward and is_written_by_user(path) else None
    if tree is None:
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


def _parsed(path: str) -> ast.Module | None:
    try:
        return ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return None


def _own_nodes(scope: _Scope) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    ahead: list[ast.AST] = list(scope.body)
    while ahead:
        node = ahead.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            ahead += ast.iter_child_nodes(node)


def _root_of(node: ast.AST) -> ast.expr | None:
    """What a call of backward starts from; None if it is none, or one that makes a graph."""
    match node:
        case ast.Call(func=ast.Attribute(attr="backward", value=ast.Attribute()), args=[root, *_]):
            return root  # torch.autograd.backward(loss)
        case ast.Call(func=ast.Attribute(attr="backward", value=root)):
            return root
        case ast.Call(func=ast.Name(id="backward"), args=[root, *_]):
            return root
        case ast.Call(
            func=ast.Name(id="grad")
            | ast.Attribute(
                attr="grad", value=ast.Name(id="autograd") | ast.Attribute(attr="autograd")
            ),
            args=[root, *_],
            keywords=options,
        ):
            return None if any(one.arg == "create_graph" for one in options) else root
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
    given: list[ast.expr] = []
    for start in _starts(value):
        match start:
            case ast.BinOp(op=ast.MatMult()):
                given.append(start)
            case ast.BinOp(left=left, right=right):  # as a prediction minus what is wanted
                given += [one for one in (left, right) if _is_computed(one)]
            case ast.Call(func=func, args=args, keywords=keywords):
                several = len(args) + len(keywords) > 1
                own = [one for one in args if _is_computed(one)] if several else []
                function = functions.get(func.id) if isinstance(func, ast.Name) else None
                if own or function is None or function.name in through:
                    given += own
                    continue
                given.append(start)
                yield from _returned(function, functions, through)
    yield _LossPart(_Part.of(value), tuple(map(_Part.of, given)))


def _returned(
    function: ast.FunctionDef | ast.Lambda, functions: dict[str, ast.FunctionDef], through: set[str]
) -> Iterator[_LossPart]:
    if isinstance(function, ast.Lambda):
        yield from _parts_of(function.body, functions, through)
        return
    for node in _own_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _parts_of(node.value, functions, through | {function.name})


def _starts(value: ast.expr) -> Iterator[ast.expr]:
    """What the operations are done to by which an expression ends: a sum, a mean, a square."""
    match value:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call() | ast.BinOp() | ast.UnaryOp() | ast.Subscript() as inner
            )
        ):
            yield from _starts(inner)
        case ast.Call(args=[ast.BinOp() | ast.UnaryOp() as inner], keywords=[]):
            yield from _starts(inner)
        case ast.UnaryOp(operand=inner) | ast.Subscript(value=inner):
            yield from _starts(inner)
        case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Pow() | ast.Mult() | ast.Div()):
            yield from _starts(left)
            yield from _starts(right)
        case _:
            yield value


def _is_computed(value: ast.expr) -> bool:
    """Whether this is computed, and no variable in another shape or dtype."""
    match value:
        case ast.Call(func=ast.Attribute(attr=name, value=inner)) if name in _SHAPES:
            return _is_computed(inner)
        case ast.Subscript(value=inner) | ast.UnaryOp(operand=inner):
            return _is_computed(inner)
    return isinstance(value, ast.Call | ast.BinOp)
