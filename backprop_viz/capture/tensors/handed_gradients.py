"""The gradients that nodes have handed to one another in a backward that is over."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, compress, repeat
from operator import attrgetter
from sys import getrefcount

import torch
from torch import Tensor, UntypedStorage

from backprop_viz.capture.tensors.borrowed import COUNT_OF_ONE, is_lent, use_count
from backprop_viz.capture.tensors.from_device import is_apart
from backprop_viz.capture.tensors.memory import NUMPY_DTYPES, Copied, NotCopied
from backprop_viz.capture.tensors.snapshots import Copy, TensorSnapshots
from backprop_viz.recording.trace.events import Array

_Grads = Sequence[Tensor | None]
_is_on_cpu = attrgetter("is_cpu")
# So many tensors are looked at at once, while the processor has them at hand.
_AT_ONCE = 256
# How many hold a tensor itself, and not only its memory; some versions of torch do not tell.
_holders_of: Callable[[Tensor], int] | None = getattr(Tensor, "_use_count", None)
_ONE_HOLDER = 1 if _holders_of is None else _holders_of(torch.empty(1, device="cpu"))


def _references(tensors: Mapping[int, Tensor]) -> list[int]:
    """How many in Python refer to each tensor."""
    return list(map(getrefcount, tensors.values()))


# Of a tensor that nobody holds but those who ask, and of one that has a view.
_REFERENCES = _references({0: torch.empty(1, device="cpu")})[0]
_view = torch.empty(4, device="cpu").view(2, 2)
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


def held_themselves(
    grads: Mapping[int, Tensor], times: Mapping[int, int], views: Mapping[int, Collection[int]]
) -> set[int]:
    """The id() of each of these tensors that others hold, and not only its memory.

    ``grads`` are by their id(), and ``times`` is how often we hold each but for that. ``views`` of
    one, by its id(), do not count. Any other view of it counts as somebody.
    """
    found: set[int] = set()
    for key, there in zip(grads, _references(grads), strict=True):
        if there != times[key] + (_REFERENCES_TO_VIEWED if key in views else _REFERENCES):
            found.add(key)
    if _holders_of is None:
        return found
    holders = zip(grads, map(_holders_of, grads.values()), strict=True)
    return found | {k for k, there in holders if there != _ONE_HOLDER + len(views.get(k, ()))}


def with_memory_of(tensors: Iterable[Tensor], grads: Iterable[Tensor | None]) -> set[int]:
    """The id() of each of these gradients that has the memory of one of these tensors."""
    memories = set(map(_memory, tensors)) - {None}
    different = {id(grad): grad for grad in grads if grad is not None}
    return {key for key, grad in different.items() if _memory(grad) in memories}


def held_by_others(
    grads: Mapping[int, Tensor], count: int, times: Callable[[], Mapping[int, int]]
) -> set[int]:
    """The id() of each of these tensors, all there are, of which others have the memory too.

    ``grads`` are by their id(). ``count`` is how often we hold them but for that, all together, and
    ``times`` tells it of each.
    """
    holders_of = _holders_of
    if holders_of is None:
        return set(grads)
    unclear: set[int] = set()
    keys, tensors, start = list(grads), list(grads.values()), 0
    while start < len(keys):
        stop = start + _AT_ONCE
        while stop < len(keys) and tensors[stop]._is_view():
            stop += 1  # views of one memory mostly come one after the other
        if not _are_alone(tensors[start:stop], holders_of):
            unclear.update(keys[start:stop])
        start = stop
    del tensors
    # Nothing has fewer references than are known of.
    if not unclear and sum(_references(grads)) == count + len(grads) * _REFERENCES:
        return set()
    known = times()
    there = list(zip(grads, _references(grads), strict=True))
    unclear.update([key for key, found in there if found != known[key] + _REFERENCES])
    told = [
        (key, found, _memory(grads[key]), holders_of(grads[key]))
        for key, found in there
        if key in unclear
    ]
    found = _held_by_others(grads, known, told) & grads.keys()
    # What was clear may be another view of such memory.
    return found | with_memory_of([grads[key] for key in found], grads.values()) if found else found


def _are_alone(tensors: Sequence[Tensor], holders_of: Callable[[Tensor], int]) -> bool:
    """Whether nobody has these tensors but who refers to them, nor their memory: the usual case.

    False where one is a view of another. Sums tell it: nothing has fewer holders than are known of.
    """
    try:
        storages = list(map(Tensor.untyped_storage, tensors))
        free = list(map(UntypedStorage.resizable, storages))
        on_cpu = all(map(_is_on_cpu, tensors))
        if not (all(free) and (on_cpu or all(map(_has_memory, tensors)))):
            return False
    except (RuntimeError, ValueError, NotImplementedError):
        return False
    memories = {storage._cdata for storage in storages}
    del storages
    views = list(compress(tensors, map(Tensor._is_view, tensors)))
    inner = {id(base): base for base in [view._base for view in views] if base is not None}
    all_ = len(tensors) + len(inner)
    return (
        inner.keys().isdisjoint(map(id, tensors))
        and sum(_references(inner)) == len(inner) * _REFERENCES_TO_VIEWED
        and sum(map(holders_of, inner.values())) == len(inner) * _ONE_HOLDER + len(views)
        and sum(map(holders_of, tensors)) == len(tensors) * _ONE_HOLDER
        and sum(map(use_count, memories)) == all_ + len(memories) * (COUNT_OF_ONE - 1)
    )


def _held_by_others(
    grads: Mapping[int, Tensor],
    times: Mapping[int, int],
    unclear: Iterable[tuple[int, int, int | None, int]],
) -> set[int]:
    """The same of those that may have views, or be some."""
    assert _holders_of is not None
    memories = {key: memory for key, _, memory, _ in unclear if memory is not None}
    bases = {key: base for key in memories if (base := grads[key]._base) is not None}
    base = None
    views = Counter(map(id, bases.values()))
    # What is viewed and is no gradient.
    inner = {id(viewed): viewed for viewed in bases.values() if id(viewed) not in grads}
    memories |= {id(viewed): memories[key] for key, viewed in bases.items() if id(viewed) in inner}
    bases.clear()
    of_inner = zip(inner, _references(inner), map(_holders_of, inner.values()), strict=True)
    found = {key for key, _, memory, _ in unclear if memory is None}
    for key, there, held in chain([(k, there, held) for k, there, _, held in unclear], of_inner):
        by_views = views.get(key, 0)
        expected = times.get(key, 0) + (_REFERENCES_TO_VIEWED if by_views else _REFERENCES)
        if there != expected or held != _ONE_HOLDER + by_views:
            found.add(key)
    others = {memories[key] for key in found if key in memories}
    here = Counter(memories.values())
    others.update([m for m, ours in here.items() if use_count(m) - COUNT_OF_ONE + 1 != ours])
    found.update([key for key, memory in memories.items() if memory in others])
    return found


def _has_memory(grad: Tensor) -> bool:
    """Whether torch counts who holds a tensor's memory."""
    return grad.is_cpu or is_apart(grad)


def _memory(grad: Tensor) -> int | None:
    try:
        storage = grad.untyped_storage()
        lent = not storage.resizable() and not grad.requires_grad
        return None if lent or not _has_memory(grad) else int(storage._cdata)
    except (RuntimeError, ValueError, NotImplementedError):
        return None
