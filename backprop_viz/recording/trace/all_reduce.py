"""The event in which a rank's gradient becomes the mean of all ranks', and what it tells."""

from dataclasses import dataclass

from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Event

ALL_REDUCE = "all_reduce"
# The same of sharded parameters: each rank gets the mean of its own shard.
REDUCE_SCATTER = "reduce_scatter"
_FUNCTION = "torch.distributed.all_reduce"


@dataclass(frozen=True, slots=True)
class AllReduce:
    """One of ``ranks`` processes gave its gradient into a bucket, and got the mean of all.

    ``bucket`` is the bucket's place, from 0, in the order in which the ``buckets`` went.
    ``waited_s`` is the time from the rank's last gradient to the end of its backward, in seconds:
    it waited for the others, and for what was left to send.
    """

    rank: int
    ranks: int
    bucket: int
    buckets: int
    backend: str
    waited_s: float


def all_reduce_call(
    *, rank: int, ranks: int, bucket: int, buckets: int, backend: str, waited_s: float
) -> Call:
    """What the event keeps of it, as a call's plain data."""
    told = {
        "rank": rank,
        "ranks": ranks,
        "bucket": bucket,
        "buckets": buckets,
        "backend": backend,
        "waited_s": waited_s,
    }
    return Call(_FUNCTION, kwargs=told)


def all_reduce_of(event: Event) -> AllReduce | None:
    """What an event tells of an all-reduce; None for any other event, or one that tells less."""
    if event.op != ALL_REDUCE or event.call is None:
        return None
    told = event.call.kwargs
    try:
        return AllReduce(
            int(told["rank"]),
            int(told["ranks"]),
            int(told["bucket"]),
            int(told["buckets"]),
            str(told["backend"]),
            float(told["waited_s"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
