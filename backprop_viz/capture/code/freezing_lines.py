"""Which line of the user's code has parameters require no gradient."""

import ast
import linecache
from collections.abc import Iterable, Iterator
from functools import lru_cache

from backprop_viz.recording.trace.torch_error import CodePlace


def freezing_line(paths: Iterable[str]) -> CodePlace | None:
    """The only line of these files that says so; None of several, which may each be it."""
    found = [(path, line) for path in dict.fromkeys(paths) for line in _lines(path)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=64)
def _lines(path: str) -> tuple[int, ...]:
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return ()
    nodes = [one for one in ast.walk(tree) if isinstance(one, ast.stmt | ast.expr)]
    return tuple(dict.fromkeys(one.lineno for one in nodes if _freezes(one)))


def _freezes(node: ast.stmt | ast.expr) -> bool:
    """``p.requires_grad = False``, ``model.requires_grad_(False)``, ``requires_grad=False``."""
    match node:
        case ast.Assign(targets=targets, value=ast.Constant(value=False)):
            return any(_is_flag(one) for one in targets)
        case ast.Call(func=ast.Attribute(attr="requires_grad_"), args=given, keywords=named):
            return any(_is_false(one) for one in (*given, *(each.value for each in named)))
        case ast.Call(func=ast.Name(id="Parameter") | ast.Attribute(attr="Parameter")) as made:
            return any(_is_false(one) for one in _flags_of(made))
    return False


def _flags_of(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args[1:2]
    yield from (each.value for each in call.keywords if each.arg == "requires_grad")


def _is_flag(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "requires_grad"


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
