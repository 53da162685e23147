"""What custom Functions and hooks make of a gradient: a factor if it is one, never a false sum."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

import backprop_viz as bv
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.checks import faults

X = torch.linspace(-1, 1, 15).reshape(5, 3)


class Rounded(Function):
    """Straight through: the gradient as it comes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.round()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad


class Reversed(Function):
    """A gradient that is turned round, as for domains that are not to be told apart."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return -0.5 * grad


class Limited(Function):
    """A gradient that is limited, which no factor tells."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad.clamp(-0.01, 0.01)


class Binary(Function):
    """A binary network's sign: the gradient passes only where the input is small."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return 2 * grad * (x.abs() <= 0.3)


class Written(Function):
    """It writes to what it is given."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 2 * grad


class OneOfTwo(Function):
    """Two outputs, of which one is used and nothing arrives at the other."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, k: float) -> tuple[Tensor, Tensor]:
        ctx.k = k
        ctx.set_materialize_grads(False)
        return x * k, x + k

    @staticmethod
    def backward(ctx: Any, grad: Tensor, other: Tensor | None) -> tuple[Tensor, None]:
        return grad * ctx.k, None


class Both(Function):
    """Two outputs that are both used."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        return x * 2, x + 1

    @staticmethod
    def backward(ctx: Any, grad: Tensor, other: Tensor) -> Tensor:
        return 2 * grad + other


class Net(nn.Module):
    """Two layers with something between them."""

    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first, self.act, self.last = nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.act(self.between(self.first(x))))


def recorded(net: nn.Module) -> Recording:
    with bv.record(net) as record:
        net(X).square().mean().backward()
    return record.recording


def of_nodes(recording: Recording, op: str) -> list[NumberExplanation]:
    """Of all that such nodes sent."""
    return [
        recording.explain(i, 0, place)
        for i, event in enumerate(recording.events)
        if event.op == op and event.outputs[0] is not None
        for place in np.ndindex(event.outputs[0].shape)
    ]


