"""Whether others than a recording hold tensors, or their memory."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, repeat
from operator import attrgetter, ne
from sys import getrefcount
from typing import TypeVar

import torch
from torch import Tensor, UntypedStorage

from backprop_viz.capture.tensors.borrowed import COUNT_OF_ONE, use_count
from backprop_viz.capture.tensors.from_device import is_apart

_T = TypeVar("_T")
_is_on_cpu = attrgetter("is_cpu")
# Where torch keeps what it knows of a tensor's memory; to ask for the storage makes an object.
_place_of: Callable[[Tensor], int] = torch._C._storage_address  # type: ignore[attr-defined]
# So many tensors are looked at at once, while the processor has them at hand.
_AT_ONCE = 256
# How many hold a tensor itself, and not only its memory; some versions of torch do not tell.
_holders_of: Callable[[Tensor], int] | None = getattr(Tensor, "_use_count", None)
_ONE_HOLDER = 1 if _holders_of is None else _holders_of(torch.empty(1, device="cpu"))


def _references(tensors: Mapping[int, Tensor]) -> list[int]:
    """How many in Python refer to each tensor."""
    return list(map(getrefcount, tensors.values()))


def _storage(tensor: Tensor) -> tuple[UntypedStorage, int]:
    """A tensor's storage, and how many refer to that."""
    storage = tensor.untyped_storage()
    return storage, getrefcount(storage)


# Of a tensor that nobody holds but those who ask, of one that has a view, and of a storage.
_REFERENCES = _references({0: torch.empty(1, device="cpu")})[0]
_view = torch.empty(4, device="cpu").view(2, 2)
_REFERENCES_TO_VIEWED = _references({0: _view._base} if _view._base is not None else {})[0]
_REFERENCES_TO_STORAGE = _storage(_view)[1]


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


def hold_alone(tensors: Mapping[int, Tensor], count: int) -> bool:
    """Whether nobody but us holds these tensors themselves, ``count`` times in all.

    ``tensors`` are by their id(), and ``count`` is but for that. False where one is a view of
    another, or torch does not tell how many hold a tensor in C++.
    """
    if _REFERENCES == _REFERENCES_TO_VIEWED:
        return False
    # Nothing has fewer references than are known of, and C++ has one to what it holds.
    return sum(_references(tensors)) == count + len(tensors) * _REFERENCES


def are_alone(tensors: Sequence[Tensor], count: int) -> bool:
    """Whether nobody but us holds any of these tensors, nor its memory, which is its own.

    We hold them ``count`` times in all but for ``tensors``. False where torch does not tell.
    """
    # Nothing has fewer references than are known of, and no memory fewer holders than one.
    references = count + len(tensors) * _REFERENCES
    if _REFERENCES == _REFERENCES_TO_VIEWED or sum(map(getrefcount, tensors)) != references:
        return False
    try:
        on_cpu = all(map(_is_on_cpu, tensors))
        return on_cpu and sum(map(use_count, map(_place_of, tensors))) == len(tensors)
    except (RuntimeError, ValueError, NotImplementedError):
        return False  # some have no memory of their own


def have_own_memory(tensors: Sequence[Tensor], others: Iterable[Tensor]) -> bool:
    """Whether each of these tensors has memory of its own, and none of the others' is among it.

    False where torch does not tell.
    """
    try:
        places = set(map(_place_of, tensors))
        return len(places) == len(tensors) and places.isdisjoint(map(_place_of, others))
    except (RuntimeError, ValueError, NotImplementedError):
        return False


def with_memory_of(tensors: Iterable[Tensor], grads: Iterable[Tensor | None]) -> set[int]:
    """The id() of each of these gradients that has the memory of one of these tensors."""
    memories = set(map(_counted, tensors)) - {None}
    different = {id(grad): grad for grad in grads if grad is not None} if memories else {}
    return {key for key, grad in different.items() if _counted(grad) in memories}


