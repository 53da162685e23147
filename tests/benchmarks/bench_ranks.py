"""Two ranks under DistributedDataParallel, watched and not recorded, against the same alone.

    python tests/benchmarks/bench_ranks.py [--rounds N]

The two take turns, each of several iterations, in the same two processes, which talk by gloo. CPU
time of rank 0 counts, and the ratio is that of the medians.
"""

import argparse
import multiprocessing
import os
import socket
import statistics
import tempfile
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import torch
import torch.distributed as dist
from bench_watch import MODELS, NEVER, TURN_S, Loop
from report import Figure, print_figures
from torch.nn.parallel import DistributedDataParallel

import backprop_viz as bv

_BAR = 1.02


def rank_of_two(
    rank: int, port: int, rounds: int, file: Path, told: "SimpleQueue[tuple[str, float, float]]"
) -> None:
    """What a rank does; rank 0 tells the milliseconds of an iteration, watched and not."""
    os.environ.update(
        RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port)
    )
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=2)
    for name, (make, batch) in MODELS.items():
        plain, watched = (
            Loop(lambda make=make: DistributedDataParallel(make()), *batch) for _ in range(2)
        )
        count = torch.tensor(1 + int(TURN_S / plain.turn(3)))
        dist.broadcast(count, 0)
        iterations, pairs = int(count), []
        for k in range(rounds + 1):
            first = plain.turn(iterations) if k % 2 else 0.0
            with bv.watch(watched.net, watched.optimizer, file, every=NEVER):
                ours = watched.turn(iterations)
            pairs.append((ours, first or plain.turn(iterations)))
        if rank == 0:
            ours, bare = (1e3 * statistics.median(each) for each in zip(*pairs[1:], strict=True))
            told.put((name, ours, bare))
    dist.barrier()
    os._exit(0)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    fork = multiprocessing.get_context("fork")
    told = fork.SimpleQueue()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "watched.bprec"
        ranks = [
            fork.Process(target=rank_of_two, args=(rank, port, rounds, file, told))
            for rank in (0, 1)
        ]
        for each in ranks:
            each.start()
        found = [told.get() for _ in MODELS]
        for each in ranks:
            each.join()
    print_figures(
        Figure(
            f"DDP, 2 ranks, watched, not recorded: {name}", ours, "ms", _BAR, bare, "not watched"
        )
        for name, ours, bare in found
    )


if __name__ == "__main__":
    main()
