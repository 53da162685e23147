"""A loop that is watched, against the same loop that is not: with nothing kept, and its health.

And one whose iterations are all written to a file, against one whose iterations are recorded: what
the loop's own thread spends, since another one compresses and writes.

python tests/benchmarks/bench_watch.py [--rounds N] [--threads N]

The two take turns, each of several iterations, and either begins as often. CPU time counts, and
the ratio is that of the medians.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from bench_record import Sequence, images, resnet, tokens
from report import Figure, print_figures
from torch import nn

import backprop_viz as bv

NEVER = 10**9  # the number of an iteration that is not reached
# The least CPU seconds of a turn: the clock and the scheduler weigh little then.
TURN_S = 0.15

MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[torch.Tensor, torch.Tensor]]] = {
    "LeNet, batch 64": (bv.LeNet, images(64, 1, 32, 32)),
    "ResNet-18-like, batch 8": (resnet, images(8, 3, 32, 32)),
    "a transformer of 4 layers": (lambda: Sequence(False), tokens(8, 64)),
}


class Loop:
    """A training loop that makes a turn of several iterations at a time."""

    def __init__(self, make: Callable[[], nn.Module], x: torch.Tensor, y: torch.Tensor) -> None:
        torch.manual_seed(0)
        self.net, self.batch = make(), (x, y)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.01, momentum=0.9)

    def turn(self, iterations: int) -> float:
        """So many iterations; the CPU seconds of one."""
        begun = time.process_time()
        for _ in range(iterations):
            self.iterate()
        return (time.process_time() - begun) / iterations

    def iterate(self) -> None:
        """One iteration."""
        self.optimizer.zero_grad()
        x, y = self.batch
        F.cross_entropy(self.net(x).flatten(0, -2), y.flatten()).backward()
        self.optimizer.step()


def figures(rounds: int, file: Path) -> Iterator[Figure]:
    """For each model an iteration that is watched, by how much of it is kept, and a plain one."""
    for what, every, keep, bar in (
        ("watched, not recorded", NEVER, "full", 1.02),
        ("its health kept", 1, "health", 1.5),
    ):
        for name, (make, batch) in MODELS.items():
            plain, watched = Loop(make, *batch), Loop(make, *batch)
            iterations = 1 + int(TURN_S / plain.turn(3))
            pairs = []
            for k in range(rounds + 1):
                first = plain.turn(iterations) if k % 2 else 0.0
                with bv.watch(watched.net, watched.optimizer, file, every=every, keep=keep):
                    ours = watched.turn(iterations)
                pairs.append((ours, first or plain.turn(iterations)))
            ours, bare = (1e3 * statistics.median(each) for each in zip(*pairs[1:], strict=True))
            yield Figure(f"{what}: {name}", ours, "ms", bar, bare, "not watched")


def written(rounds: int, file: Path) -> Iterator[Figure]:
    """For each model what writing each iteration adds to recording it, in the loop's thread."""
    for name, (make, batch) in MODELS.items():
        loop, pairs = Loop(make, *batch), []
        for _ in range(rounds + 1):
            with bv.watch(loop.net, loop.optimizer, file):
                begun = time.thread_time()
                for _ in range(3):
                    loop.iterate()
                ours = time.thread_time() - begun
            begun = time.thread_time()
            for _ in range(3):
                with bv.record(loop.net, loop.optimizer):
                    loop.iterate()
            pairs.append((ours / 3, (time.thread_time() - begun) / 3))
        ours, bare = (1e3 * statistics.median(each) for each in zip(*pairs[1:], strict=True))
        yield Figure(f"all written to a file: {name}", ours, "ms", 1.25, bare, "recorded")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--threads", type=int, default=1, help="more wait for one another")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        rounds, file = options.rounds, Path(folder) / "watched.bprec"
        print_figures(chain(figures(rounds, file), written(rounds, file)))


if __name__ == "__main__":
    main()
