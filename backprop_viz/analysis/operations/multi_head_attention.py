"""Attention with several heads, as ``nn.MultiheadAttention`` runs it: projections, heads, output.

Its places inside are (sample, head, query) with a key or a feature of the head after them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.analysis.operations.drawn import dropout_masks
from backprop_viz.analysis.operations.log_sums import log_sum
from backprop_viz.analysis.operations.operation_entry import Intermediate, OperationEntry
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    Places,
    RecordedCall,
    RecordedTensor,
    constant,
    plain,
    product,
)
from backprop_viz.analysis.operations.softmax_inside import EXPONENTIAL_SUM, shift_of
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.tensors import TensorTable

# The codes of the values inside; a projection's is the role of what is projected.
WEIGHT, SCORE, HEAD = "attention_weight", "score", "head"
_PROJECTED = {"query": "q", "key": "k", "value": "v"}
# With one of these arguments given or true, a call is not covered; with the argument's place.
_UNTOLD = (("bias_k", 7), ("bias_v", 8), ("static_k", 21), ("static_v", 22))


@dataclass(frozen=True, slots=True, eq=False)
class _Projection:
    """What makes q, k or v of an input: rows of a weight from ``first`` on, and of a bias."""

    source: RecordedTensor
    weight: RecordedTensor
    bias: RecordedTensor | None
    first: int
    bias_first: int


class Heads:
    """One call. Raises NotRecorded for one that these rules do not cover."""

    def __init__(self, call: RecordedCall) -> None:
        given = any(call.option(name, place) is not None for name, place in _UNTOLD)
        if (
            given
            or call.option("add_zero_attn", 9, False)
            or call.tensor("query", 0).array.ndim < 3
        ):
            raise NotRecorded
        sources = [call.tensor(name, i) for i, name in enumerate(_PROJECTED)]
        self.query = sources[0]
        self.count = int(call.option("num_heads", 4))
        self.features = self.query.shape[-1]
        self.width = self.features // self.count
        self.keys = sources[1].shape[0]
        whole, bias = (
            call.tensor_or_none("in_proj_weight", 5),
            call.tensor_or_none("in_proj_bias", 6),
        )
        self.projections = {}
        for i, name in enumerate(_PROJECTED):
            own = whole if whole is not None else call.tensor(f"{name[0]}_proj_weight", 18 + i)
            first = i * self.features
            split = first if whole is not None else 0
            self.projections[name] = _Projection(sources[i], own, bias, split, first)
        self.out_weight = call.tensor("out_proj_weight", 11)
        self.out_bias = call.tensor_or_none("out_proj_bias", 12)
        self._added = self._masks(call)
        self._kept: Array | None = None  # what dropout multiplied each weight by
        dropped = call.option("training", 13, True) and call.option("dropout_p", 10, 0.0)
        if dropped and call.event.call is not None:
            shape = self._added.shape
            (self._kept,) = dropout_masks(call.event.call, [shape], float(dropped))
        self._made: dict[int, dict[str, Array]] = {}

    def _masks(self, call: RecordedCall) -> Array:
        """What is added to each score: (samples, heads, queries, keys)."""
        steps, samples = self.query.shape[:2]
        added = np.zeros((samples, self.count, steps, self.keys))
        padding = call.tensor_or_none("key_padding_mask", 14)
        mask = call.tensor_or_none("attn_mask", 16)
        weighed = call.option("need_weights", 15, True)
        if call.option("is_causal", 24, False) and padding is None and not weighed:
            later = np.arange(self.keys) > np.arange(steps)[:, None]
            added[..., later] = -math.inf
        elif mask is not None:
            own = _as_added(mask.array)
            added += own if own.ndim == 2 else own.reshape(added.shape)
        if padding is not None:
            added += _as_added(padding.array)[:, None, None, :]
        return added

    # -- numbers -------------------------------------------------------------------------------

    def made(self, sample: int) -> dict[str, Array]:
        """All that is computed of a sample, by its code, in float64; heads come first."""
        if sample not in self._made:
            found = {name: self._project(each, sample) for name, each in self.projections.items()}
            scores = found["query"] @ found["key"].transpose(0, 2, 1) / math.sqrt(self.width)
            scores = scores + self._added[sample]
            totals = np.array([[log_sum(row) for row in head] for head in scores])
            found[SCORE] = scores
            found[WEIGHT] = np.exp(scores - totals[..., None])
            kept = 1.0 if self._kept is None else self._kept[sample]
            found[HEAD] = (found[WEIGHT] * kept) @ found["value"]
            self._made[sample] = found
        return self._made[sample]

    def _project(self, own: _Projection, sample: int) -> Array:
        rows = slice(own.first, own.first + self.features)
        weight = np.asarray(own.weight.array[rows], np.float64)
        made = np.asarray(own.source.array[:, sample], np.float64) @ weight.T
        if own.bias is not None:
            at = own.bias_first
            made = made + np.asarray(own.bias.array[at : at + self.features], np.float64)
        return np.asarray(made.reshape(-1, self.count, self.width).transpose(1, 0, 2))

    def column(self, code: str, role: str, places: Places) -> FactorColumn:
        """Values that are computed, at K places (K, 4)."""
        values = [self.made(int(n))[code][h, i, j] for n, h, i, j in places]
        return self.query.intermediate(code, role, values, places)

    # -- the sums ------------------------------------------------------------------------------

    def output_parts(self, slot: int, index: Index) -> tuple[Part, ...]:
        """The heads' outputs, projected; or the weights, as they are or their mean."""
        if slot == 1:
            return (self._weights(index),)
        step, sample, unit = index
        every = np.arange(self.features)
        places = _places(sample, every // self.width, step, every % self.width)
        rows = np.stack([np.full_like(every, unit), every], axis=1)
        weight = self.out_weight.column("weight", rows)
        return (
            product("products", self.column(HEAD, "head", places), weight),
            *_bias(self.out_bias, unit),
        )

    def _weights(self, index: Index) -> Part:
        if len(index) == 4:
            return product("value", *self._attention(np.array([index], np.int64)))
        places = _places(index[0], np.arange(self.count), *index[1:])
        share = constant("share", 1 / self.count, self.count)
        return product("products", *self._attention(places), share)

    def _attention(self, places: Places) -> list[FactorColumn]:
        """The weights at K places, and what dropout multiplied them by."""
        column = self.column(WEIGHT, "attention", places)
        if self._kept is None:
            return [column]
        return [column, plain("mask", *np.asarray(self._kept[tuple(places.T)], np.float64))]

    def head_parts(self, place: Index) -> tuple[Part, ...]:
        """The values, weighted by the attention."""
        sample, head, step, unit = place
        keys = np.arange(self.keys)
        weights = self._attention(_places(sample, head, step, keys))
        return (product("products", *weights, self._projected("value", sample, head, keys, unit)),)

    def weight_parts(self, place: Index) -> tuple[Part, ...]:
        """The attention to one key: exp(score), over the sum of this for all keys."""
        scores = self.made(place[0])[SCORE][place[1:-1]]
        shift = shift_of(scores)
        total, own = np.exp(scores - shift).sum(), np.exp(scores[place[-1]] - shift)
        exponential = self.query.intermediate(SCORE, "score", [own], [place], _exp(shift))
        over = self.query.intermediate(
            EXPONENTIAL_SUM, "one_over_sum", [1 / total], [place[:-1]], "1 / x"
        )
        return (product("value", exponential, over),)

    def sum_parts(self, place: Index) -> tuple[Part, ...]:
        """exp(score) of every key."""
        scores = self.made(place[0])[SCORE][place[1:]]
        shift, places = shift_of(scores), _places(*place, np.arange(self.keys))
        each = np.exp(scores - shift)
        column = self.query.intermediate(SCORE, "score", each, places, _exp(shift))
        return (product("exponentials", column),)

    def score_parts(self, place: Index) -> tuple[Part, ...]:
        """The products of a query and a key, scaled, and what the masks add."""
        sample, head, step, key = place
        units = np.arange(self.width)
        products = product(
            "products",
            constant("scale", 1 / math.sqrt(self.width), self.width),
            self._projected("query", sample, head, step, units),
            self._projected("key", sample, head, key, units),
        )
        added = float(self._added[place])
        return (products, product("mask", plain("mask", added))) if added else (products,)

    def projected_parts(self, name: str, place: Index) -> tuple[Part, ...]:
        """One element of q, k or v: W·x + b."""
        sample, head, step, unit = place
        own, row = self.projections[name], head * self.width + unit
        every = np.arange(own.source.shape[-1])
        rows = np.stack([np.full_like(every, own.first + row), every], axis=1)
        at = np.stack([np.full_like(every, step), np.full_like(every, sample), every], axis=1)
        products = product(
            "products", own.weight.column("weight", rows), own.source.column("input", at)
        )
        return (products, *_bias(own.bias, own.bias_first + row))

    def _projected(self, name: str, *place: Any) -> FactorColumn:
        return self.column(name, name, _places(*place))


def _places(*axes: Any) -> Places:
    """Places (K, d) of which each axis is one number or K."""
    return np.stack(np.broadcast_arrays(*axes), axis=1).astype(np.int64)


def _bias(bias: RecordedTensor | None, at: int) -> tuple[Part, ...]:
    return () if bias is None else (product("bias", bias.one("bias", (at,)), plain("one", 1.0)),)


def _as_added(mask: Array) -> Array:
    """A mask as what is added: -∞ where it is True."""
    return np.where(mask, -math.inf, 0.0) if mask.dtype == bool else np.asarray(mask, np.float64)


def _exp(shift: float) -> str:
    return f"exp(x − {shift:.6g})" if shift else "exp(x)"


_KNOWN: WeakKeyDictionary[TensorTable, dict[Any, Heads]] = WeakKeyDictionary()


def _heads(call: RecordedCall) -> Heads:
    known = _KNOWN.setdefault(call.event.tensors, {})
    key = call.event.input_ids, call.event.output_ids
    if key not in known:
        known[key] = Heads(call)
    return known[key]


def _output(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _heads(call).output_parts(slot, index)


def _inside(
    name: str,
    symbol: str,
    form: str,
    rule: Callable[[Heads, Index], tuple[Part, ...]],
    axes: tuple[str, ...],
) -> Intermediate:
    return Intermediate(
        name=name,
        symbol=symbol,
        form=form,
        parts=lambda call, place: rule(_heads(call), place),
        axes=axes,
    )


def _projected_rule(name: str) -> Callable[[Heads, Index], tuple[Part, ...]]:
    return lambda heads, place: heads.projected_parts(name, place)


_QUERY = ("sample", "head", "query")

OPERATIONS = (
    OperationEntry(
        functions=("multi_head_attention_forward",),
        roles=("query", "key", "value", "weight"),
        form="y = Σ W_out·head + b_out",
        axes={"output": ("position", "sample", "feature")},
        forward=_output,
        intermediates=(
            _inside(HEAD, "head", "head = P @ V", Heads.head_parts, (*_QUERY, "feature")),
            _inside(
                WEIGHT,
                "P",
                "P = exp(score) / Σ exp(score)",
                Heads.weight_parts,
                (*_QUERY, "key"),
            ),
            _inside(EXPONENTIAL_SUM, "Σ exp", "s = Σₘ exp(score)", Heads.sum_parts, _QUERY),
            _inside(SCORE, "score", "score = Q @ Kᵀ / √d", Heads.score_parts, (*_QUERY, "key")),
            *(
                _inside(
                    name,
                    symbol,
                    f"{symbol} = Σ W·x + b",
                    _projected_rule(name),
                    ("sample", "head", "position", "feature"),
                )
                for name, symbol in _PROJECTED.items()
            ),
        ),
        composite=True,
    ),
)
