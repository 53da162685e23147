"""Records calls of torch functions, and compares what the operations say with what torch did."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from backprop_viz.analysis.operations import (
    forward_facts,
    forward_formula,
    forward_parts,
    intermediate_form,
    intermediate_parts,
    node_facts,
    node_formula,
    operation_of,
)
from backprop_viz.analysis.provenance import Makers
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.operations.index_form_text import value_of

TOLERANCE = 1e-12
# What is lost where torch takes the difference of numbers around 1, as gelu does far below 0.
TINY = 1e-15


def noise(*shape: int, seed: int = 0, scale: float = 1.0) -> Tensor:
    """Normal numbers in float64 that want a gradient."""
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale
    return numbers.requires_grad_()


@dataclass(frozen=True)
class Recorded:
    """A recording of calls in forward, and of a backward from random gradients."""

    recording: Recording

    @property
    def calls(self) -> list[Event]:
        return [e for e in self.recording.events if e.phase is Phase.FORWARD]

    @property
    def call(self) -> Event:
        """The last one."""
        return self.calls[-1]

    def nodes(self, name: str) -> list[tuple[Event, Event]]:
        """The backward events of the nodes of a name, each with the call that made the node."""
        makers = Makers(self.recording)
        found = []
        for event in self.recording.events:
            if event.phase is Phase.BACKWARD and event.op == name and event.node is not None:
                made_by = makers.of(event.node)
                assert made_by is not None
                found.append((event, self.recording.events[made_by]))
        return found

    def node(self, name: str) -> tuple[Event, Event]:
        """The only node of a name that a call of forward made."""
        (found,) = (each for each in self.nodes(name) if each[1].phase is Phase.FORWARD)
        return found


def record(run: Callable[[], Any]) -> Recorded:
    """Records what ``run`` calls, and backward from what it returns."""
    recorder = Recorder(nn.Module())
    with recorder.phase(Phase.FORWARD):
        made = run()
    output = made[0] if isinstance(made, tuple) else made
    if output.requires_grad:
        with recorder.phase(Phase.LOSS):
            generator = torch.Generator().manual_seed(9)
            weights = torch.randn(output.shape, generator=generator, dtype=output.dtype)
            loss = (output * weights).sum()
        recorder.take_results(output, loss)
        with recorder.phase(Phase.BACKWARD):
            loss.backward()
    return Recorded(recorder.recording())


def some_places(shape: Sequence[int], count: int = 12) -> list[tuple[int, ...]]:
    """Places in an array: all, or ``count`` of them at random, the first and the last."""
    size = math.prod(shape)
    chosen = np.random.default_rng(5).permutation(size)[:count]
    if size > count:
        chosen = np.unique([0, size - 1, *chosen])
    return [tuple(int(i) for i in np.unravel_index(k, shape)) for k in chosen]


def check_terms(event: Event, slot: int = 0, count: int = 12) -> None:
    """The terms of elements of an output sum to what torch has, and are what they say."""
    output = event.outputs[slot]
    assert output is not None
    assert output.dtype == np.float64
    for index in some_places(output.shape, count):
        parts = forward_parts(event, slot, index)
        assert parts is not None, event.op
        terms = np.concatenate([part.values for part in parts])
        scale = max(abs(output[index]), np.abs(terms).max(initial=0))
        assert abs(terms.sum() - output[index]) <= TOLERANCE * scale + TINY, (event.op, index)
        check_factors(event, parts)


def check_factors(event: Event, parts: Sequence[Part]) -> None:
    """The factors multiply to the terms, and are the numbers that they say they are."""
    for part in parts:
        assert part.factors
        product = np.prod([factor.values for factor in part.factors], axis=0)
        np.testing.assert_allclose(part.values, product, rtol=1e-13, atol=0)
        for factor in part.factors:
            assert factor.values.shape == part.values.shape
            if factor.tensor is None or factor.indices is None:
                continue
            assert factor.tensor in (*event.input_ids, *event.output_ids)
            assert len(factor.axes) == factor.indices.shape[1]
            if factor.intermediate:
                check_intermediates(event, factor)
            elif not factor.function:
                elements = event.tensors[factor.tensor][tuple(factor.indices.T)]
                np.testing.assert_array_equal(factor.values, elements)


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln(x)": math.log,
    "ln(1 − x)": lambda x: math.log1p(-x),
    "1 / x": lambda x: 1 / x,
    "x²": lambda x: x**2,
    "|x|": abs,
    "ln(|x|)": lambda x: math.log(abs(x)),
    "log₂(x)": math.log2,
    "sign(x)": lambda x: math.copysign(1.0, x),
    "arctan(x)": math.atan,
}


def check_intermediates(event: Event, factor: FactorColumn) -> None:
    """Values inside the call are the sums of their own terms, and so on down to what it read."""
    assert factor.indices is not None
    for at in (0, len(factor.values) - 1):
        index = tuple(int(i) for i in factor.indices[at])
        parts = intermediate_parts(event, factor.intermediate, index)
        assert parts is not None
        check_factors(event, parts)
        value = float(sum(part.values.sum() for part in parts))
        if factor.function in FUNCTIONS:
            value = FUNCTIONS[factor.function](value)
        if not factor.function or factor.function in FUNCTIONS:
            assert factor.values[at] == pytest.approx(value, rel=1e-9, abs=1e-13)
        assert intermediate_form(event, factor.intermediate, index) != ""


def check_form(event: Event, names: Mapping[str, Any], tolerance: float = TOLERANCE) -> None:
    """The formula of a call, worked out as it is written, gives what torch has."""
    output = event.outputs[0]
    assert output is not None
    form = forward_formula(event)
    assert form
    for index in some_places(output.shape, 5):
        found = value_of(forward_formula(event, index), names)
        assert found == near(output[index], tolerance), (form, index)


def check_node_form(
    event: Event,
    made_by: Event,
    slot: int,
    names: Mapping[str, Any],
    tolerance: float = TOLERANCE,
) -> None:
    """The formula of a gradient that a node sent, worked out as it is written, gives it."""
    sent = event.outputs[slot]
    assert sent is not None
    form = node_formula(event.op, made_by, slot)
    for index in some_places(sent.shape, 5):
        text = node_formula(event.op, made_by, slot, index)
        found = value_of(text, {"δ": event.inputs[0], **names})
        assert found == near(sent[index], tolerance), (form, index)


def near(value: float, tolerance: float) -> "Near":
    return Near(float(value), tolerance)


class Near:
    """Equal to what is within a relative tolerance."""

    def __init__(self, value: float, tolerance: float) -> None:
        self._value, self._tolerance = value, tolerance

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, int | float)
        return math.isclose(
            other, self._value, rel_tol=self._tolerance, abs_tol=self._tolerance * 1e-2
        )

    def __repr__(self) -> str:
        return f"{self._value!r} ± {self._tolerance}"


def fact(event: Event, index: tuple[int, ...], slot: int = 0) -> Fact:
    """The only fact about an element of what a call made."""
    (found,) = forward_facts(event, slot, index)
    return found


def node_fact(event: Event, made_by: Event, index: tuple[int, ...], slot: int = 0) -> Fact:
    """The only fact about an element of what a node sent."""
    (found,) = node_facts(event, made_by, slot, index)
    return found


def elements(event: Event, found: Fact) -> list[float]:
    """The values of the recorded numbers that a fact speaks of."""
    return [float(event.tensors[number.tensor][number.index]) for number in found.numbers]


def is_named(event: Event) -> bool:
    """Whether an operation has words for a call."""
    return operation_of(event) is not None
