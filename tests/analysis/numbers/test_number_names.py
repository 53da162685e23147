"""No tensor is called by its number where something that was recorded made or read it."""

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase


class Masked(nn.Module):
    """A net that reads a constant."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.mask = torch.tensor([0.0, 1.0, 2.0])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(torch.mul(x, self.mask))


def names_without_events(recording: bv.Recording) -> list[str]:
    names = NumberNames(recording)
    read = {t for event in recording.events for t in (*event.input_ids, *event.output_ids)}
    return [names.tensor(Number(tensor, ())) for tensor in sorted(t for t in read if t is not None)]


def test_of_the_tutorial_every_tensor_has_a_name() -> None:
    recording = bv.Trainer(data="strokes", batch_size=2).record()
    found = names_without_events(recording)
    assert {"relu(conv1)", "pool2", "fc1.weight.T", "∂L/∂pool1", "loss"} <= {
        name.replace("∂L/∂fc1.weight.T", "fc1.weight.T") for name in found
    }
    assert not [name for name in found if name.startswith("tensor ")]


def test_a_constant_is_called_by_what_reads_it() -> None:
    torch.manual_seed(0)
    model = Masked()
    with bv.record(model) as recorded:
        model(torch.ones(2, 3)).sum().backward()
    found = names_without_events(recorded.recording)
    assert "mul.arg1" in found
    assert not [name for name in found if name.startswith("tensor ")]


def test_the_target_is_called_target() -> None:
    found = names_without_events(bv.Trainer(data="random", loss="mse", batch_size=1).record())
    assert "target" in found
    assert not [name for name in found if ".arg" in name]


def test_a_layers_formula_names_its_weight_as_the_terms_do() -> None:
    recording = bv.Trainer(data="random", loss="mse", batch_size=1).record()
    sent = next(i for i, e in enumerate(recording.events) if e.op == "AddmmBackward0")
    explained = recording.explain(sent, 1, (0, 3))
    assert explained.formula == "∂L/∂x[0, 3] = Σₖ δ[0, k]·w[k, 3]"
    weight = next(c for c in explained.parts[0].factors if c.role == "weight")
    assert weight.indices is not None
    assert [tuple(index) for index in weight.indices[:2].tolist()] == [(0, 3), (1, 3)]


class Residual(nn.Module):
    """What two layers read: each sends a share of its gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.tanh(self.a(x))
        return h + self.b(h)


def test_a_share_of_a_gradient_is_named_by_who_sends_it() -> None:
    torch.manual_seed(0)
    with bv.record(model := Residual()) as recording:
        model(torch.randn(2, 4)).square().mean().backward()
    names = NumberNames(recording)
    sent = {
        names.name(Number(tensor, (0, 1), i, slot)): float(recording.tensors[tensor][0, 1])
        for i, event in enumerate(recording.events)
        if event.op in ("AddBackward0", "AddmmBackward0")
        for slot, tensor in enumerate(event.output_ids)
        if tensor is not None and recording.tensors[tensor].shape == (2, 6)
    }
    tanh = next(i for i, event in enumerate(recording.events) if event.op == "TanhBackward0")
    arrived = Number(recording.events[tanh].input_ids[0] or 0, (0, 1), tanh, arrived=True)
    assert names.name(arrived) == "∂L/∂tanh(a)[0, 1]"
    shares = [value for name, value in sent.items() if name.endswith("→ ∂L/∂tanh(a)[0, 1]")]
    assert {"add → ∂L/∂tanh(a)[0, 1]", "b → ∂L/∂tanh(a)[0, 1]", "∂L/∂b[0, 1]"} == {*sent}
    total = float(recording.tensors[arrived.tensor][0, 1])
    assert len(shares) == 2
    assert sum(shares) == pytest.approx(total, rel=1e-6)


def test_a_weight_after_a_step_of_the_loss_itself_has_the_parameters_name_and_a_prime() -> None:
    """As MAML's fast weights, of two inner steps."""
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    x, y = torch.randn(4, 3), torch.randn(4, 2)
    with bv.record(model) as recorded:
        fast = dict(model.named_parameters())
        for _ in range(2):
            loss = (torch.func.functional_call(model, fast, (x,)) - y).square().mean()
            grads = torch.autograd.grad(loss, list(fast.values()), create_graph=True)
            fast = {k: w - 0.1 * g for (k, w), g in zip(fast.items(), grads, strict=True)}
        (torch.func.functional_call(model, fast, (x,)) - y).square().mean().backward()
    found = names_without_events(recorded.recording)
    assert {"weight′", "bias′", "weight″", "bias″", "∂L/∂weight″"} <= set(found)


