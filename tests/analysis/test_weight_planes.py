"""Directions in the space of the weights, against loops in plain numpy."""

import numpy as np
import pytest

from backprop_viz.analysis.surface_grid import contour_lines, grid_levels, with_nearest
from backprop_viz.analysis.weight_planes import (
    directions_through,
    filter_normalised,
    main_directions,
    projected,
)
from backprop_viz.recording.errors import ArgumentError


def test_each_filter_is_as_long_as_the_weights_and_the_rest_is_left_alone() -> None:
    random = np.random.default_rng(5)
    weights = [
        random.standard_normal((4, 2, 3, 3)).astype(np.float32),  # a convolution
        random.standard_normal(4).astype(np.float32),  # its bias, or a BatchNorm's weight
        random.standard_normal((5, 7)).astype(np.float32),
    ]
    flat = filter_normalised(weights, seed=3)
    conv, bias, matrix = flat[:72].reshape(4, 2, 3, 3), flat[72:76], flat[76:].reshape(5, 7)
    for drawn, weight in ((conv, weights[0]), (matrix, weights[2])):
        for a, b in zip(drawn, weight, strict=True):
            assert np.linalg.norm(a) == pytest.approx(np.linalg.norm(b), rel=1e-6)
    assert not bias.any()
    assert np.array_equal(flat, filter_normalised(weights, seed=3))
    assert not np.array_equal(flat, filter_normalised(weights, seed=4))


def test_main_directions_are_those_of_a_singular_value_decomposition() -> None:
    points = np.random.default_rng(0).standard_normal((6, 40)) * np.array([[9, 5, 1, 1, 1, 1]]).T
    directions, shares = main_directions(points)
    _, sizes, rows = np.linalg.svd(points, full_matrices=False)
    for mine, theirs in zip(directions, rows, strict=False):
        assert abs(mine @ theirs) == pytest.approx(1, abs=1e-9)
    assert shares == pytest.approx(sizes[:2] ** 2 / (sizes**2).sum())
    assert (directions @ points[0] >= 0).all()


@pytest.mark.parametrize("points", [np.zeros((1, 9)), np.outer([0.0, 1.0, 2.0], np.ones(9))])
def test_points_on_one_line_have_no_two_main_directions(points: np.ndarray) -> None:
    with pytest.raises(ArgumentError, match="too short"):
        main_directions(points)


def test_a_plane_goes_through_both_points() -> None:
    random = np.random.default_rng(2)
    first, second, spare = random.standard_normal((3, 30))
    directions, spans = directions_through(first, second, spare)
    assert spans
    assert directions[0] @ directions[1] == pytest.approx(0, abs=1e-9)
    coordinates, share = projected(directions, np.stack((first, second)))
    assert coordinates[0] == pytest.approx([1, 0])
    assert coordinates @ directions == pytest.approx(np.stack((first, second)))
    assert share == pytest.approx(1)


def test_of_points_on_one_line_the_spare_direction_is_taken() -> None:
    random = np.random.default_rng(2)
    first, spare = random.standard_normal((2, 30))
    for pair in ((first, 2 * first), (first, 0 * first), (0 * first, first)):
        directions, spans = directions_through(*pair, spare)
        assert not spans
        assert directions[0] == pytest.approx(first)
        assert directions[0] @ directions[1] == pytest.approx(0, abs=1e-9)
        assert np.linalg.norm(directions[1]) == pytest.approx(np.linalg.norm(first))
    with pytest.raises(ArgumentError, match="the same"):
        directions_through(0 * first, 0 * first, spare)


def test_what_is_projected_is_nearest_in_the_plane() -> None:
    random = np.random.default_rng(7)
    directions, offsets = random.standard_normal((2, 12)), random.standard_normal((4, 12))
    coordinates, share = projected(directions, offsets)
    left = offsets - coordinates @ directions
    assert left @ directions.T == pytest.approx(np.zeros((4, 2)), abs=1e-9)
    assert share == pytest.approx(1 - (left**2).sum() / (offsets**2).sum())


@pytest.mark.parametrize("resolution", [1, 3, 5, 11, 25, 26, 51])
def test_each_point_of_a_grid_comes_once_the_coarse_ones_first(resolution: int) -> None:
    found = grid_levels(resolution, resolution)
    everything = np.concatenate(found)
    assert len({tuple(p) for p in everything.tolist()}) == len(everything) == resolution**2
    middle = (resolution - 1) // 2
    assert [middle, middle] in found[0].tolist()
    assert [len(level) for level in found] == sorted(len(level) for level in found)


def test_what_is_not_known_yet_is_as_its_nearest_coarse_point() -> None:
    losses, known = np.full((11, 11), np.nan), np.zeros((11, 11), bool)
    assert np.isnan(with_nearest(losses, known)).all()
    for points in grid_levels(11, 11):
        for j, i in points:
            losses[j, i], known[j, i] = 100 * j + i, True
        shown = with_nearest(losses, known)
        assert np.isfinite(shown).all()
        assert (shown[known] == losses[known]).all()
    assert (shown == losses).all()
    coarse = grid_levels(11, 11)[0]
    known[:] = False
    known[coarse[:, 0], coarse[:, 1]] = True
    shown = with_nearest(losses, known)
    assert known.sum() == 25
    assert (shown[0, 0], shown[4, 5]) == (losses[1, 1], losses[5, 5])


def test_contour_lines_lie_where_the_values_have_the_level() -> None:
    x, y = np.linspace(-2, 2, 21), np.linspace(-1, 3, 17)
    values = 2 * x[None, :] - 3 * y[:, None]  # a slope, between whose points it is linear
    lines = contour_lines(values, x, y, 0.7)
    assert len(lines) > 10
    at_x, at_y = lines.reshape(-1, 2).T
    assert 2 * at_x - 3 * at_y == pytest.approx(np.full(len(at_x), 0.7))
    # Each segment goes on in another one, but where the grid ends.
    ends = [tuple(np.round(p, 9)) for p in lines.reshape(-1, 2)]
    single = [p for p in ends if ends.count(p) == 1]
    assert all(np.isclose(abs(p[0]), 2) or np.isclose(p[1], (-1, 3)).any() for p in single)
    assert len(single) == 2


def test_lines_around_a_saddle_do_not_cross() -> None:
    x = y = np.array([0.0, 1.0])
    values = np.array([[0.0, 1.0], [1.0, 0.0]])
    for level, near in ((0.4, (0, 0)), (0.6, (1, 0))):
        lines = contour_lines(values, x, y, level)
        assert len(lines) == 2
        # One of the two is around this corner.
        assert (np.abs(lines - near).max((1, 2)) < 0.7).any()
    assert len(contour_lines(values, x, y, 2.0)) == 0
