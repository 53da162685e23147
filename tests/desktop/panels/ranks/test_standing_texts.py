"""What is said of ranks that hang, were killed or wait: which, where, since when, for whom."""

import time
from dataclasses import replace

import pytest

from backprop_viz.desktop.panels.ranks.standing_texts import clock, standing_text, standing_word
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.panels.ranks.rank_examples import NOW, rank, ranks

_SINCE, _UNTIL = (time.strftime("%H:%M:%S", time.localtime(NOW - s)) for s in (100, 60))
# In its fifth iteration a rank stands in backward; the other has sent all of its gradients.
STANDS = Whereabouts(
    NOW - 60,
    NOW - 100,
    iteration=5,
    line=12,
    phase=Phase.BACKWARD,
    after="fc2 (linear)",
    bucket=1,
    buckets=3,
    sends=("fc1.weight", "fc1.bias"),
    in_backward=True,
)
WAITS = replace(STANDS, doing="backward", line=9, after="conv1.weight", bucket=3, sends=())


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


def test_files_tell_where_a_rank_stopped_and_in_which_bucket_another_waited_for_it() -> None:
    cut = {"kind": "file", "heard": NOW - 60}
    said = standing_text(ranks(rank(0, there=WAITS, **cut), rank(1, there=STANDS, **cut)), NOW)
    assert said.splitlines() == [
        "Rank 1 stopped in iteration 5, at line 12, after backward of fc2 (linear). It was last "
        f"seen at {_UNTIL}: the process was killed, or hangs.",
        f"Rank 0 waited 40 s for rank 1, until {_UNTIL}, in backward of iteration 5, with "
        "bucket 2 of 3: fc1.weight, fc1.bias.",
    ]


def test_live_it_is_said_since_when() -> None:
    stuck = {"progressed": NOW - 100, "rate": 5.0}
    said = standing_text(ranks(rank(0, there=WAITS, **stuck), rank(1, there=STANDS, **stuck)), NOW)
    assert said.splitlines() == [
        f"Rank 1 hangs since {_SINCE} in iteration 5, at line 12, after backward of fc2 (linear).",
        f"Rank 0 waits for rank 1 since {_SINCE}, in backward of iteration 5, with bucket 2 of 3: "
        "fc1.weight, fc1.bias.",
    ]


def test_a_place_from_before_the_last_iteration_is_none() -> None:
    """As of a rank that was killed between two looks at it: where it stopped is not known."""
    cut = {"kind": "file", "heard": NOW - 60}
    old = replace(STANDS, iteration=3)
    said = standing_text(ranks(rank(0, there=WAITS, **cut), rank(1, there=old, **cut)), NOW)
    assert said.splitlines() == [
        "Rank 1: its file ends after iteration 4, and nobody closed it.",
        f"Rank 0 waited 40 s for rank 1, until {_UNTIL}, in iteration 5 at line 9.",
    ]


def test_nobody_is_accused_where_all_wait() -> None:
    stuck = {"progressed": NOW - 100, "rate": 5.0}
    said = standing_text(ranks(rank(0, there=WAITS, **stuck), rank(1, there=WAITS, **stuck)), NOW)
    assert "waits for rank" not in said
    assert said.count("ranks wait there for each other's gradients") == 2
    barrier = replace(WAITS, doing="collective", collective="barrier", in_backward=False)
    said = standing_text(
        ranks(rank(0, there=barrier, **stuck), rank(1, there=barrier, **stuck)), NOW
    )
    assert said.count(f"waits for other ranks since {_SINCE}, in iteration 5, in barrier") == 2


@pytest.mark.parametrize("closed", [True, False])  # False: torchrun kills it a moment later
def test_the_exception_that_ended_a_rank_is_told(closed: bool) -> None:
    failed = replace(WAITS, error="RuntimeError: Connection closed by peer\nmore")
    state = ranks(
        rank(0, "file", there=failed, closed=closed, heard=NOW - 60),
        rank(1, "file", there=STANDS, heard=NOW - 60),
    )
    assert standing_word(state.ranks[0], NOW) == "failed"
    _, first, second = standing_text(state, NOW).splitlines()
    assert first.startswith("Rank 0 waited 40 s for rank 1")
    expected = f"Rank 0 ended at {_UNTIL} in iteration 5: RuntimeError: Connection closed by peer"
    assert second == expected


def test_a_time_of_another_day_has_its_date() -> None:
    assert clock(NOW - 60, NOW) == _UNTIL
    other = clock(NOW - 3 * 86_400, NOW)
    assert other.endswith(time.strftime("%H:%M:%S", time.localtime(NOW)))
    assert len(other) == len("2026-01-01 00:00:00")


@pytest.mark.parametrize("at", [float("nan"), float("inf"), 1e300, -1e300])
def test_what_is_no_time_is_none(at: float) -> None:
    assert clock(at, NOW) == "?"
    cut = {"kind": "file", "heard": NOW - 60}
    wild = [replace(one, time=at, since=at) for one in (WAITS, STANDS)]
    states = [rank(i, there=one, **cut) for i, one in enumerate(wild)]
    assert "Rank 1 stopped in iteration 5" in standing_text(ranks(*states), NOW)
