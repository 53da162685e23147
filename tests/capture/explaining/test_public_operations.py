"""Operations beyond the common layers: every number closes or says why, and leads to the loss.

By night all of them; with -s it prints the table of groups. By day a few.
"""

import random
import warnings
from collections import Counter, defaultdict

import pytest
import torch

from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.chains import effects, links
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.explaining.complex_nets import squares
from tests.capture.explaining.public_operations import USED
from tests.capture.explaining.test_whole_list import agree
from tests.capture.explaining.used_operations import UsedNet
from tests.capture.recorded_nets import recorded_net
from tests.nightly import NIGHTLY, by_day_every

NAMES, MOST = by_day_every(29, list(USED)), 40 if NIGHTLY else 4
# What no network has a derivative of: numbers of a constant, places, comparisons, chance.
ALWAYS = {"constant", "no_derivative", "drawn"}
# What else has no terms, and why.
REASONS = {
    "linalg: eig": {"derivative_refused"},
    "layers: checkpointed, reentrant": {"custom_function", "no_operation"},
    "own: custom Function": {"custom_function"},
    "own: grad in forward": {"unrecorded_node"},
}
# The loss, made again in float64, is another one: chance, or 16 bits.
NO_SLOPE = ("dropout", "rrelu", "gumbel", "rsample", "16", "autocast", "type_as", "straight")
NO_LOSS = {"loss_does_not_depend", "not_reproduced", "changed_in_place", "read_unrecorded"}
SLOPES = [name for name in NAMES if not any(word in name for word in NO_SLOPE)]


def recorded(name: str) -> Recording:
    torch.manual_seed(1)
    used = USED[name]
    net = UsedNet(used)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return recorded_net(
            net, torch.randn(used.input), squares, torch.optim.SGD(net.parameters(), 0.1)
        )


def reason_of(found: NumberExplanation) -> str:
    return "closes" if found.reason is None else found.reason.code


@pytest.mark.filterwarnings("ignore")
def test_every_number_closes_or_says_why_and_leads_to_the_loss() -> None:
    table: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    wrong = []
    for name in NAMES:
        recording = recorded(name)
        explainer, draw = Explainer(recording), random.Random(name)
        numbers = list(numbers_of(recording, draw))
        allowed = ALWAYS | REASONS.get(name, set())
        for number in draw.sample(numbers, min(MOST, len(numbers))):
            found = explainer.explain(number)
            for part in filter(None, (found, found.imaginary)):
                table[name.partition(":")[0], part.kind][reason_of(part)] += 1
                # The engine itself holds a sum to the rounding of its dtype.
                told = (each for each in faults(recording, part) if "roundings from" not in each)
                wrong += [f"{name}: {part.op} {number}: {each}" for each in told]
                if part.reason is not None and part.reason.code not in allowed:
                    wrong.append(f"{name}: {part.kind} {part.op}: {part.reason}")
            last = list(links(explainer, number))[-1]
            ends = last.reason is not None or last.facts or last.kind == "given"
            if found.kind in ("gradient", "arrived", "accumulated") and not ends:
                wrong.append(f"{name}: the chain of {number} ends at {last.op} without a word")
            effects(recording, number)
    for (group, kind), counts in sorted(table.items()):
        told_counts = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
        print(f"{group:10} {kind:12} {told_counts}")
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.filterwarnings("ignore")
def test_gradients_in_float64_agree_with_finite_differences() -> None:
    compared = 0
    for name in SLOPES:
        recording = recorded(name)
        weight = recording.by_parameter["weight"]
        try:
            along = LossAlong(recording, Number(weight.value_id, (0,) * weight.value.ndim))
        except NotReplayed as none:
            if none.reason.code not in NO_LOSS | REASONS.get(name, set()):
                raise
            continue
        assert agree(along, along.gradient()), name
        compared += 1
    assert compared > len(SLOPES) / 2


def test_eigenvalues_that_float64_puts_in_another_order_are_made_again_in_float32() -> None:
    recording = recorded("linalg: eigvals")
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        assert found.reason is None
        assert list(faults(recording, found)) == []
