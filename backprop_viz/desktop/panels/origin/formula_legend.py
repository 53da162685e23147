"""What each symbol of a formula stands for, and which column of the terms' table it is."""

import re

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.desktop.panels.origin.role_texts import role_text
from backprop_viz.desktop.panels.origin.symbol_texts import (
    operation_symbols,
    optimizer_symbols,
    recurrent_symbols,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, NumberExplanation
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE
from backprop_viz.recording.trace.phases import Phase

# The roles that a symbol of the formulas stands for.
_ROLES = {
    "δ": ("upstream",),
    "x": ("window", "input", "pre_activation", "logit", "output", "base", "element"),
    "w": ("kernel", "weight"),
    "A": ("weight",),
    "a": ("input", "minuend", "dividend"),
    "b": ("bias", "weight", "subtrahend"),
    "t": ("target", "label"),
    "γ": ("gain",),
    "x̂": ("normalized",),
}
# What is written in letters and is no symbol: functions, words, and what is differentiated.
_WORDS = re.compile(
    r"∂[^\s=·+)]*|\bvia \w+|,  of the gate (?=\w)|\b(?:permuted(?: back)?|masked)\b"
    r"|\b(?:exp|ln(?! p)|tanh|sin|cos|sign|max|min|where|else|softmax|Im|Re)(?![a-z])"
    r"|\bmean(?=\(| [a-zδ])"
)
_SYMBOL = re.compile(
    r"ln p|W_[a-z]+|b_[a-z]+|a_[a-z](?![a-z])|δ[ach]?(?![a-z])"
    r"|[A-Za-zα-ωΓΔΘΛΞΦΨΩ][a-z]*(?:\u0302|′)?[₁₂]?"
)
_NEIGHBOUR = re.compile(r"ₜ(?:[₋₊]₁)?|[₋₊]₁")
_RECURRENT = ("lstm", "gru", "rnn_tanh", "rnn_relu", "Rnn", "LSTM", "GRU")
_THE_OTHER_UPDATE = {"ₜ₋₁": -1, "ₜ₊₁": 1, "ₜ": 0}


def legend(explanation: NumberExplanation, names: NumberNames) -> str:
    """``δ: upstream, ∂L/∂fc1·linear · A: weight, fc1.weight.T``; "" without a symbol."""
    if explanation.op == ALL_REDUCE:
        text = QCoreApplication.translate("symbols", "gₙ: gradient of rank n before the all-reduce")
        return text if explanation.formula else ""
    columns = {column.role: column for part in explanation.parts for column in part.factors}
    event = explanation.number.event
    updates = event is not None and names.recording.events[event].phase is Phase.UPDATE
    known = dict(operation_symbols())
    if updates:
        known = dict(optimizer_symbols(explanation.op))
    elif any(w in explanation.op for w in _RECURRENT) or "δa" in symbols_of(explanation.formula):
        known |= recurrent_symbols()
    elif explanation.op.lower().startswith("pow"):
        known["p"] = QCoreApplication.translate("symbols", "exponent")
    said = []
    for symbol in symbols_of(explanation.formula):
        text = _text(symbol, known)
        if not updates:
            text = _by_column(symbol, columns, names) or text
        if text:
            said.append(f"{symbol.removesuffix('()')}: {text}")
    return " · ".join(said)


def symbols_of(formula: str) -> tuple[str, ...]:
    """The symbols right of the equals sign, in their order; ``σ()`` is the function.

    Letters within an index are places, not symbols, unless they have an index themselves.
    """
    rule = _WORDS.sub(" ", re.sub(r"   \S+ = \S+", "", formula.partition("=")[2]))
    found, depth, at = [], 0, 0
    while at < len(rule):
        match = _SYMBOL.match(rule, at)
        if match is None:
            depth += {"[": 1, "]": -1}.get(rule[at], 0)
            at += 1
            continue
        neighbour = _NEIGHBOUR.match(rule, match.end())
        at = match.end() if neighbour is None else neighbour.end()
        symbol = match[0] + ("" if neighbour is None else neighbour[0])
        called = rule[at : at + 1]
        if depth == 0 or called == "[":
            found.append("σ()" if symbol == "σ" and called == "(" else symbol)
    return tuple(dict.fromkeys(found))


def _by_column(symbol: str, columns: dict[str, FactorColumn], names: NumberNames) -> str:
    """The role and the tensor of the column that a symbol is; "" where it is none, or several."""
    found = [columns[role] for role in _ROLES.get(symbol, ()) if role in columns]
    number = found[0].number(0) if found and len(found[0].values) else None
    if number is None:
        return role_text(found[0].role) if found and symbol != "x" else ""
    return f"{role_text(found[0].role)}, {names.tensor(number)}"


def _text(symbol: str, known: dict[str, str]) -> str:
    """What a symbol stands for; of another update than this one it is said."""
    if symbol in known:
        return known[symbol]
    translate = QCoreApplication.translate
    if symbol.startswith("a_"):
        return known.get("a", "")
    for ending, step in _THE_OTHER_UPDATE.items():
        base = symbol.removesuffix(ending)
        if base != symbol and base in known:
            before = translate("symbols", "{0}, before this update")
            after = translate("symbols", "{0}, at the next update")
            return {-1: before, 1: after, 0: "{0}"}[step].format(known[base])
    for ending in ("₋₁", "₊₁"):
        base = symbol.removesuffix(ending)
        if base != symbol and base in known:
            before = translate("symbols", "{0}, of the step before")
            after = translate("symbols", "{0}, of the step after")
            return (before if ending == "₋₁" else after).format(known[base])
    return ""
