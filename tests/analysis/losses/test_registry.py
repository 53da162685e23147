"""The losses by name."""

import pytest

import backprop_viz as bv
from backprop_viz.analysis.losses import LOSSES


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"cross_entropy, mse.*not 'hinge'") as refused:
        bv.Trainer("random", "hinge")
    assert all(name in str(refused.value) for name in LOSSES)
