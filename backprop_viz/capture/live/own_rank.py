"""Which of several processes that train together this one is."""

import os

import torch.distributed

# What torchrun tells the processes that it starts; some launchers tell only a machine's own.
_TOLD = (("RANK", "WORLD_SIZE"), ("LOCAL_RANK", "LOCAL_WORLD_SIZE"))


def own_rank() -> tuple[int, int]:
    """The rank of this process and how many there are: 0 of 1 for one that trains alone.

    torch.distributed knows once the script has initialised it; until then the environment does.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    for names in _TOLD:
        rank, count = (os.environ.get(name, "") for name in names)
        if rank.isdecimal() and count.isdecimal() and int(rank) < int(count):
            return int(rank), int(count)
    return 0, 1
