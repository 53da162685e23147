"""Convolutions of 1, 2 and 3 dimensions, and transposed ones: kernel times window, plus bias."""

from dataclasses import dataclass, replace

from backprop_viz.analysis.operations.index_forms import bracket, summed
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import RecordedCall
from backprop_viz.analysis.operations.windows import per_dimension

# Letters for places in the output, in the kernel, and for others that are summed over.
_POSITIONS = {1: "i", 2: "ij", 3: "hij"}
_OFFSETS = {1: "u", 2: "uv", 3: "tuv"}
_OTHERS = {1: "r", 2: "rs", 3: "rsp"}
_POSITION_AXES = ("depth", "row", "column")


@dataclass(frozen=True, slots=True)
class _Geometry:
    """How a kernel lies over its input: per dimension, and in ``groups`` of channels.

    ``few`` and ``many`` are the input channels and the output channels of a group, seen from the
    convolution that is not transposed.
    """

    batched: bool
    bias: bool
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    few: int
    many: int

    @property
    def batch(self) -> list[str]:
        return ["n"] if self.batched else []

    @property
    def positions(self) -> str:
        return _POSITIONS[len(self.stride)]

    @property
    def offsets(self) -> str:
        return _OFFSETS[len(self.stride)]

    @property
    def others(self) -> str:
        return _OTHERS[len(self.stride)]

    def inner(self, position: str, offset: str) -> list[str]:
        """Where the kernel's element ``offset`` lies at an output ``position``, per dimension."""
        sides = zip(position, offset, self.stride, self.dilation, self.padding, strict=True)
        return [_sum(_times(s, i), _times(d, u), -p) for i, u, s, d, p in sides]

    def kernel(self, inside: str, position: str) -> list[str] | None:
        """Which of the kernel's elements lies over a place; None where a fraction could come out.

        Not for a dilated kernel.
        """
        if set(self.dilation) != {1}:
            return None
        sides = zip(inside, position, self.stride, self.padding, strict=True)
        return [f"{_sum(i, '', p)} − {_times(s, r)}" for i, r, s, p in sides]

    def in_group(self, inner: str, outer: str) -> str:
        """The input channel that is number ``inner`` in the group of output channel ``outer``."""
        if self.groups == 1:
            return inner
        return f"{inner} + {_times(self.few, _group(outer, self.many))}"

    def of_group(self, inner: str, outer: str) -> str:
        """Which number input channel ``inner`` has in the group of output channel ``outer``."""
        if self.groups == 1:
            return inner
        return f"{inner} − {_times(self.few, _group(outer, self.many))}"


def _group(channel: str, size: int) -> str:
    return channel if size == 1 else f"⌊{channel}/{size}⌋"


def _times(number: int, letter: str) -> str:
    return letter if number == 1 else f"{number}·{letter}"


def _sum(first: str, second: str, number: int) -> str:
    text = " + ".join(filter(None, (first, second)))
    if number == 0:
        return text
    return f"{text} {'+' if number > 0 else '−'} {abs(number)}"


