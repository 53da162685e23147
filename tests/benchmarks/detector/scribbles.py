"""Scribbles, marks and spoilt digits: drawings without a template, each made by its own formula."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from backprop_viz.digits.pen_curves import POINTS

Strokes = list[NDArray[np.float64]]  # each (n, 2), x right and y down, of any size


def zigzag(random: Generator) -> Strokes:
    """Sharp turns to and fro, across or down."""
    turns = int(random.integers(4, 13))
    along = np.linspace(0, random.uniform(1, 3), turns)
    across = np.where(np.arange(turns) % 2, 1.0, 0.0) + random.normal(0, 0.12, turns)
    return [_turned(np.stack([along, across], axis=1), random)]


def wave(random: Generator) -> Strokes:
    """A sine over one and a half to five periods."""
    t = np.linspace(0, random.uniform(3, 10) * np.pi, 120)
    return [_turned(np.stack([t / random.uniform(2, 6), np.sin(t)], axis=1), random)]


def coil(random: Generator) -> Strokes:
    """Loops in a row, as one tries out a pen."""
    t = np.linspace(0, random.uniform(5, 12) * np.pi, 128)
    path = np.stack([np.cos(t) + t / random.uniform(4, 14), np.sin(t)], axis=1)
    return [_turned(path, random)]


def spiral(random: Generator) -> Strokes:
    """Two to four and a half turns, outwards or inwards, either way round."""
    t = np.linspace(0, random.uniform(4.2, 9) * np.pi, 128)
    radius = t ** random.uniform(0.7, 1.3) + random.uniform(0, 2)
    path = np.stack([np.cos(t) * radius, np.sin(t) * radius], axis=1)
    path[:, 0] *= random.choice([-1, 1])
    return [_turned(path[:: random.choice([-1, 1])], random)]


def tangle(random: Generator) -> Strokes:
    """A smooth line that wanders all over."""
    knots = random.uniform(0, 1, (int(random.integers(7, 16)), 2))
    return [_curve(knots)]


def blot(random: Generator) -> Strokes:
    """An area filled to and fro."""
    turns = int(random.integers(7, 16))
    across = np.where(np.arange(turns) % 2, 1.0, 0.0) + random.normal(0, 0.08, turns)
    along = np.linspace(0, random.uniform(0.6, 1.2), turns) + random.normal(0, 0.03, turns)
    return [_turned(np.stack([along, across], axis=1), random)]


def broken_line(random: Generator) -> Strokes:
    """A few straight lines in any direction, without lifting the pen."""
    return [random.uniform(0, 1, (int(random.integers(6, 12)), 2))]


def lines(random: Generator) -> Strokes:
    """Four to seven separate lines."""
    return [random.uniform(0, 1, (2, 2)) for _ in range(int(random.integers(4, 8)))]


def glyph(random: Generator) -> Strokes:
    """Lines and arcs between the places of a 3x3 grid: signs of no alphabet."""
    grid = np.stack(np.meshgrid([0, 0.5, 1], [0, 0.5, 1]), axis=-1).reshape(-1, 2)
    strokes = []
    for _ in range(int(random.integers(3, 6))):
        a, b = grid[random.choice(9, 2, replace=False)]
        middle = (a + b) / 2
        if random.random() < 0.4:
            middle = middle + random.normal(0, 0.3, 2)
        strokes.append(_curve(np.stack([a, middle, b])))
    return strokes


def dots(random: Generator) -> Strokes:
    """One click, or a few."""
    count = int(random.choice([1, 1, 1, 2, 3, 5]))
    t = np.linspace(0, 1, 60)[:, None]
    disc = np.concatenate([np.cos(40 * t), np.sin(40 * t)], axis=1) * np.sqrt(t)
    return [place + 0.03 * disc for place in random.uniform(0, 1, (count, 2))]


def ring_with_a_dot(random: Generator) -> Strokes:
    """Rings with something inside: a dot, a cross, another ring, two dots."""
    t = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([np.cos(t), np.sin(t)], axis=1)
    inside = int(random.integers(4))
    if inside == 0:
        return [ring, random.normal(0, 0.02, (3, 2))]
    if inside == 1:
        return [ring, np.array([[-1.0, 0], [1, 0]]), np.array([[0.0, -1], [0, 1]])]
    if inside == 2:
        return [ring, ring * random.uniform(0.3, 0.6)]
    return [ring, ring * 0.06 + [-0.4, -0.2], ring * 0.06 + [0.4, -0.2]]


def polygon(random: Generator) -> Strokes:
    """Three to six corners, closed."""
    corners = int(random.integers(3, 7))
    t = np.arange(corners + 1) * 2 * np.pi / corners + random.uniform(0, 2 * np.pi)
    path = np.stack([np.cos(t), np.sin(t)], axis=1)
    if corners > 4:  # round, it is a zero: a diagonal tells
        return [path, path[[0, 2]], path[[1, 4]]]
    return [path]


def curls(random: Generator) -> Strokes:
    """Epicycles: flowers and knots."""
    t = np.linspace(0, 2 * np.pi, 128)
    k = int(random.integers(3, 6)) * random.choice([-1, 1])
    share = random.uniform(0.4, 0.9)
    x = np.cos(t) + share * np.cos(k * t)
    return [np.stack([x, np.sin(t) + share * np.sin(k * t)], axis=1)]


SCRIBBLES: dict[Callable[[Generator], Strokes], float] = {
    zigzag: 2,
    wave: 1,
    coil: 1,
    spiral: 1,
    tangle: 2,
    blot: 1,
    broken_line: 2,
    lines: 1,
    glyph: 3,
    dots: 0.6,
    ring_with_a_dot: 0.8,
    polygon: 0.6,
    curls: 0.6,
}


def as_path(strokes: Strokes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points (128, 2) about the origin, one unit long, and places along their strokes, 0..1."""
    fine = [_fine(stroke) for stroke in strokes]
    length = np.array([max(np.linalg.norm(np.diff(s, axis=0), axis=1).sum(), 1e-3) for s in fine])
    share = np.maximum(np.floor(length / length.sum() * POINTS).astype(int), 3)
    while share.sum() != POINTS:
        share[share.argmax()] += POINTS - share.sum()
    points, along = [], []
    for stroke, count in zip(fine, share.tolist(), strict=True):
        walked = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
        place = np.linspace(0, walked[-1], count)
        points.append(np.stack([np.interp(place, walked, stroke[:, i]) for i in (0, 1)], axis=1))
        along.append(np.linspace(0, 1, count))
    path = np.concatenate(points)
    low, high = path.min(axis=0), path.max(axis=0)
    path = (path - (low + high) / 2) / max((high - low).max(), 1e-2)
    return path.astype(np.float32), np.concatenate(along).astype(np.float32)


def _fine(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    return stroke if len(stroke) > 2 else np.linspace(stroke[0], stroke[-1], 20)


def _curve(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth line through knots (n, 2), by Catmull and Rom."""
    padded = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, 20, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2)
            + 0.5 * (3 * b - a - 3 * c + d) * t**3
        )
    return np.concatenate([*pieces, knots[-1:]])


def _turned(path: NDArray[np.float64], random: Generator) -> NDArray[np.float64]:
    """In any direction."""
    angle = random.uniform(0, 2 * np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    return path @ np.array([[cos, sin], [-sin, cos]])
