"""What is at the border of the engine: tables that are renormed, torch.func, complex numbers."""

import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.number import Number
from backprop_viz.recording.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import Applied, recorded_net
from tests.nightly import NIGHTLY


@pytest.mark.parametrize("norm_type", [2.0, 1.0])
def test_a_row_of_an_embedding_that_is_too_long_is_seen_to_shrink(norm_type: float) -> None:
    torch.manual_seed(0)
    table = nn.Embedding(5, 3, max_norm=0.9, norm_type=norm_type)
    with torch.no_grad():
        table.weight[1] *= 0.1
    before = table.weight.detach().double()
    tokens = torch.tensor([[0, 1], [1, 3]])
    recording = recorded_net(nn.Sequential(table), tokens)
    explainer = Explainer(recording)
    made = next(i for i, e in enumerate(recording.events) if e.op == "embedding")
    changed = next(i for i, e in enumerate(recording.events) if e.op == "changed")
    norms = before.norm(norm_type, dim=1)
    for place, row in (((0, 0), 0), ((1, 0), 1), ((1, 1), 3)):
        scale = min(1.0, 0.9 / (float(norms[row]) + 1e-7))
        tensor = recording.events[made].output_ids[0]
        assert tensor is not None
        found = explainer.explain(Number(tensor, (*place, 2), made))
        assert found.total == pytest.approx(float(before[row, 2]) * scale, rel=1e-12)
        assert list(faults(recording, found)) == []
        told = [fact.values for fact in found.facts if fact.code == "row_renormed"]
        expected = [] if scale == 1 else [(pytest.approx(float(norms[row])), 0.9, scale)]
        assert told == expected
    # The table itself, rows that were looked up and one that was not.
    after = recording.events[changed].output_ids[0]
    assert after is not None
    for row in (0, 1, 2, 3):
        found = explainer.explain(Number(after, (row, 1), changed))
        assert found.reason is None
        assert found.total == pytest.approx(float(table.weight[row, 1].detach()), rel=1e-6)
        (part,) = found.parts
        assert part.factors[0].values == [float(before[row, 1])]


TRANSFORMED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "autograd.grad": lambda w, x: torch.autograd.grad(((x * w) ** 3).sum(), w, create_graph=True)[
        0
    ],
    "vmap": lambda w, x: torch.vmap(lambda a: (a * w).sum())(x),
    "func.grad": lambda w, x: torch.func.grad(lambda a: ((a * w) ** 3).sum())(x),
    "vmap of grad": lambda w, x: torch.vmap(torch.func.grad(lambda a: ((a * w) ** 3).sum()))(x),
    "jvp": lambda w, x: torch.func.jvp(lambda a: (a * w) ** 2, (x,), (torch.ones(3, 4),))[1],
}


@pytest.mark.parametrize("name", list(TRANSFORMED) if NIGHTLY else ["autograd.grad", "vmap"])
@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
def test_what_ran_in_a_transform_of_functions_says_so(name: str) -> None:
    """It is recorded at all, the gradients are torch's, and what cannot be told says why."""
    torch.manual_seed(1)
    weight, x = torch.randn(4), torch.randn(3, 4)
    recording = recorded_net(Applied(weight.clone(), TRANSFORMED[name]), x)
    plain = weight.clone().requires_grad_()
    (TRANSFORMED[name](plain, x) ** 2).sum().backward()
    grad = recording.at(len(recording.events)).last("weight", Phase.BACKWARD)
    assert grad is not None
    assert plain.grad is not None
    assert torch.equal(torch.from_numpy(grad.outputs[0].copy()), plain.grad)
    explainer, reasons = Explainer(recording), set()
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        if found.reason is not None:
            reasons.add(found.reason.code)
    assert "unrecorded_node" in reasons
    assert reasons <= {"unrecorded_node", "constant"}
