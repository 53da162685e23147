"""Rprop: each weight has a step of its own, which grows while its gradient keeps its sign."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backprop_viz.analysis.optimizer_entry import (
    STEP,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    TupleOption,
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
    (less, more), (least, most) = update.options["etas"], update.options["step_sizes"]
    kind = update.weight.dtype.type
    grad = gradient(update, decay=False)
    yield grad
    before, old = update.before("prev"), update.before("step_size", update.option("lr"))
    agreed = np.sign(grad.value * before)
    operands: Operands = {"g": ("g", grad.value), "p": ("p" + OLD, before)}
    yield UpdateTerm("s", "sign({g}·{p})", operands, agreed, "sign = grad.mul(prev).sign()")
    otherwise = np.where(agreed == 0, kind(1), agreed)  # NaN stays NaN
    factor = np.where(agreed > 0, kind(more), np.where(agreed < 0, kind(less), otherwise))[()]
    operands = {"s": ("s", agreed), "m": ("η₊", float(more)), "l": ("η₋", float(less))}
    template = "{m} where {s} > 0, else ({l} where {s} < 0, else 1)"
    code = "sign[sign.gt(0)] = etaplus, sign[sign.lt(0)] = etaminus, sign[sign.eq(0)] = 1"
    yield UpdateTerm("f", template, operands, factor, code)
    step = np.minimum(np.maximum(old * factor, kind(least)), kind(most))
    operands = {"d": ("Δ" + OLD, old), "f": ("f", factor)}
    operands |= {"n": ("Δ₀", float(least)), "x": ("Δ₁", float(most))}
    code = "step_size.mul_(sign).clamp_(step_size_min, step_size_max)"
    template = "min(max({d}·{f}, {n}), {x})"
    yield UpdateTerm("Δ" + NOW, template, operands, step, code, "step_size")
    kept = np.where(agreed < 0, kind(0), grad.value)[()]
    operands = {"s": ("s", agreed), "g": ("g", grad.value)}
    code = "grad[sign.eq(etaminus)] = 0"
    yield UpdateTerm("p" + NOW, "0 where {s} < 0, else {g}", operands, kept, code, "prev")
    new = update.weight - np.sign(kept) * step
    operands = {"w": update.w, "p": ("p" + NOW, kept), "d": ("Δ" + NOW, step)}
    code = "w.addcmul_(grad.sign(), step_size, value=-1)"
    yield UpdateTerm(NEW, "{w} − sign({p})·{d}", operands, new, code)


def _text(options: Mapping[str, Any]) -> FormulaText:
    (less, more), (least, most) = options["etas"], options["step_sizes"]
    g, lines = gradient_text(options)
    return FormulaText(
        "w ← w − sign(p) · Δ",
        (
            *lines,
            f"s = sign({g} · p)",
            f"f = {more:g} where s > 0, else ({less:g} where s < 0, else 1)",
            f"Δ ← min(max(Δ · f, {least:g}), {most:g})",
            f"p ← 0 where s < 0, else {g}",
        ),
    )


OPTIMIZER = Optimizer(
    name="rprop",
    title="Rprop",
    torch_class="torch.optim.Rprop",
    options=(
        TupleOption(
            "etas",
            (
                NumberOption(
                    "etaminus",
                    "η₋",
                    0.5,
                    Quantity(0, 1, least=1e-3),
                    "What a step is multiplied by when its gradient changes its sign",
                ),
                NumberOption(
                    "etaplus",
                    "η₊",
                    1.2,
                    Quantity(1, 100),
                    "What a step is multiplied by while its gradient keeps its sign",
                ),
            ),
        ),
        TupleOption(
            "step_sizes",
            (
                NumberOption(
                    "step_size_min", "Δ₀", 1e-6, Quantity(0, 1e6), "The smallest step of a weight"
                ),
                NumberOption(
                    "step_size_max", "Δ₁", 50, Quantity(0, 1e6), "The largest step of a weight"
                ),
            ),
        ),
    ),
    state=(STEP, StateTensor("prev", "p"), StateTensor("step_size", "Δ", initial="lr")),
    rule=_rule,
    text=_text,
    symbols={
        "p": QT_TRANSLATE_NOOP("symbols", "gradient of the last update, or 0"),
        "s": QT_TRANSLATE_NOOP("symbols", "whether the gradient keeps its sign"),
        "f": QT_TRANSLATE_NOOP("symbols", "factor of the step"),
        "Δ": QT_TRANSLATE_NOOP("symbols", "size of the step"),
        "η₋": QT_TRANSLATE_NOOP("symbols", "etaminus"),
        "η₊": QT_TRANSLATE_NOOP("symbols", "etaplus"),
        "Δ₀": QT_TRANSLATE_NOOP("symbols", "smallest step"),
        "Δ₁": QT_TRANSLATE_NOOP("symbols", "largest step"),
    },
    offered=False,
)
