"""What torch changes without telling autograd is recorded as it is, bit for bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

import backprop_viz as bv
from backprop_viz.recording.events import Array, Event
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps


class Data(Dataset[Any]):
    """Four images of noise, the label of each its number."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        return torch.randn(1, 32, 32, generator=torch.Generator().manual_seed(i)), i


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(1024, 16), nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(torch.relu(self.a(x.flatten(1))))


def recorded(model: nn.Module, **options: Any) -> tuple[bv.Trainer, Recording]:
    trainer = bv.Trainer(data=Data(), model=model, batch_size=4, **options)
    return trainer, trainer.record()


def a_net(kind: type[Net] = Net) -> Net:
    torch.manual_seed(0)
    return kind()


def of(recording: Recording, phase: Phase, parameter: str) -> list[Event]:
    return [e for e in recording.events if e.phase is phase and e.parameter == parameter]


def bits(value: Tensor | Array | None) -> bytes:
    assert value is not None
    return np.ascontiguousarray(value.detach() if isinstance(value, Tensor) else value).tobytes()


def clamp_gradient(parameter: Tensor) -> None:
    assert parameter.grad is not None
    parameter.grad.data.clamp_(-0.01, 0.01)


def shrink(grad: Tensor) -> None:
    grad.data.mul_(0.1)


OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_fused_update_is_recorded_as_the_plain_loop_has_it(name: str) -> None:
    """Fused kernels leave the version counter of a weight as it was."""
    trainer, recording = recorded(
        a_net(), optimizer=name, lr=0.01, optimizer_options={"fused": True}
    )
    plain = a_net()
    optimizer = OPTIMIZERS[name](plain.parameters(), lr=0.01, fused=True)
    before = {n: bits(p) for n, p in plain.named_parameters()}
    x, y = trainer.batch[0], trainer.labels
    nn.functional.cross_entropy(plain(x), y).backward()
    optimizer.step()
    for parameter, value in plain.named_parameters():
        (update,) = of(recording, Phase.UPDATE, parameter)
        assert bits(update.inputs[0]) == before[parameter] != bits(value)
        assert bits(update.outputs[0]) == bits(value)
        for key, (_, after) in update.state.items():
            assert bits(after) == bits(optimizer.state[value][key])


def test_a_gradient_changed_through_data_as_it_was_accumulated() -> None:
    net = a_net()
    for parameter in net.parameters():
        parameter.register_post_accumulate_grad_hook(clamp_gradient)
    _, recording = recorded(net)
    for name, parameter in net.named_parameters():
        (update,) = of(recording, Phase.UPDATE, name)
        assert bits(update.inputs[1]) == bits(parameter.grad)
        assert np.abs(update.inputs[1]).max() <= np.float32(0.01)


def test_a_gradient_changed_between_two_phases() -> None:
    net = a_net()
    trainer = bv.Trainer(data=Data(), model=net, batch_size=4)
    steps = RecordedSteps(trainer)
    while steps.step() is not Phase.BACKWARD:
        pass
    net.a.weight.grad.data.mul_(0.5)
    steps.step()
    (accumulated,) = of(steps.recording(), Phase.BACKWARD, "a.weight")
    (update,) = of(steps.recording(), Phase.UPDATE, "a.weight")
    assert bits(update.inputs[1]) == bits(net.a.weight.grad)
    assert bits(update.inputs[1]) == bits(accumulated.outputs[0] * np.float32(0.5))


class HookOnData(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x.flatten(1))
        h.register_hook(shrink)
        return self.b(torch.relu(h))


def test_a_gradient_changed_on_its_way_from_node_to_node() -> None:
    net = a_net(HookOnData)
    _, recording = recorded(net)
    (bias,) = of(recording, Phase.BACKWARD, "a.bias")
    linear = next(e for e in recording.events if e.op == "linear")
    (arrived,) = (
        e for e in recording.events if e.phase is Phase.BACKWARD and e.node == linear.node
    )
    assert bits(bias.outputs[0]) == bits(net.a.bias.grad)
    sums = torch.from_numpy(arrived.inputs[0].copy()).sum(0)
    assert bits(sums) == bits(net.a.bias.grad)


class Constraint(Net):
    def forward(self, x: Tensor) -> Tensor:
        self.a.weight.data = torch.renorm(self.a.weight.data, 2, 0, 0.1)
        return super().forward(x)


class Clamped(Net):
    def forward(self, x: Tensor) -> Tensor:
        self.a.weight.data.clamp_(-0.001, 0.001)
        h = self.a(x.flatten(1))
        h.data.mul_(2)
        return self.b(torch.relu(h))


@pytest.mark.parametrize("kind", [Constraint, Clamped])
def test_weights_and_activations_changed_through_data_in_forward(kind: type[Net]) -> None:
    net = a_net(kind)
    trainer = bv.Trainer(data=Data(), model=net, batch_size=4, optimizer="manual", lr=0.0)
    recording = trainer.record()
    linear = next(e for e in recording.events if e.op == "linear")
    x, w, b = (torch.from_numpy(array.copy()) for array in linear.inputs)
    assert bits(w) == bits(net.a.weight)
    assert bits(nn.functional.linear(x, w, b)) == bits(linear.outputs[0])
    relu = next(e for e in recording.events if e.op == "relu")
    assert bits(relu.outputs[0]) == bits(np.maximum(relu.inputs[0], 0))
    factor = 2 if kind is Clamped else 1
    assert bits(relu.inputs[0]) == bits(linear.outputs[0] * np.float32(factor))
