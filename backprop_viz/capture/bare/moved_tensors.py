"""Follows what a loop makes of its tensors and of the gradients of a function."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.weak import WeakTensor, weak
from backprop_viz.recording.trace.torch_error import CodePlace


class _Made(NamedTuple):
    """What a tensor was made of: of those with these names, and whether of a gradient."""

    tensor: WeakTensor
    names: frozenset[str]
    by_gradient: bool


class MovedTensors:
    """Told of a turn's calls, it knows what has taken the place of which tensor.

    That is surely what the function is given next. Until then it is the newest that was made of one
    of the tensors and of gradients, in its shape: it is held, as a loop that is over may not.
    """

    def __init__(self) -> None:
        self._given: dict[str, tuple[WeakTensor, int]] = {}  # with the version of each
        self._known: dict[int, _Made] = {}
        self._shapes: dict[str, Tensor] = {}
        self._newest: dict[str, tuple[Tensor, CodePlace | None]] = {}

    def begin(self, names: Sequence[str], tensors: Sequence[Tensor]) -> None:
        """The function is given these."""
        named = dict(zip(names, tensors, strict=True))
        self._given = {name: (weak(one), one._version) for name, one in named.items()}
        self._known = {
            id(one): _Made(weak(one), frozenset((name,)), False) for name, one in named.items()
        }
        self._newest.clear()

    def are_others(self, names: Sequence[str], tensors: Sequence[Tensor]) -> bool:
        """Whether any is not what the function was given before, or was written to since."""
        for name, tensor in zip(names, tensors, strict=True):
            known = self._given.get(name)
            if known is None or known[0]() is not tensor or known[1] != tensor._version:
                return True
        return False

    def are_made(self, tensors: Sequence[Tensor]) -> bool:
        """Whether any is known to be one of those that the function was given, or made of such."""
        return any(made is not None and bool(made.names) for made in map(self._of, tensors))

    def gave(self, grads: Sequence[Tensor]) -> None:
        """The function has these gradients."""
        for grad in grads:
            self._known[id(grad)] = _Made(weak(grad), frozenset(), True)

    def ran(self, read: Any, result: Any) -> None:
        """A call has read this, and has made that."""
        of = [made for one in nested_tensors(read) if (made := self._of(one)) is not None]
        names = frozenset[str]().union(*(made.names for made in of))
        by_gradient = any(made.by_gradient for made in of)
        for tensor in nested_tensors(result) if of else ():
            if self._of(tensor) is not None:
                continue
            self._known[id(tensor)] = _Made(weak(tensor), names, by_gradient)
            if by_gradient and len(names) == 1:
                (name,) = names
                given = self._given[name][0]()
                if given is None or (given.shape, given.dtype) == (tensor.shape, tensor.dtype):
                    self._newest[name] = tensor, user_line()

    def made(self) -> Mapping[str, tuple[Tensor, CodePlace | None]]:
        """What has been made of each, as far as it is known, and in which line."""
        return dict(self._newest)

    def forget_made(self) -> None:
        """It has taken the place of the tensors."""
        self._newest.clear()

    def _of(self, tensor: Tensor) -> _Made | None:
        made = self._known.get(id(tensor))
        return made if made is not None and made.tensor() is tensor else None
