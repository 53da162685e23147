"""L-BFGS: all weights move along one direction, made from the gradients of all calls so far."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.optimizer_entry import FormulaText, Optimizer, StateTensor
from backprop_viz.analysis.update_rules import NEW, OptimizerUpdate, UpdateTerm
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    if "w" in update.state:
        yield UpdateTerm(NEW, "{w}", {"w": update.w}, update.weight, "w")
        return
    if "x" in update.state:
        start = update.state["x"][1]
        yield UpdateTerm(NEW, "{x}", {"x": ("x", start)}, start, "w.copy_(x)")
        return
    length, direction = update.state["t"][1].item(), update.state["d"][1]
    operands = {"w": update.w, "t": ("t", length), "d": ("d", direction)}
    new = update.arithmetic.add(update.weight, direction, length)
    yield UpdateTerm(NEW, "{w} + {t}·{d}", operands, new, "w.add_(d, alpha=t)")


def _text(options: Mapping[str, Any]) -> FormulaText:
    return FormulaText("w ← w + t · d")


OPTIMIZER = Optimizer(
    name="lbfgs",
    title="LBFGS",
    torch_class="torch.optim.LBFGS",
    state=(StateTensor("d", "d"), StateTensor("t", "t", scalar=True)),
    rule=_rule,
    text=_text,
    symbols={
        "d": QT_TRANSLATE_NOOP("symbols", "direction made from the gradients of all calls so far"),
        "t": QT_TRANSLATE_NOOP("symbols", "length of the step along d"),
        "x": QT_TRANSLATE_NOOP("symbols", "weight that the search began with"),
    },
    offered=False,
    by_closure=True,
)
