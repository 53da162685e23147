"""The terms in rows, in a grid and by group: every number is where it belongs, no sum is lost."""

import numpy as np
import pytest

from backprop_viz.desktop.panels.origin.term_grid import first_term, group_sums, term_grid
from backprop_viz.desktop.panels.origin.term_rows import MOST_ROWS, TermHeading, term_rows
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.iteration import Recording
from tests.desktop.panels.origin.explained_numbers import (
    bias_gradient,
    convolved,
    plain_output,
    recorded,
)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded()


def test_the_largest_terms_have_rows_and_the_rest_is_summed(recording: Recording) -> None:
    _, explanation = bias_gradient(recording)
    shown = term_rows(explanation, recording.events)
    backward = next(
        event for event in reversed(recording.events) if event.op == "ConvolutionBackward0"
    )
    delta = backward.inputs[0]
    assert delta is not None
    flat = delta[:, 0].astype(np.float64).ravel()
    in_order = sorted(flat.tolist(), key=abs, reverse=True)
    assert [row.value for row in shown.rows] == in_order[:MOST_ROWS]
    assert shown.zeros == int((flat == 0).sum()) > 0
    assert shown.rest_count == len(flat) - shown.zeros - MOST_ROWS > 0
    total = sum(row.value for row in shown.rows) + shown.rest
    assert total == pytest.approx(flat.sum(), rel=1e-12)
    assert shown.headings == (
        TermHeading("upstream", place=True),
        TermHeading("upstream"),
        TermHeading("local"),
        TermHeading(""),
    )
    place, upstream, local, _ = shown.rows[0].cells
    largest = np.unravel_index(int(np.abs(delta[:, 0]).argmax()), delta[:, 0].shape)
    index = (int(largest[0]), 0, int(largest[1]), int(largest[2]))
    assert place.text == ",".join(map(str, index))
    assert upstream.number is not None
    assert upstream.number.index == index
    assert upstream.number.arrived
    assert upstream.color == "backward"
    assert local.number is None


def test_a_term_of_another_part_says_which_and_can_be_asked_about(recording: Recording) -> None:
    number, explanation = convolved(recording)
    assert explanation.total == plain_output(recording)[number.index].item()
    shown = term_rows(explanation, recording.events)
    assert len(shown.rows) == 10
    (bias,) = [row for row in shown.rows if row.part == 1]
    assert bias.cells[0].text == "bias"
    parameter = recording.by_parameter["conv1.bias"]
    assert bias.cells[-1].number == Number(parameter.value_id, (2,))
    assert [h.role for h in shown.headings] == ["window", "window", "kernel", "kernel", ""]


def test_where_every_term_is_zero_the_first_ones_are_shown(recording: Recording) -> None:
    zeros = FactorColumn("upstream", np.zeros(3)), FactorColumn("local", np.array([1.0, 0, 2]))
    part = Part("products", np.zeros(3), zeros)
    explanation = NumberExplanation(Number(0), 0.0, "gradient", "ReluBackward0", parts=(part,))
    shown = term_rows(explanation, recording.events)
    assert [row.term for row in shown.rows] == [0, 1, 2]
    assert shown.zeros == 3


def test_a_nan_is_the_first_term(recording: Recording) -> None:
    values = np.array([1.0, np.nan, -7.0])
    part = Part("products", values, (FactorColumn("upstream", values),))
    explanation = NumberExplanation(Number(0), np.nan, "gradient", "x", parts=(part,))
    assert [row.term for row in term_rows(explanation, recording.events).rows] == [1, 2, 0]


def test_the_window_and_the_kernel_lie_as_in_their_tensors(recording: Recording) -> None:
    _, explanation = convolved(recording)
    first = first_term(explanation)
    assert first is not None
    grid = term_grid(explanation, *first)
    assert grid is not None
    window, kernel = grid.factors
    x = recording.input
    assert x is not None
    assert window.values.tolist() == x[1, 0, 4:7, 5:8].tolist()
    weight = recording.by_parameter["conv1.weight"].value
    assert kernel.values.tolist() == weight[2, 0].tolist()
    np.testing.assert_array_equal(grid.products, window.values * kernel.values)
    assert grid.total == pytest.approx(float(grid.products.sum()), rel=1e-12)
    assert not grid.alone
    assert grid.group == ()
    assert abs(grid.products[grid.chosen]) == np.abs(grid.products).max()
    assert group_sums(explanation, 0) is None


def test_the_terms_of_one_sample_lie_in_a_map_and_are_summed_by_sample(
    recording: Recording,
) -> None:
    _, explanation = bias_gradient(recording)
    part = explanation.parts[0]
    term = int(part.order[0])
    grid = term_grid(explanation, 0, term)
    assert grid is not None
    (upstream,) = grid.factors
    assert upstream.column.indices is not None
    sample = int(upstream.column.indices[term, 0])
    backward = next(e for e in reversed(recording.events) if e.op == "ConvolutionBackward0")
    delta = backward.inputs[0]
    assert delta is not None
    assert grid.alone
    assert grid.axes == ("sample",)
    assert grid.group == (sample,)
    assert upstream.values.tolist() == delta[sample, 0].tolist()
    by_sample = delta[:, 0].astype(np.float64).sum(axis=(1, 2))
    assert grid.total == pytest.approx(by_sample[sample], rel=1e-12)
    sums = group_sums(explanation, 0)
    assert sums is not None
    assert sums.axis == "sample"
    order = sorted(range(4), key=lambda n: -abs(by_sample[n]))
    assert sums.places.tolist() == order
    np.testing.assert_allclose(sums.sums, by_sample[order], rtol=1e-12)
    for place, largest in zip(sums.places, sums.terms, strict=True):
        assert upstream.column.indices[largest, 0] == place
        own = part.values[upstream.column.indices[:, 0] == place]
        assert abs(part.values[largest]) == np.abs(own).max()


def test_a_long_row_of_terms_is_broken(recording: Recording) -> None:
    values = np.arange(40.0)
    places = np.stack([np.full(40, 3), np.arange(40)], axis=1)
    part = Part("products", values, (FactorColumn("input", values, 0, places),))
    explanation = NumberExplanation(Number(0), 0.0, "forward", "linear", parts=(part,))
    grid = term_grid(explanation, 0, 39)
    assert grid is not None
    assert grid.terms.shape == (3, 16)
    assert grid.terms.ravel()[:40].tolist() == list(range(40))
    assert (grid.terms.ravel()[40:] == -1).all()
    assert grid.chosen == (2, 7)
    assert np.isnan(grid.factors[0].values[2, 8:]).all()


def test_terms_without_places_have_no_grid() -> None:
    part = Part("products", np.ones(2), (FactorColumn("local", np.ones(2)),))
    explanation = NumberExplanation(Number(0), 2.0, "forward", "x", parts=(part,))
    assert term_grid(explanation, 0, 0) is None
    assert group_sums(explanation, 0) is None
    assert first_term(NumberExplanation(Number(0), 2.0, "given", "x")) is None
