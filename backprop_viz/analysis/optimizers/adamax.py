"""Adamax: Adam that divides by the largest recent gradient, not by a root mean square."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backprop_viz.analysis.optimizer_entry import (
    EPS,
    STEP,
    WEIGHT_DECAY,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    TupleOption,
    gradient_text,
)
from backprop_viz.analysis.optimizers.adam import BETAS
from backprop_viz.analysis.update_rules import (
    NEW,
    NOW,
    OLD,
    OptimizerUpdate,
    UpdateTerm,
    bias_correction,
    gradient,
    mean,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    grad = gradient(update)
    yield grad
    first, second = (float(beta) for beta in update.options["betas"])
    average = mean(update, "m", "exp_avg", ("β₁", first), grad.value)
    yield average
    old, eps = update.before("exp_inf"), update.option("eps")
    kind = old.dtype.type
    left = old * kind(second)
    operands = {"b": ("β₂", second), "u": ("u" + OLD, old)}
    yield UpdateTerm("p", "{b}·{u}", operands, left, "exp_inf.mul_(beta2)")
    size = np.abs(grad.value) + kind(eps)
    operands = {"g": ("g", grad.value), "e": ("ε", eps)}
    yield UpdateTerm("q", "|{g}| + {e}", operands, size, "grad.abs().add_(eps)")
    largest = np.maximum(left, size)
    operands = {"p": ("p", left), "q": ("q", size)}
    code = "torch.maximum(exp_inf.mul_(beta2), grad.abs().add_(eps), out=exp_inf)"
    yield UpdateTerm("u" + NOW, "max({p}, {q})", operands, largest, code, "exp_inf")
    code = "bias_correction = 1 - beta1 ** step"
    correction = bias_correction("c₁", ("β₁", first), update.count, code)
    yield correction
    step_size = update.option("lr") / correction.value
    operands = {"lr": update.lr, "c": ("c₁", correction.value)}
    yield UpdateTerm("η", "{lr} / {c}", operands, step_size, "clr = lr / bias_correction")
    new = update.arithmetic.addcdiv(update.weight, average.value, largest, -step_size)
    operands = {"w": update.w, "n": ("η", step_size)}
    operands |= {"m": (average.symbol, average.value), "u": ("u" + NOW, largest)}
    code = "w.addcdiv_(exp_avg, exp_inf, value=-clr)"
    yield UpdateTerm(NEW, "{w} − {n}·{m} / {u}", operands, new, code)


def _text(options: Mapping[str, Any]) -> FormulaText:
    g, lines = gradient_text(options)
    first, second = options["betas"]
    lines += (
        f"m ← {first:g} · m + {1 - first:g} · {g}",
        f"m̂ = m / (1 − {first:g}ᵗ)",
        f"ε = {options['eps']:g}",
        f"u ← max({second:g} · u, |{g}| + ε)",
    )
    return FormulaText("w ← w − lr · m̂ / u", lines)


OPTIMIZER = Optimizer(
    name="adamax",
    title="Adamax",
    torch_class="torch.optim.Adamax",
    options=(
        TupleOption(
            "betas",
            (
                BETAS.parts[0],
                NumberOption(
                    "beta2",
                    "β₂",
                    0.999,
                    Quantity(0, 1, below=True, step=0.001),
                    "How much of the largest gradient is kept at each update",
                ),
            ),
        ),
        EPS,
        WEIGHT_DECAY,
    ),
    state=(STEP, StateTensor("exp_avg", "m"), StateTensor("exp_inf", "u")),
    rule=_rule,
    text=_text,
    symbols={
        "β₂": QT_TRANSLATE_NOOP("symbols", "how much of uₜ is kept"),
        "u": QT_TRANSLATE_NOOP("symbols", "largest gradient of late"),
        "p": QT_TRANSLATE_NOOP("symbols", "what is left of the largest before"),
        "q": QT_TRANSLATE_NOOP("symbols", "size of this gradient"),
    },
)
