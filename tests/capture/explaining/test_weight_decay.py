"""A momentum buffer, and the gradient in it that weight decay has changed."""

import pytest

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number


def test_a_gradient_that_weight_decay_has_changed_leads_to_the_gradient_and_the_weight() -> None:
    options = {"momentum": 0.9, "weight_decay": 0.01}
    trainer = bv.Trainer("random", "mse", "sgd", 0.05, 4, optimizer_options=options)
    trainer.iterate()
    recording = trainer.record()
    event = recording.happened_to["fc3.bias"][-1]
    update, index = recording.events[event], (3,)
    (state,) = update.state_ids
    before, after = update.state_ids[state]
    velocity = explain_number(recording, Number(after, index, event))
    grad, weight = update.inputs[1], update.inputs[0]
    parts = [[(f.role, f.values[0], f.number(0)) for f in p.factors] for p in velocity.parts]
    assert [[role for role, _, _ in part] for part in parts] == [
        ["μ", "vₜ₋₁"],
        ["grad"],
        ["λ", "w"],
    ]
    assert parts[1][0][1] == float(grad[index])
    assert parts[1][0][2] == Number(
        update.input_ids[1], index, recording.happened_to["fc3.bias"][1]
    )
    assert parts[2][0][1] * parts[2][1][1] == pytest.approx(0.01 * float(weight[index]), rel=1e-12)
    assert velocity.residual == pytest.approx(0, abs=1e-7 * abs(velocity.value))
    names = NumberNames(recording)
    assert names.tensor(Number(after, index, event)) == "fc3.bias momentum_buffer"
    assert names.tensor(Number(before, index)) == "fc3.bias momentum_buffer before"
