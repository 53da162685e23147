"""The sides of kinked operations, against what such an operation is: straight between its kinks."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.capture.checks.kinks import KinkWatch, unit_index

# From (2, 3, 8, 8): straight between kinks, in every unit or in their sum.
STRAIGHT: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "relu in place": lambda x: (x * 1).relu_(),
    "relu6": lambda x: F.relu6(x * 5),
    "leaky_relu": F.leaky_relu,
    "prelu": lambda x: F.prelu(x, torch.tensor([0.25], dtype=x.dtype)),
    "hardtanh": F.hardtanh,
    "hardtanh with bounds": lambda x: F.hardtanh(x, -0.5, 0.25),
    "hardsigmoid": lambda x: F.hardsigmoid(x * 3),
    "hardshrink": F.hardshrink,
    "softshrink": lambda x: F.softshrink(x, 0.25),
    "threshold": lambda x: F.threshold(x, 0.1, 20.0),
    "abs": torch.abs,
    "clamp": lambda x: x.clamp(-0.5, 0.5),
    "clamp from below": lambda x: x.clamp(min=0.3),
    "clamp from above": lambda x: torch.clamp(x, max=0.3),
    "clamp by tensors": lambda x: torch.clamp(x, -torch.ones_like(x) / 3, torch.ones_like(x)),
    "max_pool1d": lambda x: F.max_pool1d(x[0], 2),
    "max_pool2d": lambda x: F.max_pool2d(x, 3, stride=2, padding=1),
    "max_pool3d": lambda x: F.max_pool3d(x, 2),
    "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 3),
    "max of all": lambda x: x.max(),
    "max of a dimension": lambda x: x.max(1).values,
    "min of all": lambda x: x.min(),
    "amax": lambda x: x.amax((0, 3)),
    "amin, kept": lambda x: x.amin((1, 2), keepdim=True),
    "maximum": lambda x: torch.maximum(x, -x * 0.5),
    "minimum": lambda x: torch.minimum(x, torch.zeros_like(x)),
    "l1_loss": lambda x: F.l1_loss(x, x.flip(0) * 0.5),
    "hinge": lambda x: F.hinge_embedding_loss(x, -torch.ones_like(x)),
    "norm 1": lambda x: x.norm(1),
    "norm inf": lambda x: x.norm(float("inf")),
    "where": lambda x: torch.where(x > 0.2, x * 3, x - 1),
    "sort": lambda x: x.sort(-1).values,
    "topk": lambda x: x.topk(3).values,
    "median": lambda x: x.median(),
    "kthvalue": lambda x: x.kthvalue(2, -1).values,
    "cummax": lambda x: x.cummax(2).values,
    "floor": lambda x: (x * 4).floor(),
    "remainder": lambda x: x % 0.5,
}


def ran(f: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, KinkWatch]:
    with KinkWatch() as watch:
        return f(x), watch


@pytest.mark.parametrize("name", STRAIGHT)
def test_an_operation_is_straight_exactly_where_no_unit_switches(name: str) -> None:
    f = STRAIGHT[name]
    generator = torch.Generator().manual_seed(5)
    x, way = (
        torch.rand(2, 3, 8, 8, generator=generator, dtype=torch.float64) * 2 - 1 for _ in range(2)
    )
    straight = bent = 0
    for size in np.geomspace(1e-5, 0.3, 80):
        # A kink that lies in the very middle would leave no trace there: none does for all ways.
        places = [x, x + 0.4 * size * way, x + size * way]
        (left, start), (between, _), (right, end) = (ran(f, place) for place in places)
        assert start.sides.keys() == end.sides.keys() != set()
        switched = any((start.sides[key] != end.sides[key]).any() for key in start.sides)
        off = float((0.6 * left + 0.4 * right - between).abs().max())
        assert (off > 1e-12) == switched, (size, off)
        straight += not switched
        bent += switched
    assert straight
    assert bent


@pytest.mark.parametrize("name", ["relu", "max_pool1d", "max_pool2d", "amin, kept", "sort"])
def test_a_unit_is_found_in_what_the_operation_made(name: str) -> None:
    f = STRAIGHT[name]
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    made, watch = ran(f, x)
    (sides,) = watch.sides.values()
    shape = tuple(made.shape)
    places = {unit_index(sides, unit, shape) for unit in range(sides.size)}
    assert places == set(np.ndindex(shape))


def test_a_unit_inside_a_loss_has_no_place_in_it() -> None:
    made, watch = ran(STRAIGHT["l1_loss"], torch.ones(2, 3, dtype=torch.float64))
    (sides,) = watch.sides.values()
    assert unit_index(sides, 4, tuple(made.shape)) == ()


@pytest.mark.parametrize("smooth", [torch.tanh, F.gelu, torch.square, torch.sigmoid, F.dropout])
def test_a_smooth_operation_has_no_sides(smooth: Callable[[Tensor], Tensor]) -> None:
    assert ran(smooth, torch.randn(3, 4, dtype=torch.float64))[1].sides == {}


def test_each_operation_of_an_event_has_its_own_sides() -> None:
    x = torch.tensor([-1.0, 2.0], dtype=torch.float64)
    with KinkWatch() as watch:
        watch.event = 3
        x.relu()
        x.abs().neg().relu()
        watch.event = 5
        x.relu()
    assert list(watch.sides) == [(3, 0), (3, 1), (3, 2), (5, 0)]
    assert watch.sides[5, 0].tolist() == [0, 1]
