"""L1, smooth L1 and Huber: absolute errors, squared ones near the target."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import (
    ERROR,
    element_facts,
    loss_form,
    loss_gradient_form,
    loss_part,
)
from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Array, Event


def _absolute(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return loss_part(
        call, index, "absolute_error", "|x|", lambda x, t: np.abs(x - t), of=ERROR.name
    )


def _absolute_form(call: RecordedCall) -> str:
    return loss_form(call, "|x[…] − t[…]|")


@dataclass(frozen=True, slots=True)
class _PartlySquared:
    """A loss that is a parabola within a ``limit`` of the target, and a line beyond it.

    ``divided``: the parabola and the line are divided by the limit (smooth L1, not Huber).
    """

    limit: Callable[[RecordedCall], float]
    divided: bool

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        limit = self.limit(call)
        if limit == 0:
            return _absolute(call, slot, index)
        scale = limit if self.divided else 1.0

        def loss(x: Array, t: Array) -> Array:
            error = np.abs(x - t)
            near, far = error**2 / 2, limit * (error - limit / 2)
            return np.asarray(np.where(error < limit, near, far) / scale)

        weight = call.tensor("weight", 4) if self._weighted(call) else None
        symbol = self._element("x", limit)
        return loss_part(call, index, "element_loss", symbol, loss, weight, of=ERROR.name)

    def node_facts(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        x, place, value, target = element_facts(call, index)
        error, limit = value - target, self.limit(call)
        code = "error_near" if abs(error) < limit else "error_far"
        return (Fact(code, (error, limit, value, target), (x.number(place),)),)

    def form(self, call: RecordedCall) -> str:
        limit = self.limit(call)
        if self._weighted(call) or not limit:
            return ""
        return loss_form(call, f"({self._element('(x[…] − t[…])', limit)})")

    def sent(self, call: RecordedCall) -> str:
        limit = self.limit(call)
        if not limit:
            return ""
        near = "x[…] − t[…]"
        if self.divided and limit != 1:
            near = f"({near}) / {number_text(limit)}"
        far = "sign(x[…] − t[…])"
        if not self.divided and limit != 1:
            far = f"{number_text(limit)}·{far}"
        slope = f"({near} where |x[…] − t[…]| < {number_text(limit)}, else {far})"
        # Weighted, the losses are reduced by other nodes.
        return loss_gradient_form(call, slope, "none" if self._weighted(call) else None)

    def _weighted(self, call: RecordedCall) -> bool:
        return not self.divided and call.tensor_or_none("weight", 4) is not None

    def _element(self, error: str, limit: float) -> str:
        text, half = number_text(limit), number_text(limit / 2)
        size = f"|{error.strip('()')}|"
        if limit == 1:
            return f"½·{error}² where {size} < 1, else {size} − ½"
        if self.divided:
            return f"½·{error}²/{text} where {size} < {text}, else {size} − {half}"
        return f"½·{error}² where {size} < {text}, else {text}·({size} − {half})"


def _entry(name: str, node: str, rules: _PartlySquared) -> OperationEntry:
    return OperationEntry(
        functions=(name,),
        roles=("output", "target", "weight"),
        derivative=f"{name.removesuffix('_loss').replace('_', ' ')}′",
        form=rules.form,
        forward=rules.parts,
        intermediates=(ERROR,),
        nodes=(OperationNode(node, (SentGradient("local", rules.sent),), rules.node_facts),),
    )


OPERATIONS = (
    OperationEntry(
        functions=("l1_loss",),
        roles=("output", "target"),
        form=_absolute_form,
        forward=_absolute,
        intermediates=(ERROR,),
        composite=True,
    ),
    _entry(
        "smooth_l1_loss",
        "SmoothL1LossBackward0",
        _PartlySquared(lambda call: float(call.option("beta", 5, 1.0)), divided=True),
    ),
    _entry(
        "huber_loss",
        "HuberLossBackward0",
        _PartlySquared(lambda call: float(call.option("delta", 3, 1.0)), divided=False),
    ),
)
