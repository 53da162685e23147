"""A ``.grad`` is what backward has added since it was last cleared, however that was done."""

import random
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import LBFGS, Optimizer

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from tests.capture.explaining.checks import faults, numbers_of

X, Y = torch.linspace(-1, 1, 12).reshape(4, 3), torch.linspace(0, 1, 4)[:, None]
Loop = Callable[[nn.Module, Optimizer, Callable[[], None]], None]


class Shared(nn.Module):
    """A layer that runs twice: two nodes send a gradient to each of its parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.last = nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.last(self.inner(torch.tanh(self.inner(x))))
        return out


def loss_of(net: nn.Module) -> Tensor:
    return (net(X) - Y).square().mean()


def by_hand(net: nn.Module, _: Optimizer) -> None:
    for parameter in net.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()


def taken_away(net: nn.Module, _: Optimizer) -> None:
    for parameter in net.parameters():
        parameter.grad = None


CLEARINGS: dict[str, Callable[[nn.Module, Optimizer], None]] = {
    "the optimizer's": lambda net, optimizer: optimizer.zero_grad(),
    "the optimizer's, to zero": lambda net, optimizer: optimizer.zero_grad(set_to_none=False),
    "the model's": lambda net, optimizer: net.zero_grad(),
    "the model's, to zero": lambda net, optimizer: net.zero_grad(set_to_none=False),
    "by hand": by_hand,
    "taken away": taken_away,
    "none": lambda net, optimizer: None,
}


def closures(clear: Callable[[nn.Module, Optimizer], None]) -> Loop:
    def run(net: nn.Module, optimizer: Optimizer, ran: Callable[[], None]) -> None:
        def closure() -> Tensor:
            clear(net, optimizer)
            loss = loss_of(net)
            loss.backward()  # type: ignore[no-untyped-call]
            ran()
            return loss

        optimizer.step(closure)  # type: ignore[arg-type]

    return run


def taken_out(net: nn.Module, optimizer: Optimizer, ran: Callable[[], None]) -> None:
    """Gradients that nobody adds to a ``.grad``, and then a backward of another loss."""
    optimizer.zero_grad()
    loss = loss_of(net)
    torch.autograd.grad(loss, list(net.parameters()), retain_graph=True)
    (2 * loss + net(-X).abs().mean()).backward()
    ran()
    optimizer.step()


def two_at_once(net: nn.Module, optimizer: Optimizer, ran: Callable[[], None]) -> None:
    """One backward right after the other, through the same graph, then a clearing between two."""
    optimizer.zero_grad()
    loss, other = loss_of(net), net(-X).abs().mean()
    loss.backward(retain_graph=True)  # type: ignore[no-untyped-call]
    ran()
    (loss * 3).backward()  # type: ignore[no-untyped-call]
    ran()
    optimizer.zero_grad()
    other.backward()
    ran()
    optimizer.step()


LOOPS = {name: closures(clear) for name, clear in CLEARINGS.items()}
LOOPS |= {"taken out": taken_out, "two at once": two_at_once}


def made(name: str, search: str | None = None) -> tuple[nn.Module, Optimizer]:
    torch.manual_seed(4)
    net = Shared()
    if name in CLEARINGS:
        return net, LBFGS(net.parameters(), lr=0.3, max_iter=4, line_search_fn=search)
    return net, torch.optim.SGD(net.parameters(), lr=0.1)


def plain_grads(name: str, search: str | None) -> list[dict[str, Array]]:
    """The ``.grad`` after each backward."""
    net, optimizer = made(name, search)
    found = []

    def ran() -> None:
        grads = {n: p.grad for n, p in net.named_parameters() if p.grad is not None}
        found.append({n: grad.numpy().copy() for n, grad in grads.items()})

    LOOPS[name](net, optimizer, ran)
    return found


def recorded(name: str, search: str | None) -> Recording:
    net, optimizer = made(name, search)
    with bv.record(net, optimizer) as record:
        LOOPS[name](net, optimizer, lambda: None)
    return record.recording


CASES = [(name, None) for name in LOOPS]


@pytest.mark.parametrize(("name", "search"), [*CASES, ("the optimizer's", "strong_wolfe")])
def test_a_grad_is_what_came_since_it_was_cleared(name: str, search: str | None) -> None:
    recording, grads = recorded(name, search), plain_grads(name, search)
    ran: dict[str, int] = {}
    for i, event in enumerate(recording.events):
        if event.op != "AccumulateGrad":
            continue
        parameter = str(event.parameter)
        plain = grads[ran.get(parameter, 0)][parameter]
        ran[parameter] = ran.get(parameter, 0) + 1
        for index in np.ndindex(plain.shape):
            found = recording.explain(i, 0, index)
            assert found.value == plain[index]
            assert found.reason is None
            assert list(faults(recording, found)) == []
    assert set(ran.values()) == {len(grads)}


def test_every_number_of_a_closure_is_explained() -> None:
    recording = recorded("the optimizer's", "strong_wolfe")
    for number in numbers_of(recording, random.Random(2)):
        found = recording.explain(
            number.event or 0, number.slot, number.index, arrived=number.arrived
        )
        assert found.reason is None
        assert list(faults(recording, found)) == []


Backwards = Callable[[list[Tensor], list[nn.Parameter]], object]
grad, backward = partial(torch.autograd.grad, retain_graph=True), torch.autograd.backward
# The calls of each are on one line.
ON_ONE_LINE: dict[str, Backwards] = {
    "one taken out": lambda out, own: (grad(out[0], own), backward(out[1])),
    "two taken out": lambda out, own: (grad(out[0], own), grad(out[1], own), backward(out[2])),
    "then all at once": lambda out, own: (grad(out[1], own), backward(out)),
    "each left": lambda out, own: [backward(loss, retain_graph=True) for loss in out],
}


def losses_of(net: nn.Module) -> list[Tensor]:
    out, other = net(X), net(-X)
    return [out.square().mean(), other.abs().mean(), (out * other).mean()]


@pytest.mark.parametrize("name", ON_ONE_LINE)
def test_backwards_of_one_line_are_told_apart(name: str) -> None:
    plain = made("taken out")[0]
    ON_ONE_LINE[name](losses_of(plain), list(plain.parameters()))
    net, optimizer = made("taken out")
    with bv.record(net, optimizer) as record:
        ON_ONE_LINE[name](losses_of(net), list(net.parameters()))
    recording = record.recording
    last = {e.parameter: i for i, e in enumerate(recording.events) if e.op == "AccumulateGrad"}
    for parameter, weight in plain.named_parameters():
        assert weight.grad is not None
        for index in np.ndindex(weight.shape):
            found = recording.explain(last[parameter], 0, index)
            assert found.value == weight.grad[index]
            assert found.reason is None
            assert list(faults(recording, found)) == []
