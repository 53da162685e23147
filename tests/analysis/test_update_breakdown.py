import inspect
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.arithmetic import Arithmetic, fma
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.analysis.update_breakdown import explain_update, recorded, same, update_terms
from backprop_viz.analysis.update_rules import NEW
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
from tests.nightly import NIGHTLY
from tests.recording.records import changed_event

CASES: list[Any] = [
    ("manual", {}),
    ("sgd", {}),
    ("sgd", {"weight_decay": 0.01}),
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.7, "dampening": 0.3, "weight_decay": 1e-3, "maximize": True}),
    ("nesterov", {}),
    ("nesterov", {"momentum": 0.5, "weight_decay": 0.1}),
    ("adam", {}),
    ("adam", {"betas": (0.4, 0.9), "eps": 1e-4, "weight_decay": 0.02}),
    ("adam", {"betas": (0.8, 0.5), "amsgrad": True, "maximize": True}),
    pytest.param(
        "adam",
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        marks=pytest.mark.skipif(
            "decoupled_weight_decay" not in inspect.signature(torch.optim.Adam).parameters,
            reason="torch 2.6 has AdamW alone for it",
        ),
    ),
    ("rmsprop", {}),
    ("rmsprop", {"alpha": 0.3, "eps": 1e-3, "weight_decay": 0.01}),
    ("rmsprop", {"momentum": 0.8}),
    ("rmsprop", {"momentum": 0.8, "centered": True}),
]
# Torch's own answer: without AVX2 its kernels round a product before they add it.
FUSED = torch.backends.cpu.get_cpu_capability() != "DEFAULT"


def recordings(
    optimizer: str, options: Mapping[str, Any], count: int = 4, lr: float = 0.013
) -> list[Recording]:
    trainer = bv.Trainer(
        "random", "mse", optimizer, lr=lr, batch_size=2, seed=3, optimizer_options=options
    )
    return [trainer.record() for _ in range(count)]


def updates(recording: Recording) -> list[Event]:
    return [event for event in recording.events if event.phase is Phase.UPDATE]


def bits(array: Array) -> Array:
    return np.ascontiguousarray(array).view(np.int32)


def differing(event: Event, options: Mapping[str, Any], ulps: int = 0) -> dict[str, Array]:
    """Which elements of each recorded tensor come out with other bits than torch's."""
    terms = update_terms(event, options, Arithmetic(FUSED, ulps))
    assert terms[-1].symbol == NEW
    assert {term.state for term in terms} - {None} == set(event.state) - {"step"}
    kept = [term for term in terms if term.state or term.symbol == NEW]
    return {t.state or NEW: bits(t.value) != bits(recorded(event, t)) for t in kept}


@pytest.mark.parametrize(("optimizer", "options"), CASES)
def test_every_element_comes_out_as_torch_has_it(optimizer: str, options: dict[str, Any]) -> None:
    elements = 0
    for recording in recordings(optimizer, options):
        assert len(updates(recording)) == 10
        for event in updates(recording):
            found = differing(event, recording.options)
            # What comes after the square root in the rule.
            after_root = {NEW} if optimizer in ("adam", "rmsprop") else set()
            after_root |= {"momentum_buffer"} if optimizer == "rmsprop" else set()
            for name, bad in found.items():
                assert name in after_root or not bad.any(), (event.parameter, name)
            tries = [found, *(differing(event, recording.options, ulps) for ulps in (1, -1))]
            for name in after_root & set(found):
                never = np.logical_and.reduce([each[name] for each in tries])
                assert not never.any(), (event.parameter, name)
                assert not (found[name] & ~root_off(event)).any(), (event.parameter, name)
            elements += event.outputs[0].size
    assert elements > 200_000


def root_off(event: Event) -> Array:
    """Where torch's own square root in the rule is not the nearest number.

    That of its math library is one unit off now and then, on some processors more than on others.
    """
    names = ("max_exp_avg_sq", "exp_avg_sq", "square_avg")
    square = next(torch.tensor(event.state[name][1]) for name in names if name in event.state)
    if "grad_avg" in event.state:
        mean = torch.tensor(event.state["grad_avg"][1])
        square = square.addcmul(mean, mean, value=-1)
    return bits(square.sqrt().numpy()) != bits(np.sqrt(square.numpy()))


