"""A training of several ranks, forked from one process that has imported torch: that saves time.

``python forked_ranks.py KIND TO RANKS STEPS``. What the ranks print is their losses and weights.
"""

import hashlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import backprop_viz as bv

# In these kinds rank 1 is killed.
_KILLED = ("killed", "stopped")
_ENDLESS = 1_000_000  # steps, of a training that is ended from outside


class Net(nn.Module):
    """Two layers, and one that only some ranks use."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 10), nn.Linear(10, 3)
        self.seldom = nn.Linear(10, 10)
        self.between: Callable[[object], None] | None = None  # in backward, before first

    def forward(self, x: torch.Tensor, seldom: bool) -> torch.Tensor:
        """(N, 6) to (N, 3)."""
        hidden = torch.tanh(self.first(x))
        if self.between is not None:
            hidden.register_hook(self.between)
        return self.second(hidden + self.seldom(hidden) if seldom else hidden)


def model_of(kind: str) -> nn.Module:
    """The model as the kind of training wraps it."""
    torch.manual_seed(0)
    if kind.startswith("fully_shard"):
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        mesh, net = init_device_mesh("cpu", (dist.get_world_size(),)), Net()
        if kind == "fully_shard_each":
            for layer in (net.first, net.second, net.seldom):
                fully_shard(layer, mesh=mesh)
        return fully_shard(net, mesh=mesh)
    return DistributedDataParallel(
        Net(),
        bucket_cap_mb=0.0002,
        find_unused_parameters=kind == "unused",
        static_graph=kind == "static_graph",
        gradient_as_bucket_view=kind == "bucket_view",
    )


def micro_batches(kind: str, model: nn.Module) -> Iterator[tuple[bool, object]]:
    """Whether a micro-batch is the iteration's last, and what its forward and backward run in."""
    if kind == "accumulate":
        yield False, model.no_sync()
    yield True, model.no_sync() if kind == "no_sync" else nullcontext()


def train(kind: str, to: str, rank: int, steps: int) -> None:
    """What a rank does."""
    model = model_of(kind)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    torch.manual_seed(100 + rank)
    watch = bv.watch(model, optimizer, to=to) if to else None
    for step in range(1, steps + 1):
        if kind == "stopped" and rank == 1 and step == 3:
            model.module.between = lambda _: stop(to)
        optimizer.zero_grad()
        for last, context in micro_batches(kind, model):
            x, y = torch.randn(4, 6), torch.randn(4, 3)
            with context:
                loss = (model(x, kind != "unused" or rank == 1) - y).square().mean()
                loss.backward()
            if last:
                optimizer.step()
        if steps >= _ENDLESS:
            time.sleep(0.002)  # or it would take all processors from who looks at it
        print(f"rank {rank} step {step} loss {loss.item()!r}\n", end="", flush=True)
        if kind == "drift" and rank == 1 and step == 2:
            with torch.no_grad():
                model.module.second.weight[0, 0] += 1e-3
        while kind == "hang" and rank == 1 and step == 5:
            pass
        if kind == "killed" and rank == 1 and step == 3:
            os.kill(os.getpid(), signal.SIGKILL)
    own = [p.to_local() if hasattr(p, "to_local") else p for p in model.parameters()]
    digest = hashlib.sha256(torch.cat([p.detach().flatten() for p in own]).numpy().tobytes())
    print(f"rank {rank} weights {digest.hexdigest()}\n", end="", flush=True)
    if watch is not None:
        watch.close()


def stop(to: str) -> None:
    """Hang in a backward of rank 1 until both files tell so, and be killed then."""
    entered = time.time()
    for rank in (1, 0):
        path = to.replace(".bprec", f".rank{rank}.bprec")
        while (told := bv.load(path).whereabouts) is None or told.time < entered:
            time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGKILL)


def run(kind: str, to: str, rank: int, ranks: int, steps: int, port: int) -> None:
    """A rank's process."""
    os.environ.update(
        RANK=str(rank),
        WORLD_SIZE=str(ranks),
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=str(port),
        GLOO_SOCKET_IFNAME="lo",
    )
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    try:
        train(kind, to, rank, steps)
        dist.barrier()  # none ends while another still talks
    except RuntimeError as error:  # gloo's, where another rank was killed
        if kind not in _KILLED:
            raise
        print(f"rank {rank} stopped: {type(error).__name__}\n", end="", flush=True)
    sys.stdout.flush()
    os._exit(0)


def main(kind: str, to: str, ranks: int, steps: int) -> None:
    """Fork the ranks, and wait for them; they do not outlive whoever has started this."""
    starter = os.getppid()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fork = multiprocessing.get_context("fork")
    processes = [
        fork.Process(target=run, args=(kind, to, rank, ranks, steps, port)) for rank in range(ranks)
    ]
    for process in processes:
        process.start()
    while alive := [process.sentinel for process in processes if process.is_alive()]:
        multiprocessing.connection.wait(alive, 1.0)
        if os.getppid() != starter:
            for process in processes:
                process.kill()
    for process in processes:
        process.join()
    failed = [process.exitcode for process in processes if process.exitcode]
    raise SystemExit(
        0 if not failed or kind in ("killed", "stopped") else f"ranks ended with {failed}"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
