"""Python's collector of cycles, while a recording is made and afterwards."""

import gc
from typing import Any

import torch

import backprop_viz as bv
from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.logs.event_log import EventLog


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


def test_a_recording_that_nobody_looked_at_goes_without_the_collector() -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def record() -> None:
        with bv.record(net, optimizer):
            optimizer.zero_grad()
            net(torch.randn(5, 3)).square().mean().backward()
            optimizer.step()

    gc.collect()
    gc.disable()
    try:
        before = logs()
        record()
        assert logs() == before
    finally:
        gc.enable()


def logs() -> int:
    """How many logs of events there are."""
    return sum(type(one) is EventLog for one in gc.get_objects())
