"""The files of ranks that have trained together, made once for all tests that look at them."""

import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from tests.capture.live.script_runs import shared_scripts

needs_shards = pytest.mark.skipif(
    not hasattr(torch.cpu.Stream, "record_event"), reason="fully_shard of torch 2.6 needs a GPU"
)
_SCRIPT = Path(__file__).parent / "capture" / "live" / "forked_ranks.py"


def train_ranks(kind: str, to: str = "", ranks: int = 2, steps: int = 4) -> list[str]:
    """What ranks print that train together, sorted; with ``to``, they are watched."""
    ended = shared_scripts().plain(_SCRIPT, kind, to, str(ranks), str(steps))
    assert ended.status == 0, ended.printed
    return sorted(line for line in ended.printed.splitlines() if line.startswith("rank"))


@cache
def printed_and_files(kind: str, ranks: int = 2) -> tuple[list[str], tuple[Path, ...]]:
    """What the ranks of a kind of training print, and the files that they wrote, by rank."""
    folder = Path(tempfile.mkdtemp(prefix="ranks"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    printed = train_ranks(kind, str(folder / "run.bprec"), ranks)
    return printed, tuple(folder / f"run.rank{rank}.bprec" for rank in range(ranks))


def rank_files(kind: str, ranks: int = 2) -> tuple[Path, ...]:
    """The files of a kind of training, by rank. Do not change them."""
    return printed_and_files(kind, ranks)[1]


@cache
def gloo_averages() -> bool:
    """Whether gloo divides where ``fully_shard`` asks it for a mean: in torch 2.8 it only adds."""
    store = dist.HashStore()

    def rank(number: int) -> float:
        group = dist.ProcessGroupGloo(store, number, 2, timedelta(seconds=60))
        options = dist.ReduceScatterOptions()
        options.reduceOp = dist.ReduceOp.AVG
        mine = torch.empty(1)
        group._reduce_scatter_base(mine, torch.ones(2), options).wait()
        return mine.item()

    with ThreadPoolExecutor(2) as threads:
        (made,) = set(threads.map(rank, range(2)))
    assert made in (1, 2)
    return made == 1
