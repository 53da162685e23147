"""The tensors in an argument or a result of a model."""

from collections.abc import Iterator, Mapping
from inspect import Parameter, signature
from itertools import chain, islice
from types import FunctionType, MethodType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from backprop_viz.capture.tensors.memory import is_wrapped

# An object may be a graph with its features, and it may be a tokenizer or a whole data set.
_DEEPEST, _MOST_IN_OBJECT = 3, 64
_NO_DATA = nn.Module, type, FunctionType, MethodType, ModuleType


def nested_tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in a value: a tensor, or mappings, sequences and dataclasses of some."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from nested_tensors(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from nested_tensors(item)
    elif hasattr(type(value), "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from nested_tensors(getattr(value, name, None))


def tensors_within(value: Any) -> Iterator[Tensor]:
    """The same, also of an object of any other class that has some as attributes."""
    return (tensor for _, tensor in _named(value, "", 0))


def _named(value: Any, name: str, depth: int) -> Iterator[tuple[str, Tensor]]:
    """The tensors in a value, each by the Python that leads to it from this name.

    ``depth``: how many objects of classes that are not known lie around it.
    """
    most = _MOST_IN_OBJECT if depth else None
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key, item in islice(value.items(), most):
            yield from _named(item, f"{name}[{key!r}]", depth)
    elif isinstance(value, list | tuple):
        fields = getattr(value, "_fields", range(len(value)))
        for key, item in islice(zip(fields, value, strict=True), most):
            place = f".{key}" if isinstance(key, str) else f"[{key}]"
            yield from _named(item, f"{name}{place}", depth)
    elif hasattr(type(value), "__dataclass_fields__"):
        for field in value.__dataclass_fields__:
            yield from _named(getattr(value, field, None), f"{name}.{field}", depth)
    elif depth < _DEEPEST and type(value).__dictoffset__ and not isinstance(value, _NO_DATA):
        found = chain.from_iterable(_attributes(value, name, depth + 1))
        yield from islice(found, _MOST_IN_OBJECT)


def _attributes(value: object, name: str, depth: int) -> Iterator[Iterator[tuple[str, Tensor]]]:
    """What the attributes of an object hold: of private ones, what its user knows by a name."""
    for attribute, item in tuple(vars(value).items()):
        if not attribute.startswith("_"):
            if not isinstance(item, list | tuple):
                yield _named(item, f"{name}.{attribute}", depth)
        elif isinstance(item, Mapping):
            for key, inner in tuple(islice(item.items(), _MOST_IN_OBJECT)):
                place = f".{key}" if isinstance(key, str) else f"[{key!r}]"
                yield _named(inner, f"{name}{place}", depth)
        elif not isinstance(item, Tensor | list | tuple):
            yield _named(item, name, depth)


def unwrapped(tensor: Tensor) -> Tensor:
    """What a tensor within transforms of ``torch.func`` stands for; itself outside them."""
    while is_wrapped(tensor):
        tensor = torch._C._functorch.get_unwrapped(tensor)
    return tensor


def tensors_given(
    model: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Tensor]:
    """The tensors that a model is given, by the names of its forward's parameters.

    Within a transform of ``torch.func`` those of all samples, which have the numbers.
    """
    try:
        bound = signature(model.forward).bind(*args, **kwargs)
        given = bound.arguments
        for name, one in bound.signature.parameters.items():
            if one.kind is Parameter.VAR_KEYWORD and name in given:
                given |= {key: item for key, item in given.pop(name).items() if key not in given}
    except (TypeError, ValueError):
        given = {f"x{i}": value for i, value in enumerate(args)} | dict(kwargs)
    found: dict[str, Tensor] = {}
    for name, value in given.items():
        tensors = dict(_named(value, name, 0))
        if len(tensors) == 1:
            tensors = {name: next(iter(tensors.values()))}
        found |= {path: unwrapped(tensor) for path, tensor in tensors.items()}
    return found
