"""An explanation printed in a console: the numbers in its lines are those of its terms."""

import math
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.explanations import number_explanation
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    NumberExplanation,
    Part,
    Term,
    terms_sum,
)
from backprop_viz.recording.trace.phases import Phase


@pytest.fixture(scope="module")
def recording() -> bv.Recording:
    torch.manual_seed(3)
    net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 4))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    with bv.record(net, optimizer) as recorded:
        assert repr(recorded) == "<LoopRecording under way>"
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(torch.randn(5, 1, 6, 6)), torch.randint(4, (5,)))
        loss.backward()
        optimizer.step()
    assert repr(recorded) == repr(recorded.recording)
    assert set(dir(recorded)) > {"events", "explain", "findings", "at", "to_html"}  # for Tab
    return recorded.recording


def first_numbers(recording: bv.Recording) -> Iterator[NumberExplanation]:
    for i, event in enumerate(recording.events):
        if event.phase is not Phase.ZERO_GRAD:
            output = next(k for k, one in enumerate(event.outputs) if one is not None)
            yield recording.explain(i, output, (0,) * event.outputs[output].ndim)


def numbers_in(text: str) -> list[float]:
    """The numbers at the ends of a product's factors."""
    return [float(factor.split()[-1]) for factor in text.split(" × ")]


def test_each_line_is_true(recording: bv.Recording) -> None:
    products = sums = 0
    for why in first_numbers(recording):
        named, *lines = str(why).splitlines()
        if why.reason is not None:
            continue
        assert float(named.rsplit(" = ", 1)[1]) == pytest.approx(why.value, rel=1e-8)
        terms = [line.split(" = ", 1) for line in lines if re.match(r"  -?[\d.e+-]+ = ", line)]
        for value, factors in terms:
            if " × " in factors:
                products += 1
                assert math.prod(numbers_in(factors)) == pytest.approx(float(value), rel=1e-7)
        (told,) = [line for line in lines if line.startswith("  sum ")]
        whole, rounding = map(float, re.fullmatch(r"  sum (\S+), rounding (\S+)", told).groups())
        values = [float(value) for value, _ in terms]
        size = 1e-8 * (1 + sum(map(abs, values)))
        assert sum(values) == pytest.approx(whole, abs=size)
        assert whole + rounding == pytest.approx(why.value, abs=size)
        sums += 1
    assert products > 40
    assert sums > 15


def test_the_largest_terms_are_written_and_the_rest_is_counted(recording: bv.Recording) -> None:
    linear = next(i for i, event in enumerate(recording.events) if event.op == "linear")
    why = recording.explain(linear, 0, (0, 0))
    lines = str(why).splitlines()
    assert lines[0].startswith(f"forward of event {linear}, linear[0, 0] = ")
    assert lines[1].strip() == why.formula
    values = [float(line.split(" = ")[0]) for line in lines[2:10]]
    assert values == [float(f"{term.value:.9g}") for term in why.terms[:8]]
    assert lines[10].endswith(f"= {len(why.terms) - 8} smaller terms")
    rest = sum(term.value for term in why.terms[8:])
    assert float(lines[10].split(" = ")[0]) == pytest.approx(rest, rel=1e-8)


def test_of_the_terms_that_are_counted_none_is_made(
    recording: bv.Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mean may be of ten million."""
    made = []

    def term(*given: Any) -> Term:
        made.append(given)
        return Term(*given)

    linear = next(i for i, event in enumerate(recording.events) if event.op == "linear")
    why = recording.explain(linear, 0, (0, 0))
    monkeypatch.setattr(number_explanation, "Term", term)
    assert "smaller terms" in str(why)
    assert len(made) == 8 < len(why.terms)


def test_terms_of_infinities_sum_to_nan_without_a_warning() -> None:
    """In a training that has gone wrong; numpy warns of Inf - Inf."""
    parts = (Part("products", np.array([math.inf, -math.inf, *[1.0] * 9])),)
    why = NumberExplanation(Number(3, (), 7), math.nan, "forward", "sum", parts=parts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isnan(terms_sum(why.terms.values))
        assert "3 smaller terms" in str(why)


def test_without_terms_the_reason_is_written() -> None:
    number = Number(3, (1, 2), 7)
    reason = Fact("not_recorded", (2.5, "conv"))
    why = NumberExplanation(number, 0.25, "forward", "conv2d", reason=reason)
    assert str(why).splitlines() == [
        "forward of event 7, conv2d[1, 2] = 0.25",
        "  no terms: not recorded: 2.5, conv",
    ]


def test_of_a_complex_number_both_parts_are_written() -> None:
    number = Number(3, (), 7)
    imaginary = NumberExplanation(number, -1.5, "forward", "exp", total=-1.5)
    why = NumberExplanation(number, 0.25, "forward", "exp", total=0.25, imaginary=imaginary)
    assert str(why).splitlines() == [
        "forward of event 7, exp = 0.25",
        "  sum 0.25, rounding 0",
        "and its imaginary part:",
        "forward of event 7, exp = -1.5",
        "  sum -1.5, rounding 0",
    ]


def test_an_index_of_one_dimension_may_be_a_number(recording: bv.Recording) -> None:
    last = len(recording.events) - 1
    assert repr(recording.explain(last, 0, 2)) == repr(recording.explain(last, 0, (2,)))
    assert recording.explain(last, 0, 2).value == float(recording.events[last].outputs[0][2])


def test_a_recording_and_its_parts_are_short(recording: bv.Recording) -> None:
    events = len(recording.events)
    said = f"<Recording of Sequential, iteration 1: 4 parameters, {events} events, loss "
    assert repr(recording) == f"{said}{recording.loss:.6g}>"
    assert repr(recording.at(2)) == f"<Cursor after 2 events of {recording!r}>"
    assert repr(recording.parameters[0]) == "<Parameter 0.weight: (3, 1, 3, 3)>"
    assert [repr(event) for event in recording.events[:6:5]] == [
        "<Event zero_grad zero_grad 0.weight: None -> None>",
        "<Event forward relu: (5, 3, 4, 4) -> (5, 3, 4, 4)>",
    ]
    assert repr(recording.events[-1]) == "<Event update Adam 3.bias: (4,), (4,) -> (4,)>"
