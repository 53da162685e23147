"""What the window's part of a session file may hold, as data; imports no torch.

The worker looks at it before a file is written or taken up, the window when it reads its own part.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_viz.recording.files.arrays import Numbers
from backprop_viz.recording.files.kinds import (
    Bytes,
    Exactly,
    Flag,
    Kind,
    NumberKind,
    OneOf,
    Text,
    TextOr,
    Whole,
)
from backprop_viz.recording.files.nested import (
    ALL,
    Cases,
    Either,
    Entries,
    Items,
    Maybe,
    RecordOf,
    Row,
    Table,
)
from backprop_viz.recording.limits import MOST_POINTS, MOST_STROKES, PAD_SIDE, WIDEST
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings import quantities

MOST_ITERATIONS = 1_000_000_000  # what counts them is a signed number of 32 bits in Qt
LARGEST_FLOAT32 = float(np.finfo(np.float32).max)  # what torch computes with

DOUBLE = "float64"
NOTHING = Exactly(None)
LABEL = Whole(0, 9)
NAME = Text(200)
NODE = TextOr(Text(1_000), Whole(0, 1_000_000))  # a node's key; in old files, its number
ANY_NUMBER = NumberKind(-quantities.LARGEST, quantities.LARGEST)

# -- what was seen of the run --------------------------------------------------------------------

_MANY = (0, MOST_ITERATIONS)
_LOSSES = Numbers(DOUBLE, (_MANY,), -LARGEST_FLOAT32, LARGEST_FLOAT32)
_SHARES = Numbers(DOUBLE, (_MANY,), 0, 1)


def _as_long_as_each_other(curves: Curves) -> str | None:
    loss, accuracy, *validation = (len(getattr(curves, name)) for name in Curves.__slots__)
    if loss != accuracy:
        return f"has {loss:,} losses and {accuracy:,} accuracies"
    if len(set(validation)) > 1:
        return "has evaluations of which some numbers are missing"
    return None


CURVES = RecordOf(
    Curves,
    {
        "loss": _LOSSES,
        "accuracy": _SHARES,
        "validation_iteration": Numbers(
            DOUBLE, (_MANY,), 0, MOST_ITERATIONS, finite=True, whole=True, rising=True
        ),
        "validation_loss": _LOSSES,
        "validation_accuracy": _SHARES,
    },
    rules=(_as_long_as_each_other,),
)

# -- how the window stands ------------------------------------------------------------------------


def _breakpoint(kind: str, key: Kind, value: Kind) -> RecordOf:
    return RecordOf(Breakpoint, {"kind": OneOf((kind,)), "key": key, "value": value})


BREAKPOINT = Cases(
    "kind",
    {
        kind: _breakpoint(kind, key, value)
        for kind, key, value in (
            ("line", TextOr(NAME, Whole(1, 100_000)), NOTHING),
            ("layer", NAME, NOTHING),
            ("node", NODE, NOTHING),
            ("parameter", NAME, NOTHING),
            ("loss_above", NOTHING, ANY_NUMBER),
            ("norm_above", Maybe(NAME), ANY_NUMBER),
            ("norm_below", Maybe(NAME), ANY_NUMBER),
            ("grad_zero", Maybe(NAME), NOTHING),
            ("grad_none", Maybe(NAME), NOTHING),
            ("not_finite", NOTHING, NOTHING),
        )
    },
)
STROKE = Table(
    {
        # x, y and width of each point, in the drawing's units: the pen may leave the pad.
        "points": Numbers(DOUBLE, ((1, MOST_POINTS), 3), -20_000, 20_000, finite=True),
        "erases": Flag(),
    }
)
PICTURE = Table({"greys": Bytes(PAD_SIDE * PAD_SIDE)})


def _can_be_painted(window: Mapping[str, Any]) -> str | None:
    """Whether the drawing's points are not too many, nor any of them too wide, for a moment."""
    strokes = [mark["points"] for mark in window.get("strokes", ()) if "points" in mark]
    points = sum(map(len, strokes))
    if points > MOST_POINTS:
        return f"holds strokes of {points:,} points, more than {MOST_POINTS:,}"
    if any((stroke[:, 2].min() <= 0) or (stroke[:, 2].max() > WIDEST) for stroke in strokes):
        return f"holds a stroke with a width that is not above 0 and up to {WIDEST:g}"
    return None


WINDOW = Table(
    {
        "strokes": Items(Either({"greys": PICTURE, "points": STROKE}), MOST_STROKES),
        "label": Maybe(LABEL),
        "is_batch": Flag(),
        "breakpoints": Items(BREAKPOINT, 1_000, type=tuple),
        # The sizes of a splitter's parts, by its name.
        "layout": Entries(NAME, Items(Whole(0, 100_000), 16), 32),
        "pen": Whole(0, 2),
        "sample": Whole(0, MOST_ITERATIONS),  # the place in the batch of the one that is shown
    },
    optional=ALL,
    rules=(_can_be_painted,),
)

EARLIER = Items(Row((NAME, CURVES)), 16, type=tuple)
