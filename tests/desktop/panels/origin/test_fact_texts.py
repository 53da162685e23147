"""Every fact that can be told about a number has a sentence."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import backprop_viz
from backprop_viz.desktop.panels.origin.check_texts import no_check_text
from backprop_viz.desktop.panels.origin.fact_texts import (
    SENTENCES_WITH_LIST,
    fact_sentences,
    fact_text,
)
from backprop_viz.desktop.panels.origin.no_terms_texts import no_terms_text
from backprop_viz.recording.explanations.number_explanation import Fact

PACKAGE = Path(backprop_viz.__file__).parent
FILES = [
    *(PACKAGE / "analysis" / "numbers").glob("*.py"),
    *(PACKAGE / "analysis" / "operations").rglob("*.py"),
    *(PACKAGE / "capture").rglob("*.py"),
]
MANY = tuple(float(i) for i in range(12))

CHECK_REASONS = (
    "measure",
    "no_tensor",
    "step",
    "whole_number",
    "not_finite",
    "gradient_not_reproduced",
)


def constants(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may be: itself, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def codes(name: str) -> set[str]:
    """The codes that calls of a name begin with, or that are named ``code`` before."""
    found: set[str] = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "id", "")
                if called == name or (name == "Fact" and called == "statistics_rule"):
                    found |= set(constants(node.args[0]))
            elif (
                name == "Fact"
                and isinstance(node, ast.Assign)
                and getattr(node.targets[0], "id", "") == "code"
            ):
                found |= set(constants(node.value))
    return found


def test_every_fact_has_a_sentence() -> None:
    found = codes("Fact")
    assert {"relu_stopped", "pool_winner", "batch_statistics", "layer_statistics"} <= found
    # The engine's reasons are facts too.
    texts = {c: fact_text(Fact(c, MANY)) or no_terms_text(Fact(c, MANY)) for c in found}
    # Why a number cannot be checked has a table of its own.
    texts |= {c: no_check_text(Fact(c, MANY)) for c in CHECK_REASONS}
    assert {code for code, text in texts.items() if text is None} == set()


def test_every_reason_has_a_sentence() -> None:
    found = codes("NotReplayed")
    assert "not_reproduced" in found
    assert {code for code in found if no_terms_text(Fact(code, MANY)) is None} == set()


def test_no_sentence_is_for_nothing() -> None:
    told = {*fact_sentences(), *SENTENCES_WITH_LIST}
    engine = {
        "depends_on",
        "backward_starts",
        "backward_starts_given",
        "intervention",
        "update_step",
    }
    assert told - codes("Fact") - engine == set()


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (Fact("relu_stopped", (-0.31,)), "Pre-activation -0.31, so 0."),
        (Fact("relu_gradient_stopped", (-0.31,)), "ReLU stopped it: its input was -0.31."),
        (
            Fact("pool_winner", (0.5, 0.25, -1.0, 0.0)),
            "Max pool: +0.5000 won of the 4 in its window. The others: +0.2500, -1.000, 0.",
        ),
        (
            Fact("pool_gradient_passed", (1, 1, 4, 0.5, 0.25, -1.0, 0.0)),
            "Max pool: this, +0.5000, won of the 4 in its window, so the gradient is passed on "
            "here. The others: +0.2500, -1.000, 0.",
        ),
        (
            Fact("pool_gradient_stopped", (1, 4, 0.25, 0.5)),
            "Max pool: another of the 4 won (+0.5000), so 0.",
        ),
        (Fact("dropout_kept", (0.5, 2.0)), "Dropout kept it, scaled by 2 (p = 0.5)."),
        (
            Fact("sum_of_exponentials", (3.5, 2, 1.25, 2.25)),
            "Σ exp(x) = 3.500 = 1.250 + 2.250",
        ),
        (Fact("label_probability", (5, 0.125)), "The label is 5; its probability is 0.125."),
        (Fact("mean_of", (57600,)), "The mean of 57,600 numbers."),
    ],
)
def test_sentences(fact: Fact, text: str) -> None:
    assert fact_text(fact) == text


def test_a_code_without_a_sentence() -> None:
    assert fact_text(Fact("no such code")) is None


def test_the_sentences_take_numbers_by_place() -> None:
    for code, text in fact_sentences().items():
        places = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert all(name.isdigit() for name in places), code
