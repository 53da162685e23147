"""An element that is infinite is told by what made it so; those beside it have their terms."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from tests.capture.recorded_nets import Applied, recorded_net

INF = float("inf")
EYE, ONES = torch.eye(2), torch.ones(2, 2)
Of = Callable[[Tensor, Tensor], Tensor]
# By an operation: what is computed of w (2, 2), and the terms of its elements (0, 0) and (0, 1).
CASES: dict[str, tuple[Of, list[list[str]]]] = {
    "masked_fill": (lambda w, _: w.masked_fill(EYE.bool(), -INF), [[], ["input"]]),
    "stack": (lambda w, _: torch.stack([torch.tensor([INF, 2.0]), w[0]]), [["element"]] * 2),
    "mul": (lambda w, _: w * torch.where(EYE.bool(), INF, 2.0), [["factor", "factor"]] * 2),
    "matmul": (lambda w, _: w @ torch.tensor([[INF, 1.0], [2.0, 3.0]]), [["weight", "input"]] * 2),
    "add": (lambda w, _: w + torch.where(EYE.bool(), INF, 2.0), [["summand"]] * 2),
}


@pytest.mark.parametrize("name", CASES)
def test_each_element_has_terms_that_add_up(name: str) -> None:
    function, roles = CASES[name]
    torch.manual_seed(0)
    recording = recorded_net(
        Applied(torch.rand(2, 2) + 0.5, lambda w, x: function(w, x).softmax(0)), ONES
    )
    at = next(i for i, event in enumerate(recording.events) if event.op == name)
    tensor = recording.events[at].output_ids[0]
    assert tensor is not None
    for index, expected in zip([(0, 0), (0, 1)], roles, strict=True):
        found = explain_number(recording, Number(tensor, index, at))
        assert found.reason is None
        assert found.parts
        assert {tuple(f.role for f in part.factors) for part in found.parts} == {tuple(expected)}
        total = sum(part.values.sum() for part in found.parts)
        assert np.float32(total) == pytest.approx(float(recording.tensors[tensor][index]))


def test_an_infinite_term_is_lit_up_in_full_and_beside_it_no_other() -> None:
    torch.manual_seed(0)
    recording = recorded_net(Applied(torch.rand(2, 2) + 0.5, CASES["matmul"][0]), ONES)
    at = next(i for i, event in enumerate(recording.events) if event.op == "matmul")
    tensor = recording.events[at].output_ids[0]
    assert tensor is not None
    number = Number(tensor, (0, 0), at)
    marks = marks_of(recording, number, explain_number(recording, number))
    lit = marks.of(recording.serial, recording.by_parameter["weight"].value_id)
    assert lit is not None
    assert lit.indices.tolist() == [[0, 0]]
    assert lit.weights.tolist() == [1.0]
