"""A loss surface: which plane of the weights is asked for, and the losses on it. Plain data."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.samples import SamplePart

PlaneKind = Literal["drawn", "path", "kept", "weights", "line"]
PLANE_KINDS: tuple[PlaneKind, ...] = ("drawn", "path", "kept", "weights", "line")


@dataclass(frozen=True, slots=True)
class WeightPlace:
    """One weight: an element of a parameter, which has its dotted name."""

    parameter: str
    index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SurfaceRequest:
    """Which plane of the weights to evaluate the loss on, how far and how finely.

    - ``plane``: "drawn" (two random directions, filter-normalised), "path" (the two main
      directions of the run so far), "kept" (through the weights now, and those after the
      iterations ``first`` and ``second``, or the nearest that are kept), "weights" (the two of
      ``weights``, all others as they are) or "line" (the straight line from the weights now to
      those after ``first``; no plane, but points along it).
    - ``span``: how far the plane reaches. 1 is a random direction's own length, which is that of
      the weights; just as far as the path or the kept weights are; or, to either side of a weight,
      the largest absolute value in its parameter.
    - ``resolution``: points a side. ``samples``: how many, the first of the part.
    """

    plane: PlaneKind = "drawn"
    span: float = 1.0
    resolution: int = 25
    samples: int = 2000
    seed: int = 0
    part: SamplePart = "train"
    first: int = 0
    second: int = 0
    weights: tuple[WeightPlace, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SurfacePlane:
    """A plane through the weights after ``iteration``, which are its point (0, 0).

    - ``axes``: what the two directions are, each a code with values.
    - ``x`` (nx,) and ``y`` (ny,): the coordinates of the points, in lengths of the directions; of
      two weights, what is added to them. Of a line ``y`` is 0 alone.
    - ``origin``: what the two weights are at (0, 0); of all other planes 0.
    - ``lengths``: how long the two directions are in the space of the weights.
    - ``path_iterations`` (k,) and ``path`` (k, 2): the kept weights of the run, projected.
    - ``path_share``: how much of the path's squared distance from (0, 0) lies in the plane.
    - ``gradient``: the gradient of the loss projected into the plane, as coordinates;
      ``gradient_share``: how much of its length that is. None and NaN until it is computed.
    - ``loss``: the loss at (0, 0), NaN until then.
    """

    request: SurfaceRequest
    iteration: int
    axes: tuple[Fact, Fact]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    lengths: tuple[float, float]
    path_iterations: NDArray[np.int64]
    path: NDArray[np.float64]
    path_share: float
    samples: int
    origin: tuple[float, float] = (0.0, 0.0)
    gradient: tuple[float, float] | None = None
    gradient_share: float = float("nan")
    loss: float = float("nan")
