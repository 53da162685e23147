"""Recordings in bfloat16, float16 and under autocast explain their numbers too."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.capture.explaining.rounding import rounding_of

# The spacing of these numbers around 1, and what a sum of their products may be off by.
SPACING = {"autocast": 2**-7, "bfloat16": 2**-7, "float16": 2**-10}


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.LayerNorm(4 * 6 * 6)
        self.fc = nn.Linear(4 * 6 * 6, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.norm(functional.relu(self.conv(x)).flatten(1)))


@pytest.mark.parametrize("kind", SPACING)
def test_every_kind_of_number_closes(kind: str) -> None:
    torch.manual_seed(0)
    dtype = torch.float32 if kind == "autocast" else getattr(torch, kind)
    net = Block().to(dtype)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, y = torch.randn(4, 1, 8, 8, dtype=dtype), torch.tensor([1, 2, 3, 4])
    under = torch.autocast("cpu", torch.bfloat16) if kind == "autocast" else nullcontext()
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        with under:
            loss = functional.cross_entropy(net(x).float(), y)
        loss.backward()
        optimizer.step()
    assert net.fc.weight.grad is not None
    random, explained = np.random.default_rng(0), 0
    for i, event in enumerate(recording.events):
        for output, array in enumerate(event.outputs):
            if array is None or not array.size:
                continue
            index = tuple(int(random.integers(size)) for size in array.shape)
            found = recording.explain(event=i, output=output, index=index)
            assert found.reason is None, (event.op, found.reason)
            assert found.value == float(array[index])
            terms = sum(float(np.abs(part.values).sum()) for part in found.parts)
            assert abs(found.residual) <= 4 * SPACING[kind] * (abs(found.value) + terms), event.op
            explained += 1
    assert explained > 30


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_step_is_of_the_states_that_are_kept(dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    net = nn.Linear(4, 3).to(dtype)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
    x = torch.randn(5, 4, dtype=dtype)
    for _ in range(2):
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            net(x).square().sum().backward()
            optimizer.step()
    event = next(i for i, e in enumerate(recording.events) if e.parameter and e.op == "AdamW")
    for index in np.ndindex(3, 4):
        found = recording.explain(event, 0, index)
        assert found.reason is None
        (step,) = [part for part in found.parts if part.name == "step"]
        (average,) = [column for column in step.factors if column.role == "mₜ"]
        kept = optimizer.state[net.weight]["exp_avg"][index].item()
        assert average.values.tolist() == [kept]


def test_float32_is_held_to_its_own_rounding() -> None:
    fine = np.array([1.0, 1.0 + 2**-20], np.float32)
    assert rounding_of(fine) < 1e-3
    coarse = torch.randn(9).bfloat16().float().numpy()
    assert rounding_of(coarse) == 4 * 2**-7
    assert rounding_of(np.array([1.0])) < 1e-11
