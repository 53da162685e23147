"""Copies of many tensors in a device's own memory, made in one go.

There it takes no longer to copy a hundred megabytes than to begin a copy. So what is of one dtype
is put together where it lies, comes to the host as one piece, and is compared where it lies.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from backprop_viz.capture.tensors.copied_together import CopiesOfLayout, Layout, kinds_of
from backprop_viz.capture.tensors.for_numpy import IN_FLOAT32, for_numpy
from backprop_viz.capture.tensors.from_device import coming_copy, is_apart
from backprop_viz.capture.tensors.memory import NUMPY_DTYPES, PLAIN, Copied, is_wrapped
from backprop_viz.capture.tensors.sharded_memory import takes_memory_away
from backprop_viz.recording.trace.events import Array

_KINDS = IN_FLOAT32 | NUMPY_DTYPES.keys()
# A type of as many bytes, whose numbers are equal where the bits are.
_BITS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


class Flat(NamedTuple):
    """The elements of some tensors of one dtype, one after the other, and which those are."""

    numbers: list[int]
    elements: Tensor


def layout_apart(tensors: Sequence[Tensor]) -> Layout | None:
    """None where they are not all contiguous in the memory of one device, or one is empty."""
    try:
        dtypes = [tensor.dtype for tensor in tensors]
        plain = (
            PLAIN.issuperset(map(type, tensors))
            and all(map(is_apart, tensors))
            and len({tensor.device for tensor in tensors}) == 1
            and {tensor.layout for tensor in tensors} == {torch.strided}
            and set(dtypes) <= _KINDS
            and all(map(Tensor.is_contiguous, tensors))
            and not any(map(Tensor.is_neg, tensors))
            and not any(map(is_wrapped, tensors))
            and not takes_memory_away()
        )
        addresses = list(map(Tensor.data_ptr, tensors)) if plain else []
    except RuntimeError:
        return None
    shapes = [tensor.shape for tensor in tensors]
    return Layout(addresses, kinds_of(shapes, dtypes)) if plain and all(addresses) else None


def flats_of(tensors: Sequence[Tensor]) -> list[Flat]:
    """The tensors of a layout as they are now, still on their device."""
    numbers: dict[torch.dtype, list[int]] = {}
    for number, tensor in enumerate(tensors):
        numbers.setdefault(tensor.dtype, []).append(number)
    return [Flat(some, _in_one([tensors[i] for i in some])) for some in numbers.values()]


def differing(flats: Iterable[Flat], tensors: Sequence[Tensor]) -> list[int]:
    """Which of the tensors have other bits now than when these were made of them."""
    changed = [
        (numbers, _bits(was) != _bits(_in_one([tensors[i] for i in numbers])))
        for numbers, was in flats
    ]
    found: list[int] = []
    for (numbers, moved), any_ in zip(changed, _told([one for _, one in changed]), strict=True):
        if any_:
            parts = torch.split(moved, [tensors[i].numel() for i in numbers])
            found += [i for i, one in zip(numbers, _told(parts), strict=True) if one]
    return sorted(found)


def _told(flags: Sequence[Tensor]) -> list[bool]:
    """Whether there is a true element in each; the device is waited for once."""
    told: list[bool] = torch.stack([one.any() for one in flags]).tolist()
    return told


def _in_one(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])


def _bits(elements: Tensor) -> Tensor:
    return elements.view(_BITS[elements.itemsize])


class CopiedApart(CopiesOfLayout):
    """A copy of each of the tensors of a layout, of which these are the elements."""

    __slots__ = ("_pieces", "_places")

    def __init__(self, layout: Layout, flats: Iterable[Flat]) -> None:
        super().__init__(layout)
        self._pieces: list[Array] = []
        # In which piece each lies, and how many elements of it come before.
        self._places: dict[int, tuple[int, int]] = {}
        for numbers, elements in flats:
            start = 0
            for number in numbers:
                self._places[number] = len(self._pieces), start
                start += layout.kinds.shapes[number].numel()
            self._pieces.append(coming_copy(for_numpy(elements)))

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(piece.nbytes for piece in self._pieces)

    def array(self, number: int) -> Array:
        """The read-only array of one of the tensors, the same one each time; it may be coming."""
        array = self._arrays[number]
        if array is None:
            piece, start = self._places[number]
            shape = self._layout.kinds.shapes[number]
            array = self._pieces[piece][start : start + shape.numel()].reshape(shape)
            array.setflags(write=False)
            self._arrays[number] = array
        return array

    def copied(self, number: int) -> Copied:
        """The copy of one of the tensors."""
        addresses, kinds = self._layout
        made, source = partial(self.array, number), addresses[number]
        return Copied.late(made, 0, source, kinds.dtypes[number], kinds.shapes[number], apart=True)
