"""The shards that several ranks have of a parameter (FSDP2), put together."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from backprop_viz.analysis.ranks import gradient_on_ranks
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import Array
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# A parameter before and after the iteration's update, and its gradient as the optimizer found it.
Sharded = Literal["grad", "before", "after"]


def full_tensor(recordings: Sequence[Recording], name: str, which: Sharded = "grad") -> Array:
    """The whole of a sharded parameter, or of its gradient, in one iteration.

    ``recordings`` are those of all ranks, in their order. Of a parameter that is not sharded it is
    what the first rank has. Raises ValueError where a shard is missing.
    """
    if not recordings or any(name not in one.by_parameter for one in recordings):
        text = QT_TRANSLATE_NOOP("errors", "Not every rank has a parameter {0}.")
        raise ArgumentError(text, name)
    whole = recordings[0].by_parameter[name].full_shape
    shards = [_shard(recording, name, which) for recording in recordings]
    missing = [rank for rank, shard in enumerate(shards) if shard is None]
    if missing:
        text = QT_TRANSLATE_NOOP("errors", "Rank {0} has not recorded its shard of {1}.")
        raise ArgumentError(text, ", ".join(map(str, missing)), name)
    known = [shard for shard in shards if shard is not None]
    return known[0] if whole is None else joined_shards(known, whole)


def joined_shards(shards: Sequence[Array], whole: tuple[int, ...]) -> Array:
    """Shards, in the order of their ranks, put together along the dimension that was cut.

    Raises ValueError where they are not all of the ``whole``'s.
    """
    for dim in range(len(whole)):
        others = [(*shard.shape[:dim], *shard.shape[dim + 1 :]) for shard in shards]
        fit = all(other == (*whole[:dim], *whole[dim + 1 :]) for other in others)
        if fit and sum(shard.shape[dim] for shard in shards) == whole[dim]:
            return np.concatenate(shards, axis=dim)
    text = QT_TRANSLATE_NOOP(
        "errors", "These {0} shards do not make up {1}: give the recordings of all ranks."
    )
    raise ArgumentError(text, len(shards), "×".join(map(str, whole)))


def _shard(recording: Recording, name: str, which: Sharded) -> Array | None:
    if which == "grad":
        return gradient_on_ranks(name, [recording]).after[0]
    return recording.at(len(recording.events) if which == "after" else 0).value(name)
