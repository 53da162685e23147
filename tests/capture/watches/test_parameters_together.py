"""What a recording says of parameters that are copied all at once is what a plain loop has.

The plain loop keeps clones of its own at each place; the recorded one is a twin of it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import by_day_each

Bits = tuple[object, ...] | None
# By its name: a parameter, its ``.grad``, and the optimizer's tensors.
Kept = dict[str, tuple[Bits, Bits, dict[str, Bits]]]
PLACES = ("begin", "cleared", "called", "backward", "stepped")


def bits(value: Tensor | Array | None) -> Bits:
    if value is None:
        return None
    array = value.detach().numpy() if isinstance(value, Tensor) else value
    return array.dtype, array.shape, np.ascontiguousarray(array).tobytes()


class Loop:
    """A small deep network with its optimizers; ``meddle`` is what the loop does at a place."""

    def __init__(
        self, optimizers: Callable[[nn.Sequential], list[Optimizer]], width: int = 5
    ) -> None:
        torch.manual_seed(3)
        layers = [layer for _ in range(4) for layer in (nn.Linear(width, width), nn.Tanh())]
        self.net = nn.Sequential(*layers, nn.Linear(width, 3))
        self.optimizers = optimizers(self.net)
        self.x, self.y = torch.randn(6, width), torch.randint(3, (6,))
        self.held: list[Tensor | None] = []
        self.kept: dict[str, Kept] = {}

    def keep(self, place: str) -> None:
        states = [one.state for one in self.optimizers]
        self.kept[place] = {
            name: (
                bits(p),
                bits(p.grad),
                {k: bits(v) for state in states for k, v in state.get(p, {}).items()},
            )
            for name, p in self.net.named_parameters()
        }

    def run(
        self, meddle: Callable[["Loop"], None] | None, place: str, set_to_none: bool | None = True
    ) -> None:
        """An iteration; without a ``set_to_none`` nothing is cleared."""

        def at(here: str) -> None:
            if here == place and meddle is not None:
                meddle(self)

        at("begin")
        self.keep("before zero_grad")
        if set_to_none is None:
            pass
        elif len(self.optimizers) == 1:
            self.optimizers[0].zero_grad(set_to_none)
        else:
            self.net.zero_grad(set_to_none)
        self.keep("after zero_grad")
        at("cleared")
        loss = cross_entropy(self.net(self.x), self.y)
        at("called")
        loss.backward()
        self.held = [p.grad for p in self.net.parameters()]
        self.keep("after backward")
        at("backward")
        self.keep("before step")
        for optimizer in self.optimizers:
            optimizer.step()
        self.keep("after step")
        at("stepped")
        self.keep("end")


class Follower:
    """Goes through a recording's events, and knows what each parameter is by what they say."""

    def __init__(self, recording: Recording) -> None:
        self.values = {p.name: bits(p.value) for p in recording.parameters}
        self.grads = {p.name: bits(p.grad) for p in recording.parameters}

    def is_as(self, kept: Kept, names: Iterable[str]) -> None:
        for name in names:
            value, grad, _ = kept[name]
            assert self.values[name] == value, name
            assert self.grads[name] == grad, name

    def follow(self, recording: Recording, kept: dict[str, Kept], shared: bool) -> None:
        """``shared``: what is added to one ``.grad`` is added to a part of another, too."""
        for event in recording.events:
            name = event.parameter
            if name is None:
                continue
            read, made = list(map(bits, event.inputs)), list(map(bits, event.outputs))
            if event.phase is Phase.UPDATE:
                if event.op != "changed":
                    before, after = kept["before step"][name], kept["after step"][name]
                    assert read == list(before[:2])
                    assert made == [after[0]]
                    state = {k: (bits(one), bits(two)) for k, (one, two) in event.state.items()}
                    assert state == {k: (before[2].get(k), v) for k, v in after[2].items()}
                assert read[0] == self.values[name]
                self.values[name] = made[0]
            else:
                if event.phase is Phase.ZERO_GRAD:
                    assert read == [kept["before zero_grad"][name][1]]
                    assert made == [kept["after zero_grad"][name][1]]
                assert read[0] == self.grads[name] or (shared and event.op == "AccumulateGrad")
                self.grads[name] = made[0]


def sgd(net: nn.Sequential) -> list[Optimizer]:
    return [torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)]


def fused_adam(net: nn.Sequential) -> list[Optimizer]:
    return [torch.optim.Adam(net.parameters(), lr=0.1, fused=True)]


def two(net: nn.Sequential) -> list[Optimizer]:
    first, second = net[:4].parameters(), net[4:].parameters()
    return [torch.optim.SGD(first, lr=0.1), torch.optim.AdamW(second, lr=0.01, foreach=True)]


def of_a_few(net: nn.Sequential) -> list[Optimizer]:
    return [torch.optim.SGD(net[4:].parameters(), lr=0.1, momentum=0.9)]


def from_the_last(net: nn.Sequential) -> list[Optimizer]:
    """The optimizer has as many parameters as the network, in another order."""
    return [torch.optim.SGD(list(net.parameters())[::-1], lr=0.1, momentum=0.9)]


def hooked(net: nn.Sequential) -> list[Optimizer]:
    """A hook after each step writes to a weight, and one before it to a gradient."""
    (optimizer,) = sgd(net)

    def before(*_: Any) -> None:
        if net[4].weight.grad is not None:
            net[4].weight.grad.data.mul_(0.5)

    def after(*_: Any) -> None:
        net[2].weight.data[1].fill_(0.25)

    optimizer.register_step_pre_hook(before)
    optimizer.register_step_post_hook(after)
    return [optimizer]


