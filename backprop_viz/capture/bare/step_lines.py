"""Which lines of a loop's source make a tensor anew, as ``w = w * decay - rate * w.grad`` does."""

import ast
import linecache
from collections.abc import Iterable, Mapping
from functools import cache

from backprop_viz.recording.trace.torch_error import CodePlace

_GRADIENT = ".grad"


def makes_anew(place: CodePlace | None, leaves: Iterable[str]) -> bool:
    """Whether a line reads a ``.grad``, or assigns to the variable of one of these leaves."""
    if place is None or place[1] is None:
        return False
    told = _told(place[0]).get(place[1], frozenset())
    variables = {name.partition("[")[0].partition(".")[0] for name in leaves}
    return _GRADIENT in told or not told.isdisjoint(variables)


@cache
def _told(path: str) -> Mapping[int, frozenset[str]]:
    """By line the variables that it assigns to, and whether it reads a gradient."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return {}
    found: dict[int, frozenset[str]] = {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        inner = [one for target in targets if target is not None for one in ast.walk(target)]
        names = {one.id for one in inner if isinstance(one, ast.Name)}
        if _reads_gradient(node):
            names.add(_GRADIENT)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            found[line] = found.get(line, frozenset()) | names
    # What a function on a leaf's own line reads of it, as "w = zeros(3); f = lambda x: x @ w".
    for function in nodes:
        if isinstance(function, ast.Lambda) and function.lineno in found:
            read = {one.id for one in ast.walk(function.body) if isinstance(one, ast.Name)}
            found[function.lineno] -= read
    return found


def _reads_gradient(node: ast.stmt) -> bool:
    parts = list(ast.walk(node))
    called = {id(one.func) for one in parts if isinstance(one, ast.Call)}  # autograd.grad(...)
    read = (one for one in parts if isinstance(one, ast.Attribute) and id(one) not in called)
    return any(one.attr == "grad" for one in read)
