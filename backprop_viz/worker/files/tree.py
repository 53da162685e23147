"""Nested values as JSON and a list of tensors, with a tag for every type that JSON has not.

A value is None, a bool, int, float or str, bytes, a list, tuple or dict of values, a tensor, a
numpy array, or a dataclass of these. Decoding makes none of the program's own types: what was a
dataclass comes back as ``Raw``, and the schema makes of it what it may be.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backprop_viz.recording.files import tree
from backprop_viz.recording.files.raw import Raw
from backprop_viz.recording.trace.events import Array


class Encoder:
    """``encode`` gives what JSON can hold; ``tensors`` gathers the tensors that it refers to."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self._places: dict[int, int] = {}
        # Alive for as long as their ids are compared.
        self._seen: list[object] = []

    def encode(self, value: Any) -> Any:
        """A value as JSON. Raises TypeError for a type that is none of those above."""
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list):
            return [self.encode(item) for item in value]
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item) for item in value]}
        if isinstance(value, Mapping):
            return {"dict": [[self.encode(k), self.encode(v)] for k, v in value.items()]}
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode("ascii")}
        if isinstance(value, Tensor):
            return {"tensor": self._place(value)}
        if isinstance(value, np.ndarray):
            return {"array": self._place(value)}
        if isinstance(value, Raw):
            return self._record(value.name, value.fields)
        name = type(value).__name__
        if isinstance(value, type) or not is_dataclass(value):
            raise TypeError(f"{name} cannot be written to a file.")
        return self._record(name, {f.name: getattr(value, f.name) for f in fields(value)})

    def _record(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        return {"record": name, "fields": {k: self.encode(v) for k, v in values.items()}}

    def _place(self, value: Tensor | Array) -> int:
        """The place of its copy in the list; the same tensor is copied once."""
        if id(value) not in self._places:
            self._places[id(value)] = len(self.tensors)
            self._seen.append(value)
            self.tensors.append(_copied(value))
        return self._places[id(value)]


def _copied(value: Tensor | Array) -> Tensor:
    """A copy of its own numbers, also of a view of a larger array or of a read-only one."""
    if isinstance(value, Tensor):
        return value.detach().clone(memory_format=torch.contiguous_format)
    # Not from_numpy: torch warns of arrays that may not be written to, and leaves strides of 0.
    copy = torch.empty(value.shape, dtype=torch.from_numpy(np.empty(0, value.dtype)).dtype)
    copy.numpy()[...] = value
    return copy


def decode_tensors(data: Any, tensors: Sequence[Tensor]) -> Any:
    """The value of what ``Encoder.encode`` gave, with ``Raw`` for its dataclasses.

    Raises ValueError, TypeError, KeyError, IndexError or RecursionError for anything else.
    """
    return tree.decode(data, tensors.__getitem__, lambda place: tensors[place].numpy())
