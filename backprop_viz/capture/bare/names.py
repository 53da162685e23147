"""How a script calls the tensors that it trains, read from the variables of what runs."""

import ast
import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from types import FrameType, ModuleType, SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from backprop_viz.capture.code.frame_variables import variables_of
from backprop_viz.capture.code.functional_calls import given_names, given_tensors
from backprop_viz.capture.code.user_lines import is_written_by_user
from backprop_viz.capture.tensors.bare_tensors import unused_name
from backprop_viz.capture.tensors.memory import is_wrapped
from backprop_viz.capture.tensors.nested_tensors import nested_tensors

# So deep lists of layers of tensors are looked into, and so many things in what a variable has.
_DEEPEST, _MOST = 8, 10_000


def tensors_by_name(
    tensors: Sequence[Tensor], otherwise: str, deepest: int = _DEEPEST
) -> dict[str, Tensor]:
    """Each of these tensors by the name that it has in the user's code that runs, in this order.

    That is a variable's (``w1``), the outer function's before the inner's; else its place in a
    list, a dictionary or an object: ``parameters[0]``, ``params['w']``, ``model.w``. The variable
    of a loop (``for p in parameters``) gives its name only to what has no other. ``otherwise`` is
    what the rest is called, with a number where there are several tensors. ``deepest``: 0 is of
    variables alone. With what ``functional_call`` runs a module has the module's names for it.
    """
    given = given_names()
    if tensors and all(id(tensor) in given for tensor in tensors):
        return {given[id(tensor)]: tensor for tensor in tensors}
    ranked: tuple[dict[int, str], ...] = {}, {}, {}
    wanted = set(map(id, tensors))
    for frame in _users_frames():
        loops = _loop_variables(frame.f_code.co_filename)
        for variable, value in variables_of(frame).items():
            if variable.startswith("_"):
                continue
            for name, one in islice(_values_in(variable, value, deepest), _MOST):
                if id(one) in wanted:
                    rank = 2 if variable in loops else int(name != variable)
                    ranked[rank].setdefault(id(one), name)
    named: dict[str, Tensor] = {}
    for number, tensor in enumerate(tensors):
        known = [names[id(tensor)] for names in ranked if id(tensor) in names]
        name = known[0] if known else f"{otherwise}{number if len(tensors) > 1 else ''}"
        named[unused_name(name, named)] = tensor
    return named


def leaves_in_sight() -> list[Tensor]:
    """The leaves that train, in the variables of the user's code that runs; of no module."""
    found: dict[int, Tensor] = {}
    for frame in _users_frames():
        for variable, value in variables_of(frame).items():
            for _, one in islice(_values_in(variable, value, _DEEPEST), _MOST):
                if isinstance(one, Tensor) and one.requires_grad and one.is_leaf:
                    found.setdefault(id(one), one)
    return list(found.values())


def module_name(module: nn.Module, variable: str | None) -> str | None:
    """How the user's code calls a module that is in this variable, or in none.

    Its place in a list or a dictionary, ``nets[1]``, where there is no variable, or one of a loop;
    else the attribute of an object that has it.
    """
    frames = _users_frames()
    if variable is not None and not any(
        variable in _loop_variables(frame.f_code.co_filename) for frame in frames
    ):
        return variable
    for places in (_places, _attributes):
        for frame in frames:
            for place, one in places(variables_of(frame)):
                if one is module:
                    return place
    return variable


