"""A recurrent layer made again in float64, step by step: its gates, its cell, its hidden state.

What it computes of one sample does not depend on the others, so only that sample is made again.
Its places are (layer, step, sample, unit); of a bidirectional layer the reverse direction counts
as a layer of its own, after the forward one. A cell is one step of one layer: its numbers are shown
at (sample, unit).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.analysis.operations.drawn import dropout_masks
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.calls import TensorPlace
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.tensors import TensorTable

# The gates of each kind, in the order of the rows of its weights.
GATES: Mapping[str, tuple[str, ...]] = {
    "lstm": ("i", "f", "g", "o"),
    "gru": ("r", "z", "n"),
    "rnn_tanh": ("h",),
    "rnn_relu": ("h",),
}
ROLES = {
    "i": "input_gate",
    "f": "forget_gate",
    "g": "candidate",
    "o": "output_gate",
    "r": "reset_gate",
    "z": "update_gate",
    "n": "candidate",
    "c": "cell",
    "h": "hidden",
    "q": "hidden_candidate",
}


STEP_SUFFIX = "_cell"  # the end of the name of a function that is one step
# What was made again of the calls of a recording, while there is one.
_KNOWN: WeakKeyDictionary[TensorTable, dict[Any, "Recurrent"]] = WeakKeyDictionary()


def recurrent_of(call: RecordedCall) -> "Recurrent":
    """The recurrent layer that a call is. Raises NotRecorded for one that no rule here covers."""
    known = _KNOWN.setdefault(call.event.tensors, {})
    key = call.event.input_ids, call.event.output_ids
    if key not in known:
        is_cell = call.event.call is not None and call.event.call.name.endswith(STEP_SUFFIX)
        known[key] = RecurrentCell(call) if is_cell else Recurrent(call)
    return known[key]


def pre(gate: str) -> str:
    """The code of what a gate's function is applied to."""
    return f"a_{gate}"


@dataclass(frozen=True, slots=True, eq=False)
class LayerWeights:
    """The parameters of one layer and direction; the biases None in a layer without."""

    w_ih: RecordedTensor
    w_hh: RecordedTensor
    b_ih: RecordedTensor | None = None
    b_hh: RecordedTensor | None = None


