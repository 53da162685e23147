"""Whether a script makes tensors that train and are in no module, as its source tells."""

import ast
import linecache
from collections.abc import Iterator
from pathlib import Path


def makes_leaves(path: str) -> bool:
    """Whether tensors get ``requires_grad`` in a script, or a Parameter is made outside a class.

    So do those that ``torch.func.stack_module_state`` makes, of an ensemble. Also in a file beside
    it that it imports. False for what cannot be parsed: it does not run.
    """
    tree = _parsed("".join(linecache.getlines(path)))
    if tree is None:
        return False
    beside = (Path(path).with_name(f"{name}.py") for name in _imported(tree))
    trees = (tree, *(_parsed("".join(linecache.getlines(str(file)))) for file in beside))
    return any(one is not None and _has_leaf(one) for one in trees)


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _has_leaf(tree: ast.Module) -> bool:
    return any(map(_makes_leaf, ast.walk(tree))) or any(map(_is_parameter, _outside_classes(tree)))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _outside_classes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef):
            yield child
            yield from _outside_classes(child)


def _makes_leaf(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg="requires_grad", value=value):
            return not _is_false(value)
        case ast.Call(func=ast.Attribute(attr="requires_grad_"), args=args):
            return not (args and _is_false(args[0]))
        case ast.Attribute(attr="stack_module_state") | ast.Name(id="stack_module_state"):
            return True
        case ast.Assign(targets=[ast.Attribute(attr="requires_grad")], value=value):
            return not _is_false(value)
    return False


def _is_parameter(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="Parameter") | ast.Name(id="Parameter")):
            return True
    return False


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
