"""Whether a line validates: it runs a model without gradients, and what that made is judged."""

import ast
import linecache
from collections.abc import Iterator, Sequence
from functools import lru_cache

from backprop_viz.recording.trace.torch_error import CodePlace

_WITHOUT_GRADIENTS = frozenset({"no_grad", "inference_mode"})
# What a function's name has that judges an output: a loss, an accuracy, a score.
_JUDGES = ("loss", "criterion", "entropy", "accuracy", "acc", "score", "metric")
_IS_EQUAL = frozenset({"eq", "ne", "equal"})
_SEVERAL = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@lru_cache(maxsize=256)
def validates(place: CodePlace) -> bool:
    """Whether what is called at a line is compared with something, or given to a loss, at once.

    It has to be in a ``with torch.no_grad()``, or in a function that is decorated so, and so has
    what judges: a target of DQN's is made without gradients, too, and its loss comes after. What is
    called in a comprehension is not counted: Monte Carlo dropout samples so, on purpose.
    """
    path, line = place
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return False
    region = _without_gradients(tree, line)
    return region is not None and _is_judged(region, line)


def _without_gradients(tree: ast.Module, line: int) -> Sequence[ast.stmt] | None:
    """The statements around a line that run without gradients; None where it is in none."""
    found = None
    for node in ast.walk(tree):
        if not isinstance(node, ast.With | _FUNCTIONS) or not _has(node, line):
            continue
        asked = (
            [item.context_expr for item in node.items]
            if isinstance(node, ast.With)
            else node.decorator_list
        )
        if any(_last_name(one) in _WITHOUT_GRADIENTS for one in asked):
            found = node.body
    return found


def _is_judged(region: Sequence[ast.stmt], line: int) -> bool:
    names = set[str]()  # of what the call has made, and of what was made of that
    for statement in _in_order(region):
        begins = _has(statement, line) and any(isinstance(n, ast.Call) for n in ast.walk(statement))
        if begins and any(isinstance(n, _SEVERAL) and _has(n, line) for n in ast.walk(statement)):
            return False
        if not begins and not names:
            continue
        if any(_judges(node, names, line if begins else 0) for node in ast.walk(statement)):
            return True
        if begins or any(_is_one_of(node, names) for node in ast.walk(statement)):
            names |= _assigned(statement)
    return False


def _in_order(statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that have no others in them, those in loops and conditions among them."""
    for statement in statements:
        inner = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        if any(inner):
            for body in inner:
                yield from _in_order(body)
        else:
            yield statement


def _judges(node: ast.AST, names: set[str], line: int) -> bool:
    """Whether an expression compares what has these names, or the call at ``line`` itself."""

    def is_of_them(part: ast.AST) -> bool:
        inner = list(ast.walk(part))
        called = line and any(isinstance(n, ast.Call) and _has(n, line) for n in inner)
        return bool(called) or any(_is_one_of(n, names) for n in inner)

    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            equal = any(isinstance(op, ast.Eq | ast.NotEq) for op in ops)
            return equal and any(map(is_of_them, (left, *others)))
        case ast.Call(func=func, args=args, keywords=keywords):
            name = _last_name(func)
            judges = name in _IS_EQUAL or any(word in name.lower() for word in _JUDGES)
            method = [func.value] if isinstance(func, ast.Attribute) and name in _IS_EQUAL else []
            return judges and any(map(is_of_them, (*method, *args, *(k.value for k in keywords))))
        case ast.Attribute(value=value, attr="loss"):
            return is_of_them(value)
    return False


def _assigned(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _is_one_of(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _last_name(called: ast.AST) -> str:
    """``no_grad`` of ``torch.no_grad()``."""
    if isinstance(called, ast.Call):
        called = called.func
    return getattr(called, "attr", getattr(called, "id", ""))


def _has(node: ast.AST, line: int) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
    return first <= line <= last
