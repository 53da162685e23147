"""What is said of ranks that wait for each other or drift apart, and how it is found out."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from backprop_viz.analysis.ranks import RankGradient
from backprop_viz.desktop.panels.ranks.rank_texts import (
    mean_text,
    sum_text,
    waits_text,
    weights_text,
)
from backprop_viz.desktop.rank_states import WeightDifference
from backprop_viz.desktop.run.rank_comparisons import Comparisons
from tests.desktop.panels.ranks.rank_examples import rank, ranks


def test_who_is_waited_for_and_how_a_mean_is_written() -> None:
    assert waits_text(ranks(rank(0), rank(1))) == ""
    state = ranks(rank(0), rank(1), waits=(6, 14), waits_of=20)
    assert waits_text(state) == "The others waited for rank 1 in 14 of the last 20 iterations."
    assert sum_text(2) == "(g₀ + g₁) / 2"
    assert sum_text(16) == "(g₀ + g₁ + … + g₁₅) / 16"


def test_that_batches_differ_in_size_is_said() -> None:
    both = (np.ones(1, np.float32),) * 2
    told = {"reduced": True, "same_after": True, "same_weight": True, "ranks": 2}
    gradient = RankGradient("w", both, both, np.ones(1), 0.0, **told)
    for sizes, said in (((4, 4), False), ((4, 9), True)):
        inputs = (SimpleNamespace(input=np.zeros((size, 6))) for size in sizes)
        state = ranks(*(rank(place, recording=one) for place, one in enumerate(inputs)))
        assert ("batches differ" in mean_text(gradient, state, is_over=True)) is said


def test_weights_that_differ() -> None:
    assert weights_text(ranks(rank(0), rank(1))) == ""
    equal = weights_text(ranks(rank(0), rank(1), compared=7))
    assert equal == "Weights are equal on all ranks to the bit, up to iteration 7."
    found = WeightDifference(5, ("a", "b", "c"), (1,), sure=True)
    state = ranks(rank(0), rank(1), difference=found, compared=7)
    assert weights_text(state) == "Weights differ since iteration 5: a and 2 more, on rank 1."
    found = replace(found, ranks=(0, 1))
    state = ranks(rank(0), rank(1), difference=found, compared=7)
    assert (
        weights_text(state) == "Weights differ from rank to rank since iteration 5: a and 2 more."
    )


@pytest.mark.parametrize("first", [1, 2, 37, 640, 999, 1000, None])
def test_where_weights_first_differ_is_found_by_few_readings(first: int | None) -> None:
    """Of a thousand iterations, of which each is read when it is asked for."""
    common = list(range(1, 1001))
    digests: list[dict[int, dict[str, bytes]]] = [{}, {}]
    readings = 0
    while (wanted := Comparisons(common, digests).next_iteration()) is not None:
        readings += 1
        differs = first is not None and wanted >= first
        digests[0][wanted] = {"w": b"a"}
        digests[1][wanted] = {"w": b"b" if differs else b"a"}
    compared = Comparisons(common, digests)
    assert compared.first_different == first
    assert compared.last == 1000
    assert readings <= (1 if first is None else 12)
    if first is not None and first > 1:
        assert compared.last_equal == first - 1
