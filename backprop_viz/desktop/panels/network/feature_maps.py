"""The content of the network's columns: tensors as blocks of equal maps. No painting here."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

import numpy as np

from backprop_viz.desktop.style.images import is_picture
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.layers import Layer

Mode = Literal["activations", "weights", "gradients"]
MODES: tuple[Mode, ...] = ("activations", "weights", "gradients")


class Look(Enum):
    """How a block is drawn."""

    IMAGE = "image"  # gray, as images are
    MAPS = "maps"
    KERNELS = "kernels"  # one map for each output: its kernels side by side
    MATRIX = "matrix"  # one map that may be stretched
    UNITS = "units"  # a strip, one cell for each number
    SCALAR = "scalar"
    NOTHING = "nothing"  # an outline: there is no such tensor


@dataclass(frozen=True, slots=True)
class Size:
    """How many maps a block has, and their rows and columns."""

    look: Look
    count: int
    height: int = 1
    width: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A tensor as ``count`` maps.

    ``source`` is the recorded array, None before it exists. Of a batch, ``sample`` is shown; with
    None, all of the array. ``tensor`` identifies it: the recording's serial and the tensor's id.
    ``first`` is the place of the array in a larger tensor.
    """

    size: Size
    source: Array | None = None
    sample: int | None = None
    parameter: str | None = None
    tensor: tuple[object, ...] | None = None
    first: tuple[int, ...] = ()

    @property
    def numbers(self) -> Array | None:
        """The part of the source that is shown, in its own shape."""
        if self.source is None or self.sample is None or self.source.ndim == 0:
            return self.source
        return self.source[self.sample] if len(self.source) else None

    def value(self, index: tuple[int, ...]) -> Any:
        """The number at an index of the tensor. Raises IndexError where there is none."""
        assert self.source is not None
        return self.source[index[len(self.first) :]]

    @property
    def shows(self) -> tuple[object, ...]:
        """What is drawn: equal for blocks that look the same in one range."""
        return self.size, self.tensor, self.sample

    @property
    def is_complex(self) -> bool:
        """Whether its maps show the sizes of complex numbers."""
        return self.source is not None and np.iscomplexobj(self.source)

    @property
    def maps(self) -> Array | None:
        """What is painted, as (count, height, width): the numbers, of complex ones their sizes."""
        arranged = self.arranged
        return arranged if arranged is None or not self.is_complex else np.abs(arranged)

    @property
    def arranged(self) -> Array | None:
        """The numbers as (count, height, width)."""
        numbers = self.numbers
        size = self.size
        if numbers is None or size.look is Look.NOTHING:
            return None
        if size.look is not Look.KERNELS:
            return numbers.reshape(size.count, size.height, size.width)
        rows, columns = kernel_grid(_inputs(numbers.shape))
        height, width = size.height // rows, size.width // columns
        kernels = numbers.reshape(size.count, rows, columns, height, width)
        return kernels.transpose(0, 1, 3, 2, 4).reshape(size.count, size.height, size.width)

    @property
    def kernel(self) -> tuple[int, int] | None:
        """Rows and columns of one kernel within a map."""
        if self.size.look is not Look.KERNELS or self.source is None:
            return None
        rows, columns = kernel_grid(_inputs(self.source.shape))
        return self.size.height // rows, self.size.width // columns

    def place(self, row: int, column: int) -> tuple[int, int, int]:
        """The (input, row, column) of a number within a map of kernels; input 0 for other maps."""
        if self.kernel is None:
            return 0, row, column
        height, width = self.kernel
        across = self.size.width // width
        return row // height * across + column // width, row % height, column % width

    def index(self, map_nr: int, row: int, column: int) -> tuple[int, ...]:
        """The index of a number of a map in the tensor."""
        assert self.source is not None
        shape = self.source.shape
        of_sample = self.sample is not None and bool(shape)
        first = (self.sample,) if of_sample and self.sample is not None else self.first
        own = shape[1:] if of_sample else shape
        match self.size.look:
            case Look.SCALAR:
                return (*first, *(0 for _ in own))
            case Look.UNITS:
                return (*first, map_nr)
            case Look.KERNELS:
                kernel, row, column = self.place(row, column)
                inputs = own[1:-2] if len(own) > 3 else own[1:2]
                places = tuple(int(i) for i in np.unravel_index(kernel, inputs))
                within = (row, column) if len(own) > 3 else (column,)
                return (*first, map_nr, *places, *within)
            case Look.MATRIX:
                return (*first, row, column)
        return (*first, *(int(i) for i in np.unravel_index(map_nr, own[:-2])), row, column)


