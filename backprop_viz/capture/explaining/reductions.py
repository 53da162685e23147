"""A mean over ranks as a sum: each rank's own gradient, divided by their number."""

import numpy as np

from backprop_viz.analysis.joined_ranks import given_by
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import all_reduce_of

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def reduced_parts(
    recording: Recording, number: Number, value: float
) -> tuple[str, tuple[Part, ...], tuple[Fact, ...]]:
    """The formula, a part for each rank, and what there is to say.

    Each part is named after its rank, "rank:0". Ranks whose gradients are not in the recording are
    the last part, "other_ranks", with what is left of the value.
    """
    assert number.event is not None
    event = recording.events[number.event]
    told = all_reduce_of(event)
    if told is None:
        tensor = event.input_ids[0]
        own = (
            0.0
            if tensor is None
            else float(component_of(recording.tensors[tensor][number.index], number.component))
        )
        given = () if tensor is None else (_column(recording, number, tensor),)
        parts = (
            Part("before", np.array([own]), given),
            Part("other_ranks", np.array([value - own])),
        )
        return "", parts, ()
    parts_found = []
    for rank, tensor in enumerate(given_by(recording, number.event)):
        if tensor is not None:
            column = _column(recording, number, tensor)
            share = FactorColumn("share", np.array([1 / told.ranks]))
            parts_found.append(Part(f"rank:{rank}", column.values / told.ranks, (column, share)))
    formula = f"({_written(told.ranks)}) / {told.ranks}"
    fact = Fact("all_reduced", (told.bucket + 1, told.buckets, told.backend))
    if len(parts_found) == told.ranks:
        return formula, tuple(parts_found), (fact,)
    known = float(sum(part.values.sum() for part in parts_found))
    parts_found.append(Part("other_ranks", np.array([value - known])))
    return formula, tuple(parts_found), (fact, Fact("other_ranks", (told.ranks - 1,)))


def _written(ranks: int) -> str:
    names = [f"g{str(rank).translate(_SUBSCRIPTS)}" for rank in range(ranks)]
    return " + ".join(names if ranks <= 4 else [*names[:2], "…", names[-1]])


def _column(recording: Recording, number: Number, tensor: int) -> FactorColumn:
    """The rank's own gradient; that of the rank itself with the event that made it."""
    assert number.event is not None
    event = recording.events[number.event]
    happened = recording.happened_to.get(event.parameter or "", ())
    made = [i for i in happened if i < number.event and tensor in recording.events[i].output_ids]
    array = recording.tensors[tensor]
    return FactorColumn(
        "grad",
        np.array([float(component_of(array[number.index], number.component))]),
        tensor,
        np.array([number.index], np.int64).reshape(1, array.ndim),
        made[-1] if made else None,
        component=number.component,
    )
