"""How well a net that learned only from stroke digits reads what people wrote.

    python tests/benchmarks/bench_classification.py [--seeds 0 1 2] [--steps N] [--wrong FOLDER]

Trains by ``Trainer`` with the digits preset's settings, as long as its learning rate falls, then
reads by ``classify`` two sets the net never saw: pen trajectories (replayed with the pad's pen on
a dark canvas) and MNIST's test part; and the validation strokes. The trajectories are replayed
twice more: a quarter of the canvas high, and at half its height with a stray dot. Ten more are
such as an earlier net misclassified. Prints the accuracies and a confusion table of each. The sets
lie beside the repository in shared; one that is absent is left out. ``--wrong`` writes what was
predicted wrong there, one .npz a seed and set.
"""

import argparse
import json
import math
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import backprop_viz as bv
from backprop_viz.digits.mnist import load_mnist
from backprop_viz.digits.strokes import training_strokes, validation_strokes
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import Schedule

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
DATA = SHARED / "data"
MISREAD = SHARED / "cases" / "misread_digits.json"
CANVAS = 280  # the pad
PEN = 20  # its pen's width
DIGIT = 200  # the longer side of what is drawn on it
SMALL, HALF = 70, 140  # and of what is drawn small


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


def replay(strokes: list[NDArray[np.float64]], size: int = DIGIT) -> NDArray[np.bool_]:
    """Draw strokes in the middle of the pad with a round pen, ``size`` pixels high or wide."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(*(high - low), 1)
    reach = PEN // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = x**2 + y**2 <= (PEN / 2) ** 2
    dx, dy = x[disc], y[disc]
    canvas = np.zeros((CANVAS, CANVAS), np.bool_)
    for stroke in strokes:
        path = (stroke - (low + high) / 2) * scale + CANVAS / 2
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        place = np.linspace(0, length[-1], math.ceil(length[-1]) + 1)
        px = np.rint(np.interp(place, length, path[:, 0])).astype(int)
        py = np.rint(np.interp(place, length, path[:, 1])).astype(int)
        canvas[py[:, None] + dy, px[:, None] + dx] = 1
    return canvas


def with_a_dot(canvas: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.bool_]:
    """The canvas with a click of the pen in a place where it touches nothing."""
    y, x = np.mgrid[:CANVAS, :CANVAS]
    while True:
        down, right = random.uniform(PEN, CANVAS - PEN, 2)
        away = np.hypot(y - down, x - right)
        if not canvas[away <= 2 * PEN].any():
            return canvas | (away <= PEN / 2)


def train(seed: int, steps: int | None) -> tuple[bv.Trainer, float]:
    """The digits preset's trainer after its steps, and the seconds they took."""
    training_strokes.cache_clear()  # every seed has the strokes to draw, as a fresh window has
    settings = Settings(**{**PRESETS["digits"], "seed": seed})
    falling = Schedule(settings.schedule, settings.schedule_options)
    trainer = bv.Trainer.from_settings(settings)
    begun = time.perf_counter()
    # As in the window's worker: the rest is drawn while the first ones are learnt.
    drawing = threading.Thread(target=training_strokes().generate)
    drawing.start()
    for _ in range(steps or int(falling.options["iterations"])):
        trainer.iterate()
    seconds = time.perf_counter() - begun
    drawing.join()
    return trainer, seconds


Digits = list[tuple[NDArray[np.generic], int]]


def sets() -> Iterator[tuple[str, Digits]]:
    """The names of the sets that are here, and their images (any size) with their labels."""
    validation = validation_strokes()
    images, labels = validation.batch(torch.arange(len(validation)))
    yield "validation strokes", list(zip(images[:, 0].numpy(), labels.tolist(), strict=True))
    unipen = DATA / "pendigits" / "pendigits-orig-train.unipen"
    if unipen.is_file():
        written = list(trajectories(unipen))
        yield "pen trajectories", [(replay(s), label) for s, label in written]
        yield "small trajectories", [(replay(s, SMALL), label) for s, label in written[:2_000]]
        random = np.random.default_rng(0)
        dotted = [(with_a_dot(replay(s, HALF), random), label) for s, label in written[:2_000]]
        yield "trajectories with a stray dot", dotted
    else:
        print(f"pen trajectories: left out, {unipen} is absent")
    if (DATA / "mnist").is_dir():
        _, test = load_mnist(DATA / "mnist")
        yield "MNIST t10k", list(zip(test.images.numpy(), test.labels.tolist(), strict=True))
    else:
        print(f"MNIST t10k: left out, {DATA / 'mnist'} is absent")
    if MISREAD.is_file():
        cases = json.loads(MISREAD.read_text())["digits"]
        strokes = [[np.array(s, float) for s in case["strokes"]] for case in cases]
        labels = [case["label"] for case in cases]
        yield "once misclassified", list(zip(map(replay, strokes), labels, strict=True))
    else:
        print(f"once misclassified: left out, {MISREAD} is absent")


def classify(trainer: bv.Trainer, images: Iterable[NDArray[np.generic]]) -> NDArray[np.int64]:
    """What ``classify`` makes of every image."""
    return np.array([trainer.classify(image).argmax() for image in images])


def report(name: str, labels: NDArray[np.int64], found: NDArray[np.int64]) -> None:
    """Print the accuracy and the confusion table."""
    table = np.bincount(labels * 10 + found, minlength=100).reshape(10, 10)
    print(f"\n{name}: {np.mean(labels == found):.2%} of {len(labels):,}")
    print("label  predicted" + "".join(f"{digit:>6}" for digit in range(10)))
    for digit, row in enumerate(table.tolist()):
        print(f"{digit:>5}           " + "".join(f"{count:>6}" for count in row))


def main() -> None:
    """Train, classify, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="iterations (default: as the schedule is long)")
    parser.add_argument("--wrong", type=Path, help="write what was predicted wrong to this folder")
    arguments = parser.parse_args()
    # One core for training and one for the window, as the window has it on two.
    torch.set_num_threads(1)
    digits = list(sets())
    for seed in arguments.seeds:
        trainer, seconds = train(seed, arguments.steps)
        print(f"\nseed {seed}: {trainer.iteration:,} iterations in {seconds:.1f} s")
        for name, samples in digits:
            labels = np.array([label for _, label in samples])
            found = classify(trainer, (image for image, _ in samples))
            report(name, labels, found)
            if arguments.wrong:
                missed = np.flatnonzero(labels != found)
                place = arguments.wrong / f"{name.replace(' ', '-')}-{seed}.npz"
                images = np.stack([samples[i][0] for i in missed])
                np.savez(place, images=images, labels=labels[missed], found=found[missed])


if __name__ == "__main__":
    main()
