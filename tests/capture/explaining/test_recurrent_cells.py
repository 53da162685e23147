"""A recurrent cell's numbers have the terms of its gates, which close and are torch's own."""

import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from tests.capture.explaining.checks import faults, numbers_of
from tests.nightly import by_day_each

CELLS: list[Callable[[], nn.Module]] = [
    lambda: nn.GRUCell(3, 4),
    lambda: nn.GRUCell(3, 4, bias=False),
    lambda: nn.LSTMCell(3, 4),
    lambda: nn.RNNCell(3, 4),
    lambda: nn.RNNCell(3, 4, nonlinearity="relu", bias=False),
]


def run(cell: nn.Module, x: Tensor) -> Tensor:
    """Two steps, the second from where the first has ended."""
    state = cell(x)
    state = cell(2 * x, state)
    return state[0] if isinstance(state, tuple) else state


@pytest.mark.parametrize(("kind", "shape"), by_day_each(range(len(CELLS)), [(2, 3), (3,)]))
def test_each_number_has_terms(kind: int, shape: tuple[int, ...]) -> None:
    torch.manual_seed(kind)
    # In float64: where a gate's sum is nearly 0, torch's float32 is off by roundings of its terms.
    cell, x = CELLS[kind]().double(), torch.randn(shape).double()
    with bv.record(cell) as record:
        run(cell, x).square().sum().backward()
    recording = record.recording
    explainer, asked = Explainer(recording), 0
    for number in numbers_of(recording, random.Random(3), each=2):
        found = explainer.explain(number)
        assert list(faults(recording, found)) == [], found.op
        event = recording.events[number.event or 0]
        if event.op.endswith("_cell"):
            assert all(part.factors for part in found.parts)
            asked += bool(found.parts)
    assert asked


def test_a_gate_of_a_gru_cell_is_torchs() -> None:
    torch.manual_seed(1)
    cell, x, h = nn.GRUCell(3, 4), torch.randn(2, 3), torch.randn(2, 4)
    with bv.record(cell) as record:
        cell(x, h).square().sum().backward()
    recording = record.recording
    at = next(i for i, event in enumerate(recording.events) if event.op == "gru_cell")
    new, kept = recording.explain(at, 0, (1, 2)).terms
    r, z, n = (part.double() for part in (cell.weight_ih @ x[1] + cell.bias_ih).detach().chunk(3))
    r_h, z_h, n_h = (cell.weight_hh @ h[1] + cell.bias_hh).detach().double().chunk(3)
    update = torch.sigmoid(z + z_h)
    candidate = torch.tanh(n + torch.sigmoid(r + r_h) * n_h)
    values = {(one.part): one.value for one in (new, kept)}
    assert values["new"] == pytest.approx(float((1 - update[2]) * candidate[2]), rel=1e-6)
    assert values["kept"] == pytest.approx(float(update[2] * h[1, 2]), rel=1e-6)
    gate = next(f for one in (new, kept) for f in one.factors if f.role == "update_gate")
    assert gate.number is not None
    assert gate.number.index == (1, 2)
    before = Explainer(recording).explain(
        Number(gate.number.tensor, (1, 2), at, intermediate="a_z")
    )
    assert before.value == pytest.approx(float(z[2] + z_h[2]), rel=1e-6)
