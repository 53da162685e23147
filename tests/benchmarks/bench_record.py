"""An iteration of one's own loop inside ``bv.record``, against the same iteration without.

What the loop waits for counts against the bar. The events and the graph are made when somebody
looks: how long the two take together is told beside it.

python tests/benchmarks/bench_record.py [--runs N] [--threads N]
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import chain, pairwise

import torch
import torch.nn.functional as F  # noqa: N812
from report import Figure, print_figures
from torch import Tensor, nn

import backprop_viz as bv

Batch = tuple[Tensor, Tensor]


class Block(nn.Module):
    """A residual block of two convolutions with batch norm."""

    def __init__(self, before: int, width: int) -> None:
        super().__init__()
        stride = 1 if before == width else 2
        self.first = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(width), nn.BatchNorm2d(width)])
        self.across = nn.Conv2d(before, width, 1, stride) if stride == 2 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, width, H, W), or half as high and wide."""
        h = F.relu(self.norms[0](self.first(x)))
        return F.relu(self.norms[1](self.second(h)) + self.across(x))


class Deep(nn.Module):
    """Residual linear layers, one after the other."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(32, 32) for _ in range(depth)])
        self.last = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 32) to logits (N, 10)."""
        for layer in self.layers:
            x = x + 0.01 * torch.tanh(layer(x))
        return self.last(x)


class Sequence(nn.Module):
    """A GRU cell stepped by hand over 96 tokens, or a transformer over 64."""

    def __init__(self, recurrent: bool) -> None:
        super().__init__()
        width = 128
        self.words, self.last = nn.Embedding(64, width), nn.Linear(width, 64)
        self.cell = nn.GRUCell(width, width) if recurrent else None
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, batch_first=True)
        self.layers = None if recurrent else nn.TransformerEncoder(layer, 4)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T) to logits (N, T, 64)."""
        x = self.words(tokens)
        if self.layers is not None:
            return self.last(self.layers(x))
        assert self.cell is not None
        h, states = x.new_zeros(len(x), 128), []
        for t in range(x.shape[1]):
            h = self.cell(x[:, t], h)
            states.append(h)
        return self.last(torch.stack(states, 1))


def resnet() -> nn.Module:
    """As deep and wide as ResNet-18, for small images."""
    widths = (64, 64, 64, 128, 128, 256, 256, 512, 512)
    blocks = [Block(*pair) for pair in pairwise(widths)]
    stem = nn.Conv2d(3, 64, 3, padding=1)
    return nn.Sequential(stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def images(*shape: int) -> Batch:
    return torch.randn(shape), torch.randint(10, shape[:1])


def tokens(*shape: int) -> Batch:
    return torch.randint(64, shape), torch.randint(64, shape)


MODELS: dict[str, tuple[Callable[[], nn.Module], Batch, float]] = {
    "LeNet, batch 64": (bv.LeNet, images(64, 1, 32, 32), 2),
    "ResNet-18-like, batch 8": (resnet, images(8, 3, 32, 32), 2),
    "a transformer of 4 layers": (lambda: Sequence(False), tokens(8, 64), 2),
    "a GRU of 96 steps": (lambda: Sequence(True), tokens(8, 96), 3),
    "1,100 residual layers": (lambda: Deep(1100), images(16, 32), 2.5),
}


def figures(runs: int) -> Iterator[Figure]:
    """For each model the time of a recorded iteration, and of one that is not, in turn."""
    for name, (make, batch, bar) in MODELS.items():
        recorded, looked_at, plain = _iterations(make(), *batch)
        calls = recorded, looked_at, plain
        rows = [tuple(map(_seconds, calls)) for _ in range(runs + 2)][2:]
        ours, seen, bare = (1e3 * statistics.median(times) for times in zip(*rows, strict=True))
        yield Figure(f"recorded iteration: {name}", ours, "ms", bar, bare, "not recorded")
        yield Figure("the same, and looked at", seen, "ms", None, bare, "not recorded")


def parts(runs: int) -> Iterator[Figure]:
    """A transformer of which one part is recorded in full, with ``only=``, and all of it."""
    make, batch, _ = MODELS["a transformer of 4 layers"]
    for what, only in ("the head alone", "last"), ("one layer", "layers.layers.3"), ("all", None):
        recorded, _, plain = _iterations(make(), *batch, only)
        pairs = [(_seconds(recorded), _seconds(plain)) for _ in range(runs + 2)][2:]
        ours, bare = (1e3 * statistics.median(times) for times in zip(*pairs, strict=True))
        yield Figure(f"only=, a transformer: {what}", ours, "ms", None, bare, "not recorded")


def _iterations(
    net: nn.Module, x: Tensor, y: Tensor, only: str | None = None
) -> tuple[Callable[[], None], ...]:
    """An iteration of a network that is recorded, one that is looked at too, and a plain one."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

    def plain() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(x).flatten(0, -2), y.flatten()).backward()
        optimizer.step()

    def recorded() -> None:
        with bv.record(net, optimizer, only=only):
            plain()

    def looked_at() -> None:
        with bv.record(net, optimizer, only=only) as recording:
            plain()
        assert recording.events

    return recorded, looked_at, plain


def _seconds(call: Callable[[], None]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1, help="more wait for one another")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print_figures(chain(figures(options.runs), parts(options.runs)))


if __name__ == "__main__":
    main()
