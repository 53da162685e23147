"""Average pooling: each element of a window has the same share."""

import math
from dataclasses import dataclass

from backprop_viz.analysis.operations.index_forms import bracket, place_letters
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.analysis.operations.windows import per_dimension, windows_of
from backprop_viz.recording.explanations.number_explanation import Fact

_POSITIONS = ("depth", "row", "column")


@dataclass(frozen=True, slots=True)
class _AveragePool:
    dimensions: int
    adaptive: bool

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        windows = windows_of(call, self.dimensions, adaptive=self.adaptive, dilated=False)
        return (Fact("pool_average", (len(windows.places(index)),)),)

    def form(self, call: RecordedCall) -> str:
        """A window's mean, or its sum over a divisor; "" where that differs at the border."""
        windows = windows_of(call, self.dimensions, adaptive=self.adaptive, dilated=False)
        ndim, divisor = call.input.array.ndim, self._divisor(call)
        if divisor == 0:
            return windows.form(ndim, "mean {}")
        return "" if divisor is None else windows.form(ndim, f"Σ {{}} / {divisor}")

    def _divisor(self, call: RecordedCall) -> int | None:
        """What a window's sum is divided by; 0: by its size, None: it differs at the border."""
        if self.adaptive:
            return 0
        given = call.option("divisor_override", 6)
        padded = any(per_dimension(call.option("padding", 3, 0), self.dimensions))
        if given is not None or not (padded or call.option("ceil_mode", 4, False)):
            return given or 0
        if not call.option("count_include_pad", 5, True):
            return 0
        if call.option("ceil_mode", 4, False):
            return None
        return math.prod(per_dimension(call.option("kernel_size", 1), self.dimensions))


def _mean_sent(call: RecordedCall) -> str:
    """What the mean of a whole map sends, which is how torch pools to one number."""
    shape, letters = call.input.shape, place_letters(call.input.array.ndim)
    made = bracket([*letters[:-2], "0", "0"])
    return f"∂L/∂x{bracket(letters)} = δ{made} / {shape[-2] * shape[-1]}"


def _entry(dimensions: int, adaptive: bool) -> OperationEntry:
    name, node = f"avg_pool{dimensions}d", f"AvgPool{max(2, dimensions)}DBackward0"
    known = ("channel", *_POSITIONS[-dimensions:])
    pool = _AveragePool(dimensions, adaptive)
    nodes = [OperationNode(f"Adaptive{node}" if adaptive else node, (SentGradient("share"),))]
    if adaptive and dimensions == 2:
        sent = (SentGradient("share", _mean_sent),)
        nodes.append(OperationNode("MeanBackward1", sent, shared=True))
    return OperationEntry(
        functions=(f"adaptive_{name}" if adaptive else name,),
        roles=("window",),
        coefficient="share",
        axes={"window": known, "output": known},
        form=pool.form,
        facts=pool.facts,
        nodes=tuple(nodes),
        composite=dimensions == 1,
    )


OPERATIONS = tuple(_entry(d, adaptive) for adaptive in (False, True) for d in (1, 2, 3))
