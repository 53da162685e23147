"""Memory that ``fully_shard`` takes away while its parameter stays."""

import sys

from torch import Tensor


def takes_memory_away() -> bool:
    """Whether fully_shard is used: it frees a parameter's memory while the parameter stays.

    torch does not let go of memory that numpy has once seen.
    """
    # Where it notes the modules that it shards; an import alone shards none.
    states = sys.modules.get("torch.distributed._composable_state")
    return states is not None and bool(states._module_state_mapping.data)


def is_freed(tensor: Tensor) -> bool:
    """Whether its memory was taken away, as of a gathered parameter between two uses.

    To read it then ends the process.
    """
    end = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride(), strict=True)) + 1
    held = tensor.untyped_storage().nbytes() // tensor.itemsize - tensor.storage_offset()
    return bool(tensor.numel()) and held < end


def local_shard(tensor: Tensor) -> Tensor:
    """The part of a distributed tensor that this process has; any other tensor as it is."""
    known = sys.modules.get("torch.distributed.tensor")
    if known is not None and isinstance(tensor, known.DTensor):
        shard: Tensor = tensor.to_local().detach()
        return shard
    return tensor


def full_shape(tensor: Tensor) -> tuple[int, ...] | None:
    """The shape of all of a tensor of which this process has a shard; None where it has all."""
    shard = local_shard(tensor)
    return None if shard is tensor or shard.shape == tensor.shape else tuple(tensor.shape)
