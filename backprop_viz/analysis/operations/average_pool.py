"""Average pooling: each element of a window has the same share."""

from dataclasses import dataclass

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.analysis.operations.windows import windows_of
from backprop_viz.recording.number_explanation import Fact

_POSITIONS = ("depth", "row", "column")


@dataclass(frozen=True, slots=True)
class _AveragePool:
    dimensions: int
    adaptive: bool

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        windows = windows_of(call, self.dimensions, adaptive=self.adaptive, dilated=False)
        return (Fact("pool_average", (len(windows.places(index)),)),)


def _entry(dimensions: int, adaptive: bool) -> OperationEntry:
    name, node = f"avg_pool{dimensions}d", f"AvgPool{max(2, dimensions)}DBackward0"
    known = ("channel", *_POSITIONS[-dimensions:])
    return OperationEntry(
        functions=(f"adaptive_{name}" if adaptive else name,),
        roles=("window",),
        coefficient="share",
        axes={"window": known, "output": known},
        facts=_AveragePool(dimensions, adaptive).facts,
        nodes=(OperationNode(f"Adaptive{node}" if adaptive else node, (SentGradient("share"),)),),
        composite=dimensions == 1,
    )


OPERATIONS = tuple(_entry(d, adaptive) for adaptive in (False, True) for d in (1, 2, 3))
