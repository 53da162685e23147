"""Recordings against hooks and plain torch written here, bit for bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps, preview


def some_data() -> TensorDataset:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(20, 1, 32, 32, generator=generator)
    return TensorDataset(images, torch.randint(10, (20,), generator=generator))


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return 3 * x * x * grad


class Net(nn.Module):
    """Two linear layers with something of interest between them."""

    def __init__(self, between: Callable[["Net", Tensor], Tensor]) -> None:
        super().__init__()
        self.first = nn.Linear(1024, 12)
        self.square = nn.Linear(12, 12)
        self.last = nn.Linear(12, 10)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.between(self, self.first(x.flatten(1))))


def unused_output(net: Net, h: Tensor) -> Tensor:
    left, _ = h.split(6, dim=1)
    return torch.cat([left, left.sin()], 1)


NETS = {
    "branches": lambda net, h: torch.cat([h[:, :4].tanh(), h[:, 4:].relu()], 1) + h.sigmoid(),
    "shared weight": lambda net, h: net.square(net.square(h).relu()),
    "custom function": lambda net, h: Cube.apply(h.tanh()),
    "in place": lambda net, h: h.mul(2).add_(h).relu_(),
    "unused output": unused_output,
    "not reached": lambda net, h: h.detach() * 2,
    "views": lambda net, h: h.view(-1, 3, 4).transpose(1, 2).reshape(-1, 12),
}


def make(name: str) -> bv.Trainer:
    torch.manual_seed(0)
    return bv.Trainer(some_data(), model=Net(NETS[name]), batch_size=4)


def hooked(trainer: bv.Trainer) -> list[tuple[str, list[Any], list[Any]]]:
    """Run the due iteration's forward and backward on the trainer's model with own hooks."""
    trainer.zero_grad()
    loss = F.cross_entropy(trainer.model(trainer.batch[0]), trainer.batch[1])
    ran: list[tuple[str, list[Any], list[Any]]] = []
    seen: list[Any] = []

    def walk(node: Any) -> None:
        if node is None or node in seen:
            return
        seen.append(node)

        def hook(grad_inputs: Any, grad_outputs: Any) -> None:
            ran.append((node.name(), copies(grad_outputs), copies(grad_inputs)))

        node.register_hook(hook)
        for following, _ in node.next_functions:
            walk(following)

    walk(loss.grad_fn)
    loss.backward()
    return ran


def copies(tensors: Any) -> list[Any]:
    return [None if t is None else t.detach().clone().numpy() for t in tensors]


def same(arrays: Any, others: Any) -> bool:
    return len(arrays) == len(others) and all(
        (a is None and b is None) or np.array_equal(a, b)
        for a, b in zip(arrays, others, strict=True)
    )


@pytest.mark.parametrize("name", NETS)
def test_nodes_and_gradients_equal_what_other_hooks_see(name: str) -> None:
    expected = hooked(make(name))
    recording = make(name).record()
    events = [e for e in recording.events if e.phase is Phase.BACKWARD and e.node is not None]
    assert [e.op for e in events] == [n.rpartition("::")[2] for n, _, _ in expected]
    assert sorted(e.node for e in events) == sorted(recording.ran_at)
    for event, (_, arrived, sent) in zip(events, expected, strict=True):
        if event.op == "AccumulateGrad":
            assert same(event.inputs[1:], arrived)
        else:
            assert same(event.inputs, arrived)
            assert same(event.outputs, sent)


@pytest.mark.parametrize("name", NETS)
def test_gradients_and_weights_end_as_plain_torch_has_them(name: str) -> None:
    trainer, plain = make(name), make(name)
    recording = trainer.record()
    plain.iterate()
    end = recording.at(len(recording.events))
    for key, parameter in plain.model.named_parameters():
        grad = end.grad(key)
        if parameter.grad is None:
            assert grad is None
        else:
            assert np.array_equal(grad, parameter.grad.numpy())
        assert np.array_equal(end.value(key), parameter.detach().numpy())


@pytest.mark.parametrize("name", NETS)
def test_the_graph_is_the_one_torch_built(name: str) -> None:
    trainer = make(name)
    recording = trainer.record()
    graph = recording.graph
    other = make(name)
    for _ in range(3):
        other.step()
    nodes: dict[Any, int] = {}
    edges = set()

    def walk(node: Any) -> None:
        if node in nodes:
            return
        nodes[node] = len(nodes)
        for following, _ in node.next_functions:
            if following is not None:
                walk(following)
                edges.add((node, following))

    walk(other.loss.grad_fn)
    assert sorted(n.name for n in graph.nodes) == sorted(
        n.name().rpartition("::")[2] for n in nodes
    )
    assert len(graph.edges) == len(edges)
    leaves = {n.parameter for n in graph.nodes if n.name == "AccumulateGrad"}
    assert leaves == {key for key, p in trainer.model.named_parameters() if p.grad is not None}


def test_lenets_graph_with_mse_has_26_nodes() -> None:
    recording = bv.Trainer("random", "mse").record()
    assert len(recording.graph.nodes) == 26
    assert recording.graph.nodes[0].name == "MseLossBackward0"
    layers = [(layer.name, layer.shape) for layer in recording.layers.layers]
    assert layers == [
        ("x", (1, 32, 32)),
        ("conv1", (6, 30, 30)),
        ("pool1", (6, 15, 15)),
        ("conv2", (16, 13, 13)),
        ("pool2", (16, 6, 6)),
        ("fc1", (120,)),
        ("fc2", (84,)),
        ("fc3", (10,)),
        ("loss", ()),
    ]


def test_forward_operations_with_inputs_and_outputs() -> None:
    trainer = bv.Trainer("random", "mse")
    x = trainer.batch[0]
    conv1 = trainer.model.conv1
    expected = conv1(x).detach().numpy()
    relu = np.maximum(expected, 0)
    weight = conv1.weight.detach().clone().numpy()
    recording = trainer.record()
    events = [e for e in recording.events if e.phase is Phase.FORWARD]
    assert [e.op for e in events[:4]] == ["conv2d", "relu", "max_pool2d", "conv2d"]
    assert np.array_equal(events[0].inputs[0], x.numpy())
    assert np.array_equal(events[0].inputs[1], weight)
    assert np.array_equal(events[0].outputs[0], expected)
    assert np.array_equal(events[1].outputs[0], relu)
    names = {n.id: n.name for n in recording.graph.nodes}
    assert [names[e.node] for e in events[:3]] == [
        "ConvolutionBackward0",
        "ReluBackward0",
        "MaxPool2DWithIndicesBackward0",
    ]


def test_what_an_in_place_operation_overwrites_is_kept() -> None:
    trainer = make("in place")
    events = [e for e in trainer.record().events if e.phase is Phase.FORWARD]
    relu = next(e for e in events if e.op == "relu_")
    assert (relu.inputs[0] < 0).any()
    assert np.array_equal(relu.outputs[0], np.maximum(relu.inputs[0], 0))


@pytest.mark.parametrize(
    "options", [{}, {"set_to_none": False}, {"clear_gradients": False}], ids=str
)
def test_accumulation_has_the_gradient_before_and_after(options: dict[str, bool]) -> None:
    trainer = bv.Trainer("random", "mse", "manual", lr=0.0, **options)
    first = trainer.record()
    grad = trainer.model.conv1.bias.grad.detach().clone().numpy()
    second = trainer.record()

    def accumulation(recording: bv.Recording) -> Any:
        return next(
            e for e in recording.events if e.phase is Phase.BACKWARD and e.parameter == "conv1.bias"
        )

    assert accumulation(first).inputs[0] is None
    before = accumulation(second).inputs[0]
    after = accumulation(second).outputs[0]
    if not options:
        assert before is None
        assert np.array_equal(after, grad)
    elif "set_to_none" in options:
        assert np.array_equal(before, np.zeros(6, np.float32))
        assert np.array_equal(after, grad)
    else:
        assert np.array_equal(before, grad)
        assert np.array_equal(after, 2 * grad)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_updates_have_weight_gradient_and_new_weight(optimizer: str) -> None:
    trainer = bv.Trainer("random", "mse", optimizer)
    trainer.iterate()
    before = {k: p.detach().clone().numpy() for k, p in trainer.model.named_parameters()}
    updates = [e for e in trainer.record().events if e.phase is Phase.UPDATE]
    assert [e.parameter for e in updates] == list(before)
    for event in updates:
        parameter = trainer.model.get_parameter(event.parameter)
        assert np.array_equal(event.inputs[0], before[event.parameter])
        assert np.array_equal(event.inputs[1], parameter.grad.numpy())
        assert np.array_equal(event.outputs[0], parameter.detach().numpy())


def test_few_samples_are_those_of_the_whole_recording() -> None:
    def recording(samples: int | None) -> bv.Recording:
        trainer = bv.Trainer(some_data(), batch_size=8)
        recorder = RecordedSteps(trainer, samples)
        while recorder.step() is not Phase.UPDATE:
            pass
        return recorder.recording()

    whole, few = recording(None), recording(1)
    assert len(whole.events) == len(few.events)
    for a, b in zip(whole.events, few.events, strict=True):
        if a.parameter is not None:
            assert same(a.outputs, b.outputs)
        elif b.outputs[0] is not None and b.outputs[0].ndim == 4:
            assert np.array_equal(a.outputs[0][: len(b.outputs[0])], b.outputs[0])
    assert few.input.shape == (1, 1, 32, 32)


def test_preview_leaves_the_trainer_as_it_was() -> None:
    plain, looked_at = (bv.Trainer("random", "output_gradient", seed=4) for _ in range(2))
    recording = preview(looked_at)
    assert recording.preview
    assert recording.graph.nodes
    assert looked_at.phase == "zero_grad"
    for _ in range(3):
        plain.iterate()
        looked_at.iterate()
    for a, b in zip(plain.model.parameters(), looked_at.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_phase_that_raises_leaves_no_events() -> None:
    class Fails(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))
            self.broken = True

        def forward(self, x: Tensor) -> Tensor:
            y = (x * self.weight).flatten(1)[:, :10]
            if self.broken:
                raise RuntimeError("this forward fails")
            return y

    trainer = bv.Trainer(some_data(), model=Fails(), batch_size=4)
    recorder = RecordedSteps(trainer)
    recorder.step()
    done = len(recorder.recording().events)
    with pytest.raises(RuntimeError, match="this forward fails"):
        recorder.step()
    assert len(recorder.recording().events) == done
    trainer.model.broken = False
    assert recorder.step() is Phase.FORWARD
    assert recorder.step() is Phase.LOSS
    assert recorder.step() is Phase.BACKWARD
    assert [layer.name for layer in recorder.recording().layers.layers][-1] == "loss"


class SquareNet(nn.Module):
    """Weights, made from weights too, whose first axis is as long as the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 8, stride=8)
        self.first = nn.Linear(128, 8)
        self.scale = nn.Parameter(torch.rand(8))
        self.last = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(self.conv(x).relu().flatten(1))
        return self.last(h @ (self.first.weight @ self.first.weight.t()).tanh() * self.scale.exp())


