"""No tensor is called by its number where something that was recorded made or read it."""

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.recording.explanations.number import Number


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
