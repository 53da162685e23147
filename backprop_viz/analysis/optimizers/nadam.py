"""NAdam: Adam with Nesterov's momentum, which looks a step ahead along the mean gradient."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.optimizer_entry import (
    EPS,
    STEP,
    WEIGHT_DECAY,
    FlagOption,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    decayed_text,
)
from backprop_viz.analysis.optimizers.adam import BETAS
from backprop_viz.analysis.update_rules import (
    NEW,
    NEXT,
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


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    lr, arithmetic = update.option("lr"), update.arithmetic
    grad, weight = yield from decayed(update)
    first, second = (float(beta) for beta in update.options["betas"])
    t, fall = ("t", int(update.count)), update.option("momentum_decay")
    now = first * (1.0 - 0.5 * (0.96 ** (update.count * fall)))
    operands = {"b": ("β₁", first), "t": t, "k": ("ψ", fall)}
    code = "mu = beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))"
    yield UpdateTerm("μ" + NOW, "{b}·(1 − 0.5·0.96^({t}·{k}))", operands, now, code)
    ahead = first * (1.0 - 0.5 * (0.96 ** ((update.count + 1) * fall)))
    code = "mu_next = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * momentum_decay))"
    template = "{b}·(1 − 0.5·0.96^(({t} + 1)·{k}))"
    yield UpdateTerm("μ" + NEXT, template, operands, ahead, code)
    old = update.before("mu_product", 1)
    product = old * old.dtype.type(now)
    operands = {"p": ("P" + OLD, old), "m": ("μ" + NOW, now)}
    code = "mu_product *= mu"
    yield UpdateTerm("P" + NOW, "{p}·{m}", operands, product, code, "mu_product")
    average = mean(update, "m", "exp_avg", ("β₁", first), grad.value)
    yield average
    square = mean_square(update, ("β₂", second), "exp_avg_sq", grad.value)
    yield square
    code = "bias_correction2 = 1 - beta2 ** step"
    correction = bias_correction("c₂", ("β₂", second), update.count, code)
    yield correction
    corrected = square.value / square.value.dtype.type(correction.value)
    operands = {"v": (square.symbol, square.value), "c": ("c₂", correction.value)}
    yield UpdateTerm("v̂", "{v} / {c}", operands, corrected, "exp_avg_sq.div(bias_correction2)")
    size = root(update, "v̂", corrected, "exp_avg_sq.div(bias_correction2).sqrt()")
    yield size
    eps = update.option("eps")
    divisor = size.value + size.value.dtype.type(eps)
    operands = {"r": (size.symbol, size.value), "e": ("ε", eps)}
    yield UpdateTerm("d", "{r} + {e}", operands, divisor, "denom.add_(eps)")
    passed = float(product.item())
    of_grad = -lr * (1.0 - now) / (1.0 - passed)
    operands = {"lr": update.lr, "m": ("μ" + NOW, now), "p": ("P" + NOW, passed)}
    code = "-lr * (1 - mu) / (1 - mu_product)"
    yield UpdateTerm("a", "−{lr}·(1 − {m}) / (1 − {p})", operands, of_grad, code)
    left = 1.0 - passed * ahead
    operands = {"p": ("P" + NOW, passed), "n": ("μ" + NEXT, ahead)}
    yield UpdateTerm("q", "1 − {p}·{n}", operands, left, "1 - mu_product * mu_next")
    of_mean = (-lr * ahead) / left
    operands = {"lr": update.lr, "n": ("μ" + NEXT, ahead), "q": ("q", left)}
    code = "-lr * mu_next / (1 - mu_product * mu_next)"
    yield UpdateTerm("b", "−{lr}·{n} / {q}", operands, of_mean, code)
    half = arithmetic.addcdiv(weight[1], grad.value, divisor, of_grad)
    operands = {"w": weight, "a": ("a", of_grad), "g": ("g", grad.value), "d": ("d", divisor)}
    yield UpdateTerm("h", "{w} + {a}·{g} / {d}", operands, half, "w.addcdiv_(grad, denom, value=a)")
    new = arithmetic.addcdiv(half, average.value, divisor, of_mean)
    operands = {
        "h": ("h", half),
        "b": ("b", of_mean),
        "m": (average.symbol, average.value),
        "d": ("d", divisor),
    }
    yield UpdateTerm(
        NEW, "{h} + {b}·{m} / {d}", operands, new, "w.addcdiv_(exp_avg, denom, value=b)"
    )


def _text(options: Mapping[str, Any]) -> FormulaText:
    w, g, changed = decayed_text(options)
    (first, second), fall = options["betas"], options["momentum_decay"]
    lines = (
        *changed,
        f"μ = {first:g} · (1 − 0.5 · 0.96^(t · {fall:g}))",
        f"μ′ = {first:g} · (1 − 0.5 · 0.96^((t + 1) · {fall:g}))",
        "P ← P · μ",
        f"m ← {first:g} · m + {1 - first:g} · {g}",
        f"v ← {second:g} · v + {1 - second:g} · {g}²",
        f"m̂ = (1 − μ) · {g} / (1 − P) + μ′ · m / (1 − P · μ′)",
        f"v̂ = v / (1 − {second:g}ᵗ)",
        f"ε = {options['eps']:g}",
    )
    return FormulaText(f"w ← {w} − lr · m̂ / (√v̂ + ε)", lines)


OPTIMIZER = Optimizer(
    name="nadam",
    title="NAdam",
    torch_class="torch.optim.NAdam",
    options=(
        BETAS,
        EPS,
        WEIGHT_DECAY,
        NumberOption(
            "momentum_decay",
            "ψ",
            0.004,
            Quantity(0, 1),
            "How fast the momentum grows from half of beta1 towards beta1",
        ),
        FlagOption(
            "decoupled_weight_decay",
            "Let weight decay shrink the weights themselves, as in AdamW",
        ),
    ),
    state=(
        STEP,
        StateTensor("mu_product", "P", scalar=True, initial=1),
        StateTensor("exp_avg", "m"),
        StateTensor("exp_avg_sq", "v"),
    ),
    rule=_rule,
    text=_text,
    symbols={
        "ψ": QT_TRANSLATE_NOOP("symbols", "momentum_decay"),
        "μ": QT_TRANSLATE_NOOP("symbols", "momentum"),
        "P": QT_TRANSLATE_NOOP("symbols", "product of all μ so far"),
        "v̂": QT_TRANSLATE_NOOP("symbols", "vₜ without its bias"),
        "a": QT_TRANSLATE_NOOP("symbols", "factor of the gradient"),
        "q": QT_TRANSLATE_NOOP("symbols", "divisor of the momentum's factor"),
        "b": QT_TRANSLATE_NOOP("symbols", "factor of the momentum"),
        "h": QT_TRANSLATE_NOOP("symbols", "weight after the gradient's part of the step"),
    },
)
