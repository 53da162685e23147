"""Optimizers whose rule nobody has told the program: their steps are told by what they run."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer

import backprop_viz as bv
from backprop_viz.analysis.numbers.earlier_number import number_before
from backprop_viz.analysis.own_steps import operations_of_move
from backprop_viz.analysis.phase_runs import MOVED_BY_HAND
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults


class Lion(Optimizer):
    """A sign of two averages: Chen et al., "Symbolic Discovery of Optimization Algorithms"."""

    def __init__(self, parameters: object, lr: float = 0.01) -> None:
        super().__init__(parameters, {"lr": lr, "decay": 0.1})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        if closure is not None:
            with torch.enable_grad():
                closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["decay"])
                p.add_(torch.sign(m * 0.9 + p.grad * 0.1), alpha=-group["lr"])
                m.lerp_(p.grad, 0.01)


class ForLists(Lion):
    """Momentum of all tensors at once; the decay goes into ``.grad`` itself."""

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        own = [p for p in self.param_groups[0]["params"] if p.grad is not None]
        grads = [p.grad for p in own]
        kept = [self.state[p].setdefault("m", torch.zeros_like(p)) for p in own]
        torch._foreach_add_(grads, own, alpha=0.1)
        torch._foreach_mul_(kept, 0.9)
        torch._foreach_add_(kept, grads)
        torch._foreach_maximum_(kept, -0.05)
        torch._foreach_add_(own, kept, alpha=-self.param_groups[0]["lr"])


class OfRows(Lion):
    """The mean square of each row is kept, as Adafactor does."""

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        for p in self.param_groups[0]["params"]:
            rows = self.state[p].setdefault("rows", p.new_zeros((*p.shape[:-1], 1)))
            rows.mul_(0.9).add_(p.grad.square().mean(-1, keepdim=True), alpha=0.1)
            p.sub_(self.param_groups[0]["lr"] * p.grad / rows.add(1e-15).sqrt())


class Orthogonal(Lion):
    """One step of Newton and Schulz towards an orthogonal matrix, as Muon takes several."""

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        for p in self.param_groups[0]["params"]:
            m = p.grad.reshape(len(p), -1) / (p.grad.norm() + 1e-7)
            m = 1.5 * m - 0.5 * m @ m.T @ m
            p.data.add_(m.view_as(p), alpha=-self.param_groups[0]["lr"])


KINDS = [Lion, ForLists, OfRows, Orthogonal]


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def batch() -> Tensor:
    return torch.linspace(-1, 1, 15).reshape(5, 3)


def two_iterations(kind: type[Lion], by_closure: bool = False) -> list[Recording]:
    net, recordings = network(), []
    optimizer = kind(net.parameters())

    def closure() -> float:
        optimizer.zero_grad()
        loss = net(batch()).square().mean()
        loss.backward()
        return loss.item()

    for _ in range(2):
        with bv.record(net, optimizer) as recording:
            if by_closure:
                optimizer.step(closure)  # type: ignore[arg-type]
            else:
                closure()
                optimizer.step()
        recordings.append(recording)
    return recordings


def updates(recording: Recording) -> list[tuple[int, Event]]:
    """The events that tell of a parameter's update, with their places."""
    events = enumerate(recording.events)
    return [(i, e) for i, e in events if e.phase is Phase.UPDATE and e.parameter is not None]


