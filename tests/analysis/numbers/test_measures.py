"""Norms, means and extremes of recorded tensors, against plain torch."""

import math

import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.numbers import measure_terms
from backprop_viz.analysis.numbers.batch_axis import at_sample, is_of_sample
from backprop_viz.analysis.numbers.measures import WHOLE_MEASURES, measure_of
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    counterpart,
    grad_number,
    value_of,
    weight_number,
)
from backprop_viz.capture.explaining.chains import chain, effects
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.iteration import Recording

PLAIN = {
    "norm": lambda x: math.sqrt(float(x.double().square().sum())),
    "mean": lambda x: float(x.double().mean()),
    "min": lambda x: float(x.min()),
    "max": lambda x: float(x.max()),
}


@pytest.fixture(scope="module")
def trained() -> tuple[bv.Trainer, list[Recording]]:
    trainer = bv.Trainer(data="strokes", batch_size=4, seed=2)
    return trainer, [trainer.record() for _ in range(2)]


@pytest.mark.parametrize("measure", WHOLE_MEASURES)
def test_a_measure_is_that_of_torch_and_its_terms_sum(
    trained: tuple[bv.Trainer, list[Recording]], measure: str
) -> None:
    trainer, recordings = trained
    cursor = recordings[-1].at(len(recordings[-1].events))
    for name, parameter in trainer.model.named_parameters():
        assert parameter.grad is not None
        for tensor, find in ((parameter.detach(), weight_number), (parameter.grad, grad_number)):
            number = measure_of(find(cursor, name, ()), measure)
            assert number is not None
            found = explain_number(recordings[-1], number)
            assert found.value == pytest.approx(PLAIN[measure](tensor), rel=1e-13)
            assert value_of(recordings[-1], number) == found.value
            total = found.value**2 if measure == "norm" else found.value
            assert ("its root" in str(found), "rounding" in str(found)) == (
                measure == "norm",
                measure != "norm",
            )
            assert found.total == pytest.approx(total, rel=1e-11)
            largest = found.terms[0].factors[0]
            assert largest.number is not None
            assert float(tensor[largest.number.index]) == largest.value
            if measure in ("norm", "mean"):
                assert abs(largest.value) == float(tensor.abs().max())


def test_a_large_tensor_tells_its_largest(
    trained: tuple[bv.Trainer, list[Recording]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_terms, "MOST_TERMS", 10_000)
    recording = trained[1][-1]
    cursor = recording.at(len(recording.events))
    number = measure_of(grad_number(cursor, "fc1.weight", ()), "norm")
    assert number is not None
    found = explain_number(recording, number)
    assert [len(part.values) for part in found.parts] == [10_000, 1]
    assert found.total == pytest.approx(found.value**2, rel=1e-12)


def test_its_name_its_chain_and_its_counterpart(
    trained: tuple[bv.Trainer, list[Recording]],
) -> None:
    one, two = trained[1]
    cursor = one.at(len(one.events))
    number = measure_of(grad_number(cursor, "conv1.bias", ()), "norm")
    assert number is not None
    assert NumberNames(one).name(number) == "‖conv1.bias.grad‖"
    assert chain(one, number)[1].number.index == (
        explain_number(one, number).terms[0].factors[0].number.index  # type: ignore[union-attr]
    )
    assert effects(one, number) == ()
    other = counterpart(one, number, two)
    assert other is not None
    end = two.at(len(two.events))
    grad = end.grad("conv1.bias")
    assert grad is not None
    assert value_of(two, other) == PLAIN["norm"](torch.from_numpy(grad.copy()))


def test_a_measure_of_one_sample(trained: tuple[bv.Trainer, list[Recording]]) -> None:
    recording = trained[1][0]
    cursor = recording.at(len(recording.events))
    layer = cursor.layers.layers[1]
    number = measure_of(activation_number(cursor, layer, (2,)), "mean")
    assert number is not None
    array = cursor.activation(layer)
    assert array is not None
    assert NumberNames(recording).name(number).startswith("mean(")
    assert value_of(recording, number) == PLAIN["mean"](torch.from_numpy(array[2].copy()))
    assert is_of_sample(recording, number)
    assert value_of(recording, at_sample(recording, number, 3)) == PLAIN["mean"](
        torch.from_numpy(array[3].copy())
    )
