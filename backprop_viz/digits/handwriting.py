"""Drawings of given digits, each by another hand: styles mixed, jittered, warped and slanted."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from backprop_viz.digits.pen_curves import MAX_STROKES, Floats, Styles

_WAVES = 3  # of the smooth warp
_SMALL = 0.12  # the share of writing that is small for its pen
_SHAKES = 26  # of the pen along a path


def draw(
    styles: Styles, labels: NDArray[np.int64], random: Generator
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Pen paths of `labels` (N,): points (N, K, 2), pen down (N, K), pen width (N, K).

    x runs right and y down, the unit is about the digit's height; the pen's width is a share of
    the path's longer side.
    """
    style = _choose_styles(styles, labels, random)
    path: Floats = styles.curve[style] @ _controls(styles, style, random)
    points: Floats = np.divide(path - 50, 100, dtype=np.float32)
    return by_hand(points, styles.along[style], styles.widest[style], random)


def by_hand(
    points: Floats, along: Floats, widest: Floats, random: Generator
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Paths (N, K, 2) in units of their height as people would draw them; as ``draw`` returns.

    ``along`` (N, K) is each point's place in its stroke, 0..1; ``widest`` (N,) the pen's bound.
    """
    points = _tremor(_slant(_warp(points, random), random), random)
    pen = _pen(points, widest, random)
    return points, _trim(along, random), pen


def _choose_styles(
    styles: Styles, labels: NDArray[np.int64], random: Generator
) -> NDArray[np.int64]:
    """A style (N,) of each label's digit, in proportion to the styles' weights."""
    chosen = np.empty(len(labels), np.int64)
    for digit in np.unique(labels):
        mine = np.flatnonzero(labels == digit)
        rows = np.flatnonzero(styles.digits == digit)
        share = styles.weights[rows].astype(np.float64)
        chosen[mine] = random.choice(rows, size=len(mine), p=share / share.sum())
    return chosen


def _controls(styles: Styles, style: NDArray[np.int64], random: Generator) -> Floats:
    """Control points (N, C, 2): a mixture of the style's variants, jittered, 0..100."""
    count = len(style)
    exists = styles.variants[style]
    share = random.exponential(size=exists.shape) * exists
    share /= share.sum(axis=1, keepdims=True)
    # A little beyond the variants too: they are samples of a way of writing, not its limits.
    share = 1.5 * share - 0.5 * exists / exists.sum(axis=1, keepdims=True)
    mixed = np.einsum("nv,nvcd->ncd", share.astype(np.float32), styles.controls[style])
    jitter = random.standard_normal(mixed.shape, np.float32)
    # What is narrow strays less, else a 1 comes out as a 7.
    most = 3.5 + 4.5 * np.minimum(styles.breadth[style] / 0.6, 1)
    jitter *= random.uniform(0.5, most).astype(np.float32)[:, None, None]
    moved = random.standard_normal((count, MAX_STROKES, 2), np.float32) * np.float32(3.5)
    shift = moved[np.arange(count)[:, None], styles.stroke_of_control[style]]
    result: Floats = mixed + jitter + shift
    return result


def _warp(points: Floats, random: Generator) -> Floats:
    """Bend the plane smoothly by a few long waves of random direction and phase."""
    count = len(points)
    direction = random.normal(0, 3.0, (count, 2, _WAVES)).astype(np.float32)
    phase = random.uniform(0, 2 * np.pi, (count, 1, _WAVES)).astype(np.float32)
    height = random.normal(0, 0.042, (count, _WAVES, 2)).astype(np.float32)
    bent: Floats = points + np.sin(points @ direction + phase) @ height
    return bent


def _slant(points: Floats, random: Generator) -> Floats:
    """Aspect, taper (one end wider than the other), slant and rotation."""
    count = len(points)

    def normal(mean: float, spread: float) -> Floats:
        return random.normal(mean, spread, (count, 1)).astype(np.float32)

    x, y = points[:, :, 0], points[:, :, 1]
    x = x * np.exp(normal(-0.1, 0.24)) * (1 + normal(0, 0.18) * y)
    x = x - y * normal(0.14, 0.23)
    angle = normal(0, 0.12)
    turned = np.stack(
        [x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=2
    )
    result: Floats = turned.astype(np.float32)
    return result


def _tremor(points: Floats, random: Generator) -> Floats:
    """Shake the pen a little, now and then along the path."""
    count, length = points.shape[:2]
    place = np.linspace(0, _SHAKES - 1.001, length)
    before = place.astype(np.int64)
    part = (place - before).astype(np.float32)[:, None]
    noise = random.standard_normal((count, _SHAKES, 2), np.float32)
    noise *= random.uniform(0, 0.035, (count, 1, 1)).astype(np.float32)
    result: Floats = points + noise[:, before] * (1 - part) + noise[:, before + 1] * part
    return result


def _trim(along: Floats, random: Generator) -> NDArray[np.bool_]:
    """Where the pen is down (N, K): strokes start a little late and end a little early."""
    late, early = np.abs(random.normal(0, 0.03, (2, len(along), 1)))
    down: NDArray[np.bool_] = (along >= late) & (along <= 1 - early)
    return down


def _pen(points: Floats, widest: Floats, random: Generator) -> Floats:
    """The pen's width (N, K): thin to thick, changing slowly along the path."""
    count, length = points.shape[:2]
    travelled = np.linalg.norm(np.diff(points, axis=1), axis=2).sum(axis=1)
    crowded = travelled / np.ptp(points, axis=1).max(axis=1)
    # A thick pen still writes a 1, but fills an 8.
    thickest = np.minimum(0.18 + 0.28 / crowded, widest)[:, None]
    width = np.exp(random.normal(np.log(0.14), 0.38, (count, 1)))
    # Some write small with the same pen.
    small = random.random((count, 1)) < _SMALL
    width = np.where(small, random.uniform(0.18, 0.34, (count, 1)), width)
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    pressure = random.normal(0, 0.12, (count, 1))
    place = np.linspace(0, 1, length)
    wave = np.sin(phase + place * random.uniform(3, 30, (count, 1)))
    pressed = np.clip(width, 0.045, thickest) * np.clip(1 + pressure * wave, 0.6, 1.4)
    narrowed: Floats = np.minimum(pressed, 0.5).astype(np.float32)
    return narrowed
