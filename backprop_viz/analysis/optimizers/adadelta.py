"""Adadelta: steps as large as the steps before them, by the size of the gradients."""

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
    SECOND_ROOT,
    Operands,
    OptimizerUpdate,
    UpdateTerm,
    gradient,
    mean_square,
    root,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    grad = gradient(update)
    yield grad
    arithmetic, rho, eps = update.arithmetic, update.option("rho"), update.option("eps")
    kind = update.weight.dtype.type
    square = mean_square(update, ("ρ", rho), "square_avg", grad.value)
    yield square
    raised = square.value + kind(eps)
    operands: Operands = {"v": (square.symbol, square.value), "e": ("ε", eps)}
    yield UpdateTerm("v̂", "{v} + {e}", operands, raised, "square_avg.add(eps)")
    size = root(update, "v̂", raised, "std = square_avg.add(eps).sqrt_()")
    yield size
    old = update.before("acc_delta")
    typical = arithmetic.second_root(old + kind(eps))
    operands = {"u": ("u" + OLD, old), "e": ("ε", eps)}
    code = "acc_delta.add(eps).sqrt_()"
    yield UpdateTerm(SECOND_ROOT, "√({u} + {e})", operands, typical, code)
    delta = typical / size.value * grad.value
    operands = {"q": (SECOND_ROOT, typical), "r": (size.symbol, size.value), "g": ("g", grad.value)}
    yield UpdateTerm("Δ", "{q} / {r}·{g}", operands, delta, "delta.div_(std).mul_(grad)")
    moved = arithmetic.addcmul(old * kind(rho), delta, 1 - rho)
    operands = {"p": ("ρ", rho), "u": ("u" + OLD, old), "d": ("Δ", delta)}
    code = "acc_delta.mul_(rho).addcmul_(delta, delta, value=1 - rho)"
    yield UpdateTerm("u" + NOW, "{p}·{u} + (1 − {p})·{d}²", operands, moved, code, "acc_delta")
    new = arithmetic.add(update.weight, delta, -update.option("lr"))
    operands = {"w": update.w, "lr": update.lr, "d": ("Δ", delta)}
    yield UpdateTerm(NEW, "{w} − {lr}·{d}", operands, new, "w.add_(delta, alpha=-lr)")


def _text(options: Mapping[str, Any]) -> FormulaText:
    g, lines = gradient_text(options)
    rho = options["rho"]
    lines += (
        f"ε = {options['eps']:g}",
        f"v ← {rho:g} · v + {1 - rho:g} · {g}²",
        f"Δ = √(u + ε) / √(v + ε) · {g}",
        f"u ← {rho:g} · u + {1 - rho:g} · Δ²",
    )
    return FormulaText("w ← w − lr · Δ", lines)


OPTIMIZER = Optimizer(
    name="adadelta",
    title="Adadelta",
    torch_class="torch.optim.Adadelta",
    options=(
        NumberOption(
            "rho",
            "ρ",
            0.9,
            Quantity(0, 1),
            "How much of the running means of squares is kept at each update",
        ),
        NumberOption(
            "eps",
            "ε",
            1e-6,
            Quantity(0, 1, least=1e-12),
            "What is added under both roots; it also sets how large the first steps are",
        ),
        WEIGHT_DECAY,
    ),
    state=(STEP, StateTensor("square_avg", "v"), StateTensor("acc_delta", "u")),
    rule=_rule,
    text=_text,
    symbols={
        "ρ": QT_TRANSLATE_NOOP("symbols", "rho"),
        "v̂": QT_TRANSLATE_NOOP("symbols", "vₜ with ε added"),
        "u": QT_TRANSLATE_NOOP("symbols", "running mean of the squared steps"),
        "r′": QT_TRANSLATE_NOOP("symbols", "typical size of the steps so far"),
        "Δ": QT_TRANSLATE_NOOP("symbols", "step, before the learning rate"),
    },
    offered=False,
)
