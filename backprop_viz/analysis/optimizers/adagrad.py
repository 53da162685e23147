"""Adagrad: each weight's step shrinks with the squares of all the gradients it has had."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.optimizer_entry import (
    STEP,
    WEIGHT_DECAY,
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
    Named,
    Operands,
    OptimizerUpdate,
    UpdateTerm,
    gradient,
    root,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    decayed = gradient(update)
    yield decayed
    grad = decayed.value
    rate: Named = update.lr
    fall = update.option("lr_decay")
    fallen = 1 + (update.count - 1) * fall
    slower = update.option("lr") / fallen
    if fall:
        operands: Operands = {"t": ("t", int(update.count)), "k": ("κ", fall)}
        yield UpdateTerm("q", "1 + ({t} − 1)·{k}", operands, fallen, "1 + (step - 1) * lr_decay")
        operands = {"lr": rate, "q": ("q", fallen)}
        code = "clr = lr / (1 + (step - 1) * lr_decay)"
        yield UpdateTerm("η", "{lr} / {q}", operands, slower, code)
        rate = "η", slower
    old = update.before("sum")
    total = update.arithmetic.addcmul(old, grad, 1)
    operands = {"s": ("s" + OLD, old), "g": ("g", grad)}
    code = "state_sum.addcmul_(grad, grad)"
    yield UpdateTerm("s" + NOW, "{s} + {g}²", operands, total, code, "sum")
    size = root(update, "s" + NOW, total, "state_sum.sqrt()")
    yield size
    eps = update.option("eps")
    divisor = size.value + size.value.dtype.type(eps)
    operands = {"r": (size.symbol, size.value), "e": ("ε", eps)}
    yield UpdateTerm("d", "{r} + {e}", operands, divisor, "std.add_(eps)")
    new = update.arithmetic.addcdiv(update.weight, grad, divisor, -slower)
    operands = {"w": update.w, "n": rate, "g": ("g", grad), "d": ("d", divisor)}
    yield UpdateTerm(NEW, "{w} − {n}·{g} / {d}", operands, new, "w.addcdiv_(grad, std, value=-clr)")


def _text(options: Mapping[str, Any]) -> FormulaText:
    g, lines = gradient_text(options)
    lines += (f"s ← s + {g}²",)
    rate = "lr"
    if fall := options["lr_decay"]:
        rate, lines = "η", (*lines, f"η = lr / (1 + (t − 1) · {fall:g})")
    lines += (f"ε = {options['eps']:g}",)
    return FormulaText(f"w ← w − {rate} · {g} / (√s + ε)", lines)


OPTIMIZER = Optimizer(
    name="adagrad",
    title="Adagrad",
    torch_class="torch.optim.Adagrad",
    options=(
        NumberOption(
            "lr_decay",
            "κ",
            0.0,
            Quantity(0, 1),
            "How fast the learning rate falls with the number of updates; 0: it stays",
        ),
        WEIGHT_DECAY,
        NumberOption(
            "initial_accumulator_value",
            "s₀",
            0.0,
            Quantity(0, 1e9),
            "What the sum of squares begins with; the larger, the smaller the first steps",
        ),
        NumberOption(
            "eps",
            "ε",
            1e-10,
            Quantity(0, 1, least=1e-12),
            "What is added to the divisor, so that it is never 0",
        ),
    ),
    state=(STEP, StateTensor("sum", "s")),
    rule=_rule,
    text=_text,
    symbols={
        "κ": QT_TRANSLATE_NOOP("symbols", "lr_decay"),
        "q": QT_TRANSLATE_NOOP("symbols", "divisor of the learning rate"),
        "s": QT_TRANSLATE_NOOP("symbols", "sum of the squared gradients"),
    },
)
