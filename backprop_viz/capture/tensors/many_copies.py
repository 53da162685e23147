"""The copies of a model's parameters and of their ``.grad``, of all of them at an instant."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.borrowed import (
    BorrowedMemory,
    is_lent,
    memory_address,
    use_count,
)
from backprop_viz.capture.tensors.copied_apart import (
    CopiedApart,
    Flat,
    differing,
    flats_of,
    layout_apart,
)
from backprop_viz.capture.tensors.copied_together import CopiedTogether, Layout, layout_of
from backprop_viz.capture.tensors.from_device import has_room, is_apart
from backprop_viz.capture.tensors.late_copies import LateCopies, Together
from backprop_viz.capture.tensors.memory import Copied
from backprop_viz.capture.tensors.places import MemoryPlace
from backprop_viz.recording.trace.events import Array

# Where torch keeps what it knows of a tensor's memory; to ask for the storage makes an object.
_memory: Callable[[Tensor], int] = torch._C._storage_address  # type: ignore[attr-defined]
_is_leaf = attrgetter("is_leaf")
_one = torch.empty(1)
# To look at a tensor takes as long as to copy about so many numbers.
_SMALL = 2048
# Of each parameter its id(), where it lies, and how often it was changed, as torch counts.
ParameterPlaces = tuple[Sequence[int], Sequence[int], Sequence[int]]
_COUNT_OF_ONE = int(use_count(_memory(_one)))


class _Source:
    """What was copied together: tensors that are ``held``.

    ``keys`` are the id() of each parameter; ``alone`` says whether nobody else has its ``memory``,
    by the addresses where that begins. ``looked_at`` is after how many writes, as
    ``BorrowedMemory`` counts. ``twin``: on a device that has room for it, what to compare with.
    """

    __slots__ = (
        "_all_alone",
        "_numbers",
        "alone",
        "copies",
        "held",
        "keys",
        "looked_at",
        "memory",
        "together",
        "twin",
        "versions",
    )

    def __init__(
        self,
        together: Together,
        copies: LateCopies,
        keys: list[int],
        versions: list[int],
        held: Sequence[Tensor],
        alone: list[bool],
        memory: Sequence[int],
        looked_at: int,
        twin: Sequence[Flat] | None,
    ) -> None:
        self.together, self.copies, self.keys, self.versions = together, copies, keys, versions
        self.held, self.looked_at, self.twin = held, looked_at, twin
        self.alone, self.memory = alone, frozenset(memory)
        self._all_alone = all(alone)
        self._numbers: dict[int, int] | None = None

    def number(self, key: int, keys: Sequence[int]) -> int | None:
        """Which of them has a key, of these that they have."""
        if self._numbers is None:
            self._numbers = dict(zip(keys, range(len(keys)), strict=True))
        return self._numbers.get(key)

    def copied(self, number: int) -> Copied:
        """The copy of one, which knows as much as is known of it."""
        copied = self.together.copied(number)
        if self.alone[number]:
            copied.looked_at = self.looked_at
        return copied

    def is_unwritten(self, tensors: Sequence[Tensor], borrowed: BorrowedMemory) -> bool:
        """Whether it is known that nobody has written to these tensors, which have its memory."""
        if not (self._all_alone and borrowed.unwritten_since(self.looked_at, self.memory)):
            return False
        try:
            # A backward that adds to ``.grad`` is no call that is told of.
            same = [tensor._version for tensor in tensors] == self.versions
            same = same and list(map(Tensor.data_ptr, tensors)) == self.together.sources
        except RuntimeError:
            return False
        if same:
            self.looked_at = borrowed.now
        return same

    def changed(
        self, tensors: Sequence[Tensor], versions: list[int], borrowed: BorrowedMemory
    ) -> list[int]:
        """Which of them may have been written to since; they lie where they lay."""
        pairs = zip(versions, self.versions, strict=True)
        moved = [number for number, (now, before) in enumerate(pairs) if now != before]
        if not moved and self._all_alone and borrowed.nothing_written_since(self.looked_at):
            return []
        if len(moved) == len(versions):
            return moved
        found = sorted({*moved, *self._differing(tensors)})
        if not found:
            self.looked_at = borrowed.now
        return found

    def _differing(self, tensors: Sequence[Tensor]) -> list[int]:
        if isinstance(self.together, CopiedTogether):
            return self.together.differing()
        if self.twin is not None:
            return differing(self.twin, tensors)
        return [i for i, one in enumerate(tensors) if not self.together.copied(i).is_of(one)]


class ManyCopies:
    """Knows what all parameters were when they were copied together last, and their ``.grad``.

    That is done only with what numpy has as it is. Where some have changed and others have not,
    each is to be looked at by itself.
    """

    def __init__(self, borrowed: BorrowedMemory, memory: ArrayMemory) -> None:
        self._borrowed, self._memory = borrowed, memory
        self._weights: _Source | None = None
        # Each time that they were copied. They are kept alive: a later gradient gets no address of
        # theirs.
        self._grads: list[_Source] = []

    def forget(self) -> None:
        """Nobody will ask for a copy again."""
        self._weights = None
        self._grads.clear()

    def have(self, array: Array) -> bool:
        """Whether this is the array of one of them."""
        sources = [source for source in (self._weights, *self._grads) if source is not None]
        return any(source.together.has(array) for source in sources)

    # -- parameters ----------------------------------------------------------------------------

    def weight(self, key: int) -> tuple[Tensor, int, Copied] | None:
        """Of a parameter by its id(): it, its version when it was copied, and the copy."""
        source = self._weights
        number = None if source is None else source.number(key, source.keys)
        if source is None or number is None:
            return None
        return source.held[number], source.versions[number], source.copied(number)

    def unwritten(self, tensor: Tensor) -> Array | None:
        """The copy of a parameter while nothing at all was written to since it was made."""
        source = self._weights
        if source is None or not self._borrowed.nothing_written_since(source.looked_at):
            return None
        number = source.number(id(tensor), source.keys)
        if number is None or not source.alone[number]:
            return None
        same = source.versions[number] == tensor._version and source.together.lies_in(
            number, tensor
        )
        return source.together.array(number) if same else None

    def unwritten_weights(self) -> tuple[Sequence[int], LateCopies] | None:
        """The id() of each parameter, and their copies.

        None if one may have been written to, or is no leaf.
        """
        source = self._weights
        if (
            source is None
            or not self._borrowed.nothing_written_since(source.looked_at)
            or not all(source.alone)
            or _versions(source.held) != source.versions
            or not all(map(_is_leaf, source.held))
        ):
            return None
        return source.keys, source.copies

    def places_of(self, copies: LateCopies) -> ParameterPlaces | None:
        """Of those that these copies are of, if that are the newest that were made together."""
        source = self._weights
        if source is None or source.copies is not copies:
            return None
        return source.keys, source.together.sources, source.versions

    def weights(
        self, tensors: Sequence[Tensor], known: MutableMapping[int, tuple[Tensor, int, Copied]]
    ) -> LateCopies | None:
        """The copies of all parameters as they are now.

        None: ask for each. ``known``, by the id() of each, are copies that this takes the place of.
        """
        keys, before, borrowed = list(map(id, tensors)), self._weights, self._borrowed
        same = before is not None and before.keys == keys
        if before is not None and same and before.is_unwritten(tensors, borrowed):
            return before.copies
        layout, versions = layout_of(tensors) or layout_apart(tensors), _versions(tensors)
        if layout is None or versions is None or not tensors:
            return None
        if before is None:
            if not known.keys().isdisjoint(keys):
                return None
            pairs = zip(tensors, _alone(tensors), strict=True)
            alone = [one and (t.requires_grad or not is_lent(t)) for t, one in pairs]
            return self._copied(tensors, layout, keys, versions, alone)[0]
        if not same or not before.together.is_of(layout):
            return None
        changed = before.changed(tensors, versions, borrowed)
        if not changed:
            return before.copies
        if 2 * len(changed) < len(keys):
            return None
        copies, together = self._copied(tensors, layout, keys, versions, before.alone)
        _share(before.together, together, changed)
        for number, key in enumerate(keys):
            if (one := known.pop(key, None)) is None:
                continue
            tensor, version, copied = one  # maybe it was copied by itself since
            if version == versions[number] and copied.is_of(tensor):
                together.share(number, copied.array)
        return copies

    def _copied(
        self,
        tensors: Sequence[Tensor],
        layout: Layout,
        keys: list[int],
        versions: list[int],
        alone: list[bool],
    ) -> tuple[LateCopies, Together]:
        together, twin = self._together(layout, tensors)
        copies = LateCopies(range(len(tensors)), together)
        memory, now = _addresses(tensors, layout), self._borrowed.now
        more = tensors, alone, memory, now, twin
        self._weights = _Source(together, copies, keys, versions, *more)
        self._borrowed.leave_all(memory)
        return copies, together

    def _together(
        self, layout: Layout, tensors: Sequence[Tensor]
    ) -> tuple[Together, Sequence[Flat] | None]:
        """A copy of each, and what to compare them with on their device."""
        if not is_apart(tensors[0]):
            return CopiedTogether(layout, self._memory), None
        flats = flats_of(tensors)
        room = has_room(tensors[0].device, sum(one.elements.nbytes for one in flats))
        return CopiedApart(layout, flats), flats if room else None

    # -- their .grad ---------------------------------------------------------------------------

    def grad(self, place: MemoryPlace) -> tuple[object, Copied] | None:
        """The copy of what was a ``.grad`` at a place, and that itself."""
        address, version = place
        for source in reversed(self._grads):
            number = source.number(address, source.together.sources)
            if number is not None and source.versions[number] == version:
                return source.held[number], source.copied(number)
        return None

    def grads(
        self,
        parameters: Sequence[Tensor],
        known: Mapping[MemoryPlace, object],
        clones: Mapping[int, Tensor],
    ) -> LateCopies | None:
        """The copies of the ``.grad`` of all parameters as they are now.

        None: ask for each. ``known`` has the places of those that were copied by themselves.
        ``clones``, by the id() of the parameter, have the numbers of some, and nobody else has
        them: if they are of all, and not small, no copies are made.
        """
        grads = [parameter.grad for parameter in parameters]
        there = [grad for grad in grads if grad is not None]
        if not there:
            return LateCopies([None] * len(grads))
        keys = [id(p) for p, grad in zip(parameters, grads, strict=True) if grad is not None]
        before, borrowed = self._grads[-1] if self._grads else None, self._borrowed
        same = before is not None and before.keys == keys and len(before.copies) == len(grads)
        if (
            before is not None
            and same
            and borrowed.nothing_written_since(before.looked_at)
            and before.is_unwritten(there, borrowed)
        ):
            return before.copies
        layout, versions = layout_of(there) or layout_apart(there), _versions(there)
        if layout is None or versions is None or len(set(layout.addresses)) < len(there):
            return None
        changed: Sequence[int] = ()
        if before is not None and same and before.together.is_of(layout):
            changed = before.changed(there, versions, borrowed)
            if not changed:
                return before.copies
            if 2 * len(changed) < len(keys):
                return None
        places = list(zip(layout.addresses, versions, strict=True)) if known or self._grads else []
        if not known.keys().isdisjoint(places):
            return None
        pairs = [zip(one.together.sources, one.versions, strict=True) for one in self._grads]
        if not changed and any(not set(pair).isdisjoint(places) for pair in pairs):
            return None  # one of them was copied before
        cloned = None
        if clones and sum(map(torch.Size.numel, layout.kinds.shapes)) >= _SMALL * len(there):
            cloned = CopiedTogether.lying_in(layout, list(map(clones.get, keys)))
        together, twin = (cloned, None) if cloned else self._together(layout, there)
        if before is not None and changed:
            _share(before.together, together, changed)
        numbers = iter(range(len(there)))
        copies = LateCopies([None if grad is None else next(numbers) for grad in grads], together)
        memory, now = _addresses(there, layout), borrowed.now
        if self._grads:
            self._grads[-1].twin = None  # those of now are compared with the newest
        more = versions, there, _alone(there), memory, now, twin
        self._grads.append(_Source(together, copies, keys, *more))
        borrowed.exclude_all(there, memory)
        return copies


def _share(before: Together, now: Together, changed: Sequence[int]) -> None:
    """Of what has not changed the array is still the one that there was before."""
    for number in set(range(len(now))).difference(changed):
        now.share(number, before.array(number))


def _versions(tensors: Sequence[Any]) -> list[int] | None:
    """How often each was changed, as torch counts; None where it does not."""
    try:
        return [tensor._version for tensor in tensors]
    except RuntimeError:
        return None


def _alone(tensors: Sequence[Tensor]) -> list[bool]:
    """Of each of these tensors, whether no other tensor or array has its memory."""
    return [use_count(memory) <= _COUNT_OF_ONE for memory in map(_memory, tensors)]


def _addresses(tensors: Sequence[Tensor], layout: Layout) -> list[int]:
    """Where the memory begins that each is a view of."""
    if not any(map(Tensor.storage_offset, tensors)):
        return layout.addresses
    return [address for t in tensors if (address := memory_address(t)) is not None]
