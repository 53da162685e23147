"""A new weight: the old one, and what the optimizer's rule adds to it."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from backprop_viz.analysis.arithmetic import Arithmetic, Operand
from backprop_viz.analysis.numbers.intermediates import element_of_update
from backprop_viz.analysis.operations.recorded_call import (
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.analysis.operations.renorm import renormed
from backprop_viz.analysis.optimizers import optimizer_of
from backprop_viz.analysis.phase_runs import between_closures
from backprop_viz.analysis.update_breakdown import explain_update, is_of_elements, update_terms
from backprop_viz.analysis.update_rules import NEW, NOW, OLD, UpdateTerm
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.capture.explaining.whole_means import mean_part
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import TensorTable

# A factor of a rule: a symbol, its square, or a small expression of one or two.
_FACTOR = (
    r"(?:\{\w+\}(?:²|\^\{\w+\})?|√\{\w+\}|\|\{\w+\}\||sign\(\{\w+\}\)"
    r"|\(1 − \{\w+\}\)|\(\{\w+\} − 1\)|\d+)"
)
# A summand: its sign, its factors, what it is divided by.
_SUMMAND = re.compile(
    rf"(?P<sign>[−+]?) ?(?P<factors>{_FACTOR}(?:·{_FACTOR})*)(?: / (?P<by>{_FACTOR}))?"
)
_SCALED = re.compile(r"\{(?P<number>\w+)\}·(?P<rest>\(.*\))")
_CHOSEN = re.compile(r"(?P<which>max|min)\((?P<one>\{\w+\}|1), (?P<other>\{\w+\})\)")
_PLACE = re.compile(r"\{(\w+)\}")
# What a factor is of the one symbol in it, and how it is carried out.
_FUNCTIONS: Mapping[str, tuple[str, Callable[..., float]]] = {
    "√{}": ("√x", math.sqrt),
    "|{}|": ("|x|", abs),
    "sign({})": ("sign(x)", lambda x: float(np.sign(x))),
    "(1 − {})": ("1 − x", lambda x: 1 - x),
    "({} − 1)": ("x − 1", lambda x: x - 1),
    "{}^{}": ("", pow),
    "{}": ("", float),
}


def update_parts(lookup: Lookup, number: Number) -> tuple[str, tuple[Part, ...], tuple[Fact, ...]]:
    """The formula, the terms and the steps of a new weight, or of the optimizer's own tensors.

    Raises NotReplayed if the optimizer's rule is not known here.
    """
    assert number.event is not None
    event = lookup.recording.events[number.event]
    wanted, weight = _state_of(event, number.tensor), event.inputs[0]
    own = number.intermediate or event.tensors[number.tensor].ndim
    shape = event.tensors[number.tensor].shape
    of = () if weight is None else weight.shape
    if wanted is not None and shape and not is_of_elements(shape, of):
        raise _without_rule(lookup.recording, event, number.event)  # of all parameters at once
    flat = element_of_update(event, number) if own else 0
    options = lookup.recording.options_of(event.parameter or "", event.op)
    terms = explain_update(event, options, flat, number.component).terms
    found = [t for t in terms if (t.symbol == NEW if wanted is None else t.state == wanted)]
    if number.intermediate:
        found = [t for t in terms if t.symbol == number.intermediate]
    by_embedding = None if found else _renormed_row(lookup, event, number)
    if by_embedding is not None:
        return by_embedding
    if not found:
        raise _without_rule(lookup.recording, event, number.event)
    term = found[-1]
    # A scalar is of no element: only the other scalars are told beside it.
    told = [t for t in terms if t.scalar or not term.scalar]
    facts = tuple(_told(t, event, number) for t in told)
    facts += tuple(_left_alone(event, term))
    formula = term.defined({t.symbol for t in terms})
    columns = _Columns(lookup, number, terms)
    if term.mean is not None:
        maker = columns.maker_of(term.mean.of)
        return formula, (mean_part(event, options, number, term, term.mean, maker),), facts
    summands = list(_summands(term))
    if not summands:
        return formula, (_whole(columns, term),), facts
    decayed = next((t for t in terms if t.symbol == "g" and "g" in columns.changed(term)), None)
    parts = []
    for i, (sign, keys, by) in enumerate(summands):
        linear = [key for key in keys if _symbol(term, key) == "g"]
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


def _without_rule(recording: Recording, event: Event, index: int) -> NotReplayed:
    """Why a weight that has moved has no terms."""
    group = recording.group_of(event.parameter or "")
    if _is_by_closure(event):
        return NotReplayed("direction_of_history", event.op)
    if event.op != "changed":
        return NotReplayed("no_update_rule", event.op)
    if group is not None and between_closures(recording, index):
        return NotReplayed("moved_between_closures", group.rule)
    return NotReplayed("changed_outside", event.op)


def _is_by_closure(event: Event) -> bool:
    rule = optimizer_of(event.op)
    return rule is not None and rule.by_closure


def _left_alone(event: Event, term: UpdateTerm) -> Iterator[Fact]:
    """What to say of a step that takes a number as it is, or as it was."""
    if not _PLACE.fullmatch(term.template):
        return
    ((symbol, _),) = term.operands.values()
    if term.symbol == NEW and _is_by_closure(event):
        yield Fact("step_ended" if symbol == "w" else "put_back", (event.op,))
    elif symbol == ("w" if term.symbol == NEW else term.symbol.removesuffix(NOW) + OLD):
        yield Fact("row_not_read", (event.op,))


def _told(term: UpdateTerm, event: Event, number: Number) -> Fact:
    """A step of the rule, with the number that it is; the new weight is the one explained."""
    weight, values = event.input_ids[0], (term.symbol, term.formula, float(np.asarray(term.value)))
    if weight is None or term.symbol == NEW:
        return Fact("update_step", values)
    index = () if term.scalar else number.index
    step = Number(weight, index, number.event, intermediate=term.symbol, component=number.component)
    return Fact("update_step", values, (step,))


def _renormed_row(
    lookup: Lookup, event: Event, number: Number
) -> tuple[str, tuple[Part, ...], tuple[Fact, ...]] | None:
    """A table's element after an embedding with ``max_norm`` has read it; None for another."""
    before = event.input_ids[0]
    made = [e for e in lookup.recording.events[: number.event] if before in e.input_ids]
    if event.op != "changed" or not made or made[-1].op != "embedding" or before is None:
        return None
    table = RecordedTensor(before, event.tensors[before])
    try:
        scaled = renormed(RecordedCall(made[-1]), table, number.index[0])
    except NotRecorded:
        return None
    if scaled is None:
        return None
    old = table.one("w", number.index)
    return "new w = w·scale", (product("before", old, plain("scale", scaled.scale)),), scaled.facts


