"""Weight normalization: a direction, and how long the weight is along it (Salimans and Kingma)."""

import numpy as np

from backprop_viz.analysis.operations.index_forms import bracket, place_letters, summed
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    every_place,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Part

_OTHERS = "muvrs"  # letters of the places that are summed over


def _kept(call: RecordedCall) -> int | None:
    """The axis whose vectors have a length each; None where the whole weight has one."""
    axis, ndim = int(call.option("dim", 2, 0)), call.tensor("v", 0).array.ndim
    if not 2 <= ndim <= len(_OTHERS):
        raise NotRecorded
    return None if axis == -1 else axis % ndim


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    axis, v, g = _kept(call), call.tensor("v", 0), call.tensor("g", 1)
    places = every_place(v.shape)
    if axis is not None:
        places = places[places[:, axis] == index[axis]]
    norm = np.sqrt((np.asarray(v.array[tuple(places.T)], np.float64) ** 2).sum())
    own = tuple(i if size > 1 else 0 for i, size in zip(index, g.shape, strict=False))
    factors = v.one("factor", index), g.one("factor", own[: g.array.ndim])
    return (product("value", *factors, plain("one_over_norm", float(1 / norm))),)


def _form(call: RecordedCall) -> str:
    axis, v, g = _kept(call), call.tensor("v", 0), call.tensor("g", 1)
    letters = place_letters(v.array.ndim)
    inner = [letters[i] if i == axis else _OTHERS[i] for i in range(len(letters))]
    over = summed(*(letter for i, letter in enumerate(inner) if i != axis))
    pairs = zip(letters, g.shape, strict=False)
    of_length = bracket([letter if size > 1 else "0" for letter, size in pairs])
    place = bracket(letters)
    return f"y{place} = a{place}·b{of_length} / √({over} a{bracket(inner)}²)"


_OF_DIRECTION = "∂L/∂a = (δ − a·Σ δ·a / ‖a‖²)·b / ‖a‖"
_OF_LENGTH = "∂L/∂b = Σ δ·a / ‖a‖"

OPERATIONS = (
    OperationEntry(
        functions=("weight_norm",),
        form=_form,
        forward=_parts,
        nodes=(
            OperationNode(
                "WeightNormInterfaceBackward0",
                (SentGradient("local", _OF_DIRECTION), SentGradient("local", _OF_LENGTH)),
            ),
        ),
    ),
)