def numbers(recording: Recording) -> list[Number]:
    """All that the step has made: the weights, the ``.grad`` that it wrote to, what it keeps."""
    written = [(i, e) for i, e in enumerate(recording.events) if e.op == MOVED_BY_HAND]
    made = [
        (i, tensor)
        for i, event in (*updates(recording), *written)
        for tensor in (*event.output_ids, *(after for _, after in event.state_ids.values()))
        if tensor is not None
    ]
    return [
        Number(tensor, index, i)
        for i, tensor in made
        for index in product(*map(range, recording.tensors[tensor].shape))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_new_weight_and_state_is_told_by_the_operation_that_made_it(kind: type[Lion]) -> None:
    for recording in two_iterations(kind):
        moved = updates(recording)
        assert [event.parameter for _, event in moved] == [
            "0.weight",
            "0.bias",
            "2.weight",
            "2.bias",
        ]
        assert all(operations_of_move(recording, i) for i, _ in moved)
        for number in numbers(recording):
            found = explain_number(recording, number)
            assert found.parts, found.reason
            assert not list(faults(recording, found))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_closure", [False, True])
def test_the_weights_are_those_of_a_plain_loop(kind: type[Lion], by_closure: bool) -> None:
    if by_closure and kind is not Lion:
        pytest.skip("it takes no closure")
    net = network()
    optimizer = kind(net.parameters())
    for recording in two_iterations(kind, by_closure):
        optimizer.zero_grad()
        net(batch()).square().mean().backward()
        optimizer.step()
        for (_, event), parameter in zip(updates(recording), net.parameters(), strict=True):
            (new,) = event.outputs
            assert new is not None
            assert np.array_equal(new, parameter.detach().numpy())


def test_a_step_with_a_closure_is_told_too() -> None:
    recording = two_iterations(Lion, by_closure=True)[1]
    for number in numbers(recording):
        assert explain_number(recording, number).parts


def test_what_an_optimizer_has_kept_leads_to_the_iteration_before(tmp_path: Path) -> None:
    net = network()
    optimizer = Lion(net.parameters())
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(3):
            optimizer.zero_grad()
            net(batch()).square().mean().backward()
            optimizer.step()
    file = bv.load(tmp_path / "run.bprec")
    earlier, later = file[-2], file[-1]
    tensor = next(e.input_ids[0] for e in later.events if e.is_of_step and e.op == "mul")
    assert tensor is not None
    before = number_before(later, Number(tensor, (0, 0)), earlier)
    assert before is not None
    assert before.event is not None
    assert earlier.tensors[before.tensor][0, 0] == later.tensors[tensor][0, 0] != 0


def test_a_known_rule_runs_unheard() -> None:
    net = network()
    optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)
    with bv.record(net, optimizer) as recording:
        net(batch()).square().mean().backward()
        optimizer.step()
    assert len(updates(recording)) == 4
    assert not any(event.is_of_step for event in recording.events)


class Averaged(Optimizer):
    """Looks ahead: the weights go half-way to where another optimizer has led them."""

    def __init__(self, inner: Optimizer) -> None:
        super().__init__(inner.param_groups, {})
        self.inner = inner

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        own = [p for group in self.param_groups for p in group["params"]]
        slow = [p.clone() for p in own]
        self.inner.step()
        for p, before in zip(own, slow, strict=True):
            p.lerp_(before, 0.5)


def test_an_optimizer_around_another_one_tells_of_both() -> None:
    net, plain = network(), network()
    for one in (net, plain):
        optimizer = Averaged(SGD(one.parameters(), lr=0.1))
        if one is plain:
            one(batch()).square().mean().backward()
            optimizer.step()
            break
        with bv.record(one, optimizer) as recording:
            one(batch()).square().mean().backward()
            optimizer.step()
    last = {event.parameter: event for _, event in updates(recording)}
    for name, parameter in plain.named_parameters():
        (new,) = last[name].outputs
        assert new is not None
        assert np.array_equal(new, parameter.detach().numpy())
    assert {event.op for _, event in updates(recording)} > {"SGD"}


def test_a_step_that_raises_leaves_nothing_behind() -> None:
    class Raises(Lion):
        def step(self, closure: object = None) -> None:  # type: ignore[override]
            self.param_groups[0]["params"][0].grad * 2
            raise ValueError("on purpose")

    net = network()
    broken, sound = Raises(net.parameters()), SGD(net.parameters(), lr=0.1)
    with bv.record(net, [broken, sound]) as recording:
        net(batch()).square().mean().backward()
        with pytest.raises(ValueError, match="on purpose"):
            broken.step()
        sound.step()
    assert {event.op for _, event in updates(recording)} == {"SGD"}
    assert not any(event.is_of_step for event in recording.events)
