"""The formulas of the table, evaluated as they are written, against what torch computed."""

import re
from typing import Any

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.formulas import FORMULAS_BY_FAMILY, FORMULAS_BY_NAME, formula
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.formula_text import FormulaText, evaluated
from tests.analysis.node_cases import CASES, Case, Names

TABLE = {**FORMULAS_BY_FAMILY, **FORMULAS_BY_NAME}
# What cannot be evaluated, and why.
BACKWARD_IN_WORDS = {
    "Permute": "an order of dimensions has no sign of its own",
}
FORWARD_IN_WORDS = {
    "Permute": "an order of dimensions has no sign of its own",
    "AccumulateGrad": "it makes nothing: w is the leaf itself",
    "Expand": "how often it is repeated is in the shape alone",
    "Repeat": "how often it is repeated is in the shape alone",
    "Split": "it makes several tensors",
    "SplitWithSizes": "it makes several tensors",
    "Unbind": "it makes several tensors",
    "ConstantPadNd": "the border is as wide as the call says",
}
SUBSCRIPTS = "₀₁₂₃"


def computed(key: str, case: Case) -> tuple[Names, dict[str, Any]]:
    """What the formulas' names stand for, and torch's gradients of the leaves."""
    leaves = {name: leaf.clone().requires_grad_() for name, leaf in case.leaves.items()}
    made = case.run(leaves)
    outputs = made if isinstance(made, tuple) else (made,)
    name = outputs[0].grad_fn.name()
    assert name == key or re.fullmatch(rf"{key}Backward\d+", name), name
    assert formula(name) is TABLE[key]
    generator = torch.Generator().manual_seed(8)
    gradients = [torch.randn(y.shape, dtype=y.dtype, generator=generator) for y in outputs]
    torch.autograd.backward(outputs, gradients)
    names: Names = {name: leaf.detach().numpy() for name, leaf in leaves.items()}
    for y, g, number in zip(outputs, gradients, SUBSCRIPTS, strict=False):
        plain = number if len(outputs) > 1 else ""
        names |= {f"y{plain}": y.detach().numpy(), f"g{plain}": g.numpy()}
    found = {name: leaf.grad.numpy() for name, leaf in leaves.items()}
    return {**names, **case.names(names)}, found


def in_shape(value: Any, shape: tuple[int, ...]) -> Any:
    """A value in a leaf's shape: summed over what was broadcast, or spread over it."""
    value = np.asarray(value)
    if value.size == np.prod(shape):
        return value.reshape(shape)
    while value.ndim > len(shape):
        value = value.sum(0)
    for axis, size in enumerate(shape[len(shape) - value.ndim :]):
        if size == 1 < value.shape[axis]:
            value = value.sum(axis, keepdims=True)
    return np.broadcast_to(value, shape)


def is_near(value: Any, truth: Any) -> None:
    tolerance = 1e-6 if truth.dtype == np.float32 else 1e-10
    np.testing.assert_allclose(value, truth, rtol=tolerance, atol=tolerance / 100)


@pytest.mark.parametrize("key", CASES)
def test_the_backward_formula_gives_torchs_gradients(key: str) -> None:
    case, found = CASES[key], TABLE[key]
    names, truth = computed(key, case)
    if key not in FORWARD_IN_WORDS and not case.parts:
        names = FormulaText(found.forward, case.axes).definitions(names)
    text = FormulaText(found.backward, case.axes)
    if case.parts:
        for leaf, place, own in case.parts:
            value = text.gradients({**names, **own})["xᵢ"]
            is_near(np.asarray(value).squeeze(), truth[leaf][place])
        return
    gradients = text.gradients(names)
    assert set(gradients) == set(truth)
    for leaf, gradient in truth.items():
        is_near(in_shape(gradients[leaf], gradient.shape), gradient)


@pytest.mark.parametrize("key", [key for key in CASES if key not in FORWARD_IN_WORDS])
def test_the_forward_formula_gives_torchs_output(key: str) -> None:
    case = CASES[key]
    names, _ = computed(key, case)
    text = FormulaText(TABLE[key].forward, case.axes)
    output = names.pop("y")
    if key == "Cumsum":
        for _, place, own in case.parts:
            is_near(np.asarray(text.value({**names, **own})).squeeze(), output[place])
        return
    is_near(in_shape(text.value(names), output.shape), output)


def test_accumulating_is_what_the_formula_says() -> None:
    trainer = bv.Trainer("random", "mse", clear_gradients=False, batch_size=2)
    trainer.record()
    recording = trainer.record()
    text = FormulaText(TABLE["AccumulateGrad"].backward)
    nodes = {node.id: node.name for node in recording.graph.nodes}
    found = 0
    for event in recording.events:
        if event.phase is Phase.BACKWARD and "AccumulateGrad" in nodes[event.node or 0]:
            before, arrived = event.inputs
            names = text.carried_out({"w.grad": before, "g": arrived})
            np.testing.assert_array_equal(names["w.grad"], event.outputs[0])
            found += 1
    assert found == 10


def test_every_entry_is_evaluated() -> None:
    assert {"AccumulateGrad", *BACKWARD_IN_WORDS} == TABLE.keys() - CASES.keys()
    for key in BACKWARD_IN_WORDS:
        with pytest.raises((SyntaxError, KeyError)):
            FormulaText(TABLE[key].backward).gradients({"g": np.ones(2), "x": np.ones(2)})
    assert FORWARD_IN_WORDS.keys() <= TABLE.keys()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3·4", 14.0),
        ("−x² / 2", -4.5),
        ("√x² + 1", 4.0),
        ("Σ v·x − 1", 17.0),
        ("2·Σ v", 12.0),
        ("max(x, 5)", 5.0),
        ("xᵗ⁻¹", 9.0),
        ("0.5^(t + 1)", 0.0625),
        ("x where x > 2, else 7", 3.0),
        ("x where 0 < x < 2, else 7", 7.0),
        ("|1 − x|", 2.0),
        ("½·x", 1.5),
        ("mean v[1:]", 2.5),
    ],
)
def test_the_language_of_the_formulas(text: str, value: float) -> None:
    names = {"x": 3, "t": 3, "v": np.array([1.0, 2.0, 3.0])}
    assert evaluated(text, names, {}) == pytest.approx(value)


@pytest.mark.parametrize("text", ["2 +", "x y", "g at the maximum", "(x", "x )", "§"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(SyntaxError):
        evaluated(text, {"x": 1, "y": 2, "g": 3}, {})


def test_every_entry_has_words() -> None:
    for found in TABLE.values():
        assert found.forward
        assert found.backward
        assert found.sentence.endswith(".")
        assert found.inputs


def test_exact_names_come_before_families() -> None:
    assert "ln x" in formula("PowBackward1").backward
    assert formula("AddBackward0") is formula("AddBackward1")
    assert formula("AccumulateGrad").inputs == (".grad",)


def test_unknown_names_are_said_to_be_unknown() -> None:
    for name in ("FancyNewBackward0", "", "CubeBackward"):
        assert not formula(name).known
        assert formula(name).backward == ""
    assert "autograd.Function" in formula("CubeBackward").sentence
    assert "autograd.Function" not in formula("FancyNewBackward0").sentence