def test_few_samples_leave_what_is_of_weights_whole() -> None:
    def recording(samples: int | None) -> bv.Recording:
        torch.manual_seed(0)
        trainer = bv.Trainer(some_data(), model=SquareNet(), batch_size=8)
        recorder = RecordedSteps(trainer, samples)
        while recorder.step() is not Phase.UPDATE:
            pass
        return recorder.recording()

    whole, few = recording(None), recording(1)
    cut = []
    for a, b in zip(whole.events, few.events, strict=True):
        for one, other in zip((*a.inputs, *a.outputs), (*b.inputs, *b.outputs), strict=True):
            if one is None or other is None:
                assert one is other
            elif one.shape == other.shape:
                assert np.array_equal(one, other)
            else:
                assert np.array_equal(one[:1], other)
                cut.append((a.op, a.parameter, one.shape))
    assert {parameter for _, parameter, _ in cut} == {None}
    # Linear's: its bias and weight beside what goes to the samples.
    addmm = next(e for e in few.events if e.op == "AddmmBackward0" and e.inputs[0].shape[1] == 8)
    assert [None if g is None else g.shape for g in addmm.outputs] == [(8,), (1, 128), (128, 8)]
    for op, shape in (("TanhBackward0", (8, 8)), ("ExpBackward0", (8,)), ("TBackward0", (128, 8))):
        assert shape in [e.inputs[0].shape for e in few.events if e.op == op]
    assert {op for op, _, _ in cut} >= {"conv2d", "relu", "linear", "AddmmBackward0"}


@pytest.mark.parametrize("optimizer", ["adam", [1], 3])
def test_what_is_no_optimizer_is_refused(optimizer: Any) -> None:
    model = nn.Linear(2, 2)
    with (
        pytest.raises(ArgumentError, match="must be a torch"),
        bv.record(model, optimizer),
    ):
        pass