@pytest.mark.parametrize(("optimizer", "options"), CASES)
def test_one_element_ends_in_its_new_weight(optimizer: str, options: dict[str, Any]) -> None:
    recording = recordings(optimizer, options, 2)[-1]
    for event in updates(recording):
        size = event.outputs[0].size
        for element in {0, 1, size // 2, size - 1}:
            steps = explain_update(event, recording.options, element)
            assert steps.exact
            assert all(term.exact for term in steps.terms if term.symbol != "r")
            assert steps.terms[-1].symbol == "new w"
            assert bits(steps.terms[-1].value) == bits(event.outputs[0].flat[element])
            for term in steps.terms:
                if term.state:
                    truth = event.state[term.state][1].flat[element]
                    assert bits(term.value) == bits(truth)


def test_symbols_and_numbers_are_filled_in() -> None:
    recording = recordings("adam", {}, 2)[-1]
    steps = explain_update(updates(recording)[0], recording.options, 3)
    formulas = {term.symbol: term.formula for term in steps.terms}
    # The old mean and the new one are told apart by when they were.
    assert formulas["mₜ"] == "β₁·mₜ₋₁ + (1 − β₁)·g"
    assert formulas["vₜ"] == "β₂·vₜ₋₁ + (1 − β₂)·g²"
    assert formulas["c₁"] == "1 − β₁^t"
    assert formulas["η"] == "lr / c₁"
    assert formulas["new w"] == "w − η·mₜ / d"
    mean = next(term for term in steps.terms if term.symbol == "mₜ")
    assert mean.numbers(lambda value: "x") == "x·x + (1 − x)·x"
    assert mean.operands["m"][1] == updates(recording)[0].state["exp_avg"][0].flat[3]


def test_the_first_momentum_is_the_gradient() -> None:
    first, second = recordings("sgd", {"momentum": 0.9}, 2)
    formulas = [
        explain_update(updates(r)[0], r.options, 0).terms[1].formula for r in (first, second)
    ]
    assert formulas == ["g", "μ·vₜ₋₁ + g"]


def test_a_live_learning_rate_and_numbers_that_are_not_finite() -> None:
    for optimizer in OPTIMIZERS:
        for recording in recordings(optimizer, {}, 5, lr=1e12):
            for event in updates(recording):
                for element in (0, event.outputs[0].size - 1):
                    steps = explain_update(event, recording.options, element)
                    assert same(steps.terms[-1].value, event.outputs[0].flat[element])


def test_what_does_not_fit_is_marked_and_torchs_value_shown() -> None:
    recording = recordings("adam", {}, 2)[-1]
    event = updates(recording)[0]
    other = event.outputs[0] + np.float32(0.25)
    steps = explain_update(changed_event(event, outputs=(other,)), recording.options, 5)
    assert not steps.exact
    assert steps.new == steps.terms[-1].value == other.flat[5]
    assert [term.symbol for term in steps.terms if not term.exact] == ["new w"]
    state = {**event.state, "exp_avg": (event.state["exp_avg"][0], other)}
    steps = explain_update(changed_event(event, state=state), recording.options, 5)
    assert [term.symbol for term in steps.terms if not term.exact] == ["mₜ"]
    assert next(term for term in steps.terms if term.symbol == "mₜ").value == other.flat[5]


def test_the_sign_of_a_zero_may_differ_and_is_then_marked() -> None:
    """With β₁ = 0 torch's vector and scalar kernels make zeros of different signs."""
    for recording in recordings("adam", {"betas": (0.0, 0.5), "maximize": True}, 2):
        for event in updates(recording):
            mean = event.state["exp_avg"][1].flat
            for element in range(0, len(mean), 31 if NIGHTLY else 311):
                steps = explain_update(event, recording.options, element)
                term = next(term for term in steps.terms if term.state == "exp_avg")
                assert bits(term.value) == bits(mean[element])
                assert term.exact or mean[element] == 0
                assert steps.exact or not term.exact


def test_a_rule_that_is_not_known_has_no_terms() -> None:
    recording = recordings("adam", {}, 1)[-1]
    event = updates(recording)[0]
    for strange in (replace(event, op="LBFGS"), changed_event(event, state={})):
        steps = explain_update(strange, recording.options, 2)
        assert steps.terms == ()
        assert not steps.exact
        assert steps.new == event.outputs[0].flat[2]
    assert explain_update(event, {}, 2).terms == ()


def test_fma_rounds_once() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(3000).astype(np.float32) for _ in range(2))
    # Sums near ties of float32, and far smaller terms: where rounding twice goes wrong.
    c = (rng.standard_normal(3000) * 10.0 ** rng.integers(-30, 9, 3000)).astype(np.float32)
    a[:1000] *= np.float32(2.0**-40)
    tie = np.float32(1 + 2**-12)
    a[-1], b[-1], c[-1] = tie, tie, np.float32(2.0**-80)
    a[-2], b[-2], c[-2] = tie, tie, np.float32(-(2.0**-80))
    for x, y, z, got in zip(a, b, c, fma(a, b, c), strict=True):
        exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
        around = [np.nextafter(got, np.float32(to)) for to in (-np.inf, np.inf)]
        error = abs(Fraction(float(got)) - exact)
        assert all(error <= abs(Fraction(float(n)) - exact) for n in around)
        if any(error == abs(Fraction(float(n)) - exact) for n in around):
            assert bits(np.array([got]))[0] % 2 == 0
    assert fma(a[-1], b[-1], c[-1]) > fma(a[-2], b[-2], c[-2])
    with np.errstate(all="ignore"):
        assert np.isnan(fma(np.float32(np.nan), a[0], b[0]))
        assert fma(np.float32(np.inf), np.float32(1), np.float32(1)) == np.inf
