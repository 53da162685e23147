"""What DistributedDataParallel does to the gradients of a model."""

import time
from contextlib import suppress
from typing import Any

from torch import Tensor, nn

from backprop_viz.capture.watches.late_changes import CHANGED
from backprop_viz.capture.watches.module_tree import walked_once
from backprop_viz.capture.watches.parallel_modules import is_sharded, parallel_modules
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.recording.trace.all_reduce import REDUCE_SCATTER, all_reduce_call


@walked_once()
def note_all_reduce(model: nn.Module, parameters: ParameterWatch, calm: bool) -> None:
    """Note what backward has made of ``.grad`` after its accumulation, when backward is over.

    ``calm``: only torch's own nodes have run in it; what they add to ``.grad`` is noted.
    """
    if calm or parameters.is_as_seen:
        return
    ended = time.perf_counter()
    for parallel in parallel_modules(model):
        # Set by forward: within no_sync the ranks keep their gradients to themselves.
        if not parallel.require_forward_param_sync:
            continue
        waited = 0.0 if parameters.accumulated_at is None else ended - parameters.accumulated_at
        group = parallel.process_group
        buckets = _buckets(parallel)
        calls = {
            id(parameter): all_reduce_call(
                rank=group.rank(),
                ranks=group.size(),
                bucket=number,
                buckets=len(buckets),
                backend=group.name(),
                waited_s=waited,
            )
            for number, bucket in enumerate(buckets)
            for parameter in bucket
        }
        parameters.reduced(calls)
    parameters.sync(REDUCE_SCATTER if is_sharded(model) else CHANGED)


def _buckets(parallel: Any) -> list[list[Tensor]]:
    """The parameters of each bucket, in the order in which the buckets went.

    torch has no other way to tell it that holds from the first iteration on.
    """
    with suppress(Exception):  # its own name, of a version that has none
        return [bucket.parameters() for bucket in parallel.reducer._get_zeros_like_grad_buckets()]
    return [[p for p in parallel.parameters() if p.requires_grad]]
