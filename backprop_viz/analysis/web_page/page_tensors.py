"""The numbers of a web page: as many of a recording's as fit, each bit as it was recorded."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array

# JavaScript has an array type for each of these, by kind and bytes.
_KINDS = ("f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
_AT_ONCE = 2**20  # numbers that are in memory as float64
_ALIGNED = 8


@dataclass(frozen=True, slots=True)
class PageTensors:
    """What a page has of the tensors, by id: ``described`` for each one, and all numbers packed.

    ``samples`` are the places in the batch whose numbers are there. ``packed`` is zlib's: of each
    tensor in it the first bytes of all numbers, then the second bytes, and so on.
    """

    described: Sequence[dict[str, Any]]
    samples: Sequence[int]
    packed: bytes


def described_tensors(recording: Recording) -> list[dict[str, Any]]:
    """Shape, type and statistics of each tensor by its id; no numbers yet."""
    stays = _moved_by_optimizers(recording) | _of_no_sample(recording)
    size = recording.recorded_samples
    arrays = recording.tensors.since(0)
    return [
        _description(array, size > 1 and i not in stays and array.ndim > 0 and len(array) == size)
        for i, array in enumerate(arrays)
    ]


def pack_tensors(
    recording: Recording, described: Sequence[dict[str, Any]], sample: int, most_bytes: int
) -> PageTensors:
    """The numbers of as many samples as fit in this many packed bytes, ``sample`` among them.

    Where even those of one sample do not fit, the largest tensors are described and left out.
    """
    arrays = recording.tensors.since(0)
    size = recording.recorded_samples
    for count in _counts(size):
        chosen = _chosen(size, sample, count)
        parts = [a[chosen] if d["batch"] else a for a, d in zip(arrays, described, strict=True)]
        # Random floats hardly become smaller: what is far too much need not be packed to know.
        if count > 1 and sum(part.nbytes for part in parts) > 3 * most_bytes:
            continue
        packed = _packed(described, parts, most_bytes if count == 1 else None)
        if len(packed) <= most_bytes or count == 1:
            return PageTensors(described, chosen, packed)
    raise AssertionError("one sample is always tried")


def _counts(size: int) -> Iterator[int]:
    """How many samples to try: all, then ever fewer."""
    yield size
    power = 1 << max(size - 1, 0).bit_length()
    while power > 1:
        power //= 2
        if power < size:
            yield power


def _chosen(size: int, sample: int, count: int) -> list[int]:
    """The first samples; where ``sample`` is not one of them, it takes the last one's place."""
    chosen = list(range(count))
    if sample < size and sample not in chosen:
        chosen[-1] = sample
    return chosen


def _moved_by_optimizers(recording: Recording) -> set[int]:
    """The tensors that belong to parameters: none is a batch, whatever its first size."""
    found = {i for p in recording.parameters for i in (p.value_id, p.grad_id) if i is not None}
    found |= {tensor for buffer in recording.buffers for _, tensor in buffer.values}
    for event in recording.events:
        if event.parameter is None and event.phase is not Phase.UPDATE:
            continue
        found |= {i for i in (*event.input_ids, *event.output_ids) if i is not None}
        found |= {i for pair in event.state_ids.values() for i in pair if i is not None}
    return found


def _of_no_sample(recording: Recording) -> set[int]:
    """The tensors that layers made of parameters and constants alone, and their gradients."""
    end, found = recording.at(len(recording.events)), set[int]()
    for layer in (layer for one in recording.passes for layer in one.layers.layers):
        made = (id_ for i in layer.operations for id_ in recording.events[i].output_ids)
        ids = (id_ for id_ in (*made, end.gradient_id(layer)) if id_ is not None)
        found.update(id_ for id_ in ids if not layer.is_of_batch(recording.tensors[id_]))
    return found


def _description(array: Array, batch: bool) -> dict[str, Any]:
    low, high, norm, limit = _statistics(array)
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "batch": batch,
        "low": low,
        "high": high,
        "norm": norm,
        "limit": limit,
        "at": None,
    }


def _statistics(array: Array) -> tuple[float, float, float, float]:
    """The smallest and the largest number, the L2 norm, and the largest finite magnitude."""
    flat = np.abs(array).ravel() if np.iscomplexobj(array) else array.ravel()
    low, high, squares, limit = np.inf, -np.inf, 0.0, 0.0
    for start in range(0, flat.size, _AT_ONCE):
        part = flat[start : start + _AT_ONCE].astype(np.float64)
        low, high = np.minimum(low, part.min()), np.maximum(high, part.max())
        with np.errstate(over="ignore"):
            squares += float(np.square(part).sum())
        finite = np.abs(part[np.isfinite(part)])
        limit = max(limit, float(finite.max(initial=0.0)))
    return float(low), float(high), float(np.sqrt(squares)), limit


def _packed(described: Sequence[dict[str, Any]], parts: Sequence[Array], most: int | None) -> bytes:
    """The parts' numbers; with a bound, only those that are within it, the smaller ones first."""
    for tensor in described:
        tensor["at"] = None
    places: dict[bytes, int] = {}
    packer, packed = zlib.compressobj(6), bytearray()
    length = total = 0
    for i in sorted(range(len(parts)), key=lambda i: parts[i].nbytes):
        array, tensor = _plain(parts[i]), described[i]
        tensor |= {"kind": array.dtype.str[1:], "stored": list(array.shape)}
        # The same numbers are often those of several tensors: of a view, of a gradient handed on.
        key = blake2b(array.tobytes(), key=tensor["kind"].encode()).digest()
        if key in places:
            tensor["at"] = places[key]
            continue
        total += array.nbytes
        if most is not None and total > most:
            break
        tensor["at"] = places[key] = length
        shuffled = np.frombuffer(array, np.uint8).reshape(-1, array.itemsize).T.tobytes()
        added = shuffled + bytes(-len(shuffled) % _ALIGNED)
        packed += packer.compress(added)
        length += len(added)
    return bytes(packed + packer.flush())


def _plain(array: Array) -> Array:
    """The same numbers in a type that JavaScript has; of a complex one real, imaginary."""
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], -1)
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    if array.dtype.kind in "iu" and array.itemsize == 8 and array.size:
        bounds = np.iinfo(np.int32)
        if bounds.min <= array.min() and array.max() <= bounds.max:
            array = array.astype(np.int32)
    assert array.dtype.str[1:] in _KINDS
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
