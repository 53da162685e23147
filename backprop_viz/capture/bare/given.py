"""Tensors that somebody's own code gives where a model is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from backprop_viz.capture.bare.names import tensors_by_name
from backprop_viz.capture.tensors.bare_tensors import Tensors, unused_name
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

GivenTensors = Tensor | Sequence[Tensor] | Mapping[str, Tensor]


def with_modules_for_tensors(given: Any) -> Any:
    """What was given, with a module in place of tensors: of one, several, or some by their names.

    Tensors that come without names have those of their variables. Beside models they are one more.
    Raises ArgumentError for a tensor whose ``.grad`` no backward makes.
    """
    if isinstance(given, Tensor):
        return _held([given])
    if isinstance(given, Mapping) and given and _are_tensors(given.values()):
        _expect_leaves(given)
        named: dict[str, Tensor] = {}
        for name, tensor in given.items():
            named[unused_name(str(name), named)] = tensor
        return Tensors(named)
    if not isinstance(given, list | tuple):
        return given
    tensors = [one for one in given if isinstance(one, Tensor)]
    others = [with_modules_for_tensors(one) for one in given if not isinstance(one, Tensor)]
    if not tensors:
        return others
    return [*others, _held(tensors)] if others else _held(tensors)


def _are_tensors(values: Any) -> bool:
    return all(isinstance(one, Tensor) for one in values)


def _held(tensors: list[Tensor]) -> Tensors:
    named = tensors_by_name(tensors, "tensor")
    _expect_leaves(named)
    return Tensors(named)


def _expect_leaves(named: Mapping[Any, Tensor]) -> None:
    for name, tensor in named.items():
        if not (tensor.is_leaf and tensor.requires_grad):
            text = QT_TRANSLATE_NOOP(
                "errors",
                "{0} is no tensor that trains: it takes one made with requires_grad=True, and not "
                "computed from others.",
            )
            raise ArgumentError(text, name)
