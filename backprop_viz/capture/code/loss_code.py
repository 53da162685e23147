"""Which parts of a source compute the loss that a backward starts from, and what it is given."""

import ast
import linecache
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from backprop_viz.capture.code.user_lines import is_written_by_user

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = ast.Module | _Function
_SCOPES = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_BACKWARD = re.compile(r"\b(backward|grad)\(")
# Methods that give the same numbers.
_SHAPES = frozenset(
    ("reshape", "view", "view_as", "squeeze", "unsqueeze", "flatten", "float", "double", "long")
)
_SEVERAL = ast.Tuple | ast.List
_EACH = ast.ListComp | ast.GeneratorExp
_At = tuple[int, int]  # a line, and a column in it
# Which of several that a function gives: "0" of a tuple, "'loss'" of a dictionary.
Item = str | None


class CodePart(NamedTuple):
    """A part of a source: from one place to another."""

    start: _At
    stop: _At

    @classmethod
    def of(cls, node: ast.stmt | ast.expr) -> "CodePart":
        """Where this stands."""
        stop = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return cls((node.lineno, node.col_offset), stop)

    def has(self, other: "CodePart") -> bool:
        """Whether the other one is in it."""
        return self.start <= other.start and other.stop <= self.stop


class LossCode(NamedTuple):
    """What computes a loss; ``given``: the parts in it that compute what that is given.

    ``item``: which of several that it gives is the loss, if not all. ``terms``: what gives the
    loss itself or a term of it, as ``f(x)`` in ``-f(x)[0]``, but not in ``f(x).mean()``.
    """

    whole: CodePart
    given: tuple[CodePart, ...]
    item: Item
    terms: tuple[CodePart, ...]

    def has(self, part: CodePart) -> bool:
        """Whether a part computes the loss, and not what that is given."""
        return self.whole.has(part) and not any(one.has(part) for one in self.given)


@cache
def loss_code(path: str) -> Sequence[LossCode]:
    """The parts of a user's file that compute what a backward in it starts from."""
    source = _Source.of(path) if _may_run_backward(path) else None
    return () if source is None else tuple(source.loss_code())


@cache
def loops_of(path: str) -> Mapping[int, bool]:
    """The first lines of a user's functions that run backward, and whether their losses are known.

    0 stands for what is in no function.
    """
    source = _Source.of(path) if _may_run_backward(path) else None
    return {} if source is None else dict(source.loops())


@cache
def returned_code(path: str, line: int, item: Item) -> Sequence[LossCode]:
    """The parts that compute what the function gives, or this item, which begins in this line."""
    source = _Source.of(path)
    if source is None:
        return ()
    found = (one for one in ast.walk(source.tree) if isinstance(one, _Function | ast.Lambda))
    function = next((one for one in found if _first_line(one) == line), None)
    return () if function is None else tuple(source.returned(function, item, frozenset()))


