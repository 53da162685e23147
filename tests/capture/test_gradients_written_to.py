"""A node that writes into what it was given, and one that hands on a view of it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase

Grads = tuple[Tensor | None, ...]


def backward_of(recording: Recording, op: str) -> Event:
    (event,) = (e for e in recording.events if e.phase is Phase.BACKWARD and e.op == op)
    return event


def bits(value: Tensor | Array | None) -> bytes:
    assert value is not None
    return np.ascontiguousarray(value.detach() if isinstance(value, Tensor) else value).tobytes()


class Doubling(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        return grads[0].mul_(2)


def test_a_function_that_doubles_its_gradient_in_place() -> None:
    weight = nn.Linear(3, 1, bias=False)
    x = torch.randn(2, 3)
    with bv.record(weight) as recording:
        Doubling.apply(weight(x)).exp().sum().backward()
    event = backward_of(recording.recording, "DoublingBackward")
    given = weight(x).exp()
    assert bits(event.inputs[0]) == bits(given)
    assert bits(event.outputs[0]) == bits(2 * given)


def test_a_hook_of_ones_own_that_writes_into_what_a_node_was_given() -> None:
    weight = nn.Linear(3, 1, bias=False)
    x = torch.randn(2, 3)

    def spoil(_: Grads, given: Grads) -> None:
        assert given[0] is not None
        given[0].data.zero_()

    with bv.record(weight) as recording:
        y = weight(x).tanh()
        assert y.grad_fn is not None
        y.grad_fn.register_hook(spoil)
        (3 * y).sum().backward()
    event = backward_of(recording.recording, "TanhBackward0")
    assert bits(event.inputs[0]) == bits(np.full((2, 1), 3, np.float32))


def test_a_transposed_gradient_is_what_torch_sent() -> None:
    """It lies in the memory of the one that arrived."""
    layer = nn.Linear(5, 4, bias=False)
    x = torch.randn(2, 5)
    with bv.record(layer) as recording:
        layer(x).square().sum().backward()
    event = backward_of(recording.recording, "TBackward0")
    given, sent = event.inputs[0], event.outputs[0]
    assert layer.weight.grad is not None
    assert given is not None
    assert sent is not None
    assert bits(sent) == bits(layer.weight.grad) == bits(given.T)
    assert np.shares_memory(sent, given)
    before = sent.copy()
    layer.weight.grad.zero_()
    assert bits(sent) == bits(before)
    assert not sent.flags.writeable
