"""Python's collector of cycles, while a recording is made and afterwards."""

import gc
from typing import Any

from backprop_viz.capture.code.no_collector import without_collector


def test_what_was_made_meanwhile_is_not_looked_at_next() -> None:
    looks: list[Any] = []
    gc.collect()
    with without_collector():
        made = [[k] for k in range(20_000)]
    gc.callbacks.append(lambda *told: looks.append(told))
    few = [[k] for k in range(50)]
    gc.callbacks.pop()
    assert gc.isenabled()
    assert not looks
    assert len(made) + len(few) == 20_050


def test_a_cycle_that_was_made_meanwhile_is_collected_in_the_end() -> None:
    class Held:
        gone = False

        def __del__(self) -> None:
            Held.gone = True

    with without_collector():
        one = Held()
        one.itself = one  # type: ignore[attr-defined]
        del one
    assert not Held.gone
    gc.collect()
    assert Held.gone


def test_what_somebody_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        with without_collector():
            pass
        assert gc.get_freeze_count() > before - 100
    finally:
        gc.unfreeze()
