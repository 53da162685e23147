"""Every role that the common operations give to a factor has a text."""

import random

import pytest

from backprop_viz.analysis.operations.lstm_gradients import OF_CELL, OF_HIDDEN, OF_PRE
from backprop_viz.analysis.operations.recurrent_inside import ROLES
from backprop_viz.desktop.panels.origin.role_texts import _ROLES
from tests.capture.explaining.checks import numbers_of
from tests.capture.explaining.test_operations import OPERATIONS, recording_of


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
    assert roles - set(_ROLES) == set()


def test_every_role_inside_a_recurrent_layer_has_a_text() -> None:
    states = {f"initial_{ROLES[code]}" for code in "hc"}
    roles = {*ROLES.values(), *states, "recurrent_weight", "recurrent_bias"}
    roles |= {OF_HIDDEN, OF_CELL, OF_PRE}
    assert roles - set(_ROLES) == set()
