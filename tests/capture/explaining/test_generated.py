"""Numbers of generated networks: every sum closes, every factor is what it is said to be."""

import os
import random
from collections import Counter, defaultdict

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array
from tests.capture.explaining.checks import faults, numbers_of, roundings
from tests.capture.test_generated_nets import BATCH, Net, drawn_options

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE", "ci") == "nightly"
NETS, EACH = (250, 8) if NIGHTLY else (12, 1)
# What has no terms, and why.
REASONS = {
    "custom_function",  # OnlyOneGradient and the like
    "no_derivative",  # a > 0, the places of max
    "constant",  # torch.zeros
}


class Row:
    """What came out for one kind of operation."""

    def __init__(self) -> None:
        self.explained = 0
        self.largest = 0.0
        self.without: Counter[str] = Counter()


def recorded(net: int) -> Recording:
    """The second iteration of a network, whose gradients may have accumulated."""
    generator = torch.Generator().manual_seed(net)
    images = torch.rand(12, 1, 32, 32, generator=generator)
    labels = torch.randint(10, (12,), generator=generator)
    trainer = bv.Trainer(
        TensorDataset(images, labels), model=Net(net), batch_size=BATCH, **drawn_options(net)
    )
    trainer.iterate()
    return trainer.record()


def test_the_terms_of_any_number_sum_to_it() -> None:
    """With -s it prints the table: operations, how many, the largest residual in roundings."""
    table: defaultdict[tuple[str, str], Row] = defaultdict(Row)
    wrong = []
    for net in range(NETS):
        recording, draw = recorded(net), random.Random(net)
        explainer = Explainer(recording)
        for number in numbers_of(recording, draw, EACH):
            found = explainer.explain(number)
            wrong += [f"net {net}, {number}: {fault}" for fault in faults(recording, found)]
            row = table[found.kind, found.op]
            row.explained += 1
            row.largest = max(row.largest, 0 if found.reason else roundings(recording, found))
            if found.reason is not None:
                row.without[found.reason.code] += 1
            elif not found.parts:
                row.without[
                    "given"
                    if found.kind == "given"
                    else "backward starts"
                    if found.value
                    else "0 of nothing"
                ] += 1
    assert not wrong, "\n".join(wrong[:10])
    for (kind, op), row in sorted(table.items()):
        without = ", ".join(f"{count} {reason}" for reason, count in row.without.items())
        print(f"{kind:12} {op:28} {row.explained:6} {row.largest:8.2f}  {without}")
    reasons = {reason for row in table.values() for reason in row.without if "_" in reason}
    assert reasons <= REASONS
    assert len(table) > 60


def test_gradients_agree_with_finite_differences_away_from_kinks() -> None:
    """Of the float64 model: the loss made again from recorded calls, along random weights."""
    compared, reasons = 0, set()
    for net in range(NETS):
        recording, draw = recorded(net), random.Random(net)
        for parameter in recording.parameters:
            if not parameter.requires_grad or parameter.name == "unused":
                continue
            index = tuple(draw.randrange(n) for n in parameter.value.shape)
            try:
                along = LossAlong(recording, Number(parameter.value_id, index))
            except NotReplayed as error:
                reasons.add(error.reason.code)
                continue
            grad = arrived(recording, parameter.name)
            assert along.gradient() == pytest.approx(grad[index], rel=1e-3, abs=1e-5), net
            x, h, exact = along.value, 1e-5, along.gradient()
            ends = along.run(x - h), along.run(x + h)
            same = (np.array_equal(ends[0].sides[i], ends[1].sides[i]) for i in ends[0].sides)
            if not all(same) or not np.isfinite(ends[0].loss):  # torch itself has ∞ there
                continue
            slope = (ends[1].loss - ends[0].loss) / (2 * h)
            rounding = np.finfo(float).eps * max(1, abs(ends[0].loss)) / h
            assert abs(slope - exact) <= 1e-6 * max(abs(exact), abs(slope)) + 4 * rounding
            compared += 1
    assert compared > 2 * NETS
    assert reasons <= {"custom_function", "loss_does_not_depend"}


def arrived(recording: Recording, parameter: str) -> Array:
    """The gradient of a parameter, as its AccumulateGrad got it."""
    events = (recording.events[i] for i in recording.happened_to[parameter])
    grad = next(e.inputs[1] for e in events if e.op == "AccumulateGrad")
    assert grad is not None
    return grad
