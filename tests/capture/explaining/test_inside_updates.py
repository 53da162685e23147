"""The steps of an optimizer's rule, down to the gradient and the state, against torch's own."""

from collections.abc import Iterator

import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.chains import chain
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import NumberExplanation
from backprop_viz.recording.phases import Phase
from tests.capture.explaining.checks import faults

NAME, INDEX = "conv1.weight", (1, 0, 2, 2)


def second_iteration(optimizer: str) -> tuple[Recording, bv.Trainer]:
    trainer = bv.Trainer("random", loss="mse", optimizer=optimizer, lr=0.01, batch_size=2)
    trainer.iterate()
    return trainer.record(), trainer


def update_of(recording: Recording) -> int:
    events = enumerate(recording.events)
    return next(i for i, e in events if e.phase is Phase.UPDATE and e.parameter == NAME)


def steps_of(recording: Recording, explanation: NumberExplanation) -> Iterator[NumberExplanation]:
    """The steps of the rule that a number is made of, and those that these are made of."""
    for part in explanation.parts:
        for column in part.factors:
            number = column.number(0)
            if number is not None and number.intermediate:
                step = explain_number(recording, number)
                yield step
                yield from steps_of(recording, step)


def recorded_leaves(recording: Recording, explanation: NumberExplanation) -> set[Number]:
    every = [explanation, *steps_of(recording, explanation)]
    found = {c.number(0) for e in every for part in e.parts for c in part.factors}
    return {number for number in found if number is not None and not number.intermediate}


@pytest.mark.parametrize(
    "optimizer", ["sgd", "nesterov", "adam", "adamw", "nadam", "rmsprop", "adagrad"]
)
def test_every_step_closes_and_ends_at_what_torch_has(optimizer: str) -> None:
    recording, _ = second_iteration(optimizer)
    update = update_of(recording)
    new = recording.explain(update, 0, INDEX)
    assert list(faults(recording, new)) == []
    for step in steps_of(recording, new):
        assert step.kind == "intermediate"
        assert list(faults(recording, step)) == []
        name = NumberNames(recording).name(step.number)
        assert name == f"{NAME} {step.number.intermediate}[1, 0, 2, 2]"
    leaves = recorded_leaves(recording, new)
    event = recording.events[update]
    assert event.input_ids[0] in {number.tensor for number in leaves}
    used = {number.tensor for number in leaves}
    states = {tensor for pair in event.state_ids.values() for tensor in pair if tensor is not None}
    sizes = {tensor for tensor in states if recording.tensors[tensor].shape == (6, 1, 3, 3)}
    assert event.input_ids[1] in used or used & sizes
    assert chain(recording, new.number)[-1].value == 1.0  # the loss's own gradient


def test_nesterov_looks_ahead_by_the_momentum() -> None:
    recording, trainer = second_iteration("nesterov")
    new = recording.explain(update_of(recording), 0, INDEX)
    (step,) = steps_of(recording, new)
    weight = dict(trainer.model.named_parameters())[NAME]
    grad, buffer = weight.grad, trainer.optimizer.state[weight]["momentum_buffer"]
    assert grad is not None
    expected = grad[INDEX].double() + 0.9 * buffer[INDEX].double()
    assert step.total == pytest.approx(float(expected), rel=1e-12)
    assert step.value == pytest.approx(float(expected), rel=1e-6)


def test_adam_divides_by_the_root_of_its_second_moment() -> None:
    recording, trainer = second_iteration("adam")
    new = recording.explain(update_of(recording), 0, INDEX)
    steps = {step.number.intermediate: step for step in steps_of(recording, new)}
    weight = dict(trainer.model.named_parameters())[NAME]
    state = trainer.optimizer.state[weight]
    root = state["exp_avg_sq"][INDEX].double().sqrt()
    assert steps["r"].total == pytest.approx(float(root), rel=1e-12)
    corrected = root / torch.tensor(1 - 0.999**2, dtype=torch.float64).sqrt()
    assert steps["d"].total == pytest.approx(float(corrected) + 1e-8, rel=1e-6)
    assert steps["η"].total == pytest.approx(0.01 / (1 - 0.9**2), rel=1e-12)
