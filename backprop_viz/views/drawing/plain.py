"""A drawing as plain values and arrays, to be kept in a file."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from .strokes import SIDE, Mark, Picture, Point, Stroke


def to_plain(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """Each stroke as an array of its points (n, 3): x, y, width; a picture as its bytes."""
    return [
        {"greys": mark.greys}
        if isinstance(mark, Picture)
        else {
            "points": np.array([(p.x, p.y, p.width) for p in mark.points], np.float64),
            "erases": mark.erases,
        }
        for mark in marks
    ]


def from_plain(plain: object) -> tuple[Mark, ...]:
    """What ``to_plain`` was given. Raises ValueError, TypeError or KeyError for anything else."""
    if not isinstance(plain, list):
        raise TypeError("no list of strokes")
    return tuple(_mark(item) for item in plain)


def _mark(item: dict[str, Any]) -> Mark:
    if "greys" in item:
        if not isinstance(item["greys"], bytes) or len(item["greys"]) != SIDE * SIDE:
            raise ValueError("no picture")
        return Picture(item["greys"])
    points = np.asarray(item["points"], np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        raise ValueError("no stroke")
    if not np.isfinite(points).all() or np.abs(points).max() > 1e6:
        raise ValueError("no place on the pad")
    return Stroke(tuple(Point(*point) for point in points.tolist()), bool(item["erases"]))
