from typing import Any

import pytest

from backprop_viz.desktop.panels.inspector.rules import rule
from backprop_viz.recording.settings import Settings


@pytest.mark.parametrize(
    ("optimizer", "options", "formula"),
    [
        ("manual", {}, "w ← w − lr · grad"),
        ("sgd", {}, "w ← w − lr · grad"),
        ("sgd", {"weight_decay": 0.01}, "w ← w − lr · g"),
        ("sgd", {"momentum": 0.9}, "w ← w − lr · v"),
        ("sgd", {"momentum": 0.9, "nesterov": True}, "w ← w − lr · (grad + 0.9 · v)"),
        ("nesterov", {}, "w ← w − lr · (grad + 0.9 · v)"),
        ("adam", {}, "w ← w − lr · m̂ / (√v̂ + ε)"),
        ("rmsprop", {}, "w ← w − lr · grad / (√v + ε)"),
        ("rmsprop", {"centered": True}, "w ← w − lr · grad / (√(v − a²) + ε)"),
        ("rmsprop", {"momentum": 0.5}, "w ← w − lr · b"),
    ],
)
def test_formula(optimizer: str, options: dict[str, Any], formula: str) -> None:
    assert rule(Settings(optimizer=optimizer, optimizer_options=options)).formula == formula


def test_options_stand_in_the_definitions() -> None:
    options = {"momentum": 0.8, "dampening": 0.25, "weight_decay": 0.01}
    lines = rule(Settings(optimizer="sgd", optimizer_options=options)).lines
    assert lines == ("g = grad + 0.01 · w", "v ← 0.8 · v + 0.75 · g   (first: v = g)")
    whole = rule(Settings(optimizer="adam", optimizer_options={"betas": (0.8, 0.9)})).whole
    assert "m ← 0.8 · m + 0.2 · grad" in whole
    assert whole.endswith("w ← w − lr · m̂ / (√v̂ + ε)")
