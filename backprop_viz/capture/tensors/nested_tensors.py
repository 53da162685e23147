"""The tensors in an argument or a result of a model."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor


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
