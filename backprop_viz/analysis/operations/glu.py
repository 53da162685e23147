"""Gated linear unit: one half of the numbers along an axis, gated by the other half."""

from backprop_viz.analysis.operations.index_forms import bracket, place_letters
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import FunctionOfElement, of_element, sigmoid
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, product
from backprop_viz.recording.explanations.number_explanation import Part

_GATE = FunctionOfElement("σ(x)", sigmoid, "gate")


def _halves(call: RecordedCall) -> tuple[int, int]:
    """The axis that is halved, and how long a half is."""
    axis = int(call.option("dim", 1, -1)) % call.input.array.ndim
    return axis, call.input.shape[axis] // 2


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    axis, half = _halves(call)
    gate = (*index[:axis], index[axis] + half, *index[axis + 1 :])
    x = call.input
    return (product("value", x.one("input", index), of_element(x, gate, _GATE)),)


def _places(call: RecordedCall) -> tuple[str, str, str, str, int]:
    """An element's place, the same a half later and earlier, its letter, and the half."""
    axis, half = _halves(call)
    letters = place_letters(call.input.array.ndim)
    moved = (
        bracket([*letters[:axis], f"{letters[axis]}{by}", *letters[axis + 1 :]])
        for by in ("", f" + {half}", f" − {half}")
    )
    here, later, earlier = moved
    return here, later, earlier, letters[axis], half


def _form(call: RecordedCall) -> str:
    here, later, *_ = _places(call)
    return f"y{here} = x{here}·σ(x{later})"


def _sent_form(call: RecordedCall) -> str:
    here, later, earlier, letter, half = _places(call)
    gate = f"δ{earlier}·x{earlier}·σ(x{here})·(1 − σ(x{here}))"
    return f"∂L/∂x{here} = δ{here}·σ(x{later}) where {letter} < {half}, else {gate}"


OPERATIONS = (
    OperationEntry(
        functions=("glu",),
        form=_form,
        forward=_parts,
        nodes=(OperationNode("GluBackward0", (SentGradient("local", _sent_form),)),),
    ),
)
