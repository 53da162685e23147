"""Leaves of examples that are over: a script may show one after the other, each with its own."""

from collections.abc import Iterable, Sequence

from torch import Tensor

from backprop_viz.capture.tensors.weak import WeakTensor, weak


class EarlierLeaves:
    """Those whose loop has ended before any turn of it, until they are used again."""

    def __init__(self) -> None:
        self._left: dict[int, WeakTensor] = {}

    def are_left(self, leaves: Iterable[Tensor]) -> None:
        """Others are used from now on."""
        self._left.update((id(one), weak(one)) for one in leaves)

    def are_used(self, leaves: Iterable[Tensor]) -> None:
        """These are of no example that is over."""
        for one in leaves:
            self._left.pop(id(one), None)

    def without(self, leaves: Iterable[Tensor]) -> Sequence[Tensor]:
        """The leaves among these that are not left."""
        return [one for one in leaves if not self._has(one)]

    def _has(self, leaf: Tensor) -> bool:
        left = self._left.get(id(leaf))
        return left is not None and left() is leaf
