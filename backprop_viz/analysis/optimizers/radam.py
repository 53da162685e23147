"""RAdam: Adam that divides by the mean square only once that has seen enough gradients."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.optimizer_entry import (
    EPS,
    STEP,
    WEIGHT_DECAY,
    FlagOption,
    FormulaText,
    Optimizer,
    StateTensor,
    decayed_text,
)
from backprop_viz.analysis.optimizers.adam import BETAS
from backprop_viz.analysis.update_rules import (
    NEW,
    Operands,
    OptimizerUpdate,
    UpdateTerm,
    bias_correction,
    decayed,
    mean,
    mean_square,
    root,
)
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# Of fewer gradients than this the mean square is too uncertain to divide by.
_ENOUGH = 5


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    lr = update.option("lr")
    kind = update.weight.dtype.type
    grad, weight = yield from decayed(update)
    first, second = (float(beta) for beta in update.options["betas"])
    average = mean(update, "m", "exp_avg", ("β₁", first), grad.value)
    yield average
    square = mean_square(update, ("β₂", second), "exp_avg_sq", grad.value)
    yield square
    one = bias_correction("c₁", ("β₁", first), update.count, "1 - beta1 ** step")
    yield one
    two = bias_correction("c₂", ("β₂", second), update.count, "1 - beta2 ** step")
    yield two
    corrected = average.value / kind(one.value)
    operands: Operands = {"m": (average.symbol, average.value), "c": ("c₁", one.value)}
    yield UpdateTerm("m̂", "{m} / {c}", operands, corrected, "exp_avg / bias_correction1")
    most = 2 / (1 - second) - 1
    operands = {"b": ("β₂", second)}
    yield UpdateTerm("ρ₀", "2 / (1 − {b}) − 1", operands, most, "2 / (1 - beta2) - 1")
    count = update.count
    length = most - 2 * count * (second**count) / two.value
    operands = {"p": ("ρ₀", most), "t": ("t", int(count)), "b": ("β₂", second)}
    operands |= {"c": ("c₂", two.value)}
    code = "rho_inf - 2 * step * (beta2 ** step) / bias_correction2"
    yield UpdateTerm("ρ", "{p} − 2·{t}·{b}^{t} / {c}", operands, length, code)
    step = corrected * kind(lr)
    operands = {"w": weight, "lr": update.lr, "m": ("m̂", corrected)}
    if length <= _ENOUGH:
        code = "w.add_(bias_corrected_exp_avg * lr, alpha=-1.0)"
        yield UpdateTerm(NEW, "{w} − {lr}·{m}", operands, weight[1] - step, code)
        return
    share = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) ** 0.5
    of = {"p": ("ρ", length), "q": ("ρ₀", most)}
    template = "√(({p} − 4)·({p} − 2)·{q} / (({q} − 4)·({q} − 2)·{p}))"
    code = "((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5"
    yield UpdateTerm("q", template, of, share, code)
    size = root(update, square.symbol, square.value, "exp_avg_sq.sqrt()")
    yield size
    eps = update.option("eps")
    divisor = size.value + kind(eps)
    of = {"r": (size.symbol, size.value), "e": ("ε", eps)}
    yield UpdateTerm("d", "{r} + {e}", of, divisor, "exp_avg_sq.sqrt().add_(eps)")
    adaptive = kind(1) / divisor * kind(two.value**0.5)
    of = {"c": ("c₂", two.value), "d": ("d", divisor)}
    yield UpdateTerm("η", "√{c} / {d}", of, adaptive, "bias_correction2 ** 0.5 / denom")
    new = weight[1] - step * adaptive * kind(share)
    operands = {**operands, "n": ("η", adaptive), "q": ("q", share)}
    code = "w.add_(bias_corrected_exp_avg * lr * adaptive_lr * rect, alpha=-1.0)"
    yield UpdateTerm(NEW, "{w} − {lr}·{m}·{n}·{q}", operands, new, code)


def _text(options: Mapping[str, Any]) -> FormulaText:
    w, g, changed = decayed_text(options)
    first, second = options["betas"]
    lines = (
        *changed,
        f"m ← {first:g} · m + {1 - first:g} · {g}",
        f"v ← {second:g} · v + {1 - second:g} · {g}²",
        f"m̂ = m / (1 − {first:g}ᵗ)",
        f"ρ₀ = 2 / (1 − {second:g}) − 1",
        f"ρ = ρ₀ − 2 · t · {second:g}ᵗ / (1 − {second:g}ᵗ)",
        "q = √((ρ − 4) · (ρ − 2) · ρ₀ / ((ρ₀ − 4) · (ρ₀ − 2) · ρ))",
        f"ε = {options['eps']:g}",
        f"η = √(1 − {second:g}ᵗ) / (√v + ε)",
    )
    step = f"{w} − lr · m̂"
    return FormulaText(f"w ← {step} · η · q where ρ > {_ENOUGH}, else {step}", lines)


OPTIMIZER = Optimizer(
    name="radam",
    title="RAdam",
    torch_class="torch.optim.RAdam",
    options=(
        BETAS,
        EPS,
        WEIGHT_DECAY,
        FlagOption(
            "decoupled_weight_decay",
            "Let weight decay shrink the weights themselves, as in AdamW",
        ),
    ),
    state=(STEP, StateTensor("exp_avg", "m"), StateTensor("exp_avg_sq", "v")),
    rule=_rule,
    text=_text,
    symbols={
        "m̂": QT_TRANSLATE_NOOP("symbols", "mₜ without its bias"),
        "ρ₀": QT_TRANSLATE_NOOP(
            "symbols", "how many gradients the mean square reaches back, at most"
        ),
        "ρ": QT_TRANSLATE_NOOP("symbols", "how many gradients the mean square reaches back by now"),
        "q": QT_TRANSLATE_NOOP("symbols", "share of the step while there are few gradients"),
        "η": QT_TRANSLATE_NOOP("symbols", "1 over the size of this weight's gradients"),
    },
)
