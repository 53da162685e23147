"""The optimizers' rules as formulas: a short one for a title, and all of it for a tooltip."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backprop_viz.recording.settings import Settings


@dataclass(frozen=True, slots=True)
class Rule:
    """How new weights are made of old ones. ``lines`` define what ``formula`` uses."""

    formula: str
    lines: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The definitions in order, then the formula."""
        return "\n".join((*self.lines, self.formula))


def rule(settings: Settings) -> Rule:
    """The rule of an optimizer with its options, as torch carries it out."""
    options = settings.optimizer_options
    kind = {"adam": _adam, "rmsprop": _rmsprop}.get(settings.optimizer)
    if kind is not None:
        return kind(options)
    if settings.optimizer == "nesterov":
        return _sgd({"momentum": 0.9, "nesterov": True, **options})
    return _sgd(options)


def _gradient(options: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What stands for the gradient, and its definition where weight decay changes it."""
    decay = options.get("weight_decay", 0)
    return ("g", (f"g = grad + {decay:g} · w",)) if decay else ("grad", ())


def _sgd(options: Mapping[str, Any]) -> Rule:
    g, lines = _gradient(options)
    momentum = options.get("momentum", 0)
    if not momentum:
        return Rule(f"w ← w − lr · {g}", lines)
    kept = 1 - options.get("dampening", 0)
    added = g if kept == 1 else f"{kept:g} · {g}"
    lines += (f"v ← {momentum:g} · v + {added}   (first: v = {g})",)
    if options.get("nesterov"):
        return Rule(f"w ← w − lr · ({g} + {momentum:g} · v)", lines)
    return Rule("w ← w − lr · v", lines)


def _adam(options: Mapping[str, Any]) -> Rule:
    g, lines = _gradient(options)
    first, second = options.get("betas", (0.9, 0.999))
    lines += (
        f"m ← {first:g} · m + {1 - first:g} · {g}",
        f"v ← {second:g} · v + {1 - second:g} · {g}²",
        f"m̂ = m / (1 − {first:g}ᵗ)",
    )
    largest = "max(v) of all steps" if options.get("amsgrad") else "v"
    lines += (f"v̂ = {largest} / (1 − {second:g}ᵗ)", f"ε = {options.get('eps', 1e-8):g}")
    return Rule("w ← w − lr · m̂ / (√v̂ + ε)", lines)


def _rmsprop(options: Mapping[str, Any]) -> Rule:
    g, lines = _gradient(options)
    alpha = options.get("alpha", 0.99)
    lines += (f"v ← {alpha:g} · v + {1 - alpha:g} · {g}²",)
    root = "√v"
    if options.get("centered"):
        lines += (f"a ← {alpha:g} · a + {1 - alpha:g} · {g}",)
        root = "√(v − a²)"
    lines += (f"ε = {options.get('eps', 1e-8):g}",)
    step = f"{g} / ({root} + ε)"
    if momentum := options.get("momentum", 0):
        return Rule("w ← w − lr · b", (*lines, f"b ← {momentum:g} · b + {step}"))
    return Rule(f"w ← w − lr · {step}", lines)
