"""What masks attention stands among other numbers: each of these is told all the same."""

import math
from itertools import product

import pytest
import torch
from torch import Tensor

import backprop_viz as bv
from tests.capture.recorded_nets import Applied

LEAST = torch.finfo(torch.float32).min
MASKS = [-math.inf, LEAST, -1e9]


@pytest.mark.parametrize("mask", MASKS)
def test_what_is_beside_a_mask_has_its_terms(mask: float) -> None:
    torch.manual_seed(1)
    x = torch.randn(2, 3, 4)

    def function(w: Tensor, x: Tensor) -> Tensor:
        scores = x * w
        scores[:, 1, 2:] = mask
        joined = torch.cat((x[..., :1] * w[0], scores), -1)
        turned = joined.roll(1, -1).transpose(0, 1)
        return torch.softmax(turned, -1)

    model = Applied(torch.randn(4), function)
    with bv.record(model) as recording:
        model(x).square().sum().backward()
    asked = [i for i, e in enumerate(recording.events) if e.op in ("setitem", "cat", "roll")]
    assert len(asked) == 3
    for i in asked:
        made = recording.events[i].outputs[0]
        assert made is not None
        for index in product(*map(range, made.shape)):
            found = recording.explain(i, 0, index)
            value = float(made[index])
            if math.isinf(value):
                continue
            assert found.reason is None, (recording.events[i].op, index, found.reason)
            assert [term.value for term in found.terms] == [pytest.approx(value, rel=1e-6)]
