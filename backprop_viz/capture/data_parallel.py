"""What DistributedDataParallel does to the gradients of a model."""

import sys

from torch import nn

from backprop_viz.capture.parameter_watch import CHANGED

# DDP averages the gradients of all ranks while backward runs, in memory of its own.
ALL_REDUCE = "all_reduce"


def change_by_backward(model: nn.Module) -> str:
    """What has changed ``.grad`` after its own accumulation, when backward is over."""
    # Without it nobody can have made one; to import it takes long.
    parallel = sys.modules.get("torch.nn.parallel.distributed")
    if parallel is None:
        return CHANGED
    kinds = parallel.DistributedDataParallel
    return ALL_REDUCE if any(isinstance(one, kinds) for one in model.modules()) else CHANGED
