"""Make the numbers of the digit detector: backprop_viz/digits/digit_detector.safetensors.

    python tests/benchmarks/detector/train_detector.py [--iterations N]

A small network learns eleven classes: the ten digits, from the built-in strokes, and "none of
them", from drawings of this folder's own making: letters and shapes (`no_digits.py`), scribbles
(`scribbles.py`) and digits that are spoilt, by the same hands, pens and preparation. No collection
of anybody's handwriting is used. The bound is set so that of the validation strokes 1.5 in a
hundred are doubted. The same numbers come out whenever it is run on the same machine.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from no_digits import NO_DIGITS
from numpy.random import Generator
from numpy.typing import NDArray
from safetensors.torch import save_file
from scribbles import SCRIBBLES, as_path

from backprop_viz.digits.digit_detector import NUMBERS, DigitDetector
from backprop_viz.digits.handwriting import by_hand, draw
from backprop_viz.digits.pen_curves import Styles, compile_styles
from backprop_viz.digits.prepare import NET_SIZE, prepare_batch
from backprop_viz.digits.render import render
from backprop_viz.digits.strokes import training_strokes, validation_strokes
from backprop_viz.digits.templates.training import TRAINING

SPOILT, SIGNS, SCRIBBLED = 12_000, 40_000, 32_000  # drawings of each sort
HELD_BACK = 0.1  # the share of them to look at, not to learn from
DOUBTED = 0.015  # the share of validation strokes above the bound
BATCH = 128
ImagesController = NDArray[np.uint8]
Drawn = tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]


def signs(count: int, random: Generator) -> ImagesController:
    """Letters and shapes, each kind as often."""
    styles = compile_styles(dict(enumerate(NO_DIGITS.values())))
    return _images(draw(styles, random.integers(0, len(NO_DIGITS), count), random))


def scribbled(count: int, random: Generator) -> ImagesController:
    """What has a formula in place of a template."""
    kinds = list(SCRIBBLES)
    share = np.array(list(SCRIBBLES.values()))
    chosen = random.choice(len(kinds), count, p=share / share.sum())
    paths = [as_path(kinds[kind](random)) for kind in chosen.tolist()]
    points, along = (np.stack(each) for each in zip(*paths, strict=True))
    return _images(by_hand(points, along, np.ones(count, np.float32), random))


def spoilt(count: int, random: Generator) -> ImagesController:
    """Digits in a mirror, lying on a side, and two side by side."""
    styles = compile_styles(TRAINING)
    mirrored = _drawn(styles, np.array([2, 3, 4, 7, 9]), count // 3, random)
    mirrored[0][:, :, 0] *= -1
    lying = _drawn(styles, np.arange(2, 10), count // 3, random)
    turned = lying[0][:, :, ::-1] * np.float32([1, -1])
    left = _drawn(styles, np.arange(10), count // 3, random)
    right = _drawn(styles, np.arange(10), count // 3, random)
    away = random.uniform(0.75, 1.2, (count // 3, 1)).astype(np.float32)
    right[0][:, :, 0] += away
    pair = tuple(np.concatenate(both, axis=1) for both in zip(left, right, strict=True))
    images = [_images(mirrored), _images((turned, *lying[1:])), _images(pair)]
    return np.concatenate(images)


def _drawn(styles: Styles, digits: NDArray[np.int64], count: int, random: Generator) -> Drawn:
    return draw(styles, random.choice(digits, count), random)


def _images(drawn: Drawn, at_a_time: int = 50) -> ImagesController:
    parts = [
        np.rint(prepare_batch(render(*(each[i : i + at_a_time] for each in drawn))) * 255)
        for i in range(0, len(drawn[0]), at_a_time)
    ]
    return np.concatenate(parts).astype(np.uint8).reshape(-1, NET_SIZE, NET_SIZE)


def learn(images: torch.Tensor, labels: torch.Tensor, iterations: int) -> DigitDetector:
    """A network that has learnt to tell the classes."""
    torch.manual_seed(0)
    net = DigitDetector()
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=iterations)
    net.train()
    for i in range(iterations):
        chosen = torch.randint(len(images), (BATCH,))
        loss = F.cross_entropy(net(as_input(images[chosen])), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
        if i % 500 == 0:
            print(f"{i:>6} loss {loss.item():.4f}", flush=True)
    return net.eval()


def as_input(images: torch.Tensor) -> torch.Tensor:
    """uint8 (N, 32, 32) as the networks take them."""
    return images.unsqueeze(1).float() / 255


def doubts(net: DigitDetector, images: torch.Tensor) -> NDArray[np.float32]:
    """How surely each (N,) is none of the ten: the log of the odds."""
    with torch.no_grad():
        return torch.cat([net.doubt(as_input(part)) for part in images.split(500)]).numpy()


def main() -> None:
    """Draw, learn, set the bound, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--iterations", type=int, default=8_000)
    iterations = parser.parse_args().iterations
    torch.set_num_threads(1)
    random = np.random.default_rng(20_250_101)
    none = [
        part(n, random) for part, n in ((signs, SIGNS), (scribbled, SCRIBBLED), (spoilt, SPOILT))
    ]
    print("drawn", flush=True)
    learnt, kept = [], []
    for part in none:
        cut = round(len(part) * (1 - HELD_BACK))
        learnt.append(part[:cut])
        kept.append(torch.from_numpy(part[cut:]))
    digits = training_strokes()
    images = torch.cat([digits.images, torch.from_numpy(np.concatenate(learnt))])
    labels = torch.cat([digits.labels, torch.full((len(images) - len(digits),), 10)])
    net = learn(images, labels, iterations)
    real = doubts(net, validation_strokes().images)
    bound = float(np.quantile(real, 1 - DOUBTED))
    print(f"bound {bound:.2f}")
    for name, part in zip(("signs", "scribbles", "spoilt"), kept, strict=True):
        print(f"{name}: {np.mean(doubts(net, part) <= bound):.2%} are not doubted")
    net.bound.fill_(bound)
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, NUMBERS)
    print(f"{Path(NUMBERS).name}: {Path(NUMBERS).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
