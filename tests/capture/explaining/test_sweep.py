"""Common modules, functions and losses: every number closes, or an honest reason says why not."""

import copy
import math
import random

import pytest
import torch

from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.explaining.rounding import rounding_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.explaining.swept_nets import NETS, Made
from tests.capture.recorded_nets import recorded_net
from tests.nightly import NIGHTLY, by_day_every
from tests.recording.streams import through_stream

# No derivative is there to be had: numbers of a constant, places, comparisons, chance.
ALWAYS = {"constant", "no_derivative", "drawn"}
# What else has no terms, and why.
REASONS = {
    "somebody's own": {"custom_function"},
}
# So many numbers of a recording are asked about: a recurrent layer alone has hundreds of nodes.
MOST = 400 if NIGHTLY else 8
# torch itself draws other numbers in float64, or the gradient of a kink is told either way.
NO_TWIN = {"noise", "chance", *(name for name in NETS if "dropout" in name)}


def recorded(name: str) -> tuple[Recording, dict[str, torch.Tensor]]:
    """The recording, and the gradients of the same network in float64, run by torch alone."""
    torch.manual_seed(4)
    made: Made = NETS[name]()
    net, x, loss = made[0], made[1], made[2] if len(made) == 3 else cubes
    twin = copy.deepcopy(net).double()
    recording = through_stream(recorded_net(net, x, loss))
    loss(twin(x.double() if x.is_floating_point() else x)).backward()
    return recording, {n: p.grad for n, p in twin.named_parameters() if p.grad is not None}


def cubes(out: torch.Tensor) -> torch.Tensor:
    return (out**3).sum()


@pytest.mark.parametrize("name", by_day_every(2, list(NETS)))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_number_closes_or_says_why_not(name: str) -> None:
    recording, grads = recorded(name)
    explainer, wrong = Explainer(recording), []
    draw = random.Random(0)
    numbers = list(numbers_of(recording, draw))
    for number in draw.sample(numbers, min(MOST, len(numbers))):
        found = explainer.explain(number)
        # The engine itself holds a sum to the rounding of its dtype.
        told = (each for each in faults(recording, found) if "roundings from" not in each)
        wrong += [f"{number}: {each}" for each in told]
        if found.reason is not None and found.reason.code not in ALWAYS | REASONS.get(name, set()):
            wrong.append(f"{found.kind} {found.op}: {found.reason}")
    assert not wrong, "\n".join(wrong[:20])
    if name not in NO_TWIN:
        compare(explainer, grads)


def compare(explainer: Explainer, grads: dict[str, torch.Tensor]) -> None:
    """Each parameter's gradient is what torch makes of the network in float64."""
    recording = explainer.recording
    size = max(1e-3, *(float(grad.abs().max()) for grad in grads.values()))
    for name, grad in grads.items():
        event = next(
            i
            for i in reversed(recording.happened_to[name])
            if recording.events[i].phase is Phase.BACKWARD
        )
        tensor = recording.events[event].output_ids[0]
        assert tensor is not None
        index = tuple(n - 1 for n in grad.shape)
        found = explainer.explain(Number(tensor, index, event))
        assert math.isclose(found.value, float(grad[index]), rel_tol=1e-3, abs_tol=1e-4 * size)
        if found.reason is None:
            near = rounding_of(recording.tensors[tensor]) * size * 10
            assert math.isclose(found.total, float(grad[index]), rel_tol=1e-3, abs_tol=near), name
