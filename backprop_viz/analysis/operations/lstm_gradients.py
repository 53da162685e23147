"""What the node of an LSTM's layer sends: the gradients of its gates, step by step.

With δa the gradients of the gates' pre-activations, ∂L/∂W_ih = Σ δa·x and ∂L/∂W_hh = Σ δa·h₋₁, over
the steps and the samples.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.analysis.operations.operation_entry import (
    NodeIntermediate,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedNode,
    plain,
    product,
)
from backprop_viz.analysis.operations.recurrent_inside import ROLES, recurrent_of
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.tensors import TensorTable

OF_HIDDEN, OF_CELL, OF_PRE = "gradient_of_hidden", "gradient_of_cell", "gradient_of_pre_activation"
# What a gate's gradient is multiplied by: σ′ and tanh′ by their values.
_SLOPES = {"i": "x·(1 − x)", "f": "x·(1 − x)", "o": "x·(1 − x)", "g": "1 − x²"}


# By a recording's tensors, a node and what arrived there: by the sample, δh, δc and δa.
_Known = WeakKeyDictionary[TensorTable, dict[Any, dict[int, dict[str, Array]]]]
_KNOWN: _Known = WeakKeyDictionary()


class LstmGradient:
    """One layer and direction. Its places are (step, sample, unit), or (step, sample, row)."""

    def __init__(self, node: RecordedNode) -> None:
        self.node, self.lstm = node, recurrent_of(node.call)
        if self.lstm.packed:
            raise NotRecorded
        # torch does not tell which layer a node is of: the weights that it sends to do.
        own = {node.reads[1], node.reads[2]} - {None}
        weights = self.lstm.weights
        layers = [i for i, w in enumerate(weights) if own & {w.w_ih.id, w.w_hh.id}]
        if len(layers) != 1:
            raise NotRecorded
        self.layer = layers[0]
        self.weights = weights[self.layer]
        self.width, self.steps = self.lstm.width, len(self.lstm.sizes)
        self.arrived = self._arrived(0)
        self.samples = self.lstm.sizes[0]
        key = node.event.node, node.event.input_ids
        self._made = _KNOWN.setdefault(node.event.tensors, {}).setdefault(key, {})

    def _arrived(self, slot: int) -> Array | None:
        event = self.node.event
        return event.inputs[slot] if event.input_ids[slot] is not None else None

    # -- numbers -------------------------------------------------------------------------------

    def made(self, sample: int) -> dict[str, Array]:
        """δh, δc and δa of a sample: (steps, units or rows) in float64."""
        if sample not in self._made:
            self._made[sample] = self._backward(sample)
        return self._made[sample]

    def _backward(self, sample: int) -> dict[str, Array]:
        inside = self.lstm.made(self.layer, sample)
        w_hh = np.asarray(self.weights.w_hh.array, np.float64)
        found = {code: np.zeros((self.steps, self.width)) for code in (OF_HIDDEN, OF_CELL)}
        found[OF_PRE] = np.zeros((self.steps, 4 * self.width))
        h, c = (np.zeros(self.width) for _ in range(2))
        for slot, total in ((1, h), (2, c)):
            last = self._arrived(slot)
            total += 0 if last is None else last.reshape(-1, self.width)[sample]
        for step in self._backwards():
            if self.arrived is not None:
                h = h + self.arrived[self._place(step, sample)]
            i, f, g, o = (inside[code][step] for code in "ifgo")
            tanh = np.tanh(inside["c"][step])
            c = c + h * o * (1 - tanh**2)
            slopes = (c * g * i * (1 - i), c * self._before(step, sample) * f * (1 - f))
            a = np.concatenate([*slopes, c * i * (1 - g**2), h * tanh * o * (1 - o)])
            found[OF_HIDDEN][step], found[OF_CELL][step], found[OF_PRE][step] = h, c, a
            h, c = a @ w_hh, c * f
        return found

    def _backwards(self) -> range:
        steps = range(self.steps)
        return steps if self.lstm.reverse(self.layer) else steps[::-1]

    def _place(self, step: int, sample: int) -> Index:
        """Where a step begins in what arrived."""
        shape = () if self.arrived is None else self.arrived.shape
        turned = self.lstm.batch_first and shape[:2] == (self.samples, self.steps)
        return (sample, step) if turned else (step, sample)

    def _before(self, step: int, sample: int) -> Array:
        earlier = self.lstm.before(self.layer, step, sample)
        if earlier is None:
            return np.asarray(self.lstm.initial["c"].array[self.layer, sample], np.float64)
        return np.asarray(self.lstm.made(self.layer, sample)["c"][earlier])

    def _later(self, step: int) -> int | None:
        """The step that came after another."""
        later = step - 1 if self.lstm.reverse(self.layer) else step + 1
        return later if 0 <= later < self.steps else None

    # -- factors -------------------------------------------------------------------------------

    def column(self, code: str, places: Places) -> FactorColumn:
        """δh, δc or δa at K places (K, 3)."""
        values = [self.made(int(n))[code][t, k] for t, n, k in places]
        return self.node.intermediate(code, code, values, places)

    def _one(self, code: str, step: int, sample: int, unit: int) -> FactorColumn:
        return self.column(code, np.array([(step, sample, unit)], np.int64))

    def _inside(self, code: str, place: Index, function: str = "") -> FactorColumn:
        step, sample, unit = place
        own = (self.layer, step, sample, unit)
        x = self.lstm.value(code, own)
        values = {"x·(1 − x)": x * (1 - x), "1 − x²": 1 - x**2, "tanh(x)": np.tanh(x)}
        values["1 − tanh²(x)"] = 1 - np.tanh(x) ** 2
        return self.lstm.one(code, own, function, float(values.get(function, x)))

    # -- the sums ------------------------------------------------------------------------------

    def of_hidden(self, place: Index) -> tuple[Part, ...]:
        """What arrived at the step, and what the next step sends back through W_hh."""
        step, sample, unit = place
        parts = []
        if self.arrived is not None:
            at = (*self._place(step, sample), unit)
            parts.append(product("arrived", self.node.upstream(np.array([at], np.int64))))
        later = self._later(step)
        if later is None:
            return (*parts, *self._last(1, sample, unit))
        rows = np.arange(4 * self.width)
        places = np.stack([np.full_like(rows, later), np.full_like(rows, sample), rows], axis=1)
        weight = self.weights.w_hh.column(
            "recurrent_weight", np.stack([rows, np.full_like(rows, unit)], axis=1)
        )
        return (*parts, product("recurrent", self.column(OF_PRE, places), weight))

    def of_cell(self, place: Index) -> tuple[Part, ...]:
        """By way of h, and of the next step's cell."""
        step, sample, unit = place
        through = product(
            "products",
            self._one(OF_HIDDEN, *place),
            self._inside("o", place),
            self._inside("c", place, "1 − tanh²(x)"),
        )
        later = self._later(step)
        if later is None:
            return (through, *self._last(2, sample, unit))
        kept = self._one(OF_CELL, later, sample, unit), self._inside("f", (later, sample, unit))
        return (through, product("kept", *kept))

    def _last(self, slot: int, sample: int, unit: int) -> tuple[Part, ...]:
        """What arrived at the last state."""
        last = self._arrived(slot)
        if last is None:
            return ()
        place = np.array([(*[0] * (last.ndim - 2), sample, unit)], np.int64)
        return (product("last_state", self.node.upstream_of(slot, place)),)

    def of_pre(self, place: Index) -> tuple[Part, ...]:
        """The gradient of a gate: of the cell, or for the output gate of h, by its slope."""
        step, sample, row = place
        gate, unit = divmod(row, self.width)
        code, own = "ifgo"[gate], (step, sample, unit)
        above = self._one(OF_HIDDEN if code == "o" else OF_CELL, *own)
        if code == "f":
            within = (self.layer, step, sample, unit)
            other = self.lstm.state_before("c", within, [unit])
        elif code == "o":
            other = self._inside("c", own, "tanh(x)")
        else:
            other = self._inside("g" if code == "i" else "i", own)
        return (product("products", above, other, self._inside(code, own, _SLOPES[code])),)

    def sent(self, slot: int, index: Index) -> tuple[Part, ...] | None:
        """An element of what is sent: to x, W_ih, W_hh, the biases."""
        if slot in (3, 4):
            return (product("products", self.column(OF_PRE, self._everywhere(index[0]))),)
        if slot in (1, 2):
            row, at = index
            places = self._everywhere(row)
            others = [self._read(slot, int(t), int(n), at) for t, n, _ in places]
            # What a first step began with is another tensor than what the others did.
            kinds = list(dict.fromkeys((o.tensor, o.intermediate) for o in others))
            parts = []
            for kind in kinds:
                own = [i for i, o in enumerate(others) if (o.tensor, o.intermediate) == kind]
                factors = [
                    self.column(OF_PRE, places[own]),
                    joined_columns([others[i] for i in own]),
                ]
                if slot == 1 and self.lstm.masks and self.layer >= self.lstm.directions:
                    kept = [self.lstm.mask(self.layer, int(t), int(n))[at] for t, n, _ in places]
                    factors.append(plain("mask", *kept))
                parts.append(product("products", *factors))
            return tuple(parts)
        if slot != 0:
            return None
        step, sample, at = (index[1], index[0], index[2]) if self._turned(index) else index
        rows = np.arange(4 * self.width)
        places = np.stack([np.full_like(rows, step), np.full_like(rows, sample), rows], axis=1)
        weight = self.weights.w_ih.column(
            "weight", np.stack([rows, np.full_like(rows, at)], axis=1)
        )
        return (product("products", self.column(OF_PRE, places), weight),)

    def _turned(self, index: Index) -> bool:
        sent = self.node.event.outputs[0]
        own = () if sent is None else sent.shape[:2]
        return self.lstm.batch_first and own == (self.samples, self.steps)

    def _everywhere(self, row: int) -> Places:
        """A row of the gates at each step of each sample."""
        found = np.indices((self.steps, self.samples), np.int64).reshape(2, -1).T
        return np.concatenate([found, np.full((len(found), 1), row, np.int64)], axis=1)

    def _read(self, slot: int, step: int, sample: int, at: int) -> FactorColumn:
        place = (self.layer, step, sample, 0)
        if slot == 2:
            return self.lstm.state_before("h", place, [at])
        return self.lstm.input_column(place).only(np.array([at], np.int64))


