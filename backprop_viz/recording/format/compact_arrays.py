"""Arrays of a recording told by earlier ones: most of an iteration's numbers come twice.

``FORMAT.md`` beside this file specifies the encodings, and says why there are these.
"""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.format.codec import (
    SMALL,
    ArrayHead,
    Malformed,
    array_head,
    array_pieces,
    plain_array,
    plain_head,
)
from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import TensorTable

COPY, DIFFERENCE, PLANES = 2, 3, 4
# With fewer bytes nothing is gained.
_SMALL = 64
_COPIED = struct.Struct("<QQ")
_BASE = struct.Struct("<Q")
_Bits = NDArray[Any]


class ArrayPacker:
    """Tells the tensors of one recording, which are given in the order of their ids.

    Of an array that was given before, its id and whether its axes are reversed. Of a parameter or
    of an optimizer's state after an update, what the update changed. Of any other parameter or
    gradient of a parameter, its bytes by their place in the number.
    """

    def __init__(self, recording: Recording) -> None:
        self._before: dict[int, int] = {}
        self._noise: set[int | None] = set()  # numbers of which no two are alike
        for parameter in recording.parameters:
            self._noise |= {parameter.value_id, parameter.grad_id}
        for event in recording.events:
            if event.phase is Phase.UPDATE:
                self._note_update(event.input_ids, event.output_ids)
                for before, after in event.state_ids.values():
                    self._note_update((before,), (after,))
            elif event.parameter is not None:
                self._noise.update(event.output_ids)
        self._given: dict[tuple[object, ...], list[tuple[int, Array]]] = {}
        self._tensors = recording.tensors

    def pieces(self, number: int, array: Array) -> Iterator[Buffer]:
        """Tensor ``number``, as the format has it."""
        head, numbers = array_pieces(array)
        if array.nbytes < _SMALL or array.itemsize > 8:
            yield from (head, numbers)
            return
        same = self._same(number, array)
        if same is not None:
            yield from (_marked(head, COPY), _COPIED.pack(*same))
            return
        before = self._before.get(number)
        if before is not None and before < number and _alike(self._tensors[before], array):
            changed = _bits(self._tensors[before]) ^ _bits(array)
            yield from (_marked(head, DIFFERENCE), _BASE.pack(before), _planes(changed))
        elif number in self._noise and array.itemsize > 1:
            yield from (_marked(head, PLANES), _planes(_bits(array)))
        else:
            yield from (head, numbers)

    def _note_update(self, before: tuple[int | None, ...], after: tuple[int | None, ...]) -> None:
        self._noise.update(after[:1])
        if before and after and before[0] is not None and after[0] is not None:
            self._before[after[0]] = before[0]

    def _same(self, number: int, array: Array) -> tuple[int, int] | None:
        """The id of an earlier array of the same numbers, and 1 if its axes have to be reversed."""
        bits = _bits(array).reshape(array.shape)
        # Reversing the axes leaves the first and the last number where they are.
        key = (array.dtype, array.size, bits.flat[0].tobytes(), bits.flat[-1].tobytes())
        known = self._given.setdefault(key, [])
        for earlier, other in known:
            others = _bits(other).reshape(other.shape)
            if np.array_equal(others.ravel(), bits.ravel()):
                return earlier, 0
            if array.ndim > 1 and others.T.shape == bits.shape and np.array_equal(others.T, bits):
                return earlier, 1
        # More are no more likely to be the same: they begin and end with 0.
        if len(known) < 8:
            known.append((number, array))
        return None


class ViewPacker:
    """Tells the tensors of one recording, which are given in the order of their ids.

    Of an array that has the memory of an earlier one, the id of that and whether the axes are
    reversed. The memory of a recording's arrays never changes.
    """

    def __init__(self) -> None:
        # By address, the first array there, which keeps the memory alive, and whether it lies in
        # memory with its axes reversed.
        self._given: dict[int, tuple[int, Array, bool]] = {}

    def pieces(self, number: int, array: Array) -> tuple[bytes, Buffer]:
        """Tensor ``number``, as the format has it."""
        size, flags = array.nbytes, array.flags
        turned = not flags.c_contiguous
        if size < SMALL or (turned and not flags.f_contiguous):
            return array_pieces(array)
        address = array.ctypes.data
        earlier, other, otherwise = self._given.setdefault(address, (number, array, turned))
        # The same one again, where what was told of it before did not get away.
        alike = earlier < number and other.dtype == array.dtype and other.nbytes == size
        if alike and (turned or otherwise):
            shape = other.shape if turned == otherwise else other.shape[::-1]
            alike = shape == array.shape
        if not alike:
            return array_pieces(array)
        head = plain_head(array.dtype, array.shape)
        return _marked(head, COPY), _COPIED.pack(earlier, turned != otherwise)


def unpacked_array(data: Buffer, earlier: TensorTable) -> Array:
    """The array in these bytes, read-only; ``earlier`` are those told before. Raises Malformed."""
    head = array_head(data)
    if head.compression not in (COPY, DIFFERENCE, PLANES):
        array = plain_array(head, data)
        if array.flags.aligned:
            return array
        array = array.copy()
        array.flags.writeable = False
        return array
    body = memoryview(data)[head.length :]
    try:
        if head.compression == COPY:
            number, turned = _COPIED.unpack(body)
            array = _copied(number, turned, earlier, head)
        elif head.compression == DIFFERENCE:
            (base,) = _BASE.unpack_from(body)
            before = _earlier(earlier, base)
            changed = _from_planes(body[_BASE.size :], head.shape, head.dtype)
            if not _alike(before, changed) or before.itemsize > 8:
                raise Malformed(f"an array cannot be told by tensor {base}: it is another kind")
            array = (_bits(before) ^ _bits(changed)).view(head.dtype).reshape(head.shape)
        else:
            array = _from_planes(body, head.shape, head.dtype)
    except (struct.error, ValueError, OverflowError) as error:
        raise Malformed(str(error)) from error
    array.flags.writeable = False
    return array


def _copied(number: int, turned: int, earlier: TensorTable, head: ArrayHead) -> Array:
    array = _earlier(earlier, number)
    if array.dtype != head.dtype:
        raise Malformed(f"an array of {head.dtype} is told by one of {array.dtype}")
    # A view at least: the table knows arrays by being the same object.
    told = array.T if turned else np.ascontiguousarray(array)
    return told.reshape(head.shape).view()


def _earlier(earlier: TensorTable, number: int) -> Array:
    if number >= len(earlier):
        raise Malformed(f"an array is told by tensor {number}, and {len(earlier)} came before it")
    return earlier[number]


def _marked(head: bytes, compression: int) -> bytes:
    return bytes([compression]) + head[1:]


def _alike(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape


def _bits(array: Array) -> _Bits:
    """The numbers as unsigned integers, one after the other: NaN is equal to itself."""
    bits: _Bits = np.ascontiguousarray(array).reshape(-1).view(f"<u{array.itemsize}")
    return bits


def _planes(bits: _Bits) -> Buffer:
    """The first bytes of all numbers, then the second ones, ..."""
    return bits.view(np.uint8).reshape(-1, bits.itemsize).T.tobytes()


def _from_planes(data: memoryview, shape: tuple[int, ...], dtype: "np.dtype[Any]") -> Array:
    planes = np.frombuffer(data, np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(planes.T).reshape(-1).view(dtype).reshape(shape)
