"""A new weight: the old one, and what the optimizer's rule adds to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from backprop_viz.analysis.arithmetic import Arithmetic
from backprop_viz.analysis.operations.recorded_call import plain, product
from backprop_viz.analysis.update_breakdown import explain_update, update_terms
from backprop_viz.analysis.update_rules import NEW, ROOT, UpdateTerm
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.events import Array, Event
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.tensors import TensorTable

# A summand of a rule: its sign, its factors, what it is divided by, whether a factor is squared.
_SUMMAND = re.compile(
    r"(?P<sign>[−+]?) ?(?P<factors>\{\w+\}²?(?:·\{\w+\}²?)*)(?: / \{(?P<by>\w+)\})?"
)
_SCALED = re.compile(r"\{(?P<number>\w+)\}·\([^()]*\)")


def update_parts(lookup: Lookup, number: Number) -> tuple[str, tuple[Part, ...], tuple[Fact, ...]]:
    """The formula, the terms and the steps of a new weight, or of the optimizer's own tensors.

    Raises NotReplayed if the optimizer's rule is not known here.
    """
    assert number.event is not None
    event = lookup.recording.events[number.event]
    flat = int(np.ravel_multi_index(number.index, event.tensors[number.tensor].shape))
    options = lookup.recording.options_of(event.parameter or "", event.op)
    terms = explain_update(event, options, flat).terms
    wanted = _state_of(event, number.tensor)
    found = [t for t in terms if (t.symbol == NEW if wanted is None else t.state == wanted)]
    if number.intermediate:
        found = [t for t in terms if t.symbol == number.intermediate]
    if not found:
        raise NotReplayed(
            "changed_outside" if event.op == "changed" else "no_update_rule", event.op
        )
    term = found[-1]
    facts = tuple(
        Fact("update_step", (t.symbol, t.formula, float(np.asarray(t.value)))) for t in terms
    )
    formula = f"{term.symbol} = {term.formula}"
    columns = _Columns(lookup, number, terms)
    summands = list(_summands(term))
    if not summands and term.symbol == ROOT:
        under = replace(columns.factor(term, "v"), function="√x")
        under = replace(under, values=np.sqrt(under.values))
        return formula, (product("value", under),), facts
    if not summands:
        return formula, (_whole(columns, term),), facts
    decayed = next((t for t in terms if t.symbol == "g" and "g" in columns.changed(term)), None)
    parts = []
    for i, (sign, keys, by) in enumerate(summands):
        linear = [key for key in keys if term.operands[key][0] == "g"]
        for inner in _within(decayed, linear):
            factors = [columns.factor(term, key) for key in keys if not inner or key not in linear]
            if inner:
                assert decayed is not None
                factors += [columns.factor(decayed, key) for key in inner[1]]
            if by is not None:
                factors.append(columns.divisor(term, by))
            if sign * (inner[0] if inner else 1) < 0:
                factors.insert(0, plain("sign", -1.0))
            name = "step" if len(factors) > 1 else factors[0].role
            if len(factors) == 1 and i == 0 and term.symbol == NEW:
                name = "before"
            parts.append(product(name, *factors))
    return formula, tuple(parts), facts


def _whole(columns: "_Columns", term: UpdateTerm) -> Part:
    """A step that is no sum: one number times the rest, as in w·(1 − lr·λ), else its value."""
    value = float(np.asarray(term.value))
    scaled = _SCALED.fullmatch(term.template)
    column = None if scaled is None else columns.factor(term, scaled["number"])
    if column is None or not column.values[0]:
        return Part("value", np.array([value]))
    return product("value", column, plain("factor", value / float(column.values[0])))


def _within(
    decayed: UpdateTerm | None, linear: Sequence[str]
) -> list[tuple[int, list[str]] | None]:
    """The summands of the gradient that weight decay has changed, to be put in its place.

    [None] where it is not a factor, or is one twice.
    """
    if decayed is None or len(linear) != 1:
        return [None]
    found = list(_summands(decayed))
    return [(sign, keys) for sign, keys, by in found if by is None] or [None]


def update_slope(recording: Recording, event: Event, index: tuple[int, ...]) -> float | None:
    """How fast a new weight changes with the ``.grad``; None where the rule is not known here.

    By central differences of the rule in float64.
    """
    weight, grad = event.inputs
    if weight is None or grad is None:
        return None
    x = float(grad[index])
    h = 1e-6 * (abs(x) or 1.0)
    ends = []
    options = recording.options_of(event.parameter or "", event.op)
    for moved in (x - h, x + h):
        terms = update_terms(_one_element(event, index, moved), options, Arithmetic())
        if not terms:
            return None
        ends.append(float(np.asarray(terms[-1].value)))
    return (ends[1] - ends[0]) / (2 * h)


def _one_element(event: Event, index: tuple[int, ...], grad: float) -> Event:
    """The event as if the parameter had this one element, in float64, with another gradient."""
    weight = event.inputs[0]
    assert weight is not None
    table = TensorTable()

    def wide(array: Array) -> int:
        same = array.shape == weight.shape
        return table.add(np.array(array[index] if same else array, np.float64))

    state = {
        name: (None if before is None else wide(before), wide(after))
        for name, (before, after) in event.state.items()
    }
    ids = (wide(weight), table.add(np.array(grad)))
    return replace(event, input_ids=ids, output_ids=(ids[0],), tensors=table, state_ids=state)


def _summands(term: UpdateTerm) -> Iterator[tuple[int, list[str], str | None]]:
    """The summands of a rule: sign, factors, divisor. None where it is no sum of products."""
    template = term.template
    found = list(_SUMMAND.finditer(template))
    if "".join(match[0].replace(" ", "") for match in found) != template.replace(" ", ""):
        return
    for match in found:
        keys = []
        for factor in match["factors"].split("·"):
            keys += [factor.strip("{}²")] * (2 if factor.endswith("²") else 1)
        yield (-1 if match["sign"] == "−" else 1), keys, match["by"]


def _state_of(event: Event, tensor: int) -> str | None:
    return next((name for name, (_, after) in event.state_ids.items() if after == tensor), None)


class _Columns:
    """The operands of a rule as factors, with the recorded numbers that they are."""

    def __init__(self, lookup: Lookup, number: Number, terms: tuple[UpdateTerm, ...]) -> None:
        assert number.event is not None
        self._number = number
        self._event = lookup.recording.events[number.event]
        symbols = [term.symbol for term in terms]
        self._steps = [s for s in symbols if symbols.count(s) == 1 and s not in ("g", NEW)]
        self._states = {term.symbol: term.state for term in terms if term.state is not None}
        self._grad_event = _accumulated(lookup, self._event, number.event)

    def factor(self, term: UpdateTerm, key: str) -> FactorColumn:
        symbol, value = term.operands[key]
        values = np.array([float(np.asarray(value))])
        tensor, event = self._tensor(term, symbol)
        index = np.array([self._number.index], np.int64).reshape(1, -1)
        if tensor is not None:
            return FactorColumn(symbol, values, tensor, index, event)
        if symbol not in self._steps or symbol == term.symbol:
            return FactorColumn(symbol, values)
        weight, update = self._event.input_ids[0], self._number.event
        return FactorColumn(symbol, values, weight, index, update, intermediate=symbol)

    def divisor(self, term: UpdateTerm, key: str) -> FactorColumn:
        column = self.factor(term, key)
        role = f"1/{column.role}"
        return replace(column, role=role, values=1 / column.values, function="1 / x")

    def _tensor(self, term: UpdateTerm, symbol: str) -> tuple[int | None, int | None]:
        """The recorded tensor that a symbol stands for, and the event that made it."""
        event = self._event
        if symbol == "w":
            return event.input_ids[0], None
        if symbol == "grad" or (symbol == "g" and "g" not in self.changed(term)):
            return event.input_ids[1], self._grad_event
        state = self._states.get(symbol)
        if state is None:
            return None, None
        before, after = event.state_ids[state]
        # In its own rule a symbol is the old value.
        own = term.state == state
        tensor = before if own else after
        if (
            tensor is None
            or event.tensors[tensor].shape != event.tensors[self._number.tensor].shape
        ):
            return None, None
        return tensor, None if own else self._number.event

    def changed(self, term: UpdateTerm) -> frozenset[str]:
        """The symbols that are not what was recorded: weight decay changes the gradient."""
        grad = self._event.inputs[1]
        value = next((v for symbol, v in term.operands.values() if symbol == "g"), None)
        if grad is None or value is None:
            return frozenset()
        same = float(np.asarray(value)) == float(grad[self._number.index])
        return frozenset() if same else frozenset("g")


def _accumulated(lookup: Lookup, event: Event, before: int) -> int | None:
    """The event that made the ``.grad`` that an update reads."""
    happened = lookup.recording.happened_to.get(event.parameter or "", ())
    for i in reversed([i for i in happened if i < before]):
        other = lookup.recording.events[i]
        if other.phase is Phase.BACKWARD and event.input_ids[1] in other.output_ids:
            return i
    return None
