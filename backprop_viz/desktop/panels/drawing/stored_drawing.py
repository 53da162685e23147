"""A drawing as plain values and arrays, for a session file."""

from collections.abc import Iterable, Sequence

import numpy as np

from backprop_viz.desktop.panels.drawing.strokes import PadMark, PenPoint, Picture, Stroke
from backprop_viz.recording.limits import MOST_POINTS, MOST_STROKES
from backprop_viz.recording.run.window_part import StoredMark


def marks_to_json(marks: Iterable[PadMark]) -> list[StoredMark]:
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


def marks_from_json(plain: Iterable[StoredMark]) -> tuple[PadMark, ...]:
    """The inverse of ``marks_to_json``."""
    return tuple(map(_mark, plain))


def fits(marks: Sequence[PadMark]) -> bool:
    """Whether a drawing is small enough to be stored as strokes."""
    points = sum(len(mark.points) for mark in marks if isinstance(mark, Stroke))
    pictures = sum(isinstance(mark, Picture) for mark in marks)
    return points <= MOST_POINTS and len(marks) <= MOST_STROKES and pictures <= 1


def _mark(item: StoredMark) -> PadMark:
    if "greys" in item:
        return Picture(item["greys"])
    return Stroke(tuple(PenPoint(*point) for point in item["points"].tolist()), item["erases"])
