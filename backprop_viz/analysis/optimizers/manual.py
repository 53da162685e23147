"""``w -= lr * grad``, written out: no optimizer at all."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.optimizer_entry import FormulaText, Optimizer
from backprop_viz.analysis.update_rules import NEW, OptimizerUpdate, UpdateTerm


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    grad = update.grad
    step = grad * grad.dtype.type(update.option("lr"))
    operands = {"w": update.w, "lr": update.lr, "g": ("grad", grad)}
    yield UpdateTerm(NEW, "{w} − {lr}·{g}", operands, update.weight - step, "w.sub_(w.grad * lr)")


def _text(options: Mapping[str, Any]) -> FormulaText:
    return FormulaText("w ← w − lr · grad")


OPTIMIZER = Optimizer(
    name="manual",
    title="Manual rule",
    torch_class=None,
    rule=_rule,
    text=_text,
    update_line="p.sub_(p.grad * lr)",
    order=0,
)
