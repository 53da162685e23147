"""What has the memory of another tensor, but not its shape or its numbers, is recorded as it is."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.capture.recorded_nets import recorded_net


def called(recording: Recording, op: str) -> list[Event]:
    return [event for event in recording.events if event.op == op]


class Reshaped(nn.Module):
    """Puts its weight, or what was made of it, into another shape where no call is seen."""

    def __init__(self, what: str, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.arange(2.0 * size * size).reshape(size, 2 * size))
        self.what, self.size = what, size

    def forward(self) -> Tensor:
        made = self.weight * 2
        seen = made + 1
        tensor = self.weight if self.what == "weight" else made
        tensor.data = tensor.data.view(2 * self.size, self.size)
        return (tensor / 2).sum() + seen.sum()


@pytest.mark.parametrize("size", [3, 40])  # compared as bytes, and where it lies
@pytest.mark.parametrize("what", ["weight", "made"])
def test_a_tensor_that_was_put_into_another_shape(what: str, size: int) -> None:
    net = Reshaped(what, size)
    with torch.no_grad(), bv.record(net) as recorded:
        net()
    (half,) = called(recorded.recording, "div")
    read, made = half.inputs[0], half.outputs[0]
    expected = np.arange(2.0 * size * size, dtype=np.float32).reshape(2 * size, size)
    expected = expected if what == "weight" else expected * 2
    np.testing.assert_array_equal(read, expected)
    np.testing.assert_array_equal(made, expected / 2)


class DoublesUnseen(torch.autograd.Function):
    """Its backward hands on the very gradient that came, doubled where no version tells."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        grad.data.mul_(2)
        return grad


class Doubled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(40, 40))

    def forward(self) -> Tensor:
        return (DoublesUnseen.apply(self.weight * 3) * 5).sum()


def test_a_gradient_that_a_node_doubles_through_data_and_hands_on() -> None:
    net = Doubled()
    with bv.record(net) as recorded:
        net().backward()
    (node,) = called(recorded.recording, "DoublesUnseenBackward")
    (product, _) = sorted(
        called(recorded.recording, "MulBackward0"), key=lambda e: -float(e.outputs[0].flat[0])
    )
    np.testing.assert_array_equal(node.inputs[0], np.full((40, 40), 5, np.float32))
    np.testing.assert_array_equal(node.outputs[0], np.full((40, 40), 10, np.float32))
    np.testing.assert_array_equal(product.inputs[0], node.outputs[0])
    assert net.weight.grad is not None
    np.testing.assert_array_equal(product.outputs[0], net.weight.grad.numpy())


class Folds(nn.Module):
    """Steps of each sample, all of them at once."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.view(20, 3)).view(4, 5, 3).mean(1)


def test_only_what_has_as_many_rows_as_the_batch_is_cut_to_some_samples() -> None:
    recording = recorded_net(Folds(), torch.randn(4, 5, 3), samples=2)
    forward = [e for e in recording.events if e.phase is Phase.FORWARD]
    shapes = {e.op: e.outputs[0].shape for e in forward}
    assert shapes["linear"] == (20, 3)
    assert shapes["mean"] == (2, 3)


def test_a_gradient_given_by_hand_just_before_it_is_cleared() -> None:
    net, given = nn.Linear(3, 2, bias=False), torch.full((2, 3), 7.0)
    step = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, step) as recorded:
        net.weight.grad = given.clone()
        step.zero_grad()
        net(torch.ones(4, 3)).sum().backward()
        step.step()
    gave, cleared, *_ = (e for e in recorded.recording.events if e.parameter == "weight")
    assert (gave.phase, cleared.phase) == (Phase.BACKWARD, Phase.ZERO_GRAD)
    assert gave.inputs == cleared.outputs == (None,)
    np.testing.assert_array_equal(gave.outputs[0], given.numpy())
    np.testing.assert_array_equal(cleared.inputs[0], given.numpy())


class Halving(torch.optim.Optimizer):
    """Leaves half of each gradient when it has used it, unseen, as a fused kernel may."""

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        with torch.no_grad():
            for parameter in self.param_groups[0]["params"]:
                parameter.sub_(parameter.grad * 0.1)
                with torch._C.DisableTorchFunction():
                    parameter.grad.mul_(0.5)


def test_a_gradient_that_an_optimizer_changes_after_its_step() -> None:
    net = nn.Linear(3, 2, bias=False)
    step = Halving(net.parameters(), {})
    with bv.record(net, step) as recorded:
        net(torch.ones(4, 3)).sum().backward()
        arrived = net.weight.grad.numpy().copy()
        step.step()
    recording = recorded.recording
    *_, update, halved = (e for e in recording.events if e.parameter == "weight")
    np.testing.assert_array_equal(update.inputs[1], arrived)
    np.testing.assert_array_equal(halved.inputs[0], arrived)
    np.testing.assert_array_equal(halved.outputs[0], arrived / 2)
    assert recording.at(len(recording.events)).grad("weight") is halved.outputs[0]


def test_an_update_by_hand_is_one_of_every_weight() -> None:
    trainer = bv.Trainer("random", "mse", "manual", batch_size=1)
    recording = trainer.record()
    updates = [e for e in recording.events if e.phase is Phase.UPDATE]
    assert [(e.op, e.parameter) for e in updates] == [
        ("sub_", name) for name, _ in trainer.model.named_parameters()
    ]


def test_a_write_counts_by_its_bits() -> None:
    """NaN stays what it is, and 0 is not −0."""
    net = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[torch.nan, 1.0], [2.0, 3.0]]))
    with bv.record(net) as recorded:
        net(torch.ones(1, 2))
        net.weight.data.mul_(1)
        net(torch.ones(1, 2))
    assert not [e for e in recorded.recording.events if e.parameter == "weight"]
    with torch.no_grad():
        net.weight.zero_()
    with bv.record(net) as recorded:
        net(torch.ones(1, 2))
        net.weight.data.neg_()
        net(torch.ones(1, 2))
    (changed,) = (e for e in recorded.recording.events if e.parameter == "weight")
    assert np.signbit(changed.outputs[0]).all()
