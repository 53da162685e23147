"""Arrays that are told by others: each is read as the same bits, or refused."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest

from backprop_viz.recording.format.codec import Malformed, array_pieces
from backprop_viz.recording.format.compact_arrays import (
    DIFFERENCE,
    ArrayPacker,
    ViewPacker,
    unpacked_array,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array, TensorTable
from tests.recording.records import made_recording


def read_back(recording: Recording) -> list[Array]:
    """The tensors as one who reads the records in their order comes to have them."""
    packer, found = ArrayPacker(recording), TensorTable()
    for number, array in enumerate(recording.tensors.since(0)):
        found.add(unpacked_array(b"".join(packer.pieces(number, array)), found))
    return list(found.since(0))


def updated(before: Array, after: Array) -> Recording:
    """A recording in which an update has made the second of the first."""
    return made_recording(
        parameters={"w": (before, None)}, events=[(Phase.UPDATE, "SGD", (before,), (after,))]
    )


NUMBERS = np.linspace(-3, 3, 200, dtype=np.float32)


@pytest.mark.parametrize(
    "after",
    [
        NUMBERS,  # an update that changes nothing: the very same tensor
        NUMBERS + 1,
        NUMBERS.reshape(20, 10) + 1,
        NUMBERS[:40] + 1,
        NUMBERS.astype(np.float64) + 1,
        NUMBERS.view(np.int32) + 1,
    ],
    ids=["the same", "another", "reshaped", "a part", "wider", "of another kind"],
)
def test_what_an_update_made_is_read_as_the_same_bits(after: Array) -> None:
    recording = updated(NUMBERS, after)
    found = read_back(recording)
    for array, expected in zip(found, recording.tensors.since(0), strict=True):
        assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
        assert array.tobytes() == expected.tobytes()


def test_a_tensor_that_was_there_before_what_it_is_made_of() -> None:
    """A weight that an update puts back to where it was."""
    first, second = NUMBERS, NUMBERS + 1
    recording = made_recording(
        parameters={"w": (first, None)},
        events=[
            (Phase.UPDATE, "SGD", (first,), (second,)),
            (Phase.UPDATE, "SGD", (second,), (first,)),
        ],
    )
    found = read_back(recording)
    assert [array.tobytes() for array in found] == [first.tobytes(), second.tobytes()]


@pytest.mark.parametrize("base", [NUMBERS.view(np.int32), NUMBERS.reshape(20, 10)])
def test_a_difference_from_an_array_of_another_kind_is_refused(base: Array) -> None:
    head, numbers = array_pieces(NUMBERS)
    planes = np.frombuffer(bytes(numbers), np.uint8).reshape(-1, 4).T.tobytes()
    told = bytes([DIFFERENCE]) + head[1:] + struct.pack("<Q", 0) + planes
    assert unpacked_array(told, TensorTable([np.zeros_like(NUMBERS)])).tobytes() == bytes(numbers)
    with pytest.raises(Malformed, match="another kind"):
        unpacked_array(told, TensorTable([base]))


@pytest.mark.parametrize("shift", range(8))
def test_an_array_is_read_only_wherever_it_lies(shift: int) -> None:
    data = b"".join(array_pieces(NUMBERS))
    found = unpacked_array(memoryview(bytearray(b"." * shift + data))[shift:], TensorTable())
    assert found.tobytes() == NUMBERS.tobytes()
    assert found.flags.aligned
    assert not found.flags.writeable


def test_a_difference_from_an_array_that_did_not_come_is_refused() -> None:
    head, _ = array_pieces(NUMBERS)
    told = bytes([DIFFERENCE]) + head[1:] + struct.pack("<Q", 1) + bytes(NUMBERS.nbytes)
    with pytest.raises(Malformed, match="tensor 1, and 1 came before it"):
        unpacked_array(told, TensorTable([NUMBERS]))


def _views() -> list[Array]:
    """Tensors of which several have one memory."""
    large = np.linspace(-3, 3, 40 * 50, dtype=np.float32).reshape(40, 50)
    other = np.linspace(1, 2, 1200, dtype=np.float64).reshape(20, 60)
    cube = np.arange(10 * 12 * 20, dtype=np.float32).reshape(10, 12, 20)
    return [
        large,
        large.T,
        large.reshape(2000),
        large.view(np.int32),
        large[:30],
        large[:, :45],
        cube,
        cube.transpose(2, 1, 0),
        cube.transpose(0, 2, 1),
        other.T,
        other,
        other[:].T,
        other.reshape(50, 24),
        NUMBERS,
        NUMBERS.reshape(20, 10).T,
        np.broadcast_to(large[0], (40, 50)),
    ]


def _sent(packer: ViewPacker, tensors: Sequence[Array]) -> list[bytes]:
    return [b"".join(packer.pieces(*numbered)) for numbered in enumerate(tensors)]


def test_a_view_is_told_by_the_tensor_whose_memory_it_has() -> None:
    tensors, found = _views(), TensorTable()
    told = _sent(ViewPacker(), tensors)
    for data, array in zip(told, tensors, strict=True):
        found.add(unpacked_array(data, found))
        assert found[-1].dtype == array.dtype
        assert found[-1].shape == array.shape
        assert found[-1].tobytes() == array.tobytes()
    short = [len(data) < 100 for data in told]
    assert short == [i in (1, 2, 7, 10, 11) for i in range(len(tensors))]
    assert not found[1].flags.writeable


def test_tensors_that_were_not_sent_are_told_again_in_full() -> None:
    packer, tensors, found = ViewPacker(), _views()[:2], TensorTable()
    _sent(packer, tensors)  # and then the line fails
    for data, array in zip(_sent(packer, tensors), tensors, strict=True):
        found.add(unpacked_array(data, found))
        assert found[-1].tobytes() == array.tobytes()
