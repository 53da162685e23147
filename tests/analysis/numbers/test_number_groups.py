"""The groups of a number's terms, against plain loops over the terms."""

from collections import defaultdict

import numpy as np
import pytest

from backprop_viz.analysis.numbers.number_groups import TermGroups, rest_of_terms, term_groups
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import FactorColumn, NumberExplanation, Part

IMAGE = ("sample", "channel", "row", "column")


def explained(*parts: Part) -> NumberExplanation:
    total = sum(float(part.values.sum()) for part in parts)
    return NumberExplanation(Number(0), total, "gradient", "op", parts=parts, total=total)


def bias_gradient() -> NumberExplanation:
    """Channel 1 of the bias of a convolution: 3 samples of 4 x 5, half of them 0."""
    places = np.array([(n, 1, i, j) for n in range(3) for i in range(4) for j in range(5)])
    values = np.random.default_rng(0).normal(size=60)
    values[::2] = 0
    upstream = FactorColumn("upstream", values, 7, places, axes=IMAGE)
    return explained(Part("products", values, (upstream, FactorColumn("one", np.ones(60)))))


def by(explanation: NumberExplanation, kind: str) -> TermGroups:
    (found,) = (each for each in term_groups(explanation) if each.kind == kind)
    return found


@pytest.mark.parametrize(("kind", "axes"), [("sample", (0,)), ("position", (2, 3))])
def test_sums_of_groups(kind: str, axes: tuple[int, ...]) -> None:
    explanation = bias_gradient()
    (part,) = explanation.parts
    places = part.factors[0].indices
    assert places is not None
    sums: dict[tuple[int, ...], float] = defaultdict(float)
    counts: dict[tuple[int, ...], int] = defaultdict(int)
    zeros: dict[tuple[int, ...], int] = defaultdict(int)
    for value, place in zip(part.values, places, strict=True):
        key = tuple(int(place[axis]) for axis in axes)
        sums[key] += value
        counts[key] += 1
        zeros[key] += value == 0
    found = by(explanation, kind)
    keys = [tuple(map(int, place)) for place in found.places]
    assert keys == sorted(sums, key=lambda key: -abs(sums[key]))
    assert found.sums == pytest.approx([sums[key] for key in keys], rel=1e-14)
    assert found.counts.tolist() == [counts[key] for key in keys]
    assert found.zeros.tolist() == [zeros[key] for key in keys]
    assert found.axes == tuple(IMAGE[axis] for axis in axes)
    assert found.role == "upstream"
    assert found.rest(2) == pytest.approx(sum(sums[key] for key in keys[2:]), abs=1e-14)
    for value_place, group in zip(places, found.group_of, strict=True):
        assert tuple(value_place[list(axes)]) == keys[group]


def test_a_grouping_that_says_nothing_is_not_offered() -> None:
    # All terms are of channel 1: their sum by channel is the sum.
    assert [each.kind for each in term_groups(bias_gradient())] == ["sample", "position"]
    # One term for each feature: the sums by feature are the terms.
    places = np.array([(0, k) for k in range(4)])
    column = FactorColumn("input", np.ones(4), 1, places, axes=("sample", "feature"))
    assert term_groups(explained(Part("products", column.values, (column,)))) == ()
    assert term_groups(explained()) == ()


def test_terms_without_a_place_are_beside_the_groups() -> None:
    places = np.array([(0, c, i, j) for c in range(3) for i in range(2) for j in range(2)])
    values = np.arange(12.0)
    window = FactorColumn("window", values, 1, places, axes=IMAGE)
    kernel_axes = ("out_channel", "in_channel", "kernel_row", "kernel_column")
    kernel = FactorColumn("kernel", np.full(12, 2.0), 2, places, axes=kernel_axes)
    bias = FactorColumn("bias", np.array([0.5]), 3, np.array([[0]]), axes=("channel",))
    explanation = explained(
        Part("products", values * 2, (kernel, window)), Part("bias", bias.values, (bias,))
    )
    found = by(explanation, "position")
    assert (found.role, found.ungrouped) == ("window", 0.5)
    assert found.group_of[-1] == -1
    assert found.sums.sum() + found.ungrouped == explanation.total
    # The bias has a channel too, but the output's and not the window's.
    channels = by(explanation, "channel")
    assert (channels.role, channels.ungrouped) == ("window", 0.5)
    assert channels.sums.tolist() == [76, 44, 12]


def test_the_upstream_gradients_place_counts() -> None:
    upstream_places = np.array([(n, 0, 5, 6) for n in range(4) for _ in range(2)])
    window_places = np.array([(n, c, 7, 8) for n in range(4) for c in range(2)])
    values = np.ones(8)
    upstream = FactorColumn("upstream", values, 1, upstream_places, axes=IMAGE)
    window = FactorColumn("window", values, 2, window_places, axes=IMAGE)
    found = by(explained(Part("products", values, (window, upstream))), "sample")
    assert found.role == "upstream"


@pytest.mark.parametrize("shown", [0, 7, 30, 59, 60, 80])
def test_the_rest_of_the_terms(shown: int) -> None:
    explanation = bias_gradient()
    hidden = sorted(explanation.parts[0].values, key=lambda value: -abs(value))[shown:]
    rest = rest_of_terms(explanation, shown)
    assert rest.total == pytest.approx(sum(hidden), abs=1e-14)
    assert rest.count == sum(value != 0 for value in hidden)
    assert rest.zeros == sum(value == 0 for value in hidden)
