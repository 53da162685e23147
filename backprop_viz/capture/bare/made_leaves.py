"""How a script trains, as its source tells: tensors that are in no module, or any by hand."""

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path

from backprop_viz.capture.bare.own_files import own_files
from backprop_viz.capture.bare.used_of_packages import used_of_packages

# What of torch.func gives gradients.
_OF_FUNCTIONS = "grad", "grad_and_value", "vjp", "jacrev", "jacfwd"
# Packages that run the loop, with optimizers of their own which are none of torch's.
_OWN_OPTIMIZERS = "fastai", "keras"
_WEIGHTS = frozenset({"parameters", "named_parameters"})
_WRITES = frozenset({"copy_", "add_", "sub_", "lerp_", "mul_"})
_WITHOUT_GRAPH = frozenset({"no_grad", "inference_mode", "set_grad_enabled", "data"})


def makes_leaves(path: str) -> bool:
    """Whether tensors get ``requires_grad`` in a script, or a Parameter is made outside a class.

    Also in the files of its folder that it imports, and that these import; or in what they use of
    an installed package that moves such by hand. False for what cannot be parsed: it does not run.
    """
    trees = list(own_files(path))
    if any(map(_has_leaf, trees)):
        return True
    nodes = list(used_of_packages(trees, Path(path).parent))
    return any(map(_moves, nodes)) and any(map(_makes_leaf, nodes))


def may_call_no_model(path: str) -> bool:
    """Whether a class of a script, or of its files, makes a Parameter of its own.

    Or whether a module's forward is run by itself, as ``net.forward(x)``.
    """
    trees = list(own_files(path))
    return any(
        _is_parameter(node) or _is_forward(node) for tree in trees for node in ast.walk(tree)
    )


def reads_gradient(path: str, name: str) -> bool:
    """Whether a script, or a file of its, reads the ``.grad`` of what it calls by this name."""
    return any(_reads_of(node, name) for tree in own_files(path) for node in ast.walk(tree))


def _reads_of(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Attribute) and node.attr == "grad" and ast.unparse(node.value) == name
    )


def moves_by_hand(path: str) -> bool:
    """Whether a script runs backward, and neither it nor its files have to do with an optimizer.

    But for one that they write themselves, with a ``step`` of its own; or if a line of theirs moves
    a tensor by its gradient, or one of what they use of an installed package. Or if a package runs
    the loop, with optimizers that are none of torch's.
    """
    steps = has_own = False
    trees = list(own_files(path))
    moves = any(_moves(node) or _trains_by(node) for tree in trees for node in ast.walk(tree))
    runs_backward = any(_trains_by(node) for tree in trees for node in ast.walk(tree))
    if not moves:
        moves = runs_backward = any(map(_moves, used_of_packages(trees, Path(path).parent)))
    for tree in trees:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in ast.walk(tree):
            if _gets_optimizer(node, used) and not moves:
                return False
            runs_backward = runs_backward or _is_backward(node)
            steps = steps or _is_of_optimizer(node)
            has_own = has_own or (isinstance(node, ast.FunctionDef) and node.name == "step")
    return runs_backward and (has_own or moves or not steps)


