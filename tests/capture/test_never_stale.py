"""What torch changes without telling autograd is recorded as it is, bit for bit."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import Dataset

import backprop_viz as bv
from backprop_viz.analysis.explanations import explain
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
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
    accumulated, changed = of(steps.recording(), Phase.BACKWARD, "a.weight")
    assert (accumulated.op, changed.op) == ("AccumulateGrad", "changed")
    assert bits(changed.inputs[0]) == bits(accumulated.outputs[0])
    assert bits(changed.outputs[0]) == bits(net.a.weight.grad)
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


class Reentrant(Net):
    def forward(self, x: Tensor) -> Tensor:
        return checkpoint(self.b, torch.relu(self.a(x.flatten(1))), use_reentrant=True)


class Nested(Net):
    def forward(self, x: Tensor) -> Tensor:
        def last(h: Tensor) -> Tensor:
            return checkpoint(self.b, torch.relu(h), use_reentrant=True)

        return checkpoint(last, self.a(x.flatten(1)), use_reentrant=True)


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
@pytest.mark.parametrize("kind", [Reentrant, Nested])
def test_the_gradients_of_a_reentrant_checkpoint_are_accumulated_inside_it(kind: type[Net]) -> None:
    net = a_net(kind)
    _, recording = recorded(net)
    for name, parameter in net.named_parameters():
        (event,) = of(recording, Phase.BACKWARD, name)
        assert (event.op, bits(event.outputs[0])) == ("AccumulateGrad", bits(parameter.grad))
        assert bits(event.inputs[1]) == bits(parameter.grad)
        assert event.node is not None
        assert recording.graph.nodes[event.node].parameter == name
        reason = explain(recording.at(len(recording.events)), "parameter", name)
        assert reason.code == "value"


def test_a_step_inside_backward() -> None:
    net = a_net()

    def step_now(parameter: Tensor) -> None:
        assert parameter.grad is not None
        with torch.no_grad():
            parameter.sub_(parameter.grad * 0.1)
        parameter.grad = None

    for parameter in net.parameters():
        parameter.register_post_accumulate_grad_hook(step_now)
    before = {name: bits(p) for name, p in net.named_parameters()}
    _, recording = recorded(net)
    end = recording.at(len(recording.events))
    for name, parameter in net.named_parameters():
        assert bits(end.value(name)) == bits(parameter) != before[name]
        assert end.grad(name) is None
        (update,) = of(recording, Phase.UPDATE, name)
        assert (update.op, bits(update.inputs[0])) == ("changed", before[name])


def test_a_parameter_that_no_optimizer_owns_is_not_updated() -> None:
    net = a_net()
    trainer = bv.Trainer(data=Data(), model=net, batch_size=4)
    net.b = nn.Linear(16, 10)
    trainer.record()
    recording = trainer.record()
    assert of(recording, Phase.UPDATE, "b.weight") == []
    assert [e.op for e in of(recording, Phase.UPDATE, "a.weight")] == ["SGD"]


class BatchChanged(Net):
    def forward(self, x: Tensor) -> Tensor:
        x.mul_(0)
        return super().forward(x)


def test_the_batch_is_shown_as_it_was_given() -> None:
    _, recording = recorded(a_net(BatchChanged))
    given = torch.stack([Data()[i][0] for i in range(4)])
    order = [int(label) for label in recording.labels]
    assert bits(recording.input) == bits(given[order])
    end = recording.at(len(recording.events))
    assert bits(end.activation(recording.layers.layers[0])) == bits(given[order])


class Written(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(len(x), 16)
        h[:, :8] = self.a(x.flatten(1))[:, 8:]
        return self.b(h)


def test_an_item_that_is_set_is_an_event() -> None:
    _, recording = recorded(a_net(Written))
    (event,) = (e for e in recording.events if e.op == "setitem")
    before, value, after = event.inputs[0], event.inputs[1], event.outputs[0]
    assert not before.any()
    assert bits(after[:, :8]) == bits(value)
    assert not after[:, 8:].any()


class Vmapped(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.b(torch.vmap(lambda v: torch.relu(self.a(v)))(x.flatten(1)))


class Inference(Net):
    def forward(self, x: Tensor) -> Tensor:
        with torch.inference_mode():
            super().forward(x)
        return super().forward(x)


class Float8(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x.flatten(1))
        q = h.detach().to(torch.float8_e4m3fn).float()
        return self.b(h + (q - h).detach())


class Jagged(Net):
    def forward(self, x: Tensor) -> Tensor:
        nested = torch.nested.as_nested_tensor([x[0], x[1, :, :5]], layout=torch.jagged)
        return super().forward(x) + 0 * nested.to_padded_tensor(0.0).sum()


class JaggedThroughout(nn.Module):
    """Its first layer makes jagged numbers, of which backward keeps some."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(32, 8), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        rows = [sample[0, : i + 2] for i, sample in enumerate(x)]
        nested = self.a(torch.nested.as_nested_tensor(rows, layout=torch.jagged))
        return self.b(torch.tanh(torch.stack([one.mean(0) for one in nested.unbind()])))


