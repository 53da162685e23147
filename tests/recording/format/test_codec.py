"""Arrays and values as bytes: bit for bit, and refused where they are not what they should be."""

import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from backprop_viz.recording.format.codec import (
    DTYPES,
    Malformed,
    array_of,
    array_pieces,
    decoded,
    encoded,
)

Numbers = NDArray[Any]


def as_bytes(array: Numbers) -> bytes:
    return b"".join(array_pieces(array))


def there_and_back(array: Numbers) -> Numbers:
    return array_of(as_bytes(array))


def expect_the_same(one: Numbers, other: Numbers) -> None:
    assert one.dtype.name == other.dtype.name
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()  # also of NaN, and of -0.0


@given(
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: arrays(dtype, array_shapes(min_dims=0, min_side=0, max_dims=4))
    )
)
def test_an_array_comes_back_bit_for_bit(array: Numbers) -> None:
    back = there_and_back(array)
    expect_the_same(back, array)
    assert not back.flags.writeable


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4).T,
        np.arange(24.0)[::-2],
        np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
        np.broadcast_to(np.float32(2.5), (3, 2)),
        np.arange(5000.0).reshape(50, 100)[:, ::2],
    ],
)
def test_an_array_that_does_not_lie_in_order(array: Numbers) -> None:
    expect_the_same(there_and_back(array), array)


def test_numbers_of_another_byte_order() -> None:
    back = there_and_back(np.array([1, 2, -3], ">i4"))
    assert back.dtype == np.dtype("<i4")
    assert back.tolist() == [1, 2, -3]


def test_the_bytes_are_those_of_the_specification() -> None:
    """As FORMAT.md says, byte by byte."""
    array = np.array([[1.0, -2.0, np.nan]], np.float32)
    expected = bytes([0, 2, 7]) + b"float32" + struct.pack("<QQ", 1, 3)
    expected += b"\0" * (-len(expected) % 8)
    expected += struct.pack("<3f", 1.0, -2.0, np.nan)
    assert as_bytes(array) == expected


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([None]), np.array([1], "M8[s]")])
def test_what_holds_no_numbers_is_refused(array: Numbers) -> None:
    with pytest.raises(ValueError, match="cannot be recorded"):
        array_pieces(array)


WHOLE = as_bytes(np.arange(3, dtype=np.int64))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (WHOLE[:5], "cannot be read"),
        (WHOLE[:-1], "24 bytes has 23"),
        (WHOLE + b"\0", "24 bytes has 25"),
        (b"\1" + WHOLE[1:], "compression 1"),
        (WHOLE.replace(b"int64", b"str64"), "str64"),
        (bytes([0, 1, 5]) + b"int64" + struct.pack("<Q", 2**63), "bytes has"),
        (bytes([0, 200, 5]) + b"int64", "cannot be read"),
    ],
)
def test_bytes_that_are_no_array_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        array_of(data)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    name: str
    numbers: tuple[float, ...]
    image: NDArray[np.float32] | None = None
    more: int = 7


@pytest.mark.parametrize(
    "bits",
    [0x7FF0000000000001, 0x7FF8000000001234, 0xFFF0000000000000, 0x8000000000000000, 1],
)
def test_a_float_keeps_every_bit(bits: int) -> None:
    (number,) = struct.unpack("<d", struct.pack("<Q", bits))
    back = decoded(encoded(Sample("", (number,))), Sample)
    assert struct.pack("<d", back.numbers[0]) == struct.pack("<Q", bits)


def test_an_array_within_a_value() -> None:
    image = np.array([[np.nan, -0.0]], np.float32)
    back = decoded(encoded(Sample("a", (), image)), Sample)
    assert back.image is not None
    expect_the_same(back.image, image)
    assert back.image.flags.aligned


def test_a_field_more_is_left_out_and_one_less_has_its_default() -> None:
    assert decoded(encoded({"name": "a", "numbers": [], "newer": [1, {}]}), Sample).more == 7


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"name": 3, "numbers": []}, "name"),
        ({"name": "a"}, "numbers"),
        ({"name": "a", "numbers": ["x"]}, "numbers"),
        ({"name": "a", "numbers": [], "image": np.zeros(2)}, "array of float32"),
        ({"name": "a", "numbers": [], "image": [1.0]}, "image"),
        ([], "object"),
    ],
)
def test_a_value_of_another_type_is_refused(value: object, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        decoded(encoded(value), Sample)


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for read in (array_of, lambda data: decoded(data, Sample), lambda data: decoded(data, Any)):
        with suppress(Malformed):
            read(data)


def test_a_number_of_numpys_is_a_number() -> None:
    assert decoded(encoded(Sample("", (np.float64(0.1), np.float32(0.5)))), Sample).numbers == (
        0.1,
        0.5,
    )


def test_what_is_no_value_cannot_be_encoded() -> None:
    with pytest.raises(TypeError, match="object cannot be sent"):
        encoded({"a": object()})