def in_pieces(all_: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """All of them, so many at once that the processor then has their tensors at hand."""
    for start in range(0, len(all_), _AT_ONCE):
        yield all_[start : start + _AT_ONCE]


class Memories:
    """What torch tells of the holders of some tensors and of their memory, in their order.

    ``places``: where torch keeps what it knows of the memory, None where it does not count who
    holds that; ``counts`` how many hold each memory, ``holders`` how many each tensor itself.
    """

    def __init__(self) -> None:
        self.places: list[int | None] = []
        self.counts: dict[int | None, int] = {}
        self.holders: list[int] = []

    @classmethod
    def of(cls, tensors: Iterable[Tensor]) -> "Memories":
        """What it tells of these."""
        found = cls()
        for some in in_pieces(list(tensors)):
            found.look_at(some)
        return found

    def look_at(self, tensors: Sequence[Tensor]) -> None:
        """Ask for these as well, which are others than before."""
        places = _places(tensors)
        self.places += places
        memories = [place for place in set(places) if place is not None]
        self.counts.update(zip(memories, map(use_count, memories), strict=True))
        if _holders_of is not None:
            self.holders += map(_holders_of, tensors)


def held_by_others(
    tensors: Mapping[int, Tensor],
    memories: Memories,
    times: Mapping[int, int],
    may_be_lent: bool = False,
    bases_unseen: bool = False,
) -> set[int]:
    """The id() of each of these tensors, all there are, of which others have the memory too.

    ``tensors`` are by their id(), ``memories`` has looked at all of them, and ``times`` tells how
    often we hold each but for that. ``may_be_lent``: memory that only they have may be numpy's.
    ``bases_unseen``: what some are views of, and is none of them, nobody else can hold.
    """
    if _holders_of is None:
        return set(tensors)
    places, counts = memories.places, memories.counts
    references = [ours + _REFERENCES for ours in map(times.get, tensors, repeat(0))]
    holders = [_ONE_HOLDER] * len(places)
    # What is a view has a base with the same memory, which is one of these tensors or is not.
    several = list(map(ne, map(counts.get, places), repeat(1)))
    are_views = map(Tensor._is_view, compress(tensors.values(), several))
    views = dict(zip(compress(range(len(places)), several), are_views, strict=True))
    of_views = Counter([places[number] for number, is_view in views.items() if is_view])
    of_whole = Counter([places[number] for number, is_view in views.items() if not is_view])
    for number, is_view in views.items() if of_views else ():
        if not is_view and (here := of_views[places[number]]):
            references[number] += _REFERENCES_TO_VIEWED - _REFERENCES
            holders[number] += here
    # Memory that others may have, or a tensor that lies there.
    there = _references(tensors)
    odd = set(compress(places, map(ne, there, references)))
    odd.update(compress(places, map(ne, memories.holders, holders)))
    odd.update(places if may_be_lent else ())
    for place in of_views | of_whole:
        whole = of_whole[place]
        is_clear = whole == 1 or (whole == 0 and bases_unseen)
        if place is None or not is_clear or counts[place] != of_views[place] + 1:
            odd.add(place)
    asked = zip(tensors, there, places, strict=True)
    unclear = [(key, found) for key, found, place in asked if place in odd] if odd else []
    return _held_by_others(tensors, times, unclear, _holders_of) if unclear else set()


def _held_by_others(
    tensors: Mapping[int, Tensor],
    times: Mapping[int, int],
    unclear: Sequence[tuple[int, int]],
    holders_of: Callable[[Tensor], int],
) -> set[int]:
    """The same of those that may have views, or be some: all in their memory.

    ``unclear`` are their id() with how many refer to each.
    """
    memories = {key: _memory(tensors[key]) for key, _ in unclear}
    bases = {
        key: base
        for key, memory in memories.items()
        if memory is not None and (base := tensors[key]._base) is not None
    }
    base = None
    views = Counter(map(id, bases.values()))
    # What is viewed and is none of these.
    inner = {id(viewed): viewed for viewed in bases.values() if id(viewed) not in tensors}
    memories |= {id(viewed): memories[key] for key, viewed in bases.items() if id(viewed) in inner}
    bases.clear()
    found = {key for key, memory in memories.items() if memory is None}
    for key, there in chain(unclear, zip(inner, _references(inner), strict=True)):
        by_views = views.get(key, 0)
        expected = times.get(key, 0) + (_REFERENCES_TO_VIEWED if by_views else _REFERENCES)
        held = holders_of(inner[key] if key in inner else tensors[key])
        if there != expected or held != _ONE_HOLDER + by_views:
            found.add(key)
    others = {memories[key] for key in found}
    here = Counter(memories.values())
    others.update(
        memory
        for memory, ours in here.items()
        if memory is not None and use_count(memory) - COUNT_OF_ONE + 1 != ours
    )
    found.update(key for key, memory in memories.items() if memory in others)
    return found & tensors.keys()


def _places(tensors: Sequence[Tensor]) -> list[int | None]:
    try:
        if all(map(_is_on_cpu, tensors)):
            return list[int | None](map(_place_of, tensors))
    except (RuntimeError, ValueError, NotImplementedError):
        pass  # some have no memory of their own
    return list(map(_counted, tensors))


def _counted(tensor: Tensor) -> int | None:
    """Where torch keeps what it knows of a tensor's memory; None if it counts no holders."""
    try:
        return _place_of(tensor) if tensor.is_cpu or is_apart(tensor) else None
    except (RuntimeError, ValueError, NotImplementedError):
        return None


def _memory(tensor: Tensor) -> int | None:
    """The same; None as well where somebody holds it as such, or it may be numpy's."""
    place = _counted(tensor)
    if place is None:
        return None
    storage, references = _storage(tensor)
    lent = not storage.resizable() and not tensor.requires_grad
    return None if lent or references != _REFERENCES_TO_STORAGE else place
