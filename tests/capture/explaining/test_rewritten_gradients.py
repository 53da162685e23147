"""A ``.grad`` that is changed between backward and the step: clipped, scaled, written anew."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults

X = torch.linspace(-1, 1, 24).reshape(8, 3)
Changes = Callable[[nn.Module], object]


def network() -> nn.Module:
    torch.manual_seed(6)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def each_grad(change: Callable[[Tensor], object]) -> Changes:
    return lambda net: [change(p.grad) for p in net.parameters() if p.grad is not None]


def signs(net: nn.Module) -> None:
    for parameter in net.parameters():
        parameter.grad = None if parameter.grad is None else parameter.grad.sign()


def signs_by_numpy(net: nn.Module) -> None:
    for parameter in net.parameters():
        if parameter.grad is not None:
            parameter.grad = torch.from_numpy(np.sign(parameter.grad.numpy()))


# What is done, the code of what is said of an element if anything is, and whether it has terms.
CHANGES: dict[str, tuple[Changes, str | None, bool]] = {
    "norm": (lambda net: nn.utils.clip_grad_norm_(net.parameters(), 0.1), "clipped", True),
    "value": (lambda net: nn.utils.clip_grad_value_(net.parameters(), 0.01), None, True),
    "doubled": (each_grad(lambda grad: grad.mul_(2)), None, True),
    "signs": (signs, None, True),
    "signs by numpy": (signs_by_numpy, "grad_written", False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_says_how(name: str) -> None:
    change, code, has_terms = CHANGES[name]
    plain = network()
    plain(X).square().mean().backward()
    before = {k: p.grad.clone() for k, p in plain.named_parameters() if p.grad is not None}
    change(plain)
    net = network()
    with bv.record(net) as record:
        net(X).square().mean().backward()
        change(net)
    recording = record.recording
    found_of = {
        e.parameter: i
        for i, e in enumerate(recording.events)
        if e.phase is Phase.BACKWARD and e.op not in ("AccumulateGrad",) and e.parameter
    }
    assert found_of.keys() == before.keys()
    for parameter, weight in plain.named_parameters():
        assert weight.grad is not None
        for index in np.ndindex(weight.shape):
            found = recording.explain(found_of[parameter], 0, index)
            assert found.value == weight.grad[index]
            if not has_terms:
                assert found.reason is not None
                assert found.reason.code == code
                continue
            assert found.reason is None
            assert list(faults(recording, found)) == []
            assert code is None or [fact.code for fact in found.facts] == [code]
            if name != "value":
                (part,) = found.parts
                read = part.factors[0].number(0)
                assert read is not None
                assert recording.tensors[read.tensor][read.index] == before[parameter][index]
                assert name == "signs" or part.factors[0].values == [before[parameter][index]]
            old = recording.explain(found_of[parameter], 0, index, arrived=True)
            assert old.value == before[parameter][index]
            assert old.reason is None


def test_a_limit_says_what_was_beyond_it() -> None:
    net = network()
    with bv.record(net) as record:
        net(X).square().mean().backward()
        grad = net.get_parameter("0.weight").grad
        assert grad is not None
        before = grad.clone()
        nn.utils.clip_grad_value_(net.parameters(), 0.01)
    recording = record.recording
    at = next(i for i, e in enumerate(recording.events) if e.op == "clip_grad_value_")
    parameter = recording.events[at].parameter
    assert parameter == "0.weight"
    for index in np.ndindex(before.shape):
        told = recording.explain(at, 0, index).facts
        beyond = abs(float(before[index])) > 0.01
        assert [fact.code for fact in told] == ["beyond_limit"] * beyond
