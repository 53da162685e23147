"""Every role that the common operations give to a factor has a text."""

import random
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations.lstm_gradients import OF_CELL, OF_HIDDEN, OF_PRE
from backprop_viz.analysis.operations.recurrent_inside import ROLES
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.desktop.panels.origin.role_texts import ROLE_TEXTS
from tests.capture.explaining.checks import numbers_of
from tests.capture.explaining.test_operations import OPERATIONS, recording_of
from tests.capture.recorded_nets import Applied, recorded_net


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_every_role_of_the_common_operations_has_a_text() -> None:
    roles: set[str] = set()
    for name in OPERATIONS:
        recording = recording_of(name)
        for number in numbers_of(recording, random.Random(0)):
            assert number.event is not None
            found = recording.explain(
                number.event, number.slot, number.index, arrived=number.arrived
            )
            roles |= {column.role for part in found.parts for column in part.factors}
    assert {"window", "upstream", "one_over_sum"} <= roles
    assert roles - set(ROLE_TEXTS) == set()


RARER: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "absolute_value": lambda w, x: (x * w).norm(1, 1),
    "replacement": lambda w, x: F.threshold(x * w, 9.0, 0.5),
    "class_weight": lambda w, x: F.cross_entropy(x * w, torch.tensor([0, 1, 3]), w.detach().abs()),
    "norm": lambda w, x: (x * w * 0).norm(dim=1),
    "one_over_norm": lambda w, x: F.normalize(x * w),
    "minuend": lambda w, x: x - w,
    "gate": lambda w, x: F.glu(x * w),
}


@pytest.mark.parametrize("role", RARER)
def test_roles_of_rarer_operations_have_texts(role: str) -> None:
    recording = recorded_net(Applied(torch.randn(4), RARER[role]), torch.randn(3, 4))
    roles = set()
    for number in numbers_of(recording, random.Random(0)):
        found = explain_number(recording, number)
        roles |= {column.role for part in found.parts for column in part.factors}
    assert role in roles
    assert roles - set(ROLE_TEXTS) == set()


def test_every_role_inside_a_recurrent_layer_has_a_text() -> None:
    states = {f"initial_{ROLES[code]}" for code in "hc"}
    roles = {*ROLES.values(), *states, "recurrent_weight", "recurrent_bias"}
    roles |= {OF_HIDDEN, OF_CELL, OF_PRE}
    assert roles - set(ROLE_TEXTS) == set()
