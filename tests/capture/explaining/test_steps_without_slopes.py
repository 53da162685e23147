"""A function that is flat but for its steps leads to the element that it is of; fills to none."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.capture.explaining.checks import faults
from tests.capture.recorded_nets import Applied, recorded_net

STEPS: dict[str, Callable[[Tensor], Tensor]] = {
    "round": torch.round,
    "sign": torch.sign,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "trunc": torch.trunc,
    "sgn": torch.sgn,
    "angle": torch.angle,
    "div": lambda x: torch.div(x, 0.3, rounding_mode="floor"),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_a_function_of_its_element(name: str) -> None:
    torch.manual_seed(1)
    step = STEPS[name]
    net = Applied(torch.randn(4) * 3, lambda w, x: step(x * w) + w)
    recording = recorded_net(net, torch.randn(3, 4))
    at = next(i for i, e in enumerate(recording.events) if e.op == name)
    for index in np.ndindex(3, 4):
        found = recording.explain(at, 0, index)
        assert not [*faults(recording, found)]
        (term,) = found.terms
        (factor,) = term.factors
        assert factor.number is not None
        assert (factor.number.tensor, factor.number.index) == (
            recording.events[at].input_ids[0],
            index,
        )
        assert factor.function
        assert math.isclose(found.total, found.value, abs_tol=1e-7)


@pytest.mark.parametrize("fill", [lambda x: x.fill_(2.0), lambda x: x.zero_()])
def test_what_is_filled_is_a_constant(fill: Callable[[Tensor], Tensor]) -> None:
    net = Applied(torch.randn(4), lambda w, x: fill(x * w) + w)
    recording = recorded_net(net, torch.randn(3, 4))
    at = next(i for i, e in enumerate(recording.events) if e.op in ("fill_", "zero_"))
    reason = recording.explain(at, 0, (1, 2)).reason
    assert reason is not None
    assert reason.code == "constant"
