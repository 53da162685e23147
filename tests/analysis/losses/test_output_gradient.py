"""No loss at all: backward starts from the output, with a random gradient."""

import math

import backprop_viz as bv
from backprop_viz.analysis.losses import WITHOUT_LOSS

PLAIN = None  # there is nothing to compute


def test_there_is_nothing_to_compute() -> None:
    assert WITHOUT_LOSS.name == "output_gradient"
    assert math.isnan(bv.Trainer("random", WITHOUT_LOSS.name, batch_size=1).iterate().loss)
