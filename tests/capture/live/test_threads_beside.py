"""A thread that calls the model beside the loop is none of an iteration's, and disturbs none."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase


@contextmanager
def called_beside(net: nn.Module, with_graph: bool) -> Iterator[None]:
    """Another thread calls the model in here, again and again."""
    over, called = threading.Event(), threading.Event()
    errors: list[Exception] = []

    def look() -> None:
        try:
            while not over.is_set():
                with torch.set_grad_enabled(with_graph):
                    net(torch.zeros(2, 4))
                called.set()
        except Exception as error:
            errors.append(error)
            called.set()

    thread = threading.Thread(target=look)
    thread.start()
    assert called.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not errors


def in_this_thread(turn: Callable[[], None]) -> None:
    turn()


def in_a_thread_of_its_own(turn: Callable[[], None]) -> None:
    thread = threading.Thread(target=turn)
    thread.start()
    thread.join()


@pytest.mark.parametrize("with_graph", [False, True])
def test_iterations_are_those_of_the_plain_loop(with_graph: bool, tmp_path: Path) -> None:
    torch.manual_seed(2)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    kept = []
    with called_beside(net, with_graph), bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(30):
            optimizer.zero_grad()
            net(torch.randn(3, 4)).square().mean().backward()
            optimizer.step()
            kept.append([p.detach().clone().numpy() for p in net.parameters()])
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording, weights in zip(loaded, kept, strict=True):
            assert [span.phase for span in recording.spans] == list(Phase)
            end = recording.at(len(recording.events))
            named = zip(dict(net.named_parameters()), weights, strict=True)
            assert all(np.array_equal(end.value(name), weight) for name, weight in named)


def in_one_that_is_waited_for_later(turn: Callable[[], None]) -> None:
    """On a busy machine the loop waits for its thread only when that runs already."""
    thread = threading.Thread(target=turn)
    thread.start()
    sleep(0.004)
    thread.join()


RUNS = [in_this_thread, in_a_thread_of_its_own, in_one_that_is_waited_for_later]


@pytest.mark.parametrize("runs", RUNS)
def test_each_turn_may_run_in_another_thread(
    runs: Callable[[Callable[[], None]], None], tmp_path: Path
) -> None:
    net = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def turn() -> None:
        optimizer.zero_grad()
        net(torch.ones(3, 4)).square().mean().backward()
        optimizer.step()

    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(3):
            runs(turn)
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording in loaded:
            ran = [span.phase for span in recording.spans]
            assert ran[-4:] == [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE]


def test_a_part_that_another_thread_calls_by_itself_is_none_of_the_loops() -> None:
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    started, begun, over, done = [False], [False], [False], [False]

    def looks() -> None:
        while not started[0]:  # by then the loop's thread does not wait for this one
            pass
        while not over[0]:
            net[0](torch.zeros(2, 4))
            begun[0] = True
        done[0] = True

    with bv.record(net, optimizer) as recording:
        beside = threading.Thread(target=looks)
        beside.start()
        started[0] = True
        while not begun[0]:
            pass
        hooks = len(net[0]._forward_hooks)
        over[0] = True
        while not done[0]:  # a thread that is joined goes on with the loop
            pass
        beside.join()
        optimizer.zero_grad()
        net(torch.ones(3, 4)).square().mean().backward()
        optimizer.step()
    assert hooks == 0
    assert [span.phase for span in recording.spans] == list(Phase)
