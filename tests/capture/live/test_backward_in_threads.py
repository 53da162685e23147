"""A backward that another thread runs is recorded as one that the loop's own runs."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.capture import loop_thread
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def in_a_thread(loss: Tensor) -> None:
    thread = threading.Thread(target=loss.backward)
    thread.start()
    thread.join()


def in_a_pool(loss: Tensor) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(torch.autograd.backward, loss).result()


def in_an_event_loop(loss: Tensor) -> None:
    async def turn() -> None:
        await asyncio.to_thread(loss.backward)

    asyncio.run(turn())


def while_the_loop_is_busy(loss: Tensor) -> None:
    with ThreadPoolExecutor(1) as pool:
        ran = pool.submit(loss.backward)
        sum(range(200_000))
        ran.result()


WAYS = [in_a_thread, in_a_pool, in_an_event_loop, while_the_loop_is_busy]


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 5), nn.Linear(5, 2)
        self.reentrant = reentrant

    def forward(self, x: Tensor) -> Tensor:
        return checkpoint(self.last, self.first(x).tanh(), use_reentrant=self.reentrant)


NETS: dict[str, Callable[[], nn.Module]] = {
    "plain": lambda: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2)),
    "checkpointed": lambda: Checkpointed(False),
    "checkpointed, reentrant": lambda: Checkpointed(True),
}


def backward_of(recording: Recording) -> list[str]:
    return [event.op for event in recording.events if event.phase is Phase.BACKWARD]


@pytest.mark.parametrize("net_name", NETS)
@pytest.mark.parametrize("way", WAYS)
def test_it_has_its_nodes(way: Callable[[Tensor], None], net_name: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = NETS[net_name]()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, given = torch.randn(3, 4), []

    def turn(run: Callable[[Tensor], None] = way) -> None:
        optimizer.zero_grad()
        loss = net(x).square().mean()
        run(loss)
        given.append((loss.item(), {name: p.grad.clone() for name, p in net.named_parameters()}))
        optimizer.step()

    with bv.record(net, optimizer) as own:
        turn(Tensor.backward)
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        turn()
        turn()
    with bv.record(net, optimizer) as last:
        turn()
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording, (loss, grads) in zip((*loaded, last.recording), given[1:], strict=True):
            assert recording.loss == loss
            assert [span.phase for span in recording.spans] == list(Phase)
            assert backward_of(recording) == backward_of(own.recording)
            end = recording.at(len(recording.events))
            assert all(np.array_equal(end.grad(name), g.numpy()) for name, g in grads.items())
            places = [e.place for e in recording.events if e.phase is Phase.BACKWARD]
            assert {place[0] for place in places if place} == {__file__}


def two_losses_in_two_threads(hears: Callable[[Tensor, int], None] = lambda *_: None) -> None:
    """``hears``: is given each loss and its number before they go backward."""
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded, ThreadPoolExecutor(2) as pool:
        # Powers of two: in whatever order they are added, the sum is exact.
        losses = [net(torch.ones(1, 4)).sum() * scale for scale in (0.5, 4.0)]
        for number, loss in enumerate(losses):
            hears(loss, number)
        list(pool.map(Tensor.backward, losses))
        grads = {name: p.grad.clone() for name, p in net.named_parameters()}
        optimizer.step()
    recording = recorded.recording
    runs = [span for span in recording.spans if span.phase is Phase.BACKWARD]
    events = [event for event in recording.events if event.phase is Phase.BACKWARD]
    assert sum(span.stop - span.start for span in runs) == len(events)
    for name, grad in grads.items():
        added = [e for e in events if e.parameter == name]
        assert [event.op for event in added] == ["AccumulateGrad"] * 2
        assert np.array_equal(added[0].outputs[0], added[1].inputs[0])
        assert np.array_equal(added[1].outputs[0], grad.numpy())


def test_two_losses_in_two_threads_come_one_after_the_other() -> None:
    two_losses_in_two_threads()


def test_the_second_may_look_whether_the_first_waits_as_that_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_waiting, loop = loop_thread.is_waiting, threading.current_thread()
    looks, begun = threading.Event(), list[int]()

    def waits_by_then(thread: threading.Thread) -> bool:
        if thread is not loop:
            looks.set()  # the first goes on, and comes to its end
            until = monotonic() + 30
            while not is_waiting(thread):
                assert monotonic() < until
        return is_waiting(thread)

    def is_looked_at(grad: Tensor, number: int) -> None:
        begun.append(number)
        if len(begun) == 1:
            until = monotonic() + 30
            while not looks.is_set():  # in none of what counts as waiting
                assert monotonic() < until

    def hears(loss: Tensor, number: int) -> None:
        loss.register_hook(partial(is_looked_at, number=number))

    monkeypatch.setattr(loop_thread, "is_waiting", waits_by_then)
    two_losses_in_two_threads(hears)
    assert sorted(begun) == [0, 1]


@contextmanager
def trained_beside() -> Iterator[list[float]]:
    """Another thread trains another model in here, again and again."""
    over, begun, losses = threading.Event(), threading.Event(), list[float]()

    def train() -> None:
        other = nn.Linear(3, 1)
        while not over.is_set():
            other.zero_grad()
            loss = other(torch.ones(1, 3)).sum() + 1000
            loss.backward()
            losses.append(loss.item())
            begun.set()

    thread = threading.Thread(target=train)
    thread.start()
    assert begun.wait(30)
    try:
        yield losses
    finally:
        over.set()
        thread.join()


def test_that_of_another_model_is_not_the_loops(tmp_path: Path) -> None:
    net = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    told = []
    path = tmp_path / "run.bprec"
    with trained_beside() as others, bv.watch(net, optimizer, to=path, every=2):
        for _ in range(20):
            optimizer.zero_grad()
            loss = net(torch.ones(3, 4)).square().mean()
            in_a_thread(loss)
            before = len(others)
            while len(others) < before + 2:  # so that a whole one ran after the loop's own
                threading.Event().wait(0.001)
            told.append(loss.item())
            optimizer.step()
    with bv.load(path) as loaded:
        assert loaded.losses[1].tolist() == told
        for recording in loaded:
            assert "AccumulateGrad" in backward_of(recording)
            assert {event.parameter for event in recording.events} <= {"weight", "bias", None}


def test_a_thread_that_a_backward_waits_for_may_run_one() -> None:
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
    with bv.record(net) as recorded:
        made = net(torch.ones(1, 4))
        beside = net[0].weight.sum()

        def hook(grad: Tensor) -> None:
            in_a_thread(beside)

        made.register_hook(hook)
        in_a_thread(made.sum())
    assert "AccumulateGrad" in backward_of(recorded.recording)
