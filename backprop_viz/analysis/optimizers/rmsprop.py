"""RMSprop: the step is the gradient, divided by the root mean square of the recent ones."""

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
    gradient_text,
)
from backprop_viz.analysis.update_rules import (
    NEW,
    NOW,
    OLD,
    OptimizerUpdate,
    UpdateTerm,
    gradient,
    mean,
    mean_square,
    root,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    decayed = gradient(update)
    yield decayed
    grad, lr, arithmetic = decayed.value, update.option("lr"), update.arithmetic
    alpha = ("α", update.option("alpha"))
    square = mean_square(update, alpha, "square_avg", grad)
    yield square
    if update.options.get("centered"):
        average = mean(update, "a", "grad_avg", alpha, grad)
        yield average
        value = arithmetic.addcmul(square.value, average.value, -1)
        operands = {"v": (square.symbol, square.value), "a": (average.symbol, average.value)}
        code = "square_avg.addcmul(grad_avg, grad_avg, value=-1)"
        square = UpdateTerm("s", "{v} − {a}²", operands, value, code)
        yield square
    size = root(update, square.symbol, square.value, "square_avg.sqrt()")
    yield size
    eps = update.option("eps")
    denominator = size.value + size.value.dtype.type(eps)
    operands = {"r": (size.symbol, size.value), "e": ("ε", eps)}
    yield UpdateTerm("d", "{r} + {e}", operands, denominator, "avg.add_(eps)")
    quotient = {"g": ("g", grad), "d": ("d", denominator)}
    momentum = update.option("momentum")
    if momentum > 0:
        old = update.before("momentum_buffer")
        value = arithmetic.addcdiv(old * old.dtype.type(momentum), grad, denominator, 1)
        operands = {"k": ("μ", momentum), "b": ("b" + OLD, old), **quotient}
        code = "buf.mul_(momentum).addcdiv_(grad, avg)"
        template = "{k}·{b} + {g} / {d}"
        yield UpdateTerm("b" + NOW, template, operands, value, code, "momentum_buffer")
        new = arithmetic.add(update.weight, value, -lr)
        operands = {"w": update.w, "lr": update.lr, "b": ("b" + NOW, value)}
        yield UpdateTerm(NEW, "{w} − {lr}·{b}", operands, new, "w.add_(buf, alpha=-lr)")
        return
    new = arithmetic.addcdiv(update.weight, grad, denominator, -lr)
    operands = {"w": update.w, "lr": update.lr, **quotient}
    code = "w.addcdiv_(grad, avg, value=-lr)"
    yield UpdateTerm(NEW, "{w} − {lr}·{g} / {d}", operands, new, code)


def _text(options: Mapping[str, Any]) -> FormulaText:
    g, lines = gradient_text(options)
    alpha = options["alpha"]
    lines += (f"v ← {alpha:g} · v + {1 - alpha:g} · {g}²",)
    divisor = "√v"
    if options["centered"]:
        lines += (f"a ← {alpha:g} · a + {1 - alpha:g} · {g}",)
        divisor = "√(v − a²)"
    lines += (f"ε = {options['eps']:g}",)
    step = f"{g} / ({divisor} + ε)"
    if momentum := options["momentum"]:
        return FormulaText("w ← w − lr · b", (*lines, f"b ← {momentum:g} · b + {step}"))
    return FormulaText(f"w ← w − lr · {step}", lines)


_SHARE = Quantity(0, 1, step=0.05)

OPTIMIZER = Optimizer(
    name="rmsprop",
    title="RMSprop",
    torch_class="torch.optim.RMSprop",
    options=(
        NumberOption(
            "alpha",
            "α",
            0.99,
            _SHARE,
            "How much of the mean square is kept at each update; the rest is the new square",
        ),
        EPS,
        NumberOption(
            "momentum",
            "μ",
            0.0,
            _SHARE,
            "How much of the step before is kept and added to the new one; 0: none",
        ),
        WEIGHT_DECAY,
        FlagOption(
            "centered",
            "Divide by the gradient's standard deviation, not by its root mean square",
        ),
    ),
    state=(
        STEP,
        StateTensor("square_avg", "v"),
        StateTensor("momentum_buffer", "b", when="momentum"),
        StateTensor("grad_avg", "a", when="centered"),
    ),
    rule=_rule,
    text=_text,
    symbols={
        "α": QT_TRANSLATE_NOOP("symbols", "smoothing of vₜ"),
        "μ": QT_TRANSLATE_NOOP("symbols", "momentum"),
        "a": QT_TRANSLATE_NOOP("symbols", "running mean of the gradient"),
        "s": QT_TRANSLATE_NOOP("symbols", "running variance of the gradient"),
        "b": QT_TRANSLATE_NOOP("symbols", "momentum buffer"),
    },
)
