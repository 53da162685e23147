"""The way of a NaN leads back to where it began, whatever else is beside it."""

import math

import torch
from torch import Tensor

from backprop_viz.capture.explaining.chains import links
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from tests.capture.recorded_nets import Applied, recorded_net


def half_broken(w: Tensor, x: Tensor) -> Tensor:
    """Two ways to one sum, of which one makes NaN of the gradient: 0 times the slope of √0."""
    h = x * w
    return 5 * h + torch.sqrt(torch.relu(h) * 0)


def test_it_is_followed_before_larger_numbers() -> None:
    recording = recorded_net(Applied(torch.ones(3), half_broken), torch.ones(2, 3))
    event = recording.happened_to["weight"][-1]
    grad = recording.events[event].output_ids[0]
    assert grad is not None
    explainer, number = Explainer(recording), Number(grad, (1,), event)
    assert math.isnan(explainer.value(number))
    chain = list(links(explainer, number))
    broken = [each for each in chain if math.isnan(each.value)]
    assert broken[-1].op == "MulBackward0"
    # Behind it is the infinite slope, which the 0 was multiplied by.
    after = chain[len(broken)]
    assert (after.op, after.value, after.total) == ("SqrtBackward0", math.inf, math.inf)
    (term,) = after.terms
    assert [(each.role, each.value) for each in term.factors] == [
        ("upstream", 10.0),
        ("local", math.inf),
    ]
    # In each sum with a NaN that comes first.
    assert all(math.isnan(each.terms[0].value) for each in broken)
    assert all(math.isnan(each.total) for each in broken)
