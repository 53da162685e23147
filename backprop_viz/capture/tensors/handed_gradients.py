"""The gradients that nodes have handed to one another in a backward that is over."""

from collections.abc import Iterable, Sequence
from itertools import repeat

from torch import Tensor

from backprop_viz.capture.tensors.borrowed import is_lent
from backprop_viz.capture.tensors.memory import NUMPY_DTYPES, Copied, NotCopied
from backprop_viz.capture.tensors.snapshots import Copy, TensorSnapshots
from backprop_viz.capture.tensors.unheard import is_fake
from backprop_viz.recording.trace.events import Array

_Grads = Sequence[Tensor | None]


class HandedGradients:
    """Their arrays: one for each tensor, and for each view of the same memory laid out as it is.

    All of them are alive, and nobody has written to them: what has one address is one memory.
    """

    def __init__(self, snapshots: TensorSnapshots) -> None:
        self._snapshots = snapshots
        # By the id() of a tensor that somebody keeps alive.
        self._known: dict[int, Copied | NotCopied] = {}
        # By address, dtype, shape and strides.
        self._placed: dict[tuple[object, ...], Copied] = {}
        # By address: what has the numbers of a ``.grad``, which has an array.
        self._grads: dict[int, Copied] = {}
        # By address: the first tensor there, of which others are views.
        self._first: dict[int, Copied] = {}

    def is_as(self, grad: Tensor, array: Array) -> None:
        """A gradient has the numbers of this array, if it is laid out like that.

        That is told before any other gradient of its memory is asked for.
        """
        if (
            grad.is_contiguous()
            and array.flags.c_contiguous
            and grad.shape == array.shape
            and NUMPY_DTYPES.get(grad.dtype) == array.dtype
        ):
            address = grad.data_ptr()
            copied = Copied.late(lambda: array, 0, address, grad.dtype, grad.shape)
            self._known[id(grad)] = self._grads[address] = copied

    def compare(self, sent: _Grads, versions: Iterable[int], lost: NotCopied) -> None:
        """Those that are not as they were sent, in these versions, have no numbers.

        But for those that were copied before.
        """
        there = [grad for grad in sent if grad is not None]
        for grad, version in zip(there, versions, strict=False):
            if grad._version != version:
                self._known.setdefault(id(grad), lost)

    def copies(
        self, grads: _Grads, ours: bool = False, whole: Iterable[bool] = repeat(True)
    ) -> list[Copy]:
        """The array of each gradient. ``ours``: nobody else can reach it any more.

        ``whole``: whether all samples of it are copied.
        """
        known = self._known
        found: list[Copy] = []
        for grad, all_ in zip(grads, whole, strict=False):
            if grad is None:
                found.append(None)
                continue
            key = id(grad)
            copied = known.get(key)
            if copied is None:
                try:
                    copied = self._copied(grad, ours, all_)
                except NotCopied as reason:
                    copied = reason
                known[key] = copied
            # Not the array that it had: what was read where it lies may be copied by now.
            found.append(copied.array if isinstance(copied, Copied) else copied)
        return found

    def _copied(self, grad: Tensor, ours: bool, whole: bool) -> Copied:
        cut = self._snapshots.cut(grad, whole)
        if is_fake(grad):
            return Copied(grad, cut)
        try:
            address = grad.data_ptr()
            place = (*_place(grad, address), cut)
        except (RuntimeError, ValueError):
            return Copied(grad, cut)
        copied = self._placed.get(place) if address else None
        if copied is None and cut is not None:
            copied = self._placed[place] = Copied(grad, cut)
        elif copied is None:
            became = self._grads.get(address)
            if became is not None and became.is_laid_out_as(grad):
                return became
            first = self._first.get(address)
            if became is None and first is not None and not first.borrowed:
                became = first  # which is copied by now: its views are views of the copy
            if became is not None:
                copied = became.viewed_as(grad, compared=True)
            elif ours:
                copied = Copied.borrowing(grad)
            elif not is_lent(grad):
                copied = self._snapshots.borrowed.borrow(grad)
            copied = copied or Copied(grad, None, False, self._snapshots.memory)
            self._placed[place] = copied
            self._first.setdefault(address, copied)
        return copied


def _place(grad: Tensor, address: int) -> tuple[object, ...]:
    return address, grad.dtype, grad.shape, grad.stride()
