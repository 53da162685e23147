"""Random small nets of all of torch.nn and torch.nn.functional: every number closes or says why.

By night 365 nets, which take each operation of the lists at least once; with -s it prints the table
of the kinds of operations. By day a few.
"""

import math
import random
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import torch

from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.explaining.whole_list import (
    ANYWHERE,
    ENDS,
    LOSSES,
    OPTIMIZERS,
    drawn_names,
    drawn_net,
)
from tests.capture.recorded_nets import recorded_net
from tests.nightly import NIGHTLY, by_day_every

SEEDS, MOST = by_day_every(32, range(365)), 12 if NIGHTLY else 8
# What has no terms, and why.
REASONS = {
    "constant",  # zeros, arange
    "no_derivative",  # a > 0, the places of a sort
}
# A difference quotient is as near as this, but for rounding and the curve itself.
NEAR = 1e-6


def nets(seeds: list[int]) -> Iterator[tuple[str, Recording]]:
    """The recordings, and what they are of; without nets that have no gradient at all."""
    for seed in seeds:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's own, of paddings and the like
            drawn = drawn_net(seed)
            yield (
                drawn.words,
                recorded_net(drawn.model, drawn.batch, drawn.loss, drawn.optimizer),
            )


def test_each_operation_comes_up() -> None:
    words = set()
    for seed in range(365):
        _, names, loss, optimizer = drawn_names(seed)
        words |= {*names, loss, optimizer}
    ends = {name for names in ENDS.values() for name in names}
    assert words >= {*ANYWHERE, *ends, *LOSSES, *OPTIMIZERS}


def test_every_number_of_every_event_closes_or_says_why() -> None:
    table: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    kinds, wrong = set(), []
    for words, recording in nets(SEEDS):
        explainer, draw = Explainer(recording), random.Random(words)
        numbers = list(numbers_of(recording, draw))
        for number in draw.sample(numbers, min(MOST, len(numbers))):
            found = explainer.explain(number)
            kinds.add(found.kind)
            row = table[found.kind, found.op]
            row["closes" if found.reason is None else found.reason.code] += 1
            # Of functions such as sinc torch's float32 is off by more than a sum is.
            told = (each for each in faults(recording, found) if "roundings from" not in each)
            wrong += [f"{words}: {found.op} {number}: {each}" for each in told]
            if found.reason is not None and found.reason.code not in REASONS:
                wrong.append(f"{words}: {found.op} {number}: {found.reason}")
    for (kind, op), counts in sorted(table.items()):
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        print(f"{kind:12} {op:32} {told}")
    assert not wrong, "\n".join(wrong[:20])
    assert kinds >= {"forward", "loss", "gradient", "arrived", "accumulated", "update"}


def draws_alike() -> bool:
    """Whether torch draws the same in float64, as older torch does not of an exponential."""
    drawn = []
    for dtype in (torch.float32, torch.float64):
        generator = torch.Generator().manual_seed(0)
        drawn.append(torch.empty(8, dtype=dtype).exponential_(generator=generator).double())
    return torch.allclose(*drawn)


def test_gradients_in_float64_agree_with_finite_differences() -> None:
    compared = 0
    for words, recording in nets(SEEDS):
        draw = random.Random(words)
        if "gumbel" in words and not draws_alike():
            continue
        for parameter in recording.parameters:
            index = tuple(draw.randrange(n) for n in parameter.value.shape)
            try:
                along = LossAlong(recording, Number(parameter.value_id, index))
            except NotReplayed as none:
                # A net that ends in floor or sign does not depend on its weight.
                if none.reason.code != "loss_does_not_depend":
                    raise
                continue
            exact = along.gradient()
            assert agree(along, exact), (words, parameter.name, index)
            compared += 1
    assert compared > len(SEEDS) / 2


def agree(along: LossAlong, exact: float) -> bool:
    """Whether some difference quotient is the gradient: a kink may be within one step or two."""
    x = along.value
    if not (math.isfinite(exact) and math.isfinite(along.run(x).loss)):
        return True  # the slope of a root at 0, the logarithm of the gamma function at 0
    for h in (1e-5, 1e-6, 1e-4, 1e-7):
        ends = along.run(x - h), along.run(x + h)
        slope = (ends[1].loss - ends[0].loss) / ((x + h) - (x - h))
        rounding = 16 * np.finfo(float).eps * max(1.0, abs(ends[0].loss)) / h
        if abs(slope - exact) <= NEAR * max(abs(exact), abs(slope)) + rounding:
            return True
    return False
