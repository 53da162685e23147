"""Whether a script makes tensors that train and are in no module, as its source tells."""

import ast
from collections.abc import Iterator


def makes_leaves(source: str) -> bool:
    """Whether tensors get ``requires_grad`` in a script, or a Parameter is made outside a class.

    False for what cannot be parsed: it does not run either.
    """
    if "requires_grad" not in source and "Parameter(" not in source:
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return any(map(_makes_leaf, ast.walk(tree))) or any(map(_is_parameter, _outside_classes(tree)))


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
