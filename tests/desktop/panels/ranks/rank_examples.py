"""Ranks as the window knows them."""

from dataclasses import replace

from backprop_viz.desktop.rank_states import RanksState, RankState
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.phases import Phase

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
