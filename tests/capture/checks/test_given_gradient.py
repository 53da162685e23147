"""``out.backward(gradient)``: what is explained and checked where backward started."""

import pytest

import backprop_viz as bv
from backprop_viz.capture.checks.gradient_check import NumberCheck
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording


def start_of(recording: Recording, index: tuple[int, ...]) -> Number:
    """The gradient that arrived at the node from which backward started."""
    event = recording.ran_at[0]
    tensor = recording.events[event].input_ids[0]
    assert tensor is not None
    return Number(tensor, index, event, arrived=True)


def starts(loss: str) -> Recording:
    trainer = bv.Trainer(data="random", loss=loss, optimizer="sgd", lr=0.01, batch_size=1)
    return trainer.record()


@pytest.mark.parametrize("i", [0, 3, 9])
def test_the_check_of_a_given_gradient_is_of_its_product_with_the_output(i: int) -> None:
    recording = starts("output_gradient")
    given = recording.events[recording.ran_at[0]].inputs[0]
    assert given is not None
    check = NumberCheck(recording, start_of(recording, (0, i)), 1e-6)
    for _ in check.slices():
        pass
    found = check.result()
    # d(v · out) / d out[i] is v[i], and v · out is linear in it.
    assert found.exact == pytest.approx(float(given[0, i]), rel=1e-6)
    assert found.verdict == "correct"


def test_it_is_said_that_a_gradient_was_given() -> None:
    recording = starts("output_gradient")
    facts = explain_number(recording, start_of(recording, (0, 0))).facts
    assert [fact.code for fact in facts] == ["backward_starts_given"]
    recording = starts("mse")
    facts = explain_number(recording, start_of(recording, ())).facts
    assert [fact.code for fact in facts] == ["backward_starts"]
