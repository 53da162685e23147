"""Adam: the step is the mean gradient, divided by the gradients' root mean square."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backprop_viz.analysis.optimizer_entry import (
    EPS,
    STEP,
    WEIGHT_DECAY,
    FlagOption,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    TupleOption,
    decayed_text,
)
from backprop_viz.analysis.update_rules import (
    NEW,
    NOW,
    OLD,
    OptimizerUpdate,
    UpdateTerm,
    bias_correction,
    decayed,
    mean,
    mean_square,
    root,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def adam_rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    """The terms of ``torch.optim.Adam``, and of AdamW, which is Adam with decoupled decay."""
    lr = update.option("lr")
    grad, weight = yield from decayed(update)
    first, second = (float(beta) for beta in update.options["betas"])
    average = mean(update, "m", "exp_avg", ("β₁", first), grad.value)
    yield average
    square = mean_square(update, ("β₂", second), "exp_avg_sq", grad.value)
    yield square
    if update.options.get("amsgrad"):
        old = update.before("max_exp_avg_sq")
        largest = np.maximum(old, square.value)
        operands = {"u": ("u" + OLD, old), "v": (square.symbol, square.value)}
        code = "torch.maximum(max_exp_avg_sq, exp_avg_sq)"
        square = UpdateTerm("u" + NOW, "max({u}, {v})", operands, largest, code, "max_exp_avg_sq")
        yield square
    code = "bias_correction1 = 1 - beta1 ** step"
    correction = bias_correction("c₁", ("β₁", first), update.count, code)
    yield correction
    step_size = lr / correction.value
    operands = {"lr": update.lr, "c": ("c₁", correction.value)}
    yield UpdateTerm("η", "{lr} / {c}", operands, step_size, "lr / bias_correction1")
    code = "bias_correction2 = 1 - beta2 ** step"
    correction = bias_correction("c₂", ("β₂", second), update.count, code)
    yield correction
    size = root(update, square.symbol, square.value, "exp_avg_sq.sqrt()")
    yield size
    kind, eps = weight[1].dtype.type, update.option("eps")
    value = size.value / kind(correction.value**0.5) + kind(eps)
    operands = {"r": (size.symbol, size.value), "c": ("c₂", correction.value), "e": ("ε", eps)}
    code = "(exp_avg_sq.sqrt() / bias_correction2 ** 0.5).add_(eps)"
    yield UpdateTerm("d", "{r} / √{c} + {e}", operands, value, code)
    new = update.arithmetic.addcdiv(weight[1], average.value, value, -step_size)
    operands = {"w": weight, "n": ("η", step_size)}
    operands |= {"m": (average.symbol, average.value), "d": ("d", value)}
    code = "w.addcdiv_(exp_avg, denom, value=-step_size)"
    yield UpdateTerm(NEW, "{w} − {n}·{m} / {d}", operands, new, code)


def definitions(options: Mapping[str, Any], g: str) -> tuple[str, ...]:
    """The lines that m̂, v̂ and ε are defined in; ``g`` stands for the gradient."""
    first, second = options["betas"]
    lines: tuple[str, ...] = (
        f"m ← {first:g} · m + {1 - first:g} · {g}",
        f"v ← {second:g} · v + {1 - second:g} · {g}²",
        f"m̂ = m / (1 − {first:g}ᵗ)",
    )
    if options["amsgrad"]:
        lines += ("u ← max(u, v)",)
    largest = "u" if options["amsgrad"] else "v"
    return (*lines, f"v̂ = {largest} / (1 − {second:g}ᵗ)", f"ε = {options['eps']:g}")


def _text(options: Mapping[str, Any]) -> FormulaText:
    w, g, lines = decayed_text(options)
    return FormulaText(f"w ← {w} − lr · m̂ / (√v̂ + ε)", lines + definitions(options, g))


_BELOW_ONE = Quantity(0, 1, below=True, step=0.05)
BETAS = TupleOption(
    "betas",
    (
        NumberOption(
            "beta1",
            "β₁",
            0.9,
            _BELOW_ONE,
            "How much of the mean gradient is kept at each update; the rest is the new gradient",
        ),
        NumberOption(
            "beta2",
            "β₂",
            0.999,
            Quantity(0, 1, below=True, step=0.001),
            "How much of the mean square is kept at each update; the rest is the new square",
        ),
    ),
)
AMSGRAD = FlagOption(
    "amsgrad", "Divide by the largest mean square so far, so that steps never grow again"
)
ADAM_STATE = (
    STEP,
    StateTensor("exp_avg", "m"),
    StateTensor("exp_avg_sq", "v"),
    StateTensor("max_exp_avg_sq", "u", when="amsgrad"),
)

ADAM_SYMBOLS = {"u": QT_TRANSLATE_NOOP("symbols", "largest vₜ so far")}

OPTIMIZER = Optimizer(
    name="adam",
    title="Adam",
    torch_class="torch.optim.Adam",
    options=(
        BETAS,
        EPS,
        WEIGHT_DECAY,
        AMSGRAD,
    ),
    state=ADAM_STATE,
    rule=adam_rule,
    text=_text,
    symbols=ADAM_SYMBOLS,
)
