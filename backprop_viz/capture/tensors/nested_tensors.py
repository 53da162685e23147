"""The tensors in an argument or a result of a model."""

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

from backprop_viz.capture.tensors.memory import is_wrapped


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
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from nested_tensors(getattr(value, name))


def _unwrapped(tensor: Tensor) -> Tensor:
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
        given = signature(model.forward).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        given = {f"x{i}": value for i, value in enumerate(args)}
    found: dict[str, Tensor] = {}
    for name, value in given.items():
        tensors = list(map(_unwrapped, nested_tensors(value)))
        numbered = len(tensors) > 1
        found |= {f"{name}[{i}]" if numbered else name: t for i, t in enumerate(tensors)}
    return found
