"""How well a net that learned only from stroke digits reads what people wrote.

    python tests/benchmarks/bench_reading.py [--seed N] [--steps N]

Trains LeNet as the digits preset does, then reads two sets it never saw: pen trajectories
(replayed with the pad's pen on a dark canvas) and MNIST's test part, both prepared as a drawing
is. Prints the accuracies and a confusion table of each. The sets lie beside the repository in
shared/data; one that is absent is left out.
"""

import argparse
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from backprop_viz.core.data import held_out_strokes, load_mnist, prepare, training_strokes
from backprop_viz.core.lenet import LeNet

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
CANVAS = 280  # the pad
PEN = 20  # its pen's width
DIGIT = 200  # the longer side of what is drawn on it


def trajectories(path: Path) -> Iterator[tuple[list[NDArray[np.float64]], int]]:
    """Strokes, each (n, 2) with x right and y down, and label of every digit in a UNIPEN file."""
    strokes: list[list[tuple[float, float]]] = []
    label: int | None = None
    for line in path.read_text(encoding="latin-1").splitlines():
        words = line.split()
        if line.startswith(".SEGMENT"):
            if label is not None:
                yield [np.array(stroke) for stroke in strokes if stroke], label
            strokes, label = [], int(words[-1].strip('"'))
        elif line.startswith(".PEN_DOWN"):
            strokes.append([])
        elif len(words) == 2 and not line.startswith(".") and label is not None:
            strokes[-1].append((float(words[0]), -float(words[1])))
    if label is not None:
        yield [np.array(stroke) for stroke in strokes if stroke], label


def replay(strokes: list[NDArray[np.float64]]) -> NDArray[np.float32]:
    """Draw strokes in the middle of the pad with a round pen."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = DIGIT / max(*(high - low), 1)
    reach = PEN // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = x**2 + y**2 <= (PEN / 2) ** 2
    dx, dy = x[disc], y[disc]
    canvas = np.zeros((CANVAS, CANVAS), np.float32)
    for stroke in strokes:
        path = (stroke - (low + high) / 2) * scale + CANVAS / 2
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        place = np.linspace(0, length[-1], math.ceil(length[-1]) + 1)
        px = np.rint(np.interp(place, length, path[:, 0])).astype(int)
        py = np.rint(np.interp(place, length, path[:, 1])).astype(int)
        canvas[py[:, None] + dy, px[:, None] + dx] = 1
    return canvas


def train(steps: int, seed: int) -> LeNet:
    """LeNet after `steps` batches of 64, as the digits preset trains it."""
    torch.manual_seed(seed)
    net = LeNet()
    strokes = training_strokes()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    criterion = nn.CrossEntropyLoss()
    order = torch.arange(len(strokes))
    for step in range(steps):
        place = step * 64 % len(order)
        if place < 64 <= step:
            order = torch.randperm(len(strokes))
        images, labels = strokes.batch(order[place : place + 64])
        optimizer.zero_grad()
        criterion(net(images), labels).backward()
        optimizer.step()
        schedule.step()
    return net


@torch.no_grad()
def report(name: str, net: LeNet, images: Tensor, labels: Tensor) -> None:
    """Print the accuracy and the confusion table of images (N, 1, 32, 32)."""
    read = torch.cat([net(part).argmax(1) for part in torch.split(images, 1000)])
    table = torch.bincount(labels * 10 + read, minlength=100).view(10, 10)
    print(f"\n{name}: {table.trace() / len(labels):.2%} of {len(labels):,}")
    print("drawn  read as " + "".join(f"{digit:>6}" for digit in range(10)))
    for digit, row in enumerate(table.tolist()):
        print(f"{digit:>5}          " + "".join(f"{count:>6}" for count in row))


def main() -> None:
    """Train, read, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=10_000)
    arguments = parser.parse_args()
    start = time.perf_counter()
    net = train(arguments.steps, arguments.seed)
    print(
        f"seed {arguments.seed}: {arguments.steps:,} steps in {time.perf_counter() - start:.1f} s"
    )

    held_out = held_out_strokes()
    report("held-out strokes", net, *held_out.batch(torch.arange(len(held_out))))
    unipen = DATA / "pendigits" / "pendigits-orig-train.unipen"
    if unipen.is_file():
        drawn, digits = zip(*trajectories(unipen), strict=True)
        images = np.stack([prepare(replay(strokes)) for strokes in drawn])
        report("pen trajectories", net, torch.from_numpy(images)[:, None], torch.tensor(digits))
    else:
        print(f"\npen trajectories: left out, {unipen} is absent")
    if (DATA / "mnist").is_dir():
        _, test = load_mnist(DATA / "mnist")
        images = np.stack([prepare(image) for image in test.images.numpy()])
        report("MNIST t10k", net, torch.from_numpy(images)[:, None], test.labels)
    else:
        print(f"\nMNIST t10k: left out, {DATA / 'mnist'} is absent")


if __name__ == "__main__":
    main()
