"""The steps of an optimizer's rule, down to the gradient and the state, against torch's own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.analysis.update_breakdown import explain_update
from backprop_viz.capture.explaining.chains import chain
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.formula_text import FormulaText
from tests.analysis.optimizers.plain_optimizer import unusual_options
from tests.capture.explaining.checks import faults

NAME, INDEX = "conv1.weight", (1, 0, 2, 2)
WITH_STEPS = [name for name, entry in OPTIMIZERS.items() if not entry.by_hand]
# As they are, with all their options, and with what the program does not let one choose.
OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    **{name: (name, {}) for name in WITH_STEPS},
    **{f"{name}, all options": (name, unusual_options()[name]) for name in WITH_STEPS},
    "sgd, maximize": ("sgd", {"momentum": 0.7, "weight_decay": 1e-3, "maximize": True}),
    "adam, maximize": ("adam", {"amsgrad": True, "maximize": True, "weight_decay": 0.01}),
}


def second_iteration(
    optimizer: str, options: dict[str, Any] | None = None
) -> tuple[Recording, bv.Trainer]:
    trainer = bv.Trainer(
        "random", "mse", optimizer, lr=0.01, batch_size=2, optimizer_options=options or {}
    )
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


@pytest.mark.parametrize("optimizer", WITH_STEPS)
def test_every_step_closes_and_ends_at_what_torch_has(optimizer: str) -> None:
    recording, _ = second_iteration(optimizer)
    update = update_of(recording)
    new = recording.explain(update, 0, INDEX)
    assert list(faults(recording, new)) == []
    for step in steps_of(recording, new):
        assert step.kind == "intermediate"
        assert list(faults(recording, step)) == []
        name, symbol = NumberNames(recording).name(step.number), step.number.intermediate
        # What is one number for all weights is not named as an element of one.
        op = recording.events[update].op
        expected = f"{op} {symbol}" if step.number.index == () else f"{NAME} {symbol}[1, 0, 2, 2]"
        assert name == expected
    leaves = recorded_leaves(recording, new)
    event = recording.events[update]
    assert event.input_ids[0] in {number.tensor for number in leaves}
    used = {number.tensor for number in leaves}
    states = {tensor for pair in event.state_ids.values() for tensor in pair if tensor is not None}
    sizes = {tensor for tensor in states if recording.tensors[tensor].shape == (6, 1, 3, 3)}
    assert event.input_ids[1] in used or used & sizes
    assert chain(recording, new.number)[-1].value == 1.0  # the loss's own gradient


def names_of(optimizer: str, event: Event) -> dict[str, float]:
    """What the symbols stand for before the update, and the tensors that it made."""
    letters = {state.name: state.symbol for state in OPTIMIZERS[optimizer].state}
    weight, grad = event.inputs
    assert weight is not None
    assert grad is not None
    names = {"w": float(weight[INDEX]), "grad": float(grad[INDEX])}
    names["g"] = names["grad"]
    for state, pair in event.state.items():
        for when, array in zip(("ₜ₋₁", "ₜ"), pair, strict=True):
            if array is not None and state != "step":
                names[letters[state] + when] = float(array[within(array.shape)])
    return names


@pytest.mark.parametrize("name", OPTIONS)
def test_the_text_of_each_step_evaluated_gives_its_number(name: str) -> None:
    """With nothing but what it says of scalars, the recorded tensors, and the steps before."""
    recording, _ = second_iteration(*OPTIONS[name])
    update = update_of(recording)
    event = recording.events[update]
    new = recording.explain(update, 0, INDEX)
    known = names_of(OPTIONS[name][0], event) | {
        str(fact.values[0]): float(fact.values[2])
        for fact in new.facts
        if fact.code == "update_step"
    }
    states = [
        Number(after, within(recording.tensors[after].shape), update)
        for _, after in event.state_ids.values()
        if of_all(recording, after)
    ]
    # Of a max only the larger is a term: the other one is a step of the rule all the same.
    told = [fact.numbers for fact in new.facts if fact.code == "update_step"]
    made = [new, *(explain_number(recording, number) for number in [*states, *sum(told, ())])]
    # A mean of more than this element: the optimizer's own test evaluates it.
    terms = explain_update(event, recording.options, 0).terms
    whole = {term.symbol for term in terms if term.mean is not None}
    seen = set()
    for found in [*made, *(step for one in made for step in steps_of(recording, one))]:
        symbol = found.formula.split(" = ")[0]
        others = {k: v for k, v in known.items() if k != symbol}
        size = sum(float(np.abs(part.values).sum()) for part in found.parts)
        if symbol not in whole:
            told = FormulaText(found.formula).value(others)
            assert told == pytest.approx(found.value, rel=0, abs=1e-6 * size), found.formula
        # What it is made of is clicked: only options and the count lead nowhere.
        assert found.parts
        for part in found.parts:
            assert part.factors
        assert list(faults(recording, found)) == []
        seen.add(symbol)
    named = {str(fact.values[0]) for fact in new.facts if fact.code == "update_step"}
    assert named <= seen


def within(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The place of the element in a state: one of a row or a column has one for all in it."""
    return tuple(min(i, n - 1) for i, n in zip(INDEX, shape, strict=False))


def of_all(recording: Recording, tensor: int) -> bool:
    return recording.tensors[tensor].ndim == len(INDEX)


def test_what_is_corrected_for_says_by_which_beta_and_when() -> None:
    recording, _ = second_iteration("adam")
    new = recording.explain(update_of(recording), 0, INDEX)
    steps = {step.number.intermediate: step for step in steps_of(recording, new)}
    assert steps["c₂"].formula == "c₂ = 1 − β₂^t   β₂ = 0.999   t = 2"
    assert steps["c₂"].value == 1 - 0.999**2
    assert steps["c₂"].number.index == ()
    assert NumberNames(recording).name(steps["c₂"].number) == "Adam c₂"
    # Beside it stand the scalars alone, not the steps of some element.
    assert [fact.values[0] for fact in steps["c₂"].facts] == ["c₁", "η", "c₂"]
    assert steps["c₁"].formula == "c₁ = 1 − β₁^t   β₁ = 0.9   t = 2"
    with pytest.raises(ValueError, match="has one value per element"):
        explain_number(recording, replace(steps["d"].number, index=()))
    square = recording.events[update_of(recording)].state_ids["exp_avg_sq"][1]
    found = explain_number(recording, Number(square, INDEX, update_of(recording)))
    assert found.formula == "vₜ = β₂·vₜ₋₁ + (1 − β₂)·g²   β₂ = 0.999"


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
