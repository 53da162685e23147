"""What the window knows about training on the drawing. numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.trace.tensors import Array


@dataclass(frozen=True, slots=True)
class Moved:
    """A step on a drawing: the iteration it was, the label, and what the net answered before.

    ``before``: ten probabilities; what it answers after the step is the view state's prediction.
    """

    iteration: int
    label: int
    before: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Saliency:
    """Which pixels speak for a digit: d logit[digit] / d x, float32 (32, 32).

    ``chosen`` says whether the digit is the drawing's label; else it is the likeliest one.
    ``maps`` are the convolutions' feature maps after relu by the layer's name, each
    (channels, height, width).
    """

    digit: int
    chosen: bool
    seen: NDArray[np.float32]
    gradient: NDArray[np.float32]
    maps: tuple[tuple[str, Array], ...]


@dataclass(frozen=True, slots=True, eq=False)
class DrawingTrainingState:
    """How things stand with the drawing as something to learn.

    ``is_batch``: the drawing is the batch; with ``waits`` not of the iteration in progress, but of
    those after it. ``moved`` tells of
    the newest iteration, where that was on the drawing as it is; ``can_undo`` that the newest
    iteration was on some drawing and can be taken back.
    """

    label: int | None = None
    is_batch: bool = False
    waits: bool = False
    can_undo: bool = False
    moved: Moved | None = None
    saliency: Saliency | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the net made of the drawing: 10 probabilities and the (32, 32) input it saw.

    ``looks_like_a_digit`` is another network's judgement; None where there is none.
    """

    probabilities: tuple[float, ...]
    seen: NDArray[np.float32]
    looks_like_a_digit: bool | None = None
