"""How many threads torch computes with."""

import os


def torch_threads() -> int:
    """One core stays free for the window. Fixed for a machine: results depend on it."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(4, cores - 1))
