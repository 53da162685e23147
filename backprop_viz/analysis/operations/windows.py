"""How the windows of pooling lie over their input."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from backprop_viz.analysis.operations.index_forms import bracket
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall

_LETTERS = {1: "i", 2: "ij", 3: "hij"}


@dataclass(frozen=True, slots=True)
class WindowSide:
    """The windows along one dimension: ``count`` of them over ``length`` elements.

    A ``kernel`` of 0 stands for windows that divide the dimension among them (adaptive pooling).
    """

    length: int
    count: int
    kernel: int = 0
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def window(self, position: int) -> range:
        """The elements of the window at an output position."""
        if not self.kernel:
            start = position * self.length // self.count
            return range(start, -(-(position + 1) * self.length // self.count))
        start = position * self.stride - self.padding
        places = range(start, start + self.kernel * self.dilation, self.dilation)
        inside = [i for i in places if 0 <= i < self.length]
        return range(inside[0], inside[-1] + 1, self.dilation) if inside else range(0)

    def positions(self, element: int) -> Iterator[int]:
        """The output positions whose window has an element."""
        return (p for p in range(self.count) if element in self.window(p))

    def text(self, letter: str) -> str:
        """The elements of a window as a slice: "2·i : 2·i + 2"."""
        if not self.kernel:
            if self.count == 1:
                return ":"
            return f"⌊{letter}·{self.length}/{self.count}⌋ : " + (
                f"⌈({letter} + 1)·{self.length}/{self.count}⌉"
            )
        place = letter if self.stride == 1 else f"{self.stride}·{letter}"
        start = _plus(place, -self.padding)
        end = _plus(place, (self.kernel - 1) * self.dilation + 1 - self.padding)
        step = "" if self.dilation == 1 else f" : {self.dilation}"
        return f"{start} : {end}{step}"


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a call, one side for each dimension pooled over."""

    sides: tuple[WindowSide, ...]

    def places(self, index: Index) -> list[Index]:
        """The places in the input that go into an element of the output."""
        n = len(self.sides)
        ranges = [side.window(i) for side, i in zip(self.sides, index[-n:], strict=True)]
        return [(*index[:-n], *place) for place in product(*ranges)]

    def outputs(self, index: Index) -> list[Index]:
        """The elements of the output whose window has an element of the input."""
        n = len(self.sides)
        found = [side.positions(i) for side, i in zip(self.sides, index[-n:], strict=True)]
        return [(*index[:-n], *place) for place in product(*found)]

    def form(self, ndim: int, reduction: str) -> str:
        """A formula: what becomes of a window of an input of this many axes."""
        letters = _LETTERS[len(self.sides)]
        lead = ["n", "k"][max(0, 2 - (ndim - len(letters))) :]
        slices = [side.text(letter) for side, letter in zip(self.sides, letters, strict=True)]
        window = f"x{bracket([*lead, *slices])}"
        return f"y{bracket([*lead, *letters])} = {reduction.format(window)}"


def windows_of(call: RecordedCall, dimensions: int, *, adaptive: bool, dilated: bool) -> Windows:
    """The windows of a pooling call. Its arguments: the kernel, the stride, the padding, ..."""
    lengths = call.tensor("input", 0).shape[-dimensions:]
    counts = call.output().shape[-dimensions:]
    if adaptive:
        pairs = zip(lengths, counts, strict=True)
        return Windows(tuple(WindowSide(n, count) for n, count in pairs))
    kernel = per_dimension(call.option("kernel_size", 1), dimensions)
    stride = call.option("stride", 2)
    strides = kernel if stride in (None, (), []) else per_dimension(stride, dimensions)
    padding = per_dimension(call.option("padding", 3, 0), dimensions)
    dilation = per_dimension(call.option("dilation", 4, 1) if dilated else 1, dimensions)
    sides = zip(lengths, counts, kernel, strides, padding, dilation, strict=True)
    return Windows(tuple(WindowSide(*side) for side in sides))


def per_dimension(value: int | Sequence[int] | Any, dimensions: int) -> tuple[int, ...]:
    """A number for each dimension of an argument that may be one for all."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return values * dimensions if len(values) == 1 else values


def _plus(text: str, number: int) -> str:
    if number == 0:
        return text
    return f"{text} {'+' if number > 0 else '−'} {abs(number)}"
