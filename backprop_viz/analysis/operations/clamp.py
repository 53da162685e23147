"""Clamp, hardtanh, ReLU6 and hardsigmoid: a line between two bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.trace.events import Event

Bounds = tuple[Any, Any]  # each a number, a tensor or None


@dataclass(frozen=True, slots=True)
class _Clamp:
    """The rules of a clamp whose bounds the call tells.

    ``stops_at_bounds``: the gradient of an element that equals a bound is 0, where what was sent
    does not tell. At a bound clamp passes it in torch 2.13 and stops it in torch 2.15.
    """

    bounds: Callable[[RecordedCall], Bounds]
    stops_at_bounds: bool = False

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        low, high = self.bounds(call)
        x = call.input.at(call.input.broadcast(index))
        side = _side(x, _at(low, index), _at(high, index))
        if side == 0:
            inner = call.input.one("pre_activation", call.input.broadcast(index))
            return (product("value", inner, plain("one", 1.0)),)
        return (product("value", _bound(low if side < 0 else high, index)),)

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        low, high = (_at(bound, index) for bound in self.bounds(call))
        place = call.input.broadcast(index)
        x, numbers = call.input.at(place), (call.input.number(place),)
        side = _side(x, low, high)
        if side and low is not None and high is not None and low > high:
            return (Fact("clamp_high", (x, high), numbers),)
        if side < 0 and low is not None:
            return (Fact("clamp_low", (x, low), numbers),)
        if side > 0 and high is not None:
            return (Fact("clamp_high", (x, high), numbers),)
        return (Fact("clamp_inside", (x,), numbers),)

    def node_facts(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        if slot:
            return ()
        (found,) = self.facts(call, slot, index)
        low, high = self.bounds(call)
        if found.values[0] in (low, high) and _stopped(event, index, self.stops_at_bounds):
            code = "clamp_low" if found.values[0] == low else "clamp_high"
            return (Fact(code, (found.values[0], found.values[0]), found.numbers),)
        return (found,)

    def form(self, call: RecordedCall) -> str:
        low, high = self.bounds(call)
        text = "x[…]"
        for bound, name, function in ((low, "a", "max"), (high, "b", "min")):
            if bound is not None:
                text = f"{function}({text}, {_text(bound, name)})"
        return f"y[…] = {text}"


def _side(x: float, low: float | None, high: float | None) -> int:
    """-1 at the lower bound, 1 at the upper one, 0 between them. The upper bound comes last."""
    if high is not None and (x > high or (low is not None and low > high)):
        return 1
    return -1 if low is not None and x < low else 0


def _stopped(event: Event, index: Index, usual: bool) -> bool:
    """Whether a node sent nothing of the gradient that came to it; ``usual`` where none came."""
    came, sent = event.inputs[0], event.outputs[0]
    if came is None or sent is None or came[index] == 0:
        return usual
    return bool(sent[index] == 0)


def _at(bound: Any, index: Index) -> float | None:
    if isinstance(bound, RecordedTensor):
        return bound.at(bound.broadcast(index))
    return None if bound is None else float(bound)


def _bound(bound: Any, index: Index) -> FactorColumn:
    if isinstance(bound, RecordedTensor):
        return bound.one("bound", bound.broadcast(index))
    return plain("bound", float(bound))


def _text(bound: Any, name: str) -> str:
    if isinstance(bound, RecordedTensor):
        return f"{name}[…]"
    return number_text(bound)


def _entry(
    functions: tuple[str, ...],
    bounds: Callable[[RecordedCall], Bounds],
    nodes: tuple[str, ...],
    *,
    stops_at_bounds: bool = False,
) -> OperationEntry:
    rules = _Clamp(bounds, stops_at_bounds)
    return OperationEntry(
        functions=functions,
        roles=("pre_activation", "bound"),
        derivative=f"{functions[0]}′",
        form=rules.form,
        forward=rules.parts,
        facts=rules.facts,
        nodes=tuple(OperationNode(name, facts=rules.node_facts) for name in nodes),
        composite=functions[0] == "relu6",
    )


def _hardsigmoid(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input
    value = min(max(x.at(index) + 3, 0.0), 6.0)
    inner = x.function("pre_activation", "min(max(x + 3, 0), 6)", [value], [index])
    return (product("value", inner, plain("slope", 1 / 6)),)


OPERATIONS = (
    _entry(
        ("clamp", "clip"),
        lambda call: (call.operand("min", 1), call.operand("max", 2)),
        ("ClampBackward0", "ClampBackward1"),
    ),
    _entry(("clamp_min",), lambda call: (call.operand("min", 1), None), ("ClampMinBackward0",)),
    _entry(("clamp_max",), lambda call: (None, call.operand("max", 1)), ("ClampMaxBackward0",)),
    _entry(
        ("hardtanh",),
        lambda call: (call.option("min_val", 1, -1.0), call.option("max_val", 2, 1.0)),
        ("HardtanhBackward0",),
        stops_at_bounds=True,
    ),
    _entry(("relu6",), lambda call: (0.0, 6.0), ("HardtanhBackward0",), stops_at_bounds=True),
    OperationEntry(
        functions=("hardsigmoid",),
        roles=("pre_activation",),
        derivative="hardsigmoid′",
        form="y[…] = min(max(x[…] + 3, 0), 6) / 6",
        forward=_hardsigmoid,
        nodes=(
            OperationNode(
                "HardsigmoidBackward0",
                (SentGradient("local", "∂L/∂x[…] = δ[…]·(x[…] > −3)·(x[…] < 3) / 6"),),
            ),
        ),
    ),
)
