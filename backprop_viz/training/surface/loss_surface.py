"""Evaluates the loss on a plane of the weights, in slices: a coarse grid first, then finer."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.analysis.numbers.number_names import element_name
from backprop_viz.analysis.surface_grid import grid_levels
from backprop_viz.analysis.weight_planes import (
    directions_through,
    filter_normalised,
    main_directions,
    projected,
    same_weights,
)
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import SurfacePlane, SurfaceRequest, WeightPlace
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.evaluation.mean_loss import MeanLoss
from backprop_viz.training.surface.stacked_forward import ManyOutputs
from backprop_viz.training.surface.weight_path import WeightPath

# A grid of the run's path reaches this much beyond it, as a share of its width.
_ROOM = 0.25
_Range = tuple[float, float]
# The ranges of x and y, given the path's coordinates.
_Reach = Callable[[NDArray[np.float64]], tuple[_Range, _Range]]
# Points that are evaluated together on one batch after the other.
_TOGETHER = 8


class LossSurface:
    """The losses ``losses`` (ny, nx) float64 on a plane, and which are ``known`` (ny, nx) bool.

    The weights at a point are ``(w + x * d1) + y * d2`` in float32. ``slices`` does the work; the
    network of ``mean_loss`` is a copy, so that the run is left as it is.
    Raises ArgumentError where there is no such plane.
    """

    def __init__(
        self, request: SurfaceRequest, mean_loss: MeanLoss, path: WeightPath, iteration: int
    ) -> None:
        self._loss = mean_loss
        self._outputs = ManyOutputs(mean_loss.model)
        self._parameters = dict(mean_loss.model.named_parameters())
        self._now = torch.cat([p.detach().reshape(-1) for p in self._parameters.values()])
        iterations, weights = path.points(iteration, self._now.numpy())
        offsets = weights.astype(np.float64) - self._now.numpy()
        directions, axes, reach = self._plane(request, iterations, offsets)
        coordinates, share = projected(directions, offsets)
        origin = self._origin(request)
        self.directions = directions
        self._d1, self._d2 = (torch.from_numpy(d.astype(np.float32)) for d in directions)
        across, up = reach(coordinates)
        x = _steps(*across, request.resolution)
        y = np.zeros(1) if request.plane == "line" else _steps(*up, request.resolution)
        lengths = [float(n) for n in np.linalg.norm(directions, axis=1)]
        self.plane = SurfacePlane(
            request,
            iteration,
            axes,
            x,
            y,
            (lengths[0], lengths[1]),
            iterations,
            coordinates,
            share,
            mean_loss.total,
            origin,
        )
        self.losses = np.full((len(y), len(x)), np.nan)
        self.known = np.zeros(self.losses.shape, dtype=bool)

    @property
    def share(self) -> float:
        """How much of the grid is done, from 0 to 1."""
        return float(self.known.mean())

    # -- the plane -------------------------------------------------------------------------------

    def _plane(
        self, request: SurfaceRequest, iterations: NDArray[np.int64], offsets: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], tuple[Fact, Fact], _Reach]:
        weights = [p.detach().numpy() for p in self._parameters.values()]
        span = request.span
        if request.plane == "drawn":
            seeds = (2 * request.seed, 2 * request.seed + 1)
            drawn = np.stack([filter_normalised(weights, seed) for seed in seeds])
            facts = (Fact("random_direction", (1,)), Fact("random_direction", (2,)))
            return drawn, facts, lambda _: ((-span, span), (-span, span))
        if request.plane == "path":
            found, shares = main_directions(offsets)
            along, across = (
                Fact("main_direction", (i + 1, float(share))) for i, share in enumerate(shares)
            )
            return found, (along, across), lambda path: _around(path, span)
        if request.plane == "weights":
            return self._along_weights(request)
        a, b = (
            int(np.abs(iterations - wanted).argmin()) for wanted in (request.first, request.second)
        )
        if request.plane == "line":
            if not offsets[a].any():
                raise same_weights()
            facts = (Fact("to_kept", (int(iterations[a]),)), Fact("none"))
            both = np.array([[0.0, 0.0], [1.0, 0.0]])
            straight = np.stack((offsets[a], np.zeros_like(offsets[a])))
            return straight, facts, lambda _: _around(both, span)
        spare = filter_normalised(weights, request.seed)
        found, spans = directions_through(offsets[a], offsets[b], spare)
        ends = (int(iterations[a]), int(iterations[b]))
        to, towards = ends if offsets[a].any() else ends[::-1]
        second = Fact("towards", (towards,)) if spans else Fact("random_direction", (1,))
        points = projected(found, offsets[[a, b]])[0]
        corners = np.concatenate((points, np.zeros((1, 2))))
        if not spans:
            corners = np.concatenate((corners, [[0.0, -0.5], [0.0, 0.5]]))
        return found, (Fact("to_kept", (to,)), second), lambda _: _around(corners, span)

    def _along_weights(
        self, request: SurfaceRequest
    ) -> tuple[NDArray[np.float64], tuple[Fact, Fact], _Reach]:
        """The plane of two weights: each direction is one of them, as far as its neighbours are."""
        directions, facts, ranges = np.zeros((2, len(self._now))), [], []
        for direction, place in zip(directions, request.weights, strict=True):
            direction[self._flat_place(place)] = 1.0
            facts.append(Fact("weight", (element_name(place.parameter, place.index),)))
            largest = float(self._parameters[place.parameter].detach().abs().max())
            far = request.span * (largest if 0 < largest < np.inf else 1.0)
            ranges.append((-far, far))
        if request.weights[0] == request.weights[1]:
            raise ArgumentError(
                QT_TRANSLATE_NOOP("errors", "Both axes are {0}: choose two different weights."),
                facts[0].values[0],
            )
        return directions, (facts[0], facts[1]), lambda _: (ranges[0], ranges[1])

    def _origin(self, request: SurfaceRequest) -> tuple[float, float]:
        if request.plane != "weights":
            return 0.0, 0.0
        x, y = (float(self._now[self._flat_place(place)]) for place in request.weights)
        return x, y

    def _flat_place(self, place: WeightPlace) -> int:
        """Where a weight is among all of them. Raises ArgumentError where there is none."""
        before = 0
        for name, parameter in self._parameters.items():
            sizes = zip(place.index, parameter.shape, strict=False)
            there = len(place.index) == parameter.ndim and all(0 <= i < n for i, n in sizes)
            if name == place.parameter and there:
                return before + int(np.ravel_multi_index(place.index, tuple(parameter.shape)))
            before += parameter.numel()
        raise ArgumentError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The network has no weight {0}: choose a parameter and a place within its shape.",
            ),
            element_name(place.parameter, place.index),
        )

    # -- the losses ------------------------------------------------------------------------------

    def slices(self) -> Iterator[None]:
        """Evaluate one batch of some points after the other; the gradient after the first level."""
        for level, points in enumerate(grid_levels(*self.losses.shape)):
            # Of the same size: a group of one costs as much as two points of a full one.
            for group in np.array_split(points, -(-len(points) // _TOGETHER)):
                yield from self._evaluate(group)
            if level == 0:
                yield from self._gradient()

    def _evaluate(self, points: NDArray[np.int64]) -> Iterator[None]:
        weights = [self.weights_at(self.plane.x[i], self.plane.y[j]) for j, i in points]
        sums = np.zeros(len(points))
        self._outputs.turn_to(weights)
        for number in range(self._loss.batches):
            images, _ = self._loss.batch(number)
            with torch.no_grad(), torch.random.fork_rng(devices=[]):
                outputs = self._outputs.of_batch(number, images)
                sums += self._loss.of_outputs(number, outputs).numpy() * len(images)
            yield
        for (j, i), found in zip(points, sums, strict=True):
            self.losses[j, i] = found / self._loss.total
            self.known[j, i] = True

    def weights_at(self, x: float, y: float) -> dict[str, Tensor]:
        """The weights at a point of the plane, by the names of the parameters."""
        flat = self._now + float(x) * self._d1 + float(y) * self._d2
        parts = torch.split(flat, [p.numel() for p in self._parameters.values()])
        named = zip(self._parameters.items(), parts, strict=True)
        return {name: part.view_as(parameter) for (name, parameter), part in named}

    def _gradient(self) -> Iterator[None]:
        summed, loss = torch.zeros_like(self._now), 0.0
        for number in range(self._loss.batches):
            weights = {
                name: parameter.detach().clone().requires_grad_()
                for name, parameter in self._parameters.items()
            }
            size = self._loss.size(number)
            with torch.enable_grad(), torch.random.fork_rng(devices=[]):
                of_batch = self._loss.of_batch(number, weights)
                found = torch.autograd.grad(of_batch, list(weights.values()), allow_unused=True)
            loss += of_batch.item() * size
            given = [
                torch.zeros_like(w) if g is None else g
                for w, g in zip(weights.values(), found, strict=True)
            ]
            summed += torch.cat([g.reshape(-1) for g in given]) * (size / self._loss.total)
            yield
        gradient = summed.numpy().astype(np.float64)[None]
        coordinates, squared = projected(self.directions, gradient)
        x, y = coordinates[0]
        self.plane = replace(
            self.plane,
            gradient=(float(x), float(y)),
            gradient_share=float(np.sqrt(squared)),
            loss=loss / self._loss.total,
        )


def _around(points: NDArray[np.float64], span: float) -> tuple[_Range, _Range]:
    """The ranges in which points (k, 2) lie, with room around them, ``span`` times as wide."""
    low, high = points.min(0), points.max(0)
    middle, half = (low + high) / 2, (high - low) / 2 * (1 + _ROOM) * span
    half = np.maximum(half, half.max() * 0.05)  # a straight path has some width too
    (x0, y0), (x1, y1) = middle - half, middle + half
    return (float(x0), float(x1)), (float(y0), float(y1))


def _steps(low: float, high: float, count: int) -> NDArray[np.float64]:
    return np.linspace(low, high, count)