def blocks(cursor: Cursor | None, layer: Layer, mode: Mode, sample: int = 0) -> tuple[Block, ...]:
    """The blocks of a layer in a mode, for a sample of the batch; empty ones without a cursor."""
    if mode == "weights":
        found = () if cursor is None else _parameter_blocks(cursor, layer)
        return found or (Block(Size(Look.NOTHING, 1)),)
    array, tensor, at = None, None, None
    if cursor is not None:
        # The input has no gradient of its own: show the input itself.
        gradient = mode == "gradients" and layer.operations
        array = cursor.gradient(layer) if gradient else shown_activation(cursor, layer)
        found_id = cursor.gradient_id(layer) if gradient else cursor.activation_id(layer)
        tensor = (cursor.recording.serial, found_id)
        if array is not None and layer.is_of_batch(array):
            at = cursor.recording.sample_of(array, sample)
    empty = Block(activation_size(layer), array, at)
    shown = empty.numbers
    if shown is None:
        return (Block(empty.size),)
    size = _size(shown.shape, image=is_picture(array, layer))
    return (Block(size, array, at, tensor=tensor),)


def shown_activation(cursor: Cursor, layer: Layer) -> Array | None:
    """What a layer has computed so far; of a single number nothing before its last operation.

    On the way to a loss there are others, as ``log(p)``: none of them is the loss.
    """
    under_way = any(i >= cursor.position for i in layer.leading)
    return None if under_way and not layer.shape else cursor.activation(layer)


def activation_size(layer: Layer) -> Size:
    """The size of the maps of a layer's own tensor."""
    return _size(layer.shape, image=not layer.operations)


def kernel_grid(count: int) -> tuple[int, int]:
    """The rows and columns of exactly ``count`` kernels, as close to a square as possible."""
    rows = next(r for r in range(math.isqrt(count), 0, -1) if count % r == 0)
    return rows, count // rows


def shape_text(shape: tuple[int, ...]) -> str:
    """``6×30×30``."""
    return "×".join(str(n) for n in shape)


def indexed(title: str, index: int) -> str:
    """One map in the words of a title: ``relu(conv1)[2]``, ``conv1[2] · conv2d``."""
    name, dot, operation = title.partition(" · ")
    return f"{name}[{index}]{dot}{operation}"


def _size(shape: tuple[int, ...], image: bool = False) -> Size:
    if 0 in shape:
        return Size(Look.NOTHING, 1)
    if not shape:
        return Size(Look.SCALAR, 1)
    if len(shape) == 1:
        return Size(Look.UNITS, shape[0])
    if len(shape) == 2:
        return Size(Look.MATRIX, 1, *shape)
    return Size(Look.IMAGE if image else Look.MAPS, math.prod(shape[:-2]), *shape[-2:])


def _parameter_blocks(cursor: Cursor, layer: Layer) -> tuple[Block, ...]:
    serial = cursor.recording.serial
    values = [(name, cursor.value(name)) for name in layer.parameters]
    return tuple(
        Block(_parameter_size(value.shape), value, None, name, (serial, cursor.value_id(name)))
        for name, value in values
        if value is not None
    )


def _parameter_size(shape: tuple[int, ...]) -> Size:
    if len(shape) < 3 or 0 in shape:
        return _size(shape)
    rows, columns = kernel_grid(_inputs(shape))
    height = shape[-2] if len(shape) > 3 else 1
    return Size(Look.KERNELS, shape[0], rows * height, columns * shape[-1])


def _inputs(shape: tuple[int, ...]) -> int:
    """How many kernels each output of a weight (out, in, ..., height, width) has."""
    return shape[1] * math.prod(shape[2:-2])


@dataclass(frozen=True, slots=True)
class Range:
    """The range of a tensor's finite numbers; ``broken`` counts those that are not finite.

    ``sizes``: of complex numbers it is the range of their sizes.
    """

    low: float
    high: float
    broken: int
    sizes: bool = False

    @property
    def limit(self) -> float:
        """The largest magnitude."""
        return max(abs(self.low), abs(self.high))


def color_range(arrays: tuple[Array, ...]) -> Range | None:
    """The range of all numbers in some arrays, of complex ones of their sizes; None of none."""
    if not any(array.size for array in arrays):
        return None
    lows, highs, broken = [], [], 0
    for each in arrays:
        array = np.abs(each) if np.iscomplexobj(each) else each
        low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
        if not (math.isfinite(low) and math.isfinite(high)):
            finite = array[np.isfinite(array)]
            broken += array.size - finite.size
            if not finite.size:
                continue
            low, high = float(finite.min()), float(finite.max())
        if array.size:
            lows.append(low)
            highs.append(high)
    sizes = any(map(np.iscomplexobj, arrays))
    return Range(min(lows, default=0.0), max(highs, default=0.0), broken, sizes)
