"""The expressions of lesson files: arithmetic and a fixed set of functions, nothing of Python's."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# A lesson needs no longer expression, and none with a deeper tree.
_LONGEST = 400

_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    # Powers are of floats: the power of two whole numbers could take all memory.
    ast.Pow: lambda a, b: np.asarray(a, np.float64) ** np.float64(b),
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
}


def _exact(array: Any) -> Any:
    return np.asarray(array, np.float64)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": np.abs,
    "all": lambda x: bool(np.all(x)),
    "any": lambda x: bool(np.any(x)),
    "count": lambda x: int(np.size(x)),
    "count_zero": lambda x: int(np.count_nonzero(np.asarray(x) == 0)),
    "exp": np.exp,
    "len": len,
    "log": np.log,
    "max": lambda *x: float(np.max(x[0] if len(x) == 1 else x)),
    "mean": lambda x: float(np.mean(_exact(x))),
    "min": lambda *x: float(np.min(x[0] if len(x) == 1 else x)),
    "norm": lambda x: float(np.linalg.norm(_exact(x).ravel())),
    "round": lambda x, digits=0: round(float(x), int(digits)),
    "shape": np.shape,
    "sign": lambda x: np.sign(x),
    "sqrt": np.sqrt,
    "std": lambda x: float(np.std(_exact(x))),
    "sum": lambda x: float(np.sum(_exact(x))),
}
CONSTANTS: Mapping[str, object] = {"inf": np.inf, "pi": np.pi}


class BadExpression(ValueError):  # noqa: N818 - a lesson's text is wrong, not the program
    """An expression that cannot be read or evaluated; the text says why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read: only names that a lesson may use, and only known syntax.

    ``names``: the functions that it calls beside ``FUNCTIONS``; whoever evaluates gives them.
    """

    text: str
    names: frozenset[str]
    tree: ast.expr = field(repr=False, compare=False)

    def value(self, names: Mapping[str, Callable[..., Any]]) -> Any:
        """Its value. ``names`` are functions over what was recorded.

        Raises BadExpression where it comes to nothing, as for the gradient of no parameter.
        """
        try:
            with np.errstate(all="ignore"):
                return _value(self.tree, names)
        except BadExpression:
            raise
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
            raise BadExpression(f"{self.text!r} cannot be computed: {error}") from error


def read_expression(text: str, known: frozenset[str]) -> Expression:
    """Read an expression that may call the functions ``known`` beside ``FUNCTIONS``.

    Raises BadExpression for anything else: attributes, other names, keywords, lambdas, ….
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise BadExpression(f"an expression is a text of at most {_LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression(f"{text!r} is no expression: {error}") from error
    names: set[str] = set()
    _check(tree, known, names, text)
    return Expression(text.strip(), frozenset(names), tree)


def _check(node: ast.expr, known: frozenset[str], names: set[str], text: str) -> None:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None):
            return
        case ast.Name(id=name) if name in CONSTANTS:
            return
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name not in FUNCTIONS and name not in known:
                raise BadExpression(f"{text!r}: there is no function {name!r}")
            names.add(name)
            parts = args
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            parts = [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            parts = [operand]
        case ast.BoolOp(values=values):
            parts = values
        case ast.Compare(left=left, ops=ops, comparators=right) if all(
            type(each) in _COMPARE for each in ops
        ):
            parts = [left, *right]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            parts = [test, body, orelse]
        case ast.Subscript(value=value, slice=place):
            parts = [value, place]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            pass
        case ast.Slice(lower=lower, upper=upper, step=step):
            parts = [part for part in (lower, upper, step) if part is not None]
        case ast.Name(id=name):
            raise BadExpression(f"{text!r}: there is no name {name!r}")
        case _:
            what = type(node).__name__
            raise BadExpression(f"{text!r}: a lesson's expression has no {what}")
    for part in parts:
        _check(part, known, names, text)


def _value(node: ast.expr, names: Mapping[str, Callable[..., Any]]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return CONSTANTS[name]
        case ast.Call(func=ast.Name(id=name), args=args):
            function = FUNCTIONS.get(name) or names[name]
            return function(*(_value(arg, names) for arg in args))
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_value(operand, names))
        case ast.BoolOp(op=op, values=values):
            some = (bool(_value(value, names)) for value in values)
            return all(some) if isinstance(op, ast.And) else any(some)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            first = _value(left, names)
            for comparison, right in zip(ops, comparators, strict=True):
                second = _value(right, names)
                if not np.all(_COMPARE[type(comparison)](first, second)):
                    return False
                first = second
            return True
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test, names) else orelse, names)
        case ast.Subscript(value=value, slice=place):
            return _value(value, names)[_value(place, names)]
        case ast.Slice(lower=lower, upper=upper, step=step):
            ends = (lower, upper, step)
            return slice(*(None if end is None else _value(end, names) for end in ends))
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return tuple(_value(element, names) for element in elements)
    raise AssertionError(f"{node} was not checked")
