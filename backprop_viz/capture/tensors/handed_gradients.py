"""The gradients that nodes have handed to one another in a backward that is over."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import repeat
from sys import getrefcount

import torch
from torch import Tensor

from backprop_viz.capture.tensors.borrowed import COUNT_OF_ONE, is_lent, use_count
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.tensors.snapshots import Copy, TensorSnapshots

_Grads = Sequence[Tensor | None]
# How many hold a tensor itself, and not only its memory; some versions of torch do not tell.
_holders_of: Callable[[Tensor], int] | None = getattr(Tensor, "_use_count", None)
_ONE_HOLDER = 1 if _holders_of is None else _holders_of(torch.empty(1))


def _references(tensors: Mapping[int, Tensor]) -> list[int]:
    """How many in Python refer to each tensor."""
    return [getrefcount(tensor) for tensor in tensors.values()]


# Of a tensor that nobody holds but those who ask, and of one that has a view.
_REFERENCES = _references({0: torch.empty(1)})[0]
_view = torch.empty(4).view(2, 2)
_REFERENCES_TO_VIEWED = _references({0: _view._base} if _view._base is not None else {})[0]


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
        # By address: what has become a leaf's ``.grad``, which is copied.
        self._grads: dict[int, Copied] = {}
        # By address: the first tensor there, of which others are views.
        self._first: dict[int, Copied] = {}

    def accumulated(
        self, leaf: Tensor, arrived: Tensor | None, copied: Copied | None, first: bool
    ) -> Copy:
        """The ``.grad`` of a leaf. The gradient that arrived may have become the ``.grad`` itself.

        That is to be asked before any other gradient of this memory. ``copied``: the
        ``.grad``, if it is copied already. ``first``: there was no ``.grad`` before. Then the
        gradient that arrived has become it but for us: torch clones one that somebody holds.
        """
        try:
            grown = self._snapshots.grown(leaf, arrived, copied, first)
            if grown is None or arrived is None:
                return self._snapshots.grad(leaf, copied)
        except NotCopied as reason:
            return reason
        address = arrived.data_ptr()
        self._known[id(arrived)] = grown
        self._grads[address] = self._placed[(*_place(arrived, address), None)] = grown
        return grown.array

    def compare(self, sent: _Grads, versions: Sequence[int], lost: NotCopied) -> None:
        """Those that are not as they were sent, in these versions, have no numbers.

        But for those that were copied before.
        """
        there = [grad for grad in sent if grad is not None]
        for grad, version in zip(there, versions, strict=True):
            if grad._version != version:
                self._known.setdefault(id(grad), lost)

    def held_by_others(self, grads: Mapping[int, Tensor], times: Mapping[int, int]) -> set[int]:
        """As the function; that of a ``.grad`` that is copied is lent to us."""
        return held_by_others(grads, times, self._grads)

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


def held_by_others(
    grads: Mapping[int, Tensor], times: Mapping[int, int], lent_to_us: Container[int]
) -> set[int]:
    """The id() of each of these tensors, all there are, of which others have the memory too.

    ``grads`` are by their id(), and ``times`` is how often we hold each but for that.
    ``lent_to_us``: the addresses of those that may be lent to an array.
    """
    if _holders_of is None:
        return set(grads)
    found: set[int] = set()
    # By the address of the memory, the tensors and what they are views of.
    ours: dict[int, set[int]] = {}
    # What is viewed, and by how many.
    viewed: dict[int, Tensor] = {}
    views: dict[int, int] = {}
    references = dict(zip(grads, _references(grads), strict=True))
    for key, grad in grads.items():
        try:
            storage, base = grad.untyped_storage(), grad._base
            memory, lent = storage._cdata, not storage.resizable()
        except (RuntimeError, ValueError, NotImplementedError):
            found.add(key)
            continue
        here = ours.get(memory)
        if here is None:
            here = ours[memory] = set()
            if lent and not grad.requires_grad and grad.data_ptr() not in lent_to_us:
                found.add(key)
        here.add(key)
        if base is not None:
            here.add(id(base))
            viewed[id(base)] = base
            views[id(base)] = views.get(id(base), 0) + 1
    base = None
    inner = {key: tensor for key, tensor in viewed.items() if key not in grads}
    viewed.clear()
    references |= zip(inner, _references(inner), strict=True)
    for key, tensor in (*grads.items(), *inner.items()):
        by_views = views.get(key, 0)
        expected = times.get(key, 0) + (_REFERENCES_TO_VIEWED if by_views else _REFERENCES)
        alone = references[key] == expected and _holders_of(tensor) == _ONE_HOLDER + by_views
        if not alone or not tensor.is_cpu:
            found.add(key)
    for memory, here in ours.items():
        if use_count(memory) - COUNT_OF_ONE + 1 != len(here) or not found.isdisjoint(here):
            found.update(here)
    return found