def _symbol(term: UpdateTerm, factor: str) -> str | None:
    """The symbol that a factor is; None where it is an expression."""
    place = _PLACE.fullmatch(factor)
    return None if place is None else term.operands[place[1]][0]


def _whole(columns: "_Columns", term: UpdateTerm) -> Part:
    """A step that is no sum: one of two, or one number times the rest, else its value."""
    value = float(np.asarray(term.value))
    chosen = _CHOSEN.fullmatch(term.template)
    if chosen is not None:
        both = [columns.factor(term, chosen[key]) for key in ("one", "other")]
        choose = max if chosen["which"] == "max" else min
        return product("value", choose(both, key=lambda column: float(column.values[0])))
    scaled = _SCALED.fullmatch(term.template)
    column = None if scaled is None else columns.factor(term, "{" + scaled["number"] + "}")
    if scaled is None or column is None or not column.values[0]:
        return Part("value", np.array([value]))
    rest = scaled["rest"].format(**{key: symbol for key, (symbol, _) in term.operands.items()})
    return product("value", column, plain(rest, value / float(column.values[0])))


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


def update_slope(recording: Recording, event: Event, number: Number) -> float | None:
    """How fast a new weight changes with the ``.grad``; None where the rule is not known here.

    By central differences of the rule in float64.
    """
    weight, grad = event.inputs
    rule = optimizer_of(event.op)
    # Its step is made from the gradients of other weights, too.
    if weight is None or grad is None or rule is None or rule.by_closure or rule.couples:
        return None
    x = float(component_of(grad[number.index], number.component))
    if x:
        return _slope(recording, event, number, x, 1e-6 * abs(x))
    wide, narrow = (_slope(recording, event, number, 0.0, h) for h in (1e-6, 1e-9))
    if wide is None or narrow is None or math.isclose(wide, narrow, rel_tol=1e-3):
        return wide
    # A rule that divides by the gradient's own size, as Adam's first step, is straight around 0
    # only within its eps.
    return _slope(recording, event, number, 0.0, 1e-15)