class Recurrent:
    """One call. Raises NotRecorded for one that these rules do not cover: with projections."""

    def __init__(self, call: RecordedCall) -> None:
        recorded = call.event.call
        if recorded is None or recorded.kwargs or len(recorded.args) < 8:
            raise NotRecorded
        self.kind = recorded.name
        self.gates = GATES[self.kind]
        args = list(recorded.args)
        self.x = _read(call, args.pop(0))
        # A packed sequence has the number of samples that are left at each step.
        sizes = _read(call, args.pop(0)) if isinstance(args[2], list | tuple) else None
        states = args.pop(0)
        both = states if isinstance(states, list | tuple) else [states]
        self.initial = dict(zip("hc", (_read(call, each) for each in both), strict=False))
        weights = [_read(call, each) for each in args.pop(0)]
        biased, layers, dropout, training, both_ways, *first = args
        self.layers = int(layers)
        self.directions = 2 if both_ways else 1
        self.dropout = float(dropout) if training and self.layers > 1 else 0.0
        each = 4 if biased else 2
        if len(weights) != each * self.layers * self.directions:
            raise NotRecorded
        chunks = [weights[i : i + each] for i in range(0, len(weights), each)]
        self.weights = [LayerWeights(*chunk) for chunk in chunks]
        self.width = self.initial["h"].shape[-1]
        self.batch_first = bool(first and first[0])
        self.sizes = self._sizes(None if sizes is None else sizes.array)
        self.packed = sizes is not None
        self._starts = np.concatenate([[0], np.cumsum(self.sizes)])
        self._made: dict[int, list[dict[str, Array]]] = {}
        self.masks: list[Array] = []
        if self.dropout:
            lead = (int(self._starts[-1]),) if self.packed else (len(self.sizes), self.sizes[0])
            shapes = [(*lead, self.width * self.directions)] * (self.layers - 1)
            self.masks = dropout_masks(recorded, shapes, self.dropout)

    def _sizes(self, sizes: Array | None) -> list[int]:
        """How many samples each step has."""
        if sizes is not None:
            return [int(size) for size in sizes]
        steps, samples = self.x.shape[:2][:: -1 if self.batch_first else 1]
        return [samples] * steps

    # -- places --------------------------------------------------------------------------------

    def x_at(self, step: int, sample: int) -> Index:
        """Where the input of a step begins."""
        if self.packed:
            return (int(self._starts[step]) + sample,)
        return (sample, step) if self.batch_first else (step, sample)

    def of_output(self, index: Index) -> Index:
        """The place (layer, step, sample, unit) of an element of the first output."""
        *lead, unit = index
        if self.packed:
            step = int(np.searchsorted(self._starts, lead[0], side="right")) - 1
            sample = lead[0] - int(self._starts[step])
        else:
            step, sample = lead[::-1] if self.batch_first else lead
        direction, unit = divmod(unit, self.width)
        return (self.last_layer + direction, step, sample, unit)

    @property
    def last_layer(self) -> int:
        """The place of the forward direction of the last layer."""
        return (self.layers - 1) * self.directions

    def of_state(self, index: Index) -> Index:
        """The place of an element of the last state, which each sample has at its own last step."""
        layer, sample, unit = index
        return (layer, 0 if self.reverse(layer) else self.length(sample) - 1, sample, unit)

    def reverse(self, layer: int) -> bool:
        """Whether a layer goes from the last step to the first."""
        return layer % self.directions == 1

    def length(self, sample: int) -> int:
        """How many steps a sample has."""
        return sum(size > sample for size in self.sizes)

    def before(self, layer: int, step: int, sample: int) -> int | None:
        """The step that a layer did before another; None where it was its first."""
        if not self.reverse(layer):
            return step - 1 if step else None
        return step + 1 if step + 1 < self.length(sample) else None

    def inner(self, shown: Index) -> Index:
        """The place of a number that is shown at an index."""
        return shown

    def shown(self, place: Index) -> Index:
        """The index at which the number of a place is shown."""
        return place

    def state_place(self, layer: int, sample: int) -> Index:
        """Where a layer's initial state of a sample is."""
        return (layer, sample)

    # -- numbers -------------------------------------------------------------------------------

    def made(self, layer: int, sample: int) -> dict[str, Array]:
        """Everything that a layer computes of a sample: by its code, (steps, units) in float64."""
        found = self._made.setdefault(sample, [])
        while len(found) <= layer:
            found.append(self._layer(len(found), sample, found))
        return found[layer]

    def _layer(self, layer: int, sample: int, below: list[dict[str, Array]]) -> dict[str, Array]:
        steps, weights = range(self.length(sample)), self.weights[layer]
        if layer < self.directions:
            x = np.stack([np.asarray(self.x.array[self.x_at(t, sample)]) for t in steps])
        else:
            first = layer // self.directions * self.directions - self.directions
            x = np.concatenate([b["h"] for b in below[first : first + self.directions]], axis=1)
            if self.masks:
                x = x * np.stack([self.mask(layer, step, sample) for step in steps])
        from_x = np.asarray(x, np.float64) @ _wide(weights.w_ih).T + _wide(weights.b_ih)
        codes = (*self.gates, *map(pre, self.gates), "q", "h", "c")
        found = {code: np.zeros((len(steps), self.width)) for code in codes}
        at = self.state_place(layer, sample)
        state = {k: np.asarray(t.array[at], np.float64) for k, t in self.initial.items()}
        for step in reversed(steps) if self.reverse(layer) else steps:
            from_h = state["h"] @ _wide(weights.w_hh).T + _wide(weights.b_hh)
            state = self._step(from_x[step], np.asarray(from_h), state)
            for code, values in state.items():
                found[code][step] = values
        return found

    def mask(self, layer: int, step: int, sample: int) -> Array:
        """What dropout multiplied each unit by, of those that a layer reads from the one below."""
        at = (int(self._starts[step]) + sample,) if self.packed else (step, sample)
        return np.asarray(self.masks[layer // self.directions - 1][at], np.float64)

    def _step(self, from_x: Array, from_h: Array, state: dict[str, Array]) -> dict[str, Array]:
        x, h = (np.split(each, len(self.gates)) for each in (from_x, from_h))
        if self.kind == "lstm":
            i, f, g, o = (a + b for a, b in zip(x, h, strict=True))
            made = {"i": _sigmoid(i), "f": _sigmoid(f), "g": np.tanh(g), "o": _sigmoid(o)}
            cell = made["f"] * state["c"] + made["i"] * made["g"]
            inner = dict(zip(map(pre, self.gates), (i, f, g, o), strict=True))
            return {**made, **inner, "c": cell, "h": made["o"] * np.tanh(cell)}
        if self.kind == "gru":
            r, z = _sigmoid(x[0] + h[0]), _sigmoid(x[1] + h[1])
            n = x[2] + r * h[2]
            hidden = (1 - z) * np.tanh(n) + z * state["h"]
            inner = {"a_r": x[0] + h[0], "a_z": x[1] + h[1], "a_n": n, "q": h[2]}
            return {"r": r, "z": z, "n": np.tanh(n), **inner, "h": hidden}
        total = x[0] + h[0]
        function = np.tanh if self.kind == "rnn_tanh" else lambda a: np.maximum(a, 0)
        return {"a_h": total, "h": function(total)}

    # -- factors -------------------------------------------------------------------------------

    def value(self, code: str, place: Index) -> float:
        """One value that is computed."""
        layer, step, sample, unit = place
        return float(self.made(layer, sample)[code][step, unit])

    def one(self, code: str, place: Index, function: str = "", value: float = 0.0) -> FactorColumn:
        """One value as a factor of one term; with a ``function``, whose ``value`` it is."""
        shown = value if function else self.value(code, place)
        return self.x.intermediate(
            code, ROLES.get(code, "pre_activation"), [shown], [self.shown(place)], function
        )

    def state_before(self, code: str, place: Index, units: Sequence[int]) -> FactorColumn:
        """The hidden state or the cell that a step began with, at some units."""
        layer, step, sample, _ = place
        earlier = self.before(layer, step, sample)
        if earlier is None:
            at = self.state_place(layer, sample)
            places = np.array([(*at, unit) for unit in units], np.int64)
            return self.initial[code].column(f"initial_{ROLES[code]}", places)
        places = np.array([(layer, earlier, sample, unit) for unit in units], np.int64)
        values = self.made(layer, sample)[code][earlier][list(units)]
        return self.x.intermediate(code, ROLES[code], values, places)

    def read(self, place: Index) -> tuple[FactorColumn, ...]:
        """What a layer reads at a step, and what dropout multiplied it by."""
        layer, step, sample, _ = place
        column = self.input_column(place)
        if not self.masks or layer < self.directions:
            return (column,)
        return (column, plain("mask", *self.mask(layer, step, sample)))

    def input_column(self, place: Index) -> FactorColumn:
        """What a layer reads at a step: the input, or the hidden states of the layer below."""
        layer, step, sample, _ = place
        if layer < self.directions:
            at = self.x_at(step, sample)
            width = self.x.shape[-1]
            return self.x.column("input", np.array([(*at, m) for m in range(width)], np.int64))
        first = layer // self.directions * self.directions - self.directions
        below = [
            (other, step, sample, unit)
            for other in range(first, first + self.directions)
            for unit in range(self.width)
        ]
        values = [self.value("h", each) for each in below]
        return self.x.intermediate("h", "hidden", values, below)

    # -- the sums ------------------------------------------------------------------------------

    def from_input(self, gate: int, place: Index) -> list[Part]:
        """W_ih·x and its bias, for a unit of a gate."""
        weights, row = self.weights[place[0]], gate * self.width + place[-1]
        columns = self.read(place)
        rows = np.array([(row, m) for m in range(len(columns[0].values))], np.int64)
        parts = [product("products", weights.w_ih.column("weight", rows), *columns)]
        return [*parts, *_bias(weights.b_ih, "bias", row)]

    def from_hidden(self, gate: int, place: Index) -> list[Part]:
        """W_hh·h of the step before, and its bias."""
        weights, row = self.weights[place[0]], gate * self.width + place[-1]
        column = self.state_before("h", place, range(self.width))
        rows = np.array([(row, m) for m in range(self.width)], np.int64)
        weight = weights.w_hh.column("recurrent_weight", rows)
        return [product("recurrent", weight, column), *_bias(weights.b_hh, "recurrent_bias", row)]


class RecurrentCell(Recurrent):
    """One call of a cell: a layer's step. Raises NotRecorded as a layer does."""

    def __init__(self, call: RecordedCall) -> None:
        recorded = call.event.call
        if recorded is None or recorded.kwargs or len(recorded.args) < 4:
            raise NotRecorded
        self.kind = recorded.name.removesuffix(STEP_SUFFIX)
        self.gates = GATES[self.kind]
        inputs, states, *weights = recorded.args
        self.x = _read(call, inputs)
        both = states if isinstance(states, list | tuple) else [states]
        self.initial = dict(zip("hc", (_read(call, each) for each in both), strict=False))
        read = [None if each is None else _read(call, each) for each in weights]
        w_ih, w_hh, *biases = read
        if w_ih is None or w_hh is None:
            raise NotRecorded
        self.weights = [LayerWeights(w_ih, w_hh, *biases)]
        self.layers = self.directions = 1
        self.masks, self._made = [], {}
        self.width = self.initial["h"].shape[-1]
        self.is_batch = self.x.array.ndim > 1
        self.sizes = [self.x.shape[0] if self.is_batch else 1]

    def x_at(self, step: int, sample: int) -> Index:
        """Where the input of a sample begins."""
        return (sample,) if self.is_batch else ()

    def inner(self, shown: Index) -> Index:
        """The place of a number that is shown at (sample, unit), or at (unit,) of one sample."""
        return (0, 0, *shown) if self.is_batch else (0, 0, 0, *shown)

    def shown(self, place: Index) -> Index:
        """The other way round."""
        return place[2:] if self.is_batch else place[3:]

    def state_place(self, layer: int, sample: int) -> Index:
        """Where the state of a sample is."""
        return (sample,) if self.is_batch else ()


def _bias(bias: RecordedTensor | None, role: str, row: int) -> list[Part]:
    return [] if bias is None else [product(role, bias.one(role, (row,)), plain("one", 1.0))]


def _read(call: RecordedCall, argument: Any) -> RecordedTensor:
    if not isinstance(argument, TensorPlace):
        raise NotRecorded
    return call.read(argument.place)


def _wide(tensor: RecordedTensor | None) -> Array:
    return np.zeros(()) if tensor is None else np.asarray(tensor.array, np.float64)


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))