def _geometry(call: RecordedCall, dimensions: int, transposed: bool) -> _Geometry:
    x, w = call.tensor("input", 0), call.tensor("weight", 1)
    dilation = per_dimension(call.option("dilation", 7 if transposed else 5, 1), dimensions)
    groups = call.option("groups", 6, 1)
    own, other = w.shape[0] // groups, w.shape[1]
    padding = call.option("padding", 4, 0)
    if padding == "valid":
        padding = 0
    elif padding == "same":
        sizes = zip(w.shape[2:], dilation, strict=True)
        padding = tuple(d * (size - 1) // 2 for size, d in sizes)
    return _Geometry(
        batched=x.array.ndim == dimensions + 2,
        bias=call.tensor_or_none("bias", 2) is not None,
        stride=per_dimension(call.option("stride", 3, 1), dimensions),
        padding=per_dimension(padding, dimensions),
        dilation=dilation,
        groups=groups,
        few=other,
        many=own,
    )


def _b(*letters: str) -> str:
    return bracket(letters)


@dataclass(frozen=True, slots=True)
class _Forms:
    """The formulas of convolutions of this many dimensions."""

    dimensions: int
    transposed: bool = False

    def output(self, call: RecordedCall) -> str:
        g = _geometry(call, self.dimensions, self.transposed)
        made = _b(*g.batch, "k", *g.positions)
        if self.transposed:
            terms = self._spread(g, "x", "k", "m")
        else:
            x = _b(*g.batch, g.in_group("m", "k"), *g.inner(g.positions, g.offsets))
            w = _b("k", "m", *g.offsets)
            terms = f"{summed('m', *g.offsets)} w{w}·x{x}"
        bias = " + b[k]" if g.bias else ""
        return f"y{made} = {terms}{bias}" if terms else ""

    def to_input(self, call: RecordedCall) -> str:
        g = self._of_node(call)
        made = _b(*g.batch, "m", *g.positions)
        if self.transposed:
            above = _b(*g.batch, g.in_group("k", "m"), *g.inner(g.positions, g.offsets))
            terms = f"{summed('k', *g.offsets)} δ{above}·w{_b('m', 'k', *g.offsets)}"
        else:
            terms = self._spread(g, "δ", "m", "k")
        return f"∂L/∂x{made} = {terms}" if terms else ""

    def to_weight(self, call: RecordedCall) -> str:
        g = self._of_node(call)
        own, other = ("m", "k") if self.transposed else ("k", "m")
        small = _b(*g.batch, own, *g.positions)
        large = _b(*g.batch, g.in_group(other, own), *g.inner(g.positions, g.offsets))
        above, window = (large, small) if self.transposed else (small, large)
        sign = summed(*g.batch, *g.positions)
        return f"∂L/∂w{_b(own, other, *g.offsets)} = {sign} δ{above}·x{window}"

    def to_bias(self, call: RecordedCall) -> str:
        g = self._of_node(call)
        sign = summed(*g.batch, *g.positions)
        return f"∂L/∂b[k] = {sign} δ{_b(*g.batch, 'k', *g.positions)}·1"

    def _of_node(self, call: RecordedCall) -> _Geometry:
        # The node of a single sample works on a batch of one.
        return replace(_geometry(call, self.dimensions, self.transposed), batched=True)

    def _spread(self, g: _Geometry, source: str, inside: str, outside: str) -> str:
        """What a source lays over a place through the kernel; "" where it cannot be written."""
        kernel = g.kernel(g.positions, g.others)
        if kernel is None:
            return ""
        w = _b(outside, g.of_group(inside, outside), *kernel)
        places = _b(*g.batch, outside, *g.others)
        return f"{summed(outside, *g.others)} {source}{places}·w{w}"


def _convolution(dimensions: int, transposed: bool) -> OperationEntry:
    forms = _Forms(dimensions, transposed)
    positions = _POSITION_AXES[-dimensions:]
    channels = ("in_channel", "out_channel") if transposed else ("out_channel", "in_channel")
    name = "conv_transpose" if transposed else "conv"
    return OperationEntry(
        functions=(f"{name}{dimensions}d",),
        roles=("window", "kernel", "bias"),
        form=forms.output,
        axes={
            "window": ("channel", *positions),
            "kernel": (*channels, *(f"kernel_{each}" for each in positions)),
            "bias": ("channel",),
            "output": ("channel", *positions),
        },
        nodes=(
            OperationNode(
                "ConvolutionBackward0",
                (
                    SentGradient("kernel", forms.to_input),
                    SentGradient("window", forms.to_weight),
                    SentGradient("one", forms.to_bias),
                ),
            ),
        ),
    )


OPERATIONS = tuple(_convolution(d, transposed) for transposed in (False, True) for d in (1, 2, 3))
