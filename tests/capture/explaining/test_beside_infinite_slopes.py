"""A gradient beside an element whose derivative is infinite has its terms, and no NaN."""

import math
from collections.abc import Callable
from itertools import product

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "log": lambda h: torch.log(h.relu()),
    "sqrt": lambda h: torch.sqrt(h.relu()),
    "power": lambda h: h.relu() ** 0.5,
    "reciprocal": lambda h: 1 / h.relu(),
    "where": lambda h: torch.where(h > 0, torch.log(h.clamp(min=0)), h),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_finite_gradient_closes(name: str) -> None:
    torch.manual_seed(0)
    model, asked = nn.Linear(4, 3), 0
    with bv.record(model) as recording:
        made = FUNCTIONS[name](model(torch.randn(8, 4)))
        made[torch.isfinite(made)].sum().backward()
    for i, event in enumerate(recording.events):
        if not event.op.endswith(("Backward0", "Backward1")):
            continue
        for slot, sent in enumerate(event.outputs):
            for index in product(*map(range, sent.shape)) if sent is not None else ():
                found = recording.explain(i, slot, index)
                if math.isfinite(found.value):
                    asked += 1
                    assert found.reason is None, (event.op, slot, index, found.reason)
                    assert abs(found.residual) < 1e-4, (event.op, slot, index)
    assert asked > 30