@lru_cache(maxsize=64)
def may_move_parameters(path: str) -> bool:
    """Whether a script moves by hand, and has what it moves a leaf by: no_grad, or ``.data``.

    Or whether a package does that for it.
    """
    nodes = [node for tree in own_files(path) for node in ast.walk(tree)]
    named = {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    named |= {one.id for one in nodes if isinstance(one, ast.Name)}
    may = not named.isdisjoint(_WITHOUT_GRAPH) or any(map(_trains_by, nodes))
    return may and moves_by_hand(path)


def differentiates_functions(path: str) -> bool:
    """Whether a script, or a file of its, takes gradients by ``torch.func.grad`` or the like."""
    return any(map(_is_of_function, [node for tree in own_files(path) for node in ast.walk(tree)]))


def moves_without_gradient(path: str) -> bool:
    """Whether a script computes no gradient, and writes to weights, as evolution strategies do."""
    nodes = [node for tree in own_files(path) for node in ast.walk(tree)]
    computes = any(_is_backward(node) or _is_of_function(node) for node in nodes)
    return not computes and any(map(_writes_weights, nodes))


def _writes_weights(node: ast.AST) -> bool:
    """Whether a line puts a vector into parameters, or writes to what ``parameters()`` gives."""
    match node:
        case ast.Call(func=ast.Attribute(attr="vector_to_parameters")):
            return True
        case ast.Call(func=ast.Name(id="vector_to_parameters")):
            return True
        case ast.For(iter=asked, body=body):
            named = {one.attr for one in ast.walk(asked) if isinstance(one, ast.Attribute)}
            inner = [one for each in body for one in ast.walk(each)]
            return not named.isdisjoint(_WEIGHTS) and any(map(_writes, inner))
    return False


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.AugAssign() | ast.Assign(targets=[ast.Attribute(attr="data")]):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _WRITES
    return False


def _is_of_function(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module="torch.func" | "functorch", names=names):
            return any(one.name in _OF_FUNCTIONS for one in names)
        case ast.Attribute(attr=name, value=ast.Name(id="functorch" | "func")):
            return name in _OF_FUNCTIONS
        case ast.Attribute(attr=name, value=ast.Attribute(attr="func")):
            return name in _OF_FUNCTIONS
    return False


def _has_leaf(tree: ast.Module) -> bool:
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
        case ast.Attribute(attr="stack_module_state") | ast.Name(id="stack_module_state"):
            return True
        case ast.Assign(targets=[ast.Attribute(attr="requires_grad")], value=value):
            return not _is_false(value)
    return False


def _gets_optimizer(node: ast.AST, used: AbstractSet[str]) -> bool:
    """Whether an optimizer, or what makes one, comes from elsewhere and is ``used``."""
    match node:
        case ast.ImportFrom(module="scipy.optimize"):
            return False  # the loop moves what it is given by these
        case ast.ImportFrom(module=module, names=names):
            return any(
                "optim" in f"{module} {one.name}".lower()
                and (one.name == "*" or (one.asname or one.name) in used)
                for one in names
            )
        case ast.Import(names=names):  # of ``import torch.optim`` the attribute is used
            others = [one for one in names if one.name != "scipy.optimize"]
            bound = [one.asname or one.name for one in others if "optim" in one.name.lower()]
            return not used.isdisjoint(bound)
        case ast.Attribute(attr="optim"):
            return True
    return False


def _moves(node: ast.AST) -> bool:
    """Whether a line takes something from a tensor that it computes from a gradient."""
    match node:
        case ast.AugAssign(op=ast.Sub(), value=value):
            return _reads_gradient(value)
        case ast.Call(func=ast.Attribute(attr="sub_"), args=args):
            return any(map(_reads_gradient, args))
    return False


def _trains_by(node: ast.AST) -> bool:
    """Whether something is imported of a package that has its own loop, and its own optimizers."""
    match node:
        case ast.ImportFrom(module=str(module), level=0):
            modules = [module]
        case ast.Import(names=names):
            modules = [one.name for one in names]
        case _:
            return False
    parts = [one.split(".") for one in modules]
    return any(first in _OWN_OPTIMIZERS and "datasets" not in rest for first, *rest in parts)


def _reads_gradient(value: ast.expr) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == "grad" for one in ast.walk(value))


def _is_of_optimizer(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="step")):
            return True
        case ast.Name(id="optimize") | ast.Attribute(attr="optimize"):
            return False  # a function, or scipy's
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return "optim" in name.lower()
        case ast.keyword(arg=str(name)):
            return "optim" in name.lower()
    return False


def _is_backward(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="backward"):
            return True
        case ast.Attribute(attr="grad", value=ast.Attribute(attr="autograd")):
            return True
        case ast.Attribute(attr="grad", value=ast.Name(id="autograd")):
            return True
    return False


def _is_forward(node: ast.AST) -> bool:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="forward", value=ast.Call(func=ast.Name(id="super")))
        ):
            return False  # a model's own
        case ast.Call(func=ast.Attribute(attr="forward")):
            return True
    return False


def _is_parameter(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="Parameter") | ast.Name(id="Parameter")):
            return True
        case ast.Call(func=ast.Attribute(attr="register_parameter")):
            return True
    return False


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
