"""Which modules train with other processes."""

import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

from torch import nn

from backprop_viz.capture.watches.module_tree import modules_in


def parallel_modules(model: nn.Module) -> Iterator[Any]:
    """The modules whose gradients DistributedDataParallel averages while backward runs."""
    # Without it nobody can have made one; to import it takes long.
    known = sys.modules.get("torch.nn.parallel.distributed")
    if known is not None:
        kind = known.DistributedDataParallel
        modules = [one for _, one in modules_in(model)]
        kinds = [one for one in set(map(type, modules)) if issubclass(one, kind)]
        yield from (one for one in modules if kinds and type(one) in kinds)


def reduces_in_place(model: nn.Module) -> bool:
    """Whether gradients are averaged in the memory of ``.grad`` itself, as soon as they are there.

    Then it holds the rank's own gradient no longer when a hook of its node runs.
    """
    return any(one.gradient_as_bucket_view for one in parallel_modules(model))


def is_sharded(model: nn.Module) -> bool:
    """Whether its parameters are distributed over processes, as by ``fully_shard``.

    While it runs, its modules have whole ones in place of the shards.
    """
    known = sys.modules.get("torch.distributed.tensor")
    if known is None:
        return False
    held = [module._parameters.values() for _, module in modules_in(model)]
    kinds = set(map(type, chain.from_iterable(held)))
    return any(issubclass(kind, known.DTensor) for kind in kinds)