def _slope(recording: Recording, event: Event, number: Number, x: float, h: float) -> float | None:
    """The central difference of the rule at a gradient of ``x``; None: the rule is not known."""
    options = recording.options_of(event.parameter or "", event.op)
    ends = []
    for moved in (x - h, x + h):
        terms = update_terms(_one_element(event, number, moved), options, Arithmetic())
        if not terms:
            return None
        ends.append(float(np.asarray(terms[-1].value)))
    return (ends[1] - ends[0]) / (2 * h)


def _one_element(event: Event, number: Number, grad: float) -> Event:
    """The event as if the parameter had this one element, in float64, with another gradient."""
    weight = event.inputs[0]
    assert weight is not None
    table = TensorTable()

    def wide(array: Array) -> int:
        found = array[number.index] if array.shape == weight.shape else array
        part = component_of(found, number.component if np.iscomplexobj(found) else "")
        return table.add(np.array(part, np.float64))

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
            keys += [factor.removesuffix("²")] * (2 if factor.endswith("²") else 1)
        yield (-1 if match["sign"] == "−" else 1), keys, match["by"]


def _state_of(event: Event, tensor: int) -> str | None:
    return next((name for name, (_, after) in event.state_ids.items() if after == tensor), None)


class _Columns:
    """The operands of a rule as factors, with the recorded numbers that they are."""

    def __init__(self, lookup: Lookup, number: Number, terms: tuple[UpdateTerm, ...]) -> None:
        assert number.event is not None
        self._lookup, self._number = lookup, number
        self._event = lookup.recording.events[number.event]
        self._index = number.index
        self._component = number.component
        self._steps = {t.symbol: t for t in terms if t.symbol not in ("g", NEW)}
        self._states = {t.symbol: (t.state, False) for t in terms if t.state is not None}
        # A rule that makes a state anew has one other operand of its letter: the old one.
        for state, old in [(t.state, t.symbol.removesuffix(NOW) + OLD) for t in terms if t.state]:
            self._states[old] = state, True
        self._grad_event = _accumulated(lookup, self._event, number.event)

    def factor(self, term: UpdateTerm, factor: str) -> FactorColumn:
        """A factor of a rule's template as a column of one value."""
        places = _PLACE.findall(factor)
        if not places:
            return plain(factor, float(factor))
        of = [self._symbol(*term.operands[place], term) for place in places]
        function, carried_out = _FUNCTIONS[_PLACE.sub("{}", factor)]
        if len(of) == 1 and not function:
            return of[0]
        role = factor.format(**{key: symbol for key, (symbol, _) in term.operands.items()})
        values = np.array([carried_out(*(float(column.values[0]) for column in of))])
        if len(of) == 1 and of[0].tensor is not None:
            return replace(of[0], role=role, values=values, function=function)
        return FactorColumn(role, values)

    def divisor(self, term: UpdateTerm, factor: str) -> FactorColumn:
        column = self.factor(term, factor)
        known = column.tensor is not None
        function = f"1 / {column.function or 'x'}".replace("/ 1 − x", "/ (1 − x)")
        role, values = f"1/{column.role}", 1 / column.values
        return replace(column, role=role, values=values, function=function if known else "")

    def _symbol(self, symbol: str, value: Operand, term: UpdateTerm) -> FactorColumn:
        values = np.array([float(np.asarray(value))])
        tensor, event = self._tensor(term, symbol, value)
        index = np.array([self._index], np.int64).reshape(1, -1)
        if tensor is not None:
            sizes = self._event.tensors[tensor].shape
            # A state of a row or a column has one number for all in it.
            index = np.minimum(index, np.array(sizes) - 1) if sizes else index[:, :0]
            array = self._event.tensors[tensor]
            component = self._component if np.iscomplexobj(array) else ""
            # Of half precision it is rounded: what the rule gives in float32 is not what is kept.
            values = component_of(array[tuple(index.T)], component).reshape(1).astype(np.float64)
            return FactorColumn(symbol, values, tensor, index, event, component=component)
        if symbol not in self._steps or symbol == term.symbol:
            return FactorColumn(symbol, values)
        weight, update = self._event.input_ids[0], self._number.event
        index = index[:, :0] if self._steps[symbol].scalar else index
        inside = FactorColumn(symbol, values, weight, index, update, component=self._component)
        return replace(inside, intermediate=symbol)

    def maker_of(self, of: str) -> int | None:
        """The event that made "w" or "grad"; of a state this update."""
        if of == "w":
            return self._maker(self._event.input_ids[0])
        return self._grad_event if of == "grad" else self._number.event

    def _maker(self, tensor: int | None) -> int | None:
        """The update that made a tensor: an earlier one a weight, this one the state."""
        recording, parameter = self._lookup.recording, self._event.parameter or ""
        happened = recording.happened_to.get(parameter, ())
        for i in reversed([i for i in happened if i < (self._number.event or 0)]):
            other = recording.events[i]
            if other.phase is Phase.UPDATE and tensor in other.output_ids:
                return i
        own = any(tensor == after for _, after in self._event.state_ids.values())
        known = recording.by_parameter.get(parameter)
        return self._number.event if own and (not known or tensor != known.value_id) else None

    def _tensor(
        self, term: UpdateTerm, symbol: str, value: Operand
    ) -> tuple[int | None, int | None]:
        """The recorded tensor that a symbol stands for, and the event that made it."""
        event = self._event
        if symbol == "w":
            return event.input_ids[0], self._maker(event.input_ids[0])
        if symbol == "grad" or (symbol == "g" and "g" not in self.changed(term)):
            return event.input_ids[1], self._grad_event
        state, old = self._states.get(symbol, (None, False))
        if state is None and symbol in event.state_ids and type(value) is not float:
            made = event.state_ids[symbol][1]
            return made, self._maker(made)
        if state is None:
            return None, None
        before, after = event.state_ids[state]
        tensor = before if old else after
        if tensor is None:
            return None, None
        # A state of one number is for all elements.
        sizes, weight = event.tensors[tensor].shape, event.inputs[0]
        if sizes and (weight is None or not is_of_elements(sizes, weight.shape)):
            return None, None
        return tensor, None if old else self._number.event

    def changed(self, term: UpdateTerm) -> frozenset[str]:
        """The symbols that are not what was recorded: weight decay changes the gradient."""
        grad = self._event.inputs[1]
        value = next((v for symbol, v in term.operands.values() if symbol == "g"), None)
        if grad is None or value is None:
            return frozenset()
        recorded = component_of(grad[self._number.index], self._component)
        same = float(np.asarray(value)) == float(recorded)
        return frozenset() if same else frozenset("g")


def _accumulated(lookup: Lookup, event: Event, before: int) -> int | None:
    """The event that made the ``.grad`` that an update reads."""
    happened = lookup.recording.happened_to.get(event.parameter or "", ())
    for i in reversed([i for i in happened if i < before]):
        other = lookup.recording.events[i]
        if other.phase is Phase.BACKWARD and event.input_ids[1] in other.output_ids:
            return i
    return None
