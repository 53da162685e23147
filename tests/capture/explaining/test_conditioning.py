"""A sum is held to the operation's own conditioning, where float32 cancels inside of it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from tests.capture.explaining.checks import ROUNDINGS, faults, roundings
from tests.capture.recorded_nets import Applied, recorded_net

ONES = torch.ones(64)
NEAR = torch.linspace(-1e-3, 1e-3, 64)  # how far from the point at which it cancels
IMAGE = torch.randn(1, 1, 7, 7, generator=torch.Generator().manual_seed(0))
# torch's float32 is further off there than four roundings of the result.
CANCELLING: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "logit": lambda w, x: torch.logit(w * (0.5 + x)),
    "tanhshrink": lambda w, x: F.tanhshrink(w * x * 30),
    "digamma": lambda w, x: torch.digamma(w * (1.4616321 + x)),
    "logsumexp": lambda w, x: torch.logsumexp(torch.stack([w * x, w * x]) - 0.6931472, 0),
    "grid_sample": lambda w, x: F.grid_sample(
        IMAGE, (w * (x * 500)).reshape(1, 4, 8, 2), align_corners=False
    ),
}


@pytest.mark.parametrize("op", CANCELLING)
def test_what_cancels_inside_is_rounded_as_what_it_is_of(op: str) -> None:
    recording = recorded_net(Applied(ONES, CANCELLING[op]), NEAR)
    event, made = next((i, e) for i, e in enumerate(recording.events) if e.op == op)
    tensor = made.output_ids[0]
    assert tensor is not None
    explainer, worst = Explainer(recording), 0.0
    for index in np.ndindex(recording.tensors[tensor].shape):
        found = explainer.explain(Number(tensor, index, event))
        assert found.reason is None
        assert list(faults(recording, found)) == []
        worst = max(worst, roundings(recording, found))
        # It is not let through what is off by more than that.
        wrong = replace(found, total=found.total + 1e-4)
        assert any("roundings from" in each for each in faults(recording, wrong))
    assert worst > ROUNDINGS, "nothing cancels: the test is of no use"