def one_weight(loop: Loop) -> None:
    loop.net[2].weight.data[0, 1] += 1


def all_weights(loop: Loop) -> None:
    for parameter in loop.net.parameters():
        parameter.data.mul_(1.5)


def counted(loop: Loop) -> None:
    with torch.no_grad():
        loop.net[2].bias.add_(1)


def replaced(loop: Loop) -> None:
    loop.net[2].weight = nn.Parameter(loop.net[2].weight.detach() * 2)


def other_memory(loop: Loop) -> None:
    loop.net[2].weight.data = loop.net[2].weight.data * 2


def turned(loop: Loop) -> None:
    loop.net[2].weight.data = loop.net[2].weight.data.t()


def frozen(loop: Loop) -> None:
    loop.net[2].weight.requires_grad_(False)


def one_grad(loop: Loop) -> None:
    if loop.net[2].weight.grad is not None:
        loop.net[2].weight.grad.data[0] = 7


def all_grads(loop: Loop) -> None:
    for parameter in loop.net.parameters():
        if parameter.grad is not None:
            parameter.grad.data.mul_(2)


def clipped(loop: Loop) -> None:
    nn.utils.clip_grad_norm_(loop.net.parameters(), 0.01)


def view_of_another(loop: Loop) -> None:
    other = loop.net[4].weight.grad
    loop.net[2].weight.grad = None if other is None else other.view(other.shape)


def part_of_another(loop: Loop) -> None:
    other = loop.net[4].weight.grad
    loop.net[2].bias.grad = None if other is None else other[0]


def taken_away(loop: Loop) -> None:
    loop.net[2].bias.grad = None


def put_back(loop: Loop) -> None:
    for parameter, grad in zip(loop.net.parameters(), loop.held, strict=True):
        parameter.grad = grad


def other_grad(loop: Loop) -> None:
    grad = loop.net[2].weight.grad
    if grad is not None:
        loop.net[2].weight.grad = grad.clone().fill_diagonal_(0)


def momentum(loop: Loop) -> None:
    for optimizer in loop.optimizers:
        for state in optimizer.state.values():
            for key, value in state.items():
                if key != "step" and isinstance(value, Tensor):
                    value.data.mul_(2)


MEDDLES = (
    *(None, one_weight, all_weights, counted, replaced, other_memory, turned, frozen),
    *(one_grad, all_grads, clipped, view_of_another, part_of_another, taken_away, put_back),
    *(other_grad, momentum),
)


def is_as_the_plain_loop(
    optimizers: Callable[[nn.Sequential], list[Optimizer]],
    meddle: Callable[[Loop], None] | None,
    place: str,
    set_to_none: bool | None = True,
    more: int = 2,
    width: int = 5,
) -> None:
    plain, seen = Loop(optimizers, width), Loop(optimizers, width)
    for _ in range(more):
        for loop in (plain, seen):
            loop.run(None, "", set_to_none)
    plain.keep("start")
    plain.run(meddle, place, set_to_none)
    with bv.record(seen.net, seen.optimizers) as recorded:
        seen.run(meddle, place, set_to_none)
    assert seen.kept == {key: value for key, value in plain.kept.items() if key != "start"}
    recording = recorded.recording
    follower = Follower(recording)
    names = [name for name, _ in plain.net.named_parameters()]
    assert list(follower.values) == names
    follower.is_as(plain.kept["start"], names)
    follower.follow(recording, plain.kept, meddle is part_of_another)
    follower.is_as(plain.kept["end"], names)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("meddle", MEDDLES)
def test_whoever_meddles_wherever(meddle: Callable[[Loop], None] | None, place: str) -> None:
    is_as_the_plain_loop(sgd, meddle, place)


@pytest.mark.parametrize("meddle", MEDDLES)
def test_whoever_meddles_where_gradients_are_too_large_to_be_copied_again(
    meddle: Callable[[Loop], None] | None,
) -> None:
    for place in ("called", "backward", "stepped"):
        is_as_the_plain_loop(sgd, meddle, place, width=80)


@pytest.mark.parametrize(
    ("optimizers", "meddle", "set_to_none"),
    by_day_each(
        [fused_adam, two, of_a_few, from_the_last, hooked],
        [None, one_weight, all_grads, part_of_another],
        [True, False, None],
        rounds=3,
    ),
)
def test_whatever_steps(
    optimizers: Callable[[nn.Sequential], list[Optimizer]],
    meddle: Callable[[Loop], None] | None,
    set_to_none: bool | None,
) -> None:
    for place in PLACES:
        is_as_the_plain_loop(optimizers, meddle, place, set_to_none)


@pytest.mark.parametrize("optimizers", [sgd, fused_adam])
def test_the_first_iteration(optimizers: Callable[[nn.Sequential], list[Optimizer]]) -> None:
    is_as_the_plain_loop(optimizers, None, "", more=0)


def test_numbers_of_a_parameter_that_the_loop_takes_are_told_of() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.scale = nn.Linear(3, 2), nn.Parameter(torch.tensor(2.0))

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x) * self.scale.item() + self.layer.bias.tolist()[0]

    net = Scaled()
    with bv.record(net, torch.optim.SGD(net.parameters(), lr=0.1)) as recorded:
        net(torch.ones(1, 3)).sum().backward()
    at_start = {parameter.value_id: parameter.name for parameter in recorded.parameters}
    taken = [(one.call, at_start.get(one.tensor)) for one in recorded.taken]
    assert taken == [("item", "scale"), ("tolist", "layer.bias")]
