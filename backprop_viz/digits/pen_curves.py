"""Pen strokes as data that a whole block of drawings can be computed from at once.

Points on a smooth curve are a linear function of its control points, so a style is a matrix: a
drawing is that matrix times the (jittered, mixed) control points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

POINTS = 128  # along the pen's whole path
MAX_STROKES = 3


@dataclass(frozen=True)
class Styles:
    """Every style of a template table; F styles, at most V variants and C control points.

    Coordinates are those of the templates (x right, y down, 0..100).
    """

    digits: NDArray[np.int64]  # (F,)
    weights: Floats  # (F,) how often each is drawn
    widest: Floats  # (F,) pen that its small parts can be seen with, a share of the longer side
    breadth: Floats  # (F,) the shorter side of its box, as a share of the longer one
    variants: NDArray[np.bool_]  # (F, V) which variants exist
    controls: Floats  # (F, V, C, 2)
    curve: Floats  # (F, POINTS, C) control points to points of the path
    stroke_of_control: NDArray[np.int64]  # (F, C)
    stroke: NDArray[np.int64]  # (F, POINTS)
    along: Floats  # (F, POINTS) place within the stroke, 0..1


def compile_styles(table: Mapping[int, str]) -> Styles:
    """Lay out a template table as arrays. Raises ValueError for variants that cannot be mixed."""
    rows = [
        (digit, *_parse_style(paragraph))
        for digit, text in table.items()
        for paragraph in text.strip().split("\n\n")
    ]
    parsed = [variants for *_, variants in rows]
    n_variants = max(len(variants) for variants in parsed)
    n_controls = max(len(variants[0].points) for variants in parsed)
    styles = Styles(
        digits=np.array([digit for digit, *_ in rows]),
        weights=np.array([weight for _, weight, _, _ in rows], np.float32),
        widest=np.array([pen for _, _, pen, _ in rows], np.float32),
        breadth=np.array([_breadth(variants[0]) for variants in parsed], np.float32),
        variants=np.zeros((len(rows), n_variants), np.bool_),
        controls=np.zeros((len(rows), n_variants, n_controls, 2), np.float32),
        curve=np.zeros((len(rows), POINTS, n_controls), np.float32),
        stroke_of_control=np.zeros((len(rows), n_controls), np.int64),
        stroke=np.zeros((len(rows), POINTS), np.int64),
        along=np.zeros((len(rows), POINTS), np.float32),
    )
    for row, variants in enumerate(parsed):
        first = variants[0]
        n = len(first.points)
        for column, variant in enumerate(variants):
            if variant.stroke.tolist() != first.stroke.tolist() or variant.corners != first.corners:
                raise ValueError(f"digit {rows[row][0]}: a variant differs: {variant.points}")
            styles.controls[row, column, :n] = variant.points
            styles.variants[row, column] = True
        styles.stroke_of_control[row, :n] = first.stroke
        styles.curve[row, :, :n], styles.stroke[row], styles.along[row] = _path(first)
    return styles


@dataclass(frozen=True)
class _Drawing:
    points: NDArray[np.float64]  # (n, 2)
    stroke: NDArray[np.int64]  # (n,) the stroke of each point
    corners: frozenset[int]  # indices of points


def _breadth(drawing: _Drawing) -> float:
    sides = np.ptp(drawing.points, axis=0)
    return float(sides.min() / sides.max())


def _parse_style(paragraph: str) -> tuple[float, float, list[_Drawing]]:
    """A style's weight, widest pen and variants."""
    title, *variants = paragraph.splitlines()
    title, _, pen = title.partition("<")
    _, _, weight = title.partition("*")
    return float(weight or 1), float(pen or 1), [_parse(variant) for variant in variants]


def _parse(variant: str) -> _Drawing:
    points: list[tuple[float, float]] = []
    stroke: list[int] = []
    corners: set[int] = set()
    for number, text in enumerate(variant.split("/")):
        for word in text.split():
            if word.endswith("!"):
                corners.add(len(points))
            x, y = word.rstrip("!").split(",")
            points.append((float(x), float(y)))
            stroke.append(number)
    return _Drawing(np.array(points), np.array(stroke), frozenset(corners))


def _path(drawing: _Drawing) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Curve (POINTS, n), stroke and place along the stroke of points spread evenly by length."""
    fine, stroke = [], []
    for number in range(int(drawing.stroke[-1]) + 1):
        own = np.flatnonzero(drawing.stroke == number)
        ends = [own[0], *(i for i in own[1:-1] if int(i) in drawing.corners), own[-1]]
        for first, last in pairwise(ends):
            piece = np.zeros((40 * (last - first) + 1, len(drawing.points)))
            piece[:, first : last + 1] = _smooth(drawing.points[first : last + 1])
            fine.append(piece)
            stroke.append(np.full(len(piece), number))
    curve, owner = np.concatenate(fine), np.concatenate(stroke)
    path = curve @ drawing.points
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1) * (np.diff(owner) == 0)
    travelled = np.concatenate([[0], np.cumsum(steps)])
    chosen = np.searchsorted(travelled, np.linspace(0, travelled[-1], POINTS) - 1e-9)
    chosen[0] = 0
    along = np.zeros(POINTS)
    for number in range(int(owner[-1]) + 1):
        start, end = travelled[owner == number][[0, -1]]
        mine = owner[chosen] == number
        along[mine] = (travelled[chosen[mine]] - start) / (end - start)
    return curve[chosen], owner[chosen], along


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (40 (n - 1) + 1, n) of an interpolating cubic through `points` (n, 2).

    Knots are a chord's square root apart: uneven points neither overshoot nor loop.
    """
    n = len(points)
    gap = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1))
    unit = np.eye(n)
    slope = np.diff(unit, axis=0) / gap[:, None]  # (n - 1, n) per segment
    tangent = np.empty((n, n))
    before, after = gap[:-1, None], gap[1:, None]
    tangent[1:-1] = (slope[:-1] * after + slope[1:] * before) / (before + after)
    tangent[0] = slope[0] if n == 2 else 1.5 * slope[0] - 0.5 * tangent[1]
    tangent[-1] = slope[-1] if n == 2 else 1.5 * slope[-1] - 0.5 * tangent[-2]
    t = np.linspace(0, 1, 40, endpoint=False)[None, :, None]
    segments = (
        (2 * t**3 - 3 * t**2 + 1) * unit[:-1, None]
        + (t**3 - 2 * t**2 + t) * (tangent[:-1] * gap[:, None])[:, None]
        + (3 * t**2 - 2 * t**3) * unit[1:, None]
        + (t**3 - t**2) * (tangent[1:] * gap[:, None])[:, None]
    )
    return np.concatenate([segments.reshape(-1, n), unit[-1:]])
