"""Values as bytes: arrays in the format's own encoding, everything else as MessagePack.

``FORMAT.md`` beside this file specifies both.
"""

import os
import struct
import sys
import threading
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec
import numpy as np

from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.trace.events import Array

T = TypeVar("T")
DTYPES = (
    "bool",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
UNCOMPRESSED = 0
# The MessagePack extension type of an array within a value.
ARRAY = 1
# The data of a tensor record begins at a multiple of this, so that it can be used where it is.
ALIGNED = 8
# Up to this many bytes, copying is quicker than referring.
SMALL = 4096
_START = struct.Struct("<BBB")


class Malformed(ValueError):  # noqa: N818 - what was read is wrong, not the program
    """Bytes that are not what the format says; the text says in what way."""


def array_pieces(array: Array) -> tuple[bytes, Buffer]:
    """An array as the format has it: a head, and the numbers. ValueError for other than numbers."""
    head = plain_head(array.dtype, array.shape)
    if sys.byteorder == "big" or not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("<"))
    if array.nbytes < SMALL or not array.flags.c_contiguous:
        return head, array.tobytes()
    return head, array.data.cast("B")


class ArrayHead(NamedTuple):
    """What is said of an array before its numbers: ``size`` is their bytes, ``length`` its own."""

    compression: int
    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    size: int
    length: int


def array_head(data: Buffer) -> ArrayHead:
    """The head of the array in these bytes. Raises Malformed."""
    try:
        compression, dimensions, letters = _START.unpack_from(data)
        length = _rounded(_START.size + letters + 8 * dimensions)
        shape, dtype, size = _described(bytes(data[:length]), dimensions, letters)
    except (struct.error, ValueError) as error:
        raise Malformed(f"an array cannot be read: {error}") from error
    return ArrayHead(compression, shape, dtype, size, length)


def array_of(data: Buffer) -> Array:
    """The array in these bytes, read-only, over the same memory. Raises Malformed."""
    return plain_array(array_head(data), data)


def plain_array(head: ArrayHead, data: Buffer) -> Array:
    """The same where the head is read already."""
    if head.compression != UNCOMPRESSED:
        raise Malformed(f"an array has the compression {head.compression}, which is not known")
    if len(data) - head.length != head.size:
        raise Malformed(f"an array of {head.size:,} bytes has {len(data) - head.length:,}")
    try:
        array: Array = np.ndarray(head.shape, head.dtype, data, head.length)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"an array cannot be read: {error}") from error
    array.flags.writeable = False
    return array


@lru_cache(maxsize=1024)
def plain_head(dtype: "np.dtype[Any]", shape: tuple[int, ...]) -> bytes:
    """The head of an array whose numbers follow as they are. ValueError for other than numbers."""
    if dtype.name not in DTYPES:
        raise ValueError(f"An array of {dtype} cannot be recorded: its dtype has to be a number's.")
    name = dtype.name.encode("ascii")
    head = _START.pack(UNCOMPRESSED, len(shape), len(name)) + name
    head += struct.pack(f"<{len(shape)}Q", *shape)
    return head.ljust(_rounded(len(head)), b"\0")


@lru_cache(maxsize=1024)
def _described(
    head: bytes, dimensions: int, letters: int
) -> tuple[tuple[int, ...], "np.dtype[Any]", int]:
    """Shape, dtype and number of bytes."""
    name = head[_START.size :][:letters].decode("ascii")
    if name not in DTYPES:
        raise ValueError(f"its dtype is {name!r}")
    shape = struct.unpack_from(f"<{dimensions}Q", head, _START.size + letters)
    dtype = np.dtype(name).newbyteorder("<")
    size = dtype.itemsize
    for extent in shape:
        size *= extent
    return shape, dtype, size


def _rounded(size: int) -> int:
    return -size % ALIGNED + size


# -- everything else -----------------------------------------------------------------------------


def encoded(value: object) -> bytes:
    """A value as MessagePack: what dataclasses, Structs, containers and arrays are made of."""
    return _ENCODER.encode(value)


def decoded(data: Buffer, kind: type[T]) -> T:
    """The value of type ``kind`` in these bytes; fields that the type lacks are left out.

    Raises Malformed, which says where the value is not of that type.
    """
    any_kind: Any = kind
    try:
        value: T = _decoder(any_kind).decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error
    return value


def _encode_array(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()  # a number of numpy's is a number
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} cannot be sent.")
    return msgspec.msgpack.Ext(ARRAY, b"".join(array_pieces(value)))


def _decode_extension(code: int, data: memoryview) -> Array | None:
    if code != ARRAY:
        return None  # a newer version's
    array = array_of(data)
    if not array.flags.aligned:
        array = array.copy()
        array.flags.writeable = False
    return array


def _decode_array(kind: Any, value: object) -> object:
    """An array, if it is of the dtype that its field declares."""
    if not isinstance(value, np.ndarray):
        raise ValueError(f"Expected `array`, got `{type(value).__name__}`")
    wanted = _dtype_of(kind)
    if wanted is not None and value.dtype != wanted:
        raise ValueError(f"Expected `array of {wanted}`, got `{value.dtype}`")
    return value


@cache
def _dtype_of(kind: Any) -> "np.dtype[Any] | None":
    """What ``NDArray[np.float32]`` says of the dtype; None for ``NDArray[Any]``."""
    arguments = get_args(kind)
    (scalar,) = get_args(arguments[1]) if len(arguments) == 2 else (Any,)
    return None if scalar is Any else np.dtype(scalar)


def _decoder(kind: Any) -> "msgspec.msgpack.Decoder[Any]":
    """Made once for each type, by one thread at a time.

    msgspec keeps what it learns of a dataclass on the class, also while it has learned but a part:
    a decoder that another thread makes meanwhile would go by that part, and end the process.
    """
    found = _DECODERS.get(kind)
    if found is None:
        with _MAKING:
            found = _DECODERS.get(kind)
            if found is None:
                found = _DECODERS[kind] = msgspec.msgpack.Decoder(
                    kind, dec_hook=_decode_array, ext_hook=_decode_extension
                )
    return found


_DECODERS: dict[Any, "msgspec.msgpack.Decoder[Any]"] = {}
_MAKING = threading.Lock()
if hasattr(os, "register_at_fork"):  # a process forked meanwhile would have the part for ever
    os.register_at_fork(
        before=_MAKING.acquire,
        after_in_parent=_MAKING.release,
        after_in_child=_MAKING.release,
    )
_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_array)