def joined_columns(columns: list[FactorColumn]) -> FactorColumn:
    """Columns of one tensor as one."""
    first = columns[0]
    indices = [column.indices for column in columns if column.indices is not None]
    values = np.concatenate([column.values for column in columns])
    return FactorColumn(
        first.role,
        values,
        first.tensor,
        np.concatenate(indices),
        axes=first.axes,
        intermediate=first.intermediate,
    )


def _parts(node: RecordedNode, slot: int, index: Index) -> tuple[Part, ...] | None:
    return LstmGradient(node).sent(slot, index)


def _through_dropout(node: RecordedNode, slot: int, index: Index) -> tuple[Part, ...] | None:
    """What the dropout between two layers sends on: what is kept is scaled up."""
    masks, arrived = recurrent_of(node.call).masks, node.arrived()
    if len(masks) != 1 or masks[0].shape != arrived.shape or slot != 0:
        return None  # of several torch does not tell which one it is
    kept = plain("mask", float(masks[0][index]))
    return (product("products", node.upstream(np.array([index], np.int64)), kept),)


DROPOUT_NODE = OperationNode(
    "MulBackward0",
    (SentGradient("mask", "∂L/∂h = δ·mask"),),
    parts=_through_dropout,
    shared=True,
)


def _inside(
    name: str, symbol: str, form: str, rule: Callable[[LstmGradient, Index], tuple[Part, ...]]
) -> NodeIntermediate:
    return NodeIntermediate(
        name=name,
        symbol=symbol,
        form=form,
        parts=lambda node, place: rule(LstmGradient(node), place),
    )


LSTM_NODE = OperationNode(
    "MkldnnRnnLayerBackward0",
    (
        SentGradient("weight", "∂L/∂x = Σ W_ih·δa"),
        SentGradient("input", "∂L/∂W_ih = Σ δa·x"),
        SentGradient(ROLES["h"], "∂L/∂W_hh = Σ δa·h₋₁"),
        SentGradient("one", "∂L/∂b_ih = Σ δa"),
        SentGradient("one", "∂L/∂b_hh = Σ δa"),
    ),
    parts=_parts,
    intermediates=(
        _inside(OF_HIDDEN, "δh", "δh[…] = δ + Σ W_hh·δa₊₁", LstmGradient.of_hidden),
        _inside(OF_CELL, "δc", "δc[…] = δh[…]·o·(1 − tanh²(c)) + δc₊₁·f₊₁", LstmGradient.of_cell),
        _inside(
            OF_PRE, "δa", "δa[…] = δc·(∂c/∂a),  of the gate o: δh·(∂h/∂a)", LstmGradient.of_pre
        ),
    ),
)