def _places(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is in a function's lists and dictionaries, and in those of its object."""
    own = variables.get("self")
    for name, value in (*variables.items(), *getattr(own, "__dict__", {}).items()):
        if isinstance(value, list | tuple | dict) and not name.startswith("_"):
            held = islice(_values_in(name, value, 2), _MOST)
            yield from ((place, one) for place, one in held if "." not in place)


def _attributes(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What objects of the user's classes have in attributes, by the attribute's name alone."""
    for value in variables.values():
        if _keeps_tensors(type(value)):
            held = islice(_values_in("self", value, 3), _MOST)
            yield from ((path.rpartition(".")[2], one) for path, one in held if "[" not in path)


def modules_beside(module: nn.Module) -> list[nn.Module]:
    """The outermost modules that train and share nothing with this one, in those variables."""
    found: dict[int, nn.Module] = {}
    for frame in _users_frames():
        for variable, value in variables_of(frame).items():
            for _, one in islice(_values_in(variable, value, _DEEPEST), _MOST):
                if isinstance(one, nn.Module) and one is not module:
                    found.setdefault(id(one), one)
    inner = {id(part) for one in found.values() for part in one.modules() if part is not one}
    known = set(map(id, module.parameters()))
    beside = [one for one in found.values() if id(one) not in inner and trains(one)]
    return [one for one in beside if known.isdisjoint(map(id, one.parameters()))]


def trains(module: nn.Module) -> bool:
    """Whether any of its parameters does."""
    return any(parameter.requires_grad for parameter in module.parameters())


def leaves_in(given: Any) -> list[Tensor]:
    """The leaves that train among what a module is given."""
    with torch._C.DisableTorchFunction():
        found = {id(one): one for one in nested_tensors(given) if type(one) is Tensor}
        return [one for one in found.values() if one.is_leaf and one.requires_grad]


def given_leaves() -> list[Tensor]:
    """What a ``functional_call`` that runs gives that trains; none within a transform."""
    plain = [one for one in given_tensors() if type(one) in (Tensor, nn.Parameter)]
    return [one for one in plain if not is_wrapped(one) and one.is_leaf and one.requires_grad]


def numbers_in_sight() -> Iterator[float]:
    """The floats that are variables or constants of the user's code that runs."""
    for frame in _users_frames():
        known = (*variables_of(frame).values(), *frame.f_code.co_consts)
        yield from (one for one in known if type(one) is float)


def modules_in_sight() -> list[nn.Module]:
    """The modules that are variables of the user's code that runs."""
    known = (one for frame in _users_frames() for one in variables_of(frame).values())
    return [one for one in known if isinstance(one, nn.Module)]


def _users_frames() -> list[FrameType]:
    """The frames of the user's code that run in this thread, the outermost first."""
    found: list[FrameType] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if is_written_by_user(frame.f_code.co_filename):
            found.append(frame)
        frame = frame.f_back
    return found[::-1]


@cache
def _loop_variables(path: str) -> frozenset[str]:
    """The variables that a file's loops go through something with."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:  # as of a notebook's cell with a command of its shell
        return frozenset()
    targets = [one.target for one in ast.walk(tree) if isinstance(one, ast.For | ast.comprehension)]
    names = [name for target in targets for name in ast.walk(target)]
    return frozenset(name.id for name in names if isinstance(name, ast.Name))


def _values_in(name: str, value: Any, deeper: int) -> Iterator[tuple[str, Any]]:
    """A value with its name, and what is in it; of a module leaves that are no parameters."""
    yield name, value
    if deeper and isinstance(value, nn.Module):
        yield from _unregistered(name, value)
    elif deeper and not isinstance(value, Tensor | ModuleType | type | str):
        for path, item in _items(name, value):
            yield from _values_in(path, item, deeper - 1)


def _unregistered(name: str, module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """What a module and its parts have in attributes of their own, as ``self.w``."""
    for path, part in module.named_modules(prefix="" if name == "self" else name):
        for key, one in vars(part).items():
            if isinstance(one, Tensor):
                yield f"{path}.{key}".lstrip("."), one


def _items(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in list(islice(value.items(), _MOST)):
            yield f"{name}[{key!r}]", item
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value[:_MOST]):
            yield f"{name}[{number}]", item
    elif _keeps_tensors(type(value)) and hasattr(value, "__dict__"):
        for key, item in list(vars(value).items()):
            yield key if name == "self" else f"{name}.{key}", item


def _keeps_tensors(kind: type) -> bool:
    """Whether a class is the user's, or has no attributes but what its users give it."""
    return kind is SimpleNamespace or _is_users(kind.__module__)


@cache
def _is_users(module: str) -> bool:
    path = getattr(sys.modules.get(module), "__file__", None)
    return module == "__main__" or (path is not None and is_written_by_user(path))
