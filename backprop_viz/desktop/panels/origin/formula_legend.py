"""Which symbol of a formula is which column of the terms' table."""

import re

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.desktop.panels.origin.role_texts import role_text
from backprop_viz.recording.number_explanation import NumberExplanation

# The roles that a symbol of the formulas stands for.
_ROLES = {
    "δ": ("upstream",),
    "x": ("window", "input", "pre_activation"),
    "w": ("kernel", "weight"),
    "A": ("weight",),
    "b": ("bias",),
}
_SYMBOL = re.compile(r"(?<![\w∂])([δxwAb])(?=\[)")


def legend(explanation: NumberExplanation, names: NumberNames) -> str:
    """``δ: upstream, ∂L/∂fc1·linear · A: weight, fc1.weight.T``; "" where no symbol has indices."""
    columns = {column.role: column for part in explanation.parts for column in part.factors}
    said = []
    for symbol in dict.fromkeys(_SYMBOL.findall(explanation.formula.partition("=")[2])):
        found = [columns[role] for role in _ROLES[symbol] if role in columns]
        number = found[0].number(0) if len(found) == 1 and len(found[0].values) else None
        if number is not None:
            said.append(f"{symbol}: {role_text(found[0].role)}, {names.tensor(number)}")
    return " · ".join(said)