class Complex(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Parameter(torch.ones(1024, 10, dtype=torch.cfloat) * 0.01)

    def forward(self, x: Tensor) -> Tensor:
        return (x.flatten(1).to(torch.cfloat) @ self.f).abs()


HARD: dict[str, Callable[[], nn.Module]] = {
    "vmap": Vmapped,
    "inference mode": Inference,
    "float8": Float8,
    "jagged": Jagged,
    "jagged throughout": JaggedThroughout,
    "complex": Complex,
    "compiled": lambda: torch.compile(Net(), backend="eager"),
    "scripted": lambda: torch.jit.script(Net()),
    "lazy": lambda: nn.Sequential(nn.Flatten(), nn.LazyLinear(10)),
}


@pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is",
    "ignore:The PyTorch API of nested",
    "ignore:Lazy modules",
    # Of torch 2.6, where PySide has come between it and ``import``.
    "ignore:Graph break due to unsupported builtin",
)
@pytest.mark.parametrize("name", HARD)
def test_what_cannot_be_copied_stops_no_training(name: str, tmp_path: Path) -> None:
    """The losses and the weights are those of a loop without a recorder, the rest is recorded."""
    torch.manual_seed(0)
    net = HARD[name]()
    torch.manual_seed(0)
    plain = HARD[name]()
    trainer = bv.Trainer(data=Data(), model=net, batch_size=4, optimizer="manual", lr=0.1)
    if name == "lazy":
        # The loss's class needs its weights: torch makes them in the first forward.
        plain(trainer.batch[0])
    for _ in range(2):
        recording = trainer.record()
        plain.zero_grad()
        loss = nn.functional.cross_entropy(plain(trainer.batch[0]), trainer.labels)
        loss.backward()
        assert recording.loss == loss.item()
        for parameter in plain.parameters():
            with torch.no_grad():
                parameter -= 0.1 * parameter.grad
    for parameter, other in zip(net.parameters(), plain.parameters(), strict=True):
        assert bits(parameter) == bits(other)
    end = recording.at(len(recording.events))
    for parameter in recording.parameters:
        assert bits(end.value(parameter.name)) == bits(dict(net.named_parameters())[parameter.name])
        explain(end, "parameter", parameter.name)
    for node in recording.graph.nodes:
        explain(end, "node", node.id)
    missing = {reason for event in recording.events for reason in event.missing.values()}
    assert missing <= {"functorch", "nested", "fake"}
    assert bool(missing) == name.startswith("jagged")
    # Without a number that is none, as the size of what is jagged.
    recording.save(tmp_path / "recorded.bprec")


class WrittenUnderNoGrad(nn.Module):
    """Its forward writes to a part of a weight, of which torch then refuses to tell the node."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            self.linear.weight[0, 0] += 1
        return self.linear(x)


def test_a_part_of_a_weight_may_be_written_to_under_no_grad() -> None:
    def run(*, recorded: bool) -> Tensor:
        torch.manual_seed(0)
        net = WrittenUnderNoGrad()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        with bv.record(net, optimizer) if recorded else nullcontext():
            optimizer.zero_grad()
            net(torch.randn(2, 3)).sum().backward()
            optimizer.step()
            with torch.no_grad():
                net.linear.weight[0, 1] += 1
        return net.linear.weight.detach()

    assert torch.equal(run(recorded=True), run(recorded=False))
