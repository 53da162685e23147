"""A rank's recording with the other ranks' gradients, of which all-reduce made the mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE, all_reduce_of
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array, TensorTable


@dataclass(frozen=True, slots=True)
class RankNumber:
    """A number of a rank's recording."""

    rank: int
    number: Number


def joined(recordings: Sequence[Recording], shown: int) -> Recording:
    """The recording of rank ``shown``, whose all-reduces read the gradients of all ranks.

    ``recordings`` are those of one iteration, in the order of the ranks; one of them may be joined
    already. What is joined has a serial of its own. An all-reduce that not every rank has recorded
    stays as it is.
    """
    mine = recordings[shown]
    table = TensorTable(mine.tensors.since(0))
    events = list(mine.events)
    for name, indices in mine.happened_to.items():
        places = [i for i in indices if events[i].op == ALL_REDUCE]
        for nth, i in enumerate(places):
            given = [_given(recording, name, nth) for recording in recordings]
            told = all_reduce_of(events[i])
            if told is None or told.ranks != len(recordings):
                continue
            if all(array is not None for array in given):
                ids = tuple(table.add(array) for array in given if array is not None)
                events[i] = replace(events[i], input_ids=ids, tensors=table)
    if events == list(mine.events):
        return mine
    lengths = [(one.serial, len(one.events)) for one in recordings]
    digest = blake2b(repr((lengths, shown)).encode(), digest_size=8).digest()
    serial = int.from_bytes(digest, "big") >> 1
    return replace(mine, events=tuple(events), tensors=table, serial=serial)


def given_by(recording: Recording, event: int) -> tuple[int | None, ...]:
    """The tensors that an all-reduce made the mean of, by rank; alone, the rank's own at its place.

    Without what the event tells of the ranks, () of one that is not joined.
    """
    found = recording.events[event]
    told = all_reduce_of(found)
    if told is None or len(found.input_ids) == told.ranks:
        return found.input_ids if told is not None else ()
    return tuple(found.input_ids[0] if rank == told.rank else None for rank in range(told.ranks))


def source_on_rank(
    recording: Recording, number: Number, others: Sequence[Recording | None]
) -> RankNumber | None:
    """Where another rank has the number that a joined recording has from it; None if it is none."""
    if number.event is not None:
        return None
    for i, event in enumerate(recording.events):
        if event.op != ALL_REDUCE or number.tensor not in event.input_ids:
            continue
        told, given = all_reduce_of(event), given_by(recording, i)
        if told is None or event.parameter is None or number.tensor not in given:
            continue
        rank = given.index(number.tensor)
        other = others[rank] if rank < len(others) else None
        if rank == told.rank or other is None:
            continue
        before = [j for j in recording.happened_to[event.parameter] if j < i]
        nth = sum(recording.events[j].op == ALL_REDUCE for j in before)
        found = own_gradient(other, event.parameter, nth, number.index)
        if found is not None:
            return RankNumber(rank, found)
    return None


def averaged_parameter(recording: Recording, number: Number) -> str | None:
    """The parameter of which a number of a joined recording is the mean over ranks, or a weight.

    None of any other number, also of a rank's own gradient and of one that several backwards have
    added to: then no single loss has the mean as its gradient.
    """
    event = None if number.event is None else recording.events[number.event]
    if number.intermediate or recording.backwards > 1:
        return None
    if event is None:
        name = next((p.name for p in recording.parameters if p.value_id == number.tensor), None)
    elif event.op == ALL_REDUCE or event.phase is Phase.UPDATE:
        name = event.parameter
    else:
        return None
    reduced = (recording.events[i] for i in recording.happened_to.get(name or "", ()))
    told = [(one, all_reduce_of(one)) for one in reduced if one.op == ALL_REDUCE]
    joint = [one for one, of in told if of is not None and len(one.input_ids) == of.ranks > 1]
    return name if len(joint) == 1 else None


def own_gradient(
    recording: Recording, parameter: str, nth: int, index: tuple[int, ...]
) -> Number | None:
    """An element of the gradient that a rank gave into its ``nth`` all-reduce of a parameter."""
    indices = recording.happened_to.get(parameter, ())
    places = [i for i in indices if recording.events[i].op == ALL_REDUCE]
    tensor = _own_id(recording, places[nth]) if nth < len(places) else None
    if tensor is None:
        return None
    made = [i for i in indices if i < places[nth] and tensor in recording.events[i].output_ids]
    return Number(tensor, index, made[-1] if made else None)


def _own_id(recording: Recording, event: int) -> int | None:
    ids, told = recording.events[event].input_ids, all_reduce_of(recording.events[event])
    if told is not None and len(ids) == told.ranks:
        return ids[told.rank]
    return ids[0]


def _given(recording: Recording, parameter: str, nth: int) -> Array | None:
    """The gradient that a rank gave into its ``nth`` all-reduce of a parameter."""
    indices = recording.happened_to.get(parameter, ())
    places = [i for i in indices if recording.events[i].op == ALL_REDUCE]
    tensor = _own_id(recording, places[nth]) if nth < len(places) else None
    return None if tensor is None else recording.tensors[tensor]
