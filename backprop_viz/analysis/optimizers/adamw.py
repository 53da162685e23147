"""AdamW: Adam whose weight decay shrinks the weights themselves, not through the gradient."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from backprop_viz.analysis.optimizer_entry import (
    EPS,
    FormulaText,
    NumberOption,
    Optimizer,
    decayed_text,
)
from backprop_viz.analysis.optimizers.adam import (
    ADAM_STATE,
    ADAM_SYMBOLS,
    AMSGRAD,
    BETAS,
    adam_rule,
    definitions,
)
from backprop_viz.analysis.update_rules import OptimizerUpdate, UpdateTerm
from backprop_viz.recording.settings.quantities import Quantity


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    # Older torch has a class of its own for it, whose group does not tell.
    yield from adam_rule(
        replace(update, options={**update.options, "decoupled_weight_decay": True})
    )


def _text(options: Mapping[str, Any]) -> FormulaText:
    w, g, lines = decayed_text({**options, "decoupled_weight_decay": True})
    return FormulaText(f"w ← {w} − lr · m̂ / (√v̂ + ε)", lines + definitions(options, g))


OPTIMIZER = Optimizer(
    name="adamw",
    title="AdamW",
    torch_class="torch.optim.AdamW",
    options=(
        BETAS,
        EPS,
        NumberOption(
            "weight_decay",
            "λ",
            0.01,
            Quantity(0, 1),
            "What part of each weight, times the learning rate, is taken off before the step",
        ),
        AMSGRAD,
    ),
    constants={"decoupled_weight_decay": True},
    state=ADAM_STATE,
    rule=_rule,
    text=_text,
    symbols=ADAM_SYMBOLS,
)
