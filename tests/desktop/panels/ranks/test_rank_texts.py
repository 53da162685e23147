"""What is said of ranks that end, hang, are killed or drift apart, and how it is found out."""

from dataclasses import replace

import pytest

from backprop_viz.desktop.panels.ranks.rank_texts import (
    standing_text,
    standing_word,
    sum_text,
    waits_text,
    weights_text,
)
from backprop_viz.desktop.rank_states import RanksState, RankState, WeightDifference
from backprop_viz.desktop.run.rank_comparisons import Comparisons
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.run_origin import RunOrigin

NOW = 1_000_000.0


def rank(number: int, kind: str = "watch", **more: object) -> RankState:
    """A rank that runs, has just spoken and is in its fifth iteration."""
    plain = RankState(
        rank=number,
        origin=RunOrigin(kind, "train.py", rank=number, world_size=2),  # type: ignore[arg-type]
        recording=None,
        loss=None,
        iteration=4,
        due=Phase.BACKWARD,
        heard=NOW - 1,
        closed=False,
        gone=False,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def ranks(*states: RankState, **more: object) -> RanksState:
    plain = RanksState(states, 0, None, 0, (0,) * len(states), 0)
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "word", "said"),
    [
        ({}, "runs", ""),
        ({"held": True, "heard": NOW - 1000}, "held before backward", ""),
        ({"heard": NOW - 25}, "silent", "Rank 1: no word for 25 s, after iteration 4."),
        ({"gone": True}, "gone", "Rank 1 is gone after iteration 4."),
        ({"closed": True, "heard": 0.0, "gone": True}, "ended", ""),
        (
            {"kind": "file", "heard": NOW - 25, "iteration": 2},
            "cut off",
            "Rank 1: its file ends after iteration 2, another's after 4. Nobody closed it: the "
            "process was killed, or hangs.",
        ),
        ({"kind": "file", "heard": NOW - 5}, "runs", ""),
    ],
)
def test_how_a_rank_stands(more: dict[str, object], word: str, said: str) -> None:
    state = ranks(rank(0), rank(1, **more))
    assert standing_word(state.ranks[1], NOW) == word
    assert standing_text(state, NOW) == said


def test_files_that_all_end_at_one_iteration_are_told_of_together() -> None:
    cut = [rank(number, "file", heard=0.0) for number in (0, 1)]
    assert standing_text(ranks(*cut), NOW).startswith("All files end after iteration 4.")


def test_who_is_waited_for_and_how_a_mean_is_written() -> None:
    assert waits_text(ranks(rank(0), rank(1))) == ""
    state = ranks(rank(0), rank(1), waits=(6, 14), waits_of=20)
    assert waits_text(state) == "The others waited for rank 1 in 14 of the last 20 iterations."
    assert sum_text(2) == "(g₀ + g₁) / 2"
    assert sum_text(16) == "(g₀ + g₁ + … + g₁₅) / 16"


def test_weights_that_differ() -> None:
    assert weights_text(ranks(rank(0), rank(1))) == ""
    equal = weights_text(ranks(rank(0), rank(1), compared=7))
    assert equal == "Weights are equal on all ranks to the bit, up to iteration 7."
    found = WeightDifference(5, ("a", "b", "c"), (1,), sure=True)
    state = ranks(rank(0), rank(1), difference=found, compared=7)
    assert weights_text(state) == "Weights differ since iteration 5: a and 2 more, on rank 1."


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
