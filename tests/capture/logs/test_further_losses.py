"""A loss that is computed without a call of the model: after a backward, or before the forward."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

Z, FW, LO, BW, UP = Phase
X, Y = torch.linspace(-1, 1, 45).reshape(9, 5), torch.arange(9) % 3
FORWARD = ["linear", "tanh", "linear"]


@pytest.fixture
def net() -> nn.Sequential:
    torch.manual_seed(4)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))


def recorded(net: nn.Module, iterate: Callable[[], object]) -> Recording:
    """An iteration with one step of SGD; its gradients and weights are those without a record."""
    start = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    optimizer.zero_grad()
    iterate()
    optimizer.step()
    plain = [(p.grad.clone(), p.detach().clone()) for p in net.parameters()]
    net.load_state_dict(start)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        iterate()
        optimizer.step()
        sum(p.norm() for p in net.parameters()).item()  # as a log does
    for (grad, weight), parameter in zip(plain, net.parameters(), strict=True):
        assert torch.equal(parameter.grad, grad)
        assert torch.equal(parameter, weight)
    return recording.recording


def phases(recording: Recording) -> list[Phase]:
    return [span.phase for span in recording.spans]


def operations(recording: Recording, phase: Phase) -> list[str]:
    """The operations of a phase that the loop calls, each of which has its node."""
    called = [e for e in recording.events if e.call and not e.call.inner]
    events = [event for event in called if event.phase is phase]
    for event in events:
        assert event.node is not None, event.op
    return [event.op for event in events]


def test_a_loss_after_the_backward_of_another(net: nn.Sequential) -> None:
    def iterate() -> None:
        out = net(X)
        F.cross_entropy(out, Y).backward(retain_graph=True)
        (out.argmax(1) == Y).float().mean().item()
        (out.pow(2).mean() * 0.1).backward()

    recording = recorded(net, iterate)
    assert phases(recording) == [Z, FW, LO, BW, LO, BW, UP]
    assert operations(recording, FW) == FORWARD
    assert operations(recording, LO) == ["cross_entropy", "pow", "mean", "mul"]
    last = [event for event in recording.events if event.phase is LO][-1]
    assert recording.loss == last.outputs[0].item()


def penalty(net: nn.Module) -> Tensor:
    return 1e-3 * sum(p.pow(2).sum() for p in net.parameters())


PENALTY = ["pow", "sum", "add"] * 4 + ["mul"]


def test_a_penalty_on_the_weights_after_the_backward(net: nn.Sequential) -> None:
    def iterate() -> None:
        F.cross_entropy(net(X), Y).backward()
        penalty(net).backward()

    recording = recorded(net, iterate)
    assert phases(recording) == [Z, FW, LO, BW, LO, BW, UP]
    assert operations(recording, LO) == ["cross_entropy", *PENALTY]


def test_a_penalty_on_the_weights_before_the_forward(net: nn.Sequential) -> None:
    def iterate() -> None:
        more = penalty(net)
        (F.cross_entropy(net(X), Y) + more).backward()

    recording = recorded(net, iterate)
    assert phases(recording) == [Z, LO, FW, LO, BW, UP]
    assert operations(recording, LO) == [*PENALTY, "cross_entropy", "add"]


def test_what_is_only_looked_at_after_the_backward_is_none_of_it(net: nn.Sequential) -> None:
    def iterate() -> None:
        out = net(X)
        loss = F.cross_entropy(out, Y)
        loss.backward()
        (out.mean() + loss).item()
        nn.utils.clip_grad_norm_(net.parameters(), 0.01)

    recording = recorded(net, iterate)
    assert phases(recording) == [Z, FW, LO, BW, BW, UP]
    assert operations(recording, LO) == ["cross_entropy"]
    clipped = [event for event in recording.events if event.op == "clip_grad_norm_"]
    assert len(clipped) == 4


def test_a_gradient_that_goes_into_the_loss(net: nn.Sequential) -> None:
    def iterate() -> None:
        x = X.clone().requires_grad_()
        (slope,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
        more = (slope.norm(2, 1) - 1).square().mean()
        (F.cross_entropy(net(X), Y) + more).backward()

    recording = recorded(net, iterate)
    assert phases(recording) == [Z, FW, LO, BW, LO, FW, LO, BW, UP]
    said = ["sum", "norm", "sub", "square", "mean", "cross_entropy", "add"]
    assert operations(recording, LO) == said


def test_weights_that_are_stood_in_for(net: nn.Sequential) -> None:
    def iterate() -> None:
        weights = dict(net.named_parameters())
        for _ in range(2):
            loss = F.cross_entropy(torch.func.functional_call(net, weights, X), Y)
            slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
            weights = {
                name: weight - 0.1 * slope
                for (name, weight), slope in zip(weights.items(), slopes, strict=True)
            }
        F.cross_entropy(torch.func.functional_call(net, weights, X), Y).backward()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recording = recorded(net, iterate)
    inner = [FW, LO, BW, LO]
    assert phases(recording) == [Z, *inner, *inner, FW, LO, BW, UP]
    updates = [event for event in recording.events if event.phase is UP]
    assert [event.op for event in updates] == ["SGD"] * 4
    steps = ["mul", "sub"] * 4
    said = ["cross_entropy", *steps, "cross_entropy", *steps, "cross_entropy"]
    assert operations(recording, LO) == said


def test_gradients_by_torch_func_within_vmap_are_no_backward_of_the_loop(
    net: nn.Sequential,
) -> None:
    def loss_of_one(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(torch.func.functional_call(net, weights, x[None]), y[None])

    of_each = torch.func.vmap(torch.func.grad(loss_of_one), (None, 0, 0))
    found, losses = [], []

    def iterate() -> None:
        loss = F.cross_entropy(net(X), Y)
        found.append(of_each({k: p.detach() for k, p in net.named_parameters()}, X, Y))
        losses.append(loss.item())
        loss.backward()

    recording = recorded(net, iterate)
    assert recording.loss == losses[-1]
    plain, seen = found
    assert all(torch.equal(seen[name], plain[name]) for name in plain)


def test_gradients_of_each_sample_are_all_that_an_iteration_computes(net: nn.Sequential) -> None:
    def loss_of_one(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(torch.func.functional_call(net, weights, x[None]), y[None])

    of_each = torch.func.vmap(torch.func.grad(loss_of_one), (None, 0, 0))
    given: list[dict[str, Tensor]] = []

    def iterate() -> None:
        detached = {name: p.detach().clone() for name, p in net.named_parameters()}
        given.append(of_each(detached, X, Y))
        for name, p in net.named_parameters():
            p.grad = given[-1][name].mean(0)

    before = [p.detach().clone() for p in net.parameters()]
    recording = recorded(net, iterate)
    assert phases(recording)[:5] == [Z, FW, LO, BW, UP]
    forward = [event for event in recording.events if event.phase is FW]
    assert {event.module for event in forward if event.op == "mm"} == {"0", "2"}
    assert [event.module for event in forward if event.op == "tanh"] == ["1"]
    assert not any(event.missing for event in recording.events)
    parameters = zip(recording.parameters, before, strict=True)
    assert all(np.array_equal(p.value, was.numpy()) for p, was in parameters)
    grads = {e.parameter: e.outputs[0] for e in recording.events if e.op == "changed"}
    for name, grad in given[-1].items():
        assert np.array_equal(grads[name], grad.mean(0).numpy())
    lines = [event.place[1] for event in recording.events if event.place and event.phase is FW]
    assert len(set(lines)) == 1
    assert [layer.name for one in recording.passes for layer in one.layers.layers]


def test_a_forward_without_a_graph_has_layers(net: nn.Sequential) -> None:
    with bv.record(net) as recording, torch.no_grad():
        net(X)
    (ran,) = recording.passes
    assert [layer.name for layer in ran.layers.layers] == ["input", "0", "2"]


@pytest.mark.parametrize("logged", ["weights", "gradients"])
def test_a_step_between_an_evaluation_and_a_log_is_the_iterations(
    net: nn.Sequential, logged: str
) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        F.cross_entropy(net(X), Y).backward()
        with torch.no_grad():
            net(X)
        nn.utils.clip_grad_norm_(net.parameters(), 0.01)
        optimizer.step()
        told = [p if logged == "weights" else p.grad for p in net.parameters()]
        kept = [tensor.detach().clone() for tensor in told]
    events = recording.events
    assert [e.op for e in events if e.phase is UP] == ["SGD"] * 4
    assert [e.op for e in events if e.op.startswith("clip")] == ["clip_grad_norm_"] * 4
    end = recording.at(len(events))
    at = end.value if logged == "weights" else end.grad
    named = zip(dict(net.named_parameters()), kept, strict=True)
    assert all(np.array_equal(at(name), tensor.numpy()) for name, tensor in named)