class _Source:
    """A source, what functions it has, and what it imports."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        nodes = list(ast.walk(tree))
        self._scopes = [one for one in nodes if isinstance(one, _SCOPES)]
        self._functions = {one.name: one for one in nodes if isinstance(one, ast.FunctionDef)}
        imports = [one for one in nodes if isinstance(one, ast.Import | ast.ImportFrom)]
        names = [one.asname or one.name.partition(".")[0] for each in imports for one in each.names]
        self._imported = frozenset(names)

    @classmethod
    @cache
    def of(cls, path: str) -> "_Source | None":
        """That of a user's file; None where it cannot be parsed."""
        text = "".join(linecache.getlines(path))
        try:
            return cls(ast.parse(text)) if is_written_by_user(path) else None
        except (SyntaxError, ValueError):
            return None

    def loss_code(self) -> Iterator[LossCode]:
        """That of all backwards."""
        for _, losses in self._losses():
            for value, item in losses:
                yield from self._code_of(value, item, frozenset())

    def loops(self) -> Iterator[tuple[int, bool]]:
        """The first line of each function that runs backward, and whether its loss is known."""
        for scope, losses in self._losses():
            if any(_roots_of(node) for node in _own_nodes(scope)):
                yield 0 if isinstance(scope, ast.Module) else _first_line(scope), bool(losses)

    def _losses(self) -> Iterator[tuple[_Scope, list[tuple[ast.expr, Item]]]]:
        """What a loss is computed by, of each function; a method may assign it to an attribute."""
        own = [list(_own_nodes(scope)) for scope in self._scopes]
        roots = [[root for node in nodes for root in _roots_of(node)] for nodes in own]
        names = [set[str]().union(*map(self._variables, some)) for some in roots]
        everywhere = {name for some in names for name in some if "." in name}
        for scope, nodes, some, local in zip(self._scopes, own, roots, names, strict=True):
            known = local | everywhere
            losses = [found for node in nodes for found in _values_of(node, known)]
            apart = [one for one in some if not isinstance(one, ast.Name | ast.Attribute)]
            yield scope, [*losses, *((one, None) for one in apart)]

    def _variables(self, root: ast.expr) -> set[str]:
        """Those that backward starts from, or from a sum or a multiple of; none if from another."""
        match root:
            case ast.Name(id=name):
                return {name}
            case ast.NamedExpr(target=ast.Name(id=name)):
                return {name}
            case ast.Attribute():
                return {ast.unparse(root)}
            case ast.Subscript(value=inner):
                return {ast.unparse(root), *self._variables(inner)}
            case ast.Call(func=ast.Attribute(attr="scale"), args=[inner]):  # a GradScaler's
                return self._variables(inner)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=args) if (
                name in self._imported
            ):
                return self._variables(args[0]) if len(args) == 1 else set()
            case (
                ast.Call(func=ast.Attribute(value=inner))
                | ast.Call(func=ast.Name(id="sum"), args=[inner, *_])
            ):
                return self._variables(inner)
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult() | ast.Div(), right=right):
                return self._variables(left) | self._variables(right)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return set[str]().union(*map(self._variables, items))
        return set()

    def _code_of(self, value: ast.expr, item: Item, through: frozenset[str]) -> Iterator[LossCode]:
        """``item``: of what this gives. ``through``: the functions that led here."""
        if item is None and isinstance(value, ast.Subscript):
            item = ast.unparse(value.slice)
        given: list[ast.expr] = []
        for start in _starts(value):
            match start:
                case ast.BinOp(op=ast.MatMult()):
                    given.append(start)
                case ast.BinOp(left=left, right=right):  # as a prediction minus what is wanted
                    given += [one for one in (left, right) if _is_computed(one)]
                case ast.Call(args=args, keywords=keywords):
                    several = len(args) + len(keywords) > 1
                    own = [one for one in args if _is_computed(one)] if several else []
                    function = self._called(start)
                    if own or function is None or function.name in through:
                        given += own
                        continue
                    given.append(start)
                    yield from self.returned(function, item, through | {function.name})
        terms = tuple(map(CodePart.of, _terms(value)))
        yield LossCode(CodePart.of(value), tuple(map(CodePart.of, given)), item, terms)

    def _called(self, call: ast.Call) -> ast.FunctionDef | None:
        match call.func:
            case ast.Name(id=name):
                return self._functions.get(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self._functions.get(name)
        return None

    def returned(
        self, function: _Function | ast.Lambda, item: Item, through: frozenset[str]
    ) -> Iterator[LossCode]:
        """What computes what a function gives, or of several this ``item``."""
        if isinstance(function, ast.Lambda):
            yield from self._code_of(function.body, item, through)
            return
        nodes = list(_own_nodes(function))
        given = [one.value for one in nodes if isinstance(one, ast.Return) and one.value]
        values = [value for each in given for value in _items(each, item)]
        for value in values:
            yield from self._code_of(value, None, through)
        names = {ast.unparse(one) for one in values if isinstance(one, ast.Name | ast.Attribute)}
        for node in nodes:
            for value, which in _values_of(node, names):
                yield from self._code_of(value, which, through)


def _may_run_backward(path: str) -> bool:
    return _BACKWARD.search("".join(linecache.getlines(path))) is not None


def _first_line(function: _Function | ast.Lambda) -> int:
    """That of its first decorator, as Python counts."""
    decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
    return min(one.lineno for one in (function, *decorators))


def _own_nodes(scope: _Scope) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    ahead: list[ast.AST] = list(scope.body)
    while ahead:
        node = ahead.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            ahead += ast.iter_child_nodes(node)


def _roots_of(node: ast.AST) -> list[ast.expr]:
    """What a call of backward may start from; none if it is none, or one that makes a graph."""
    match node:
        case ast.Call(func=ast.Attribute(attr="backward", value=ast.Name() as root), args=args):
            return [root, *args[:1]]  # loss.backward(), or accelerator.backward(loss)
        case ast.Call(
            func=ast.Attribute(attr="backward", value=ast.Attribute() as root), args=[one, *_]
        ):
            return [root, one]  # torch.autograd.backward(loss)
        case ast.Call(func=ast.Attribute(attr="backward", value=root)):
            return [root]
        case ast.Call(func=ast.Name(id="backward"), args=[root, *_]):
            return [root]
        case ast.Call(
            func=ast.Name(id="grad")
            | ast.Attribute(
                attr="grad", value=ast.Name(id="autograd") | ast.Attribute(attr="autograd")
            ),
            args=[root, *_],
            keywords=options,
        ):
            return [] if any(one.arg == "create_graph" for one in options) else [root]
    return []


def _values_of(node: ast.AST, names: set[str]) -> Iterator[tuple[ast.expr, Item]]:
    """What one of these variables is given; and which of several that gives."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value, names)
        case (
            ast.AugAssign(target=target, value=value)
            | ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            yield from _assigned(target, value, names)
        case ast.Call(func=ast.Attribute(attr="append", value=target), args=[value]):
            yield from _assigned(target, value, names)


def _assigned(
    target: ast.expr, value: ast.expr, names: set[str]
) -> Iterator[tuple[ast.expr, Item]]:
    if isinstance(target, _SEVERAL):
        for number, one in enumerate(target.elts):
            for given in _items(value, str(number)):
                which = str(number) if given is value else None
                yield from ((found, which) for found, _ in _assigned(one, given, names))
        return
    name = ast.unparse(target)
    if name in names:
        keys: list[Item] = [one[len(name) + 1 : -1] for one in names if one.startswith(f"{name}[")]
        for key in keys or [None]:
            for given in _items(value, key):
                yield given, key if given is value else None


def _items(value: ast.expr, item: Item) -> Sequence[ast.expr]:
    """Of what is written out as several this one, else all of them; of another that itself."""
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return [one for key, one in pairs if key and ast.unparse(key) == item] or value.values
    if isinstance(value, _SEVERAL):
        wanted = int(item) if item is not None and item.isdigit() else len(value.elts)
        return value.elts[wanted : wanted + 1] or value.elts
    return [value]


def _starts(value: ast.expr) -> Iterator[ast.expr]:
    """What the operations are done to by which an expression ends: a sum, a mean, a square."""
    match value:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call() | ast.BinOp() | ast.UnaryOp() | ast.Subscript() as inner
            )
        ):
            yield from _starts(inner)
        case ast.Call(
            args=[
                ast.BinOp()
                | ast.UnaryOp()
                | ast.List()
                | ast.ListComp()
                | ast.GeneratorExp() as inner
            ],
            keywords=[],
        ):
            yield from _starts(inner)
        case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.NamedExpr(value=inner):
            yield from _starts(inner)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for one in items:
                yield from _starts(one)
        case ast.UnaryOp(operand=inner) | ast.Subscript(value=inner):
            yield from _starts(inner)
        case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Pow() | ast.Mult() | ast.Div()):
            yield from _starts(left)
            yield from _starts(right)
        case _:
            yield value


def _terms(value: ast.expr) -> Iterator[ast.expr]:
    """What an expression adds up or multiplies, of whatever each is a part."""
    match value:
        case (
            ast.UnaryOp(operand=inner)
            | ast.Subscript(value=inner)
            | ast.Attribute(value=inner)
            | ast.NamedExpr(value=inner)
        ):
            yield from _terms(inner)
        case ast.BinOp(left=left, right=right):
            yield from _terms(left)
            yield from _terms(right)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for one in items:
                yield from _terms(one)
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
