"""Loops that differentiate a gradient: each number of the graph that a backward makes has terms."""

import random
from collections.abc import Callable, Iterable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.autograd.graph import Node as GradFn
from torch.func import functional_call

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.graph.graphs import grad_fn_name, walk
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of

# Told of each list of gradients that a backward has handed out, and of the last loss before its
# backward.
Grads, Loss = Callable[[Iterable[Tensor]], None], Callable[[Tensor], None]
Iteration = Callable[[nn.Module, Grads, Loss], None]


def _ignored(_: object) -> None:
    pass


class Critic(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.last = nn.Conv2d(1, 3, 3, 2, 1), nn.Linear(12, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.last(F.leaky_relu(self.conv(x), 0.2).flatten(1))
        return out


def gradient_penalty(net: nn.Module, grads: Grads, ends: Loss) -> None:
    """WGAN-GP's critic."""
    real, fake, mix = (*torch.randn(2, 3, 1, 4, 4), torch.rand(3, 1, 1, 1))
    between = (mix * real + (1 - mix) * fake).requires_grad_()
    out = net(between)
    found = torch.autograd.grad(out, between, torch.ones_like(out), True, True)
    grads(found)
    penalty = ((found[0].flatten(1).norm(2, 1) - 1) ** 2).mean()
    loss = net(fake).mean() - net(real).mean() + 10 * penalty
    ends(loss)
    loss.backward()


def second_order_maml(net: nn.Module, grads: Grads, ends: Loss) -> None:
    total = torch.zeros(())
    for _ in range(2):
        x, y = torch.randn(6, 3), torch.randint(0, 2, (6,))
        weights: dict[str, Tensor] = dict(net.named_parameters())
        for _ in range(2):
            loss = F.cross_entropy(functional_call(net, weights, x[:3]), y[:3])
            slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
            grads(slopes)
            pairs = zip(weights.items(), slopes, strict=True)
            weights = {name: weight - 0.3 * slope for (name, weight), slope in pairs}
        total = total + F.cross_entropy(functional_call(net, weights, x[3:]), y[3:])
    ends(total)
    total.backward()  # type: ignore[no-untyped-call]


def backward_twice(net: nn.Module, grads: Grads, ends: Loss) -> None:
    """A penalty on the ``.grad`` that a backward with create_graph has left."""
    net(torch.randn(4, 3)).square().mean().backward(create_graph=True)
    left = [p.grad for p in net.parameters() if p.grad is not None]
    grads(left)
    loss = 0.1 * torch.stack([grad.square().sum() for grad in left]).sum()
    ends(loss)
    loss.backward()  # type: ignore[no-untyped-call]


CASES: dict[str, tuple[Callable[[], nn.Module], Iteration]] = {
    "WGAN-GP": (Critic, gradient_penalty),
    "MAML": (
        lambda: nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)),
        second_order_maml,
    ),
    "backward twice": (
        lambda: nn.Sequential(nn.Linear(3, 5), nn.GELU(), nn.LayerNorm(5), nn.Linear(5, 2)),
        backward_twice,
    ),
}


def made(name: str) -> nn.Module:
    torch.manual_seed(1)
    return CASES[name][0]()


def recorded(name: str) -> Recording:
    net = made(name)
    with bv.record(net) as record:
        CASES[name][1](net, _ignored, _ignored)
    return record.recording


def plain(name: str) -> tuple[list[Array], list[tuple[str, list[Array | None]]], list[Array]]:
    """What backwards handed out, what each node of the last one sent, and the ``.grad``."""
    net = made(name)
    handed_out: list[Array] = []
    sent: list[tuple[str, list[Array | None]]] = []

    def hook(node: GradFn) -> None:
        def ran(grads: tuple[Tensor | None, ...], _: object) -> None:
            arrays = [None if grad is None else grad.numpy().copy() for grad in grads]
            sent.append((grad_fn_name(node), arrays))

        if not hasattr(node, "variable"):
            node.register_hook(ran)

    def ends(loss: Tensor) -> None:
        assert loss.grad_fn is not None
        for node in walk(loss.grad_fn):
            hook(node)

    def take(grads: Iterable[Tensor]) -> None:
        handed_out.extend(grad.detach().numpy().copy() for grad in grads)

    CASES[name][1](net, take, ends)
    return (
        handed_out,
        sent,
        [p.grad.detach().numpy() for p in net.parameters() if p.grad is not None],
    )


@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_what_the_nodes_send_is_a_plain_loops(name: str) -> None:
    recording, (handed_out, sent, grads) = recorded(name), plain(name)
    last = [s for s in recording.spans if s.phase is Phase.BACKWARD][-1]
    events = [e for e in recording.events[last.start : last.stop] if e.op != "AccumulateGrad"]
    assert [e.op for e in events] == [op for op, _ in sent]
    for event, (op, arrays) in zip(events, sent, strict=True):
        for number, (one, other) in enumerate(zip(event.outputs, arrays, strict=True)):
            # A gradient that nobody needs is not handed on.
            if other is not None:
                assert one is not None, (op, number)
                assert np.array_equal(one, other), (op, number)
    # The gradients that were handed out are tensors of the graph, made by operations of the loss.
    made_of = [
        (i, t) for i, e in enumerate(recording.events) if e.phase is Phase.LOSS for t in e.outputs
    ]
    for grad in handed_out:
        assert any(array is not None and np.array_equal(array, grad) for _, array in made_of)
    left = {e.parameter: e.outputs[0] for e in recording.events if e.op == "AccumulateGrad"}
    for parameter, grad in zip(recording.parameters, grads, strict=True):
        array = left[parameter.name]
        assert array is not None
        assert np.array_equal(array, grad)


@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_each_number_of_a_second_derivative_has_terms(name: str) -> None:
    recording = recorded(name)
    explainer = Explainer(recording)
    inside = {e.op for e in recording.events if e.phase is Phase.LOSS and e.call is not None}
    assert {"mm"} & inside  # as a matrix product's gradient is computed
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        array = recording.tensors[number.tensor]
        if found.reason is not None and (
            found.reason.code in ("constant", "drawn") or array.dtype == np.int64
        ):
            continue
        assert found.reason is None, (recording.events[number.event or 0].op, found.reason)
        assert list(faults(recording, found)) == []
