"""ASGD: stochastic gradient descent that also keeps the mean of the weights it went through."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

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
    Operands,
    OptimizerUpdate,
    UpdateTerm,
    gradient,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    lr, lambd, alpha = (update.option(name) for name in ("lr", "lambd", "alpha"))
    arithmetic, kind = update.arithmetic, update.weight.dtype.type
    grad = gradient(update)
    yield grad
    # torch keeps them in single precision, and begins with the learning rate and with 1.
    rate = float(update.before("eta", lr))
    share = update.before("mu", 1)
    shrunk = update.weight * kind(1 - lambd * rate)
    operands: Operands = {"w": update.w, "l": ("κ", lambd), "n": ("η" + OLD, rate)}
    yield UpdateTerm("w′", "{w}·(1 − {l}·{n})", operands, shrunk, "w.mul_(1 - lambd * eta)")
    new = arithmetic.add(shrunk, grad.value, -rate)
    operands = {"w": ("w′", shrunk), "n": ("η" + OLD, rate), "g": ("g", grad.value)}
    yield UpdateTerm("h", "{w} − {n}·{g}", operands, new, "w.add_(grad, alpha=-eta)")
    old = update.before("ax")
    operands = {"a": ("a" + OLD, old), "h": ("h", new), "m": ("μ" + OLD, float(share))}
    if share == 1:
        yield UpdateTerm("a" + NOW, "{h}", {"h": ("h", new)}, new, "ax.copy_(w)", "ax")
    else:
        mean = old + (new - old) * kind(share)
        code = "ax.add_(w.sub(ax).mul_(mu))"
        yield UpdateTerm("a" + NOW, "{a} + ({h} − {a})·{m}", operands, mean, code, "ax")
    next_rate = _as_kept(update, "eta", lr / ((1 + lambd * lr * update.count) ** alpha))
    operands = {"lr": update.lr, "l": ("κ", lambd), "t": ("t", int(update.count))}
    operands |= {"k": ("α", alpha)}
    code = "eta.copy_(lr / ((1 + lambd * lr * step) ** alpha))"
    template = "{lr} / (1 + {l}·{lr}·{t})^{k}"
    yield UpdateTerm("η" + NOW, template, operands, next_rate, code, "eta")
    next_share = _as_kept(update, "mu", 1 / max(1, update.count - update.option("t0")))
    operands = {"t": ("t", int(update.count)), "b": ("t₀", update.option("t0"))}
    code = "mu.copy_(1 / max(1, step - t0))"
    yield UpdateTerm("μ" + NOW, "1 / max(1, {t} − {b})", operands, next_share, code, "mu")
    yield UpdateTerm(NEW, "{h}", {"h": ("h", new)}, new, "w")


def _as_kept(update: OptimizerUpdate, name: str, value: float) -> np.floating[Any]:
    """A number as torch's tensor of the state holds it."""
    kept: np.floating[Any] = update.state[name][1].dtype.type(value)
    return kept


def _text(options: Mapping[str, Any]) -> FormulaText:
    g, lines = gradient_text(options)
    lambd, alpha = options["lambd"], options["alpha"]
    lines += (
        f"w′ = w · (1 − {lambd:g} · η)",
        f"h = w′ − η · {g}",
        "a ← a + (h − a) · μ",
        f"η ← lr / (1 + {lambd:g} · lr · t)^{alpha:g}",
        f"μ ← 1 / max(1, t − {options['t0']:g})",
    )
    return FormulaText("w ← h", lines)


OPTIMIZER = Optimizer(
    name="asgd",
    title="ASGD",
    torch_class="torch.optim.ASGD",
    options=(
        NumberOption(
            "lambd",
            "κ",
            1e-4,
            Quantity(0, 1),
            "How fast the learning rate falls, and how much of each weight a step takes off",
        ),
        NumberOption(
            "alpha", "α", 0.75, Quantity(0, 10), "The power by which the learning rate falls"
        ),
        NumberOption(
            "t0",
            "t₀",
            1e6,
            Quantity(0, 1e12),
            "From which update on the weights are averaged; before it the mean is the weight",
        ),
        WEIGHT_DECAY,
    ),
    state=(
        STEP,
        StateTensor("eta", "η", scalar=True, initial="lr", high=1e9),
        StateTensor("mu", "μ", scalar=True, initial=1),
        StateTensor("ax", "a"),
    ),
    rule=_rule,
    text=_text,
    symbols={
        "κ": QT_TRANSLATE_NOOP("symbols", "lambd"),
        "α": QT_TRANSLATE_NOOP("symbols", "alpha"),
        "t₀": QT_TRANSLATE_NOOP("symbols", "t0"),
        "η": QT_TRANSLATE_NOOP("symbols", "learning rate that has fallen"),
        "μ": QT_TRANSLATE_NOOP("symbols", "share of the new weight in the mean"),
        "a": QT_TRANSLATE_NOOP("symbols", "mean of the weights"),
        "h": QT_TRANSLATE_NOOP("symbols", "new weight"),
    },
    offered=False,
)