FUNCTIONS: dict[str, tuple[Callable[[Tensor], Tensor], float | None]] = {
    "Rounded": (Rounded.apply, 1.0),
    "Reversed": (Reversed.apply, -0.5),
    "Written": (lambda h: Written.apply(h * 1), 2.0),
    "OneOfTwo": (lambda h: OneOfTwo.apply(h, 3.0)[0], 3.0),
    "Limited": (Limited.apply, None),
    "Both": (lambda h: sum(Both.apply(h)), None),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_of_a_functions_gradient_the_factor_is_said_that_all_have(name: str) -> None:
    function, factor = FUNCTIONS[name]
    recording = recorded(Net(function))
    for found in of_nodes(recording, f"{name}Backward"):
        assert found.reason is None
        assert list(faults(recording, found)) == []
        said = [fact.values for fact in found.facts if fact.code == "scaled_by_function"]
        assert said == ([] if factor is None else [(f"{name}Backward", pytest.approx(factor))])
        if name == "Rounded":  # it hands on what arrives: no operation runs
            (term,) = found.terms
            assert [each.role for each in term.factors] == ["upstream", "scale"]


def test_what_a_straight_through_estimator_lets_pass_has_its_factor() -> None:
    recording = recorded(Net(Binary.apply))
    event = next(e for e in recording.events if e.op == "BinaryBackward")
    (sent,) = event.outputs
    assert sent is not None
    passed = int((sent != 0).sum())
    assert 1 < passed < sent.size
    for found in of_nodes(recording, "BinaryBackward"):
        assert list(faults(recording, found)) == []
        assert found.reason is None
        numbers = [f.number for term in found.terms for f in term.factors if f.number]
        assert numbers or not found.value  # what has arrived, or was made of it
        fact = found.facts[-1]
        assert fact.code == ("passed_by_function" if found.value else "stopped_by_function")
        assert fact.values == ("BinaryBackward", 2.0, passed, sent.size)


def hooked(place: Callable[[Net], object], between: Callable[[Tensor], Tensor]) -> Recording:
    net = Net(between)
    place(net)
    return recorded(net)


def tripled(h: Tensor) -> Tensor:
    h.register_hook(lambda grad: grad * 3)
    return h


def limited(h: Tensor) -> Tensor:
    h.register_hook(lambda grad: grad.clamp(-0.01, 0.01))
    return h


def as_it_is(h: Tensor) -> Tensor:
    return h


def halve(parameter: Tensor) -> None:
    assert parameter.grad is not None
    parameter.grad.mul_(0.5)


def limit(parameter: Tensor) -> None:
    assert parameter.grad is not None
    parameter.grad.clamp_(-0.01, 0.01)


def test_a_tensors_hook_is_told_by_its_factor() -> None:
    recording = recorded(Net(tripled))
    (event,) = [i for i, e in enumerate(recording.events) if e.op == "TanhBackward0"]
    sent = recording.events[event].outputs[0]
    assert sent is not None
    follows = event + 1
    for place in np.ndindex(sent.shape):
        found = recording.explain(follows, 0, place, arrived=True)
        assert list(faults(recording, found)) == []
        assert [each.value for each in found.terms[0].factors] == [
            float(sent[place]),
            pytest.approx(3),
        ]
        assert [fact.code for fact in found.facts] == ["scaled_by_hook"]


def test_a_hook_that_multiplies_by_no_one_number_has_no_terms() -> None:
    recording = recorded(Net(limited))
    (event,) = [i for i, e in enumerate(recording.events) if e.op == "TanhBackward0"]
    codes = [
        found.reason and found.reason.code
        for place in np.ndindex(5, 4)
        for found in [recording.explain(event + 1, 0, place, arrived=True)]
    ]
    assert "changed_by_hook" in codes
    assert set(codes) <= {"changed_by_hook", None}


MODULE_HOOKS: dict[str, tuple[Callable[[Net], object], float | None]] = {
    "tripled": (lambda net: net.act.register_full_backward_hook(lambda m, i, o: (i[0] * 3,)), 3.0),
    "before": (lambda net: net.act.register_full_backward_pre_hook(lambda m, o: (o[0] * 3,)), 3.0),
    "limited": (
        lambda net: net.act.register_full_backward_hook(lambda m, i, o: (i[0].clamp(-0.01, 0.01),)),
        None,
    ),
}


@pytest.mark.parametrize("name", MODULE_HOOKS)
def test_a_modules_hook_is_told_by_its_factor_or_that_it_was_one(name: str) -> None:
    place, factor = MODULE_HOOKS[name]
    recording = hooked(place, as_it_is)
    explained = of_nodes(recording, "BackwardHookFunctionBackward")
    reasons = {found.reason.code for found in explained if found.reason is not None}
    assert reasons == (set() if factor is not None else {"changed_by_module_hook"})
    told = {
        round(found.terms[0].factors[1].value, 5) for found in explained if found.reason is None
    }
    assert told == {1.0, factor or 1.0}
    for found in explained:
        assert list(faults(recording, found)) == []


@pytest.mark.parametrize(("change", "factor"), [(halve, 0.5), (limit, None)])
def test_a_hook_after_accumulation_is_told(
    change: Callable[[Tensor], None], factor: float | None
) -> None:
    def place(net: Net) -> None:
        net.last.weight.register_post_accumulate_grad_hook(change)

    recording = hooked(place, as_it_is)
    event = next(
        i
        for i in recording.happened_to["last.weight"]
        if recording.events[i].op == "AccumulateGrad"
    )
    found = [recording.explain(event, 0, place) for place in np.ndindex(2, 4)]
    reasons = {each.reason.code for each in found if each.reason is not None}
    assert reasons == (set() if factor is not None else {"changed_after"})
    for each in found:
        assert each.reason is not None or list(faults(recording, each)) == []