def test_a_standardised_weight_is_none_that_took_a_step() -> None:
    model = nn.Linear(3, 2)
    x = torch.randn(4, 3)
    with bv.record(model) as recorded:
        weight = model.weight - model.weight.mean(1, keepdim=True)
        nn.functional.linear(x, weight, model.bias).sum().backward()
    assert not [name for name in names_without_events(recorded.recording) if "′" in name]


def test_a_leaf_that_a_model_is_given_beside_the_batch_is_called_as_its_argument_is() -> None:
    """As the points between two batches, at which a gradient penalty is computed."""
    torch.manual_seed(0)
    model = Masked()
    real, between = torch.ones(2, 3), torch.rand(2, 3, requires_grad=True)
    with bv.record(model) as recorded:
        (slope,) = torch.autograd.grad(model(between).sum(), between, create_graph=True)
        (model(real).mean() + slope.square().sum()).backward()
    found = names_without_events(recorded.recording)
    assert "x" in found
    assert "mul.arg0" not in found


class Twice(nn.Module):
    """Layers that run several times, with nodes inside, and operations of no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.scale = nn.Linear(4, 4), nn.Parameter(torch.ones(4))
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        one, other = (self.scale * 2).exp(), (self.scale * 3).exp()
        h = self.fc(self.fc(x) * one * torch.rand(4)) * other * torch.rand(4)
        return h + self.attention(h, h, h)[0]


def tensors_by_name(recording: bv.Recording) -> dict[str, set[int]]:
    """What events made, and what arrived at nodes."""
    names = NumberNames(recording)
    tensors: dict[str, set[int]] = {}
    for i, event in enumerate(recording.events):
        for slot, tensor in enumerate(event.output_ids):
            if tensor is not None:
                tensors.setdefault(names.tensor(Number(tensor, (), i, slot)), set()).add(tensor)
        came = event.input_ids if event.phase is Phase.BACKWARD and not event.parameter else ()
        for slot, tensor in enumerate(came):
            if tensor is not None:
                number = Number(tensor, (), i, slot, arrived=True)
                tensors.setdefault(names.tensor(number), set()).add(tensor)
    return tensors


def test_what_runs_several_times_has_a_name_each_time() -> None:
    torch.manual_seed(0)
    with bv.record(model := Twice()) as recorded:
        model(torch.randn(2, 3, 4)).square().mean().backward()
    recording = recorded.recording
    names, tensors = NumberNames(recording), tensors_by_name(recording)
    assert {name: ids for name, ids in tensors.items() if len(ids) > 1} == {}
    # A node inside a layer has the name of that layer's call.
    assert {"∂L/∂fc·addmm", "∂L/∂fc (2)·addmm", "∂L/∂fc.weight.T (2)"} <= tensors.keys()
    assert {"exp", "exp (2)", "mul (2)", "mul (3)", "rand (2)"} <= tensors.keys()
    calls = [i for i, e in enumerate(recording.events) if e.op == "linear"]
    sent = {
        names.tensor(Number(event.output_ids[0] or 0, (), i, 0)): names.makers.of(event.node or 0)
        for i, event in enumerate(recording.events)
        if event.op == "ViewBackward0"
    }
    assert [sent["∂L/∂fc·addmm"], sent["∂L/∂fc (2)·addmm"]] == calls[:2]


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_each_gradient_inside_a_recurrent_layer_has_a_name(kind: type[nn.RNNBase]) -> None:
    torch.manual_seed(0)
    model = kind(3, 4, num_layers=2)
    with bv.record(model) as recorded:
        made, state = model(torch.randn(5, 2, 3))
        states = state if isinstance(state, tuple) else (state,)
        (made.square().sum() + sum(one.square().sum() for one in states)).backward()
    for name, ids in tensors_by_name(recorded.recording).items():
        first, *others = (recorded.recording.tensors[i] for i in ids)
        # Gradients that are handed on as they are may share one.
        assert all(np.array_equal(first, one) for one in others), name
