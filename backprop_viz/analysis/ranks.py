"""What the ranks of a data-parallel training did with each other's gradients in one step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from backprop_viz.analysis.doubles import in_doubles
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE, AllReduce, all_reduce_of
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True, eq=False)
class RankGradient:
    """A parameter's gradient on each of R ranks.

    ``before`` are the ranks' own, ``after`` those after the all-reduce; None where a rank has
    none. ``mean`` is the mean of ``before`` in float64, ``error`` how far the farthest
    element of ``after`` is from it. ``reduced``: there was an all-reduce of it. ``same_after`` and
    ``same_weight``: on all ranks it is the same, to the bit. With a ``full_shape`` each rank has a
    shard of a parameter of this shape: ``after`` are the shards' gradients, and none is compared.
    ``ranks`` are those that the mean is of: of fewer than these no mean can be made again.
    """

    name: str
    before: tuple[Array | None, ...]
    after: tuple[Array | None, ...]
    mean: NDArray[np.float64] | None
    error: float
    reduced: bool
    same_after: bool
    same_weight: bool
    full_shape: tuple[int, ...] | None = None
    ranks: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class RankComparison:
    """A step on all ranks: their losses, and each parameter's gradients."""

    iteration: int
    losses: tuple[float | None, ...]
    gradients: tuple[RankGradient, ...]

    @property
    def differing(self) -> tuple[str, ...]:
        """The parameters whose weights differ between ranks after the update."""
        return tuple(one.name for one in self.gradients if not one.same_weight)


def compare_ranks(recordings: Sequence[Recording]) -> RankComparison:
    """Put one iteration of all ranks side by side, in their order.

    Raises ValueError for fewer than two, for other iterations, or for other parameters.
    """
    if len(recordings) < 2:
        raise ArgumentError(QT_TRANSLATE_NOOP("errors", "Give a recording of each of two ranks."))
    first = recordings[0]
    names = [parameter.name for parameter in first.parameters]
    for other in recordings[1:]:
        if other.iteration != first.iteration:
            text = QT_TRANSLATE_NOOP("errors", "These are different iterations: {0} and {1}.")
            raise ArgumentError(text, first.iteration, other.iteration)
        if [parameter.name for parameter in other.parameters] != names:
            text = QT_TRANSLATE_NOOP("errors", "These ranks train different networks.")
            raise ArgumentError(text)
    return RankComparison(
        first.iteration,
        tuple(recording.loss for recording in recordings),
        tuple(gradient_on_ranks(name, recordings) for name in names),
    )


def gradient_on_ranks(name: str, recordings: Sequence[Recording]) -> RankGradient:
    """A parameter's gradients in one iteration of all ranks."""
    whole = recordings[0].by_parameter[name].full_shape
    if whole is not None:
        shards = tuple(_at_the_end(recording, name) for recording in recordings)
        return RankGradient(
            name,
            (None,) * len(shards),
            shards,
            None,
            0.0,
            reduced=False,
            same_after=True,
            same_weight=True,
            full_shape=whole,
            ranks=len(shards),
        )
    before = tuple(_accumulated(recording, name) for recording in recordings)
    after = tuple(_at_the_end(recording, name) for recording in recordings)
    mean, error = None, 0.0
    reduced = all(any(_reductions(recording, name)) for recording in recordings)
    told = all_reduce_in(recordings[0], name)
    ranks = len(recordings) if told is None else told.ranks
    known = [array for array in before if array is not None]
    if reduced and known:  # a rank that has not used it counts as 0
        known = [np.zeros_like(known[0]) if array is None else array for array in before]
    if len(known) == ranks:
        mean = np.mean(np.stack([in_doubles(array) for array in known]), axis=0)
        error = max(float(np.abs(array - mean).max(initial=0.0)) for array in _known(after))
    weights = [recording.at(len(recording.events)).value(name) for recording in recordings]
    return RankGradient(
        name,
        before,
        after,
        mean,
        error,
        reduced,
        _same(after),
        _same(tuple(weights)),
        ranks=ranks,
    )


def _accumulated(recording: Recording, name: str) -> Array | None:
    """The rank's own gradient, after the last node that added to it."""
    found = None
    for i in recording.happened_to.get(name, ()):
        event = recording.events[i]
        if event.phase is Phase.BACKWARD and event.op == "AccumulateGrad":
            found = event.outputs[0]
    return found


def all_reduce_in(recording: Recording, name: str) -> AllReduce | None:
    """What the last all-reduce of a parameter told; None without one."""
    told = (all_reduce_of(recording.events[i]) for i in recording.happened_to.get(name, ()))
    return next((one for one in reversed(list(told)) if one is not None), None)


def waited_in(recording: Recording) -> float | None:
    """The seconds that a rank waited for the others in an iteration; None where it is not known.

    Of several backwards those of the longest.
    """
    told = [one for event in recording.events if (one := all_reduce_of(event)) is not None]
    return max((one.waited_s for one in told), default=None)


def weight_digests(recording: Recording) -> dict[str, bytes]:
    """A digest of each weight's bytes as the iteration left it: equal ones are equal to the bit."""
    end = recording.at(len(recording.events))
    found = {}
    for parameter in recording.parameters:
        if parameter.full_shape is not None:
            continue  # a shard: each rank has another
        value = end.value(parameter.name)
        if value is not None:
            content = np.ascontiguousarray(value).view(np.uint8).reshape(-1)
            found[parameter.name] = blake2b(content.data, digest_size=16).digest()
    return found


def _reductions(recording: Recording, name: str) -> Iterator[bool]:
    for i in recording.happened_to.get(name, ()):
        yield recording.events[i].op == ALL_REDUCE


def _at_the_end(recording: Recording, name: str) -> Array | None:
    """The gradient that the optimizer found."""
    found = None
    for i in recording.happened_to.get(name, ()):
        event = recording.events[i]
        if event.phase is Phase.BACKWARD:
            found = event.outputs[0]
    return found


def _known(arrays: Sequence[Array | None]) -> Iterator[Array]:
    yield from (array for array in arrays if array is not None)


def _same(arrays: Sequence[Array | None]) -> bool:
    """Whether all are the same, bit for bit; NaN equals NaN."""
    first, *others = arrays
    if first is None:
        return all(other is None for other in others)
    return all(other is not None and other.tobytes() == first.tobytes() for other in others)
