"""Tells when a loop that moves its tensors by hand has begun its next turn."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from torch._C import DisableTorchFunction

# So many numbers of so many tensors are compared where no version tells that one was moved.
_COMPARED, _TENSORS = 8, 8
# After so many turns in a row of which versions have told, numbers are not looked at.
_SURE_AFTER = 8


class HandTurns:
    """A turn is over once a backward has run, and any tensor was moved or cleared after it.

    Several backwards in a row, as in an accumulation, are one turn: between them nothing is moved,
    and no ``.grad`` is cleared. ``tensors``: those that the loop may move now. ``by_clearing``:
    whether that alone is the end of a turn.
    """

    def __init__(
        self, tensors: Callable[[], Sequence[Tensor]], *, by_clearing: bool = True
    ) -> None:
        self._tensors, self.by_clearing = tensors, by_clearing
        self._nodes = 0  # of autograd, when a backward had ended
        self._versions: list[object] | None = None  # at that time
        self._numbers: list[object] | None = None
        self._told_by_versions = 0  # so many turns in a row

    def begins(self) -> None:
        """A turn begins."""
        self._versions = self._numbers = None

    @property
    def has_run_backward(self) -> bool:
        """Whether a backward has run in this turn."""
        return self._versions is not None

    def backward_ended(self, *, closely: bool) -> None:
        """A backward has run. ``closely``: it is asked about before anything is cleared."""
        self._nodes = torch.autograd._get_sequence_nr()
        tensors = self._tensors()
        with DisableTorchFunction():
            self._versions = list(map(self._version, tensors))
            look = closely or self._told_by_versions < _SURE_AFTER
            self._numbers = list(map(self._some, tensors[:_TENSORS])) if look else None

    def is_over(self) -> bool:
        """Whether the turn is over, asked before a tensor is used again, or another backward."""
        if self._versions is None:
            return False
        tensors = self._tensors()
        with DisableTorchFunction():
            if self._versions != list(map(self._version, tensors)):
                self._told_by_versions += 1
                return True
            self._told_by_versions = 0
            if self._numbers is None:  # moved and cleared by ``.data``, or neither: for once
                return True
            return self._numbers != list(map(self._some, tensors[:_TENSORS]))

    def any_is_newer(self, roots: Iterable[Tensor]) -> bool:
        """Whether something was computed for one of these since the last backward.

        A leaf is newer by itself.
        """
        with DisableTorchFunction():
            for root in roots:
                node = root.grad_fn
                if node is None or node._sequence_nr() >= self._nodes:
                    return True
        return False

    def _version(self, tensor: Tensor) -> object:
        grad = tensor.grad if self.by_clearing else None
        return id(tensor), tensor._version, None if grad is None else (id(grad), grad._version)

    def _some(self, tensor: Tensor) -> object:
        """Some numbers: what is changed through ``.data`` has no other version."""
        told = (tensor, tensor.grad) if self.by_clearing else (tensor,)
        return [_last(one) for one in told if one is not None]


def _last(tensor: Tensor) -> object:
    try:
        return list(map(repr, tensor.detach().reshape(-1)[-_COMPARED:].tolist()))
    except RuntimeError:  # it is sparse
        return None
