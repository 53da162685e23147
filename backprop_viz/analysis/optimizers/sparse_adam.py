"""SparseAdam: Adam for the rows that a batch has read; all other rows stay as they are."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backprop_viz.analysis.optimizer_entry import (
    EPS,
    STEP,
    FormulaText,
    Optimizer,
    StateTensor,
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
    root,
)


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    first, second = (float(beta) for beta in update.options["betas"])
    code = "bias_correction1 = 1 - beta1 ** step"
    one = bias_correction("c₁", ("β₁", first), update.count, code)
    yield one
    code = "bias_correction2 = 1 - beta2 ** step"
    two = bias_correction("c₂", ("β₂", second), update.count, code)
    yield two
    step_size = update.option("lr") * two.value**0.5 / one.value
    operands = {"lr": update.lr, "two": ("c₂", two.value), "one": ("c₁", one.value)}
    code = "step_size = lr * math.sqrt(bias_correction2) / bias_correction1"
    yield UpdateTerm("η", "{lr}·√{two} / {one}", operands, step_size, code)
    grad = gradient(update, decay=False)
    kind = update.weight.dtype.type
    old_mean, old_square = update.before("exp_avg"), update.before("exp_avg_sq")
    # A row that was not read has no gradient, and torch touches nothing of it.
    moved = [update.grad != 0]
    moved += [update.state[name][1] != update.before(name) for name in ("exp_avg", "exp_avg_sq")]
    read = np.logical_or.reduce(moved)
    if not read.any():
        stays = {"m": ("m" + OLD, old_mean)}
        yield UpdateTerm("m" + NOW, "{m}", stays, old_mean, "exp_avg", "exp_avg")
        stays = {"v": ("v" + OLD, old_square)}
        yield UpdateTerm("v" + NOW, "{v}", stays, old_square, "exp_avg_sq", "exp_avg_sq")
        yield UpdateTerm(NEW, "{w}", {"w": update.w}, update.weight, "w")
        return
    yield grad
    change = (grad.value - old_mean) * kind(1 - first)
    average = np.where(read, old_mean + change, old_mean)[()]
    operands = {"b": ("β₁", first), "m": ("m" + OLD, old_mean), "g": ("g", grad.value)}
    code = "exp_avg.add_((grad - exp_avg) * (1 - beta1))"
    yield UpdateTerm("m" + NOW, "{b}·{m} + (1 − {b})·{g}", operands, average, code, "exp_avg")
    change = (grad.value * grad.value - old_square) * kind(1 - second)
    square = np.where(read, old_square + change, old_square)[()]
    operands = {"b": ("β₂", second), "v": ("v" + OLD, old_square), "g": ("g", grad.value)}
    code = "exp_avg_sq.add_((grad ** 2 - exp_avg_sq) * (1 - beta2))"
    yield UpdateTerm("v" + NOW, "{b}·{v} + (1 − {b})·{g}²", operands, square, code, "exp_avg_sq")
    size = root(update, "v" + NOW, square, "exp_avg_sq.sqrt()")
    yield size
    eps = update.option("eps")
    divisor = size.value + kind(eps)
    operands = {"r": (size.symbol, size.value), "e": ("ε", eps)}
    yield UpdateTerm("d", "{r} + {e}", operands, divisor, "exp_avg_sq.sqrt().add_(eps)")
    new = update.weight + kind(-step_size) * (average / divisor)
    operands = {"w": update.w, "n": ("η", step_size)}
    operands |= {"m": ("m" + NOW, average), "d": ("d", divisor)}
    new = np.where(read, new, update.weight)[()]
    yield UpdateTerm(
        NEW, "{w} − {n}·{m} / {d}", operands, new, "w.add_(-step_size * (exp_avg / denom))"
    )


def _text(options: Mapping[str, Any]) -> FormulaText:
    first, second = options["betas"]
    g, lines = gradient_text(options)
    return FormulaText(
        f"w ← w − lr · m̂ · √(1 − {second:g}ᵗ) / (√v + ε)",
        (
            *lines,
            f"m ← {first:g} · m + {1 - first:g} · {g}",
            f"v ← {second:g} · v + {1 - second:g} · {g}²",
            f"m̂ = m / (1 − {first:g}ᵗ)",
            f"ε = {options['eps']:g}",
        ),
    )


OPTIMIZER = Optimizer(
    name="sparse_adam",
    title="SparseAdam",
    torch_class="torch.optim.SparseAdam",
    options=(BETAS, EPS),
    state=(STEP, StateTensor("exp_avg", "m"), StateTensor("exp_avg_sq", "v")),
    rule=_rule,
    text=_text,
    offered=False,
)
