"""A loop that somebody traces, as a debugger does, is traced as it is without a recording."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording


class Lines:
    """What a thread is traced by: the lines of this file that have run."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and frame.f_code.co_filename == __file__:
            self.seen.append(frame.f_lineno)
        return self


class Net(nn.Module):
    """Has a hook in its graph, and an operation in a function of its own."""

    def __init__(self, hook: Callable[[Tensor], object]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last, self._hook = nn.Linear(3, 4), nn.Linear(4, 2), hook

    def forward(self, x: Tensor) -> Tensor:
        h = halved(self.first(x))
        h.register_hook(self._hook)  # type: ignore[no-untyped-call]
        return self.last(h.tanh())


def halved(x: Tensor) -> Tensor:
    return x * 0.5


def iteration(net: Net) -> None:
    loss = F.mse_loss(net(torch.ones(5, 3)), torch.zeros(5, 2))
    loss.backward()


@contextmanager
def traced_by(tracer: Any) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


def recorded(net: Net) -> Recording:
    with bv.record(net) as recording:
        iteration(net)
    return recording.recording


def looked_at(grad: Tensor) -> None:
    float(grad.sum())


def test_the_same_lines_are_traced_but_for_those_of_forward() -> None:
    plain, lines = Lines(), Lines()
    with traced_by(plain):
        iteration(Net(looked_at))
    with traced_by(lines):
        recording = recorded(Net(looked_at))
        assert sys.gettrace() is lines
    of_forward = {line for line, _ in recording.trace}
    of_forward |= {event.place[1] for event in recording.events if event.place}
    hook = looked_at.__code__.co_firstlineno + 1
    assert hook in plain.seen
    assert hook in lines.seen
    expected = [line for line in plain.seen if line not in of_forward]
    assert [line for line in lines.seen if line in expected] == expected


@pytest.mark.parametrize("after", [None, Lines()])
def test_a_tracer_that_ends_or_changes_in_a_hook_stays_so(after: Lines | None) -> None:
    def change(grad: Tensor) -> None:
        sys.settrace(after)

    with traced_by(Lines()):
        recorded(Net(change))
        assert sys.gettrace() is after


def test_the_numbers_are_those_of_a_loop_that_nobody_traces() -> None:
    net, other = Net(looked_at), Net(looked_at)
    iteration(net)
    with traced_by(Lines()):
        recorded(other)
    for one, two in zip(net.parameters(), other.parameters(), strict=True):
        assert one.grad is not None
        assert two.grad is not None
        assert torch.equal(one.grad, two.grad)
