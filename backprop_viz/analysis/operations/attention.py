"""Scaled dot-product attention: the values, weighted by how well each key answers the query."""

import math

import numpy as np

from backprop_viz.analysis.operations.drawn import dropout_masks
from backprop_viz.analysis.operations.log_sums import log_sum
from backprop_viz.analysis.operations.operation_entry import (
    Intermediate,
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    constant,
    plain,
    product,
)
from backprop_viz.analysis.operations.softmax_inside import EXPONENTIAL_SUM, shift_of
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.trace.events import Array

# Which one runs goes by the device, the dtype and the shapes.
_KERNELS = (
    "FlashAttentionForCpu",
    "FlashAttention",
    "EfficientAttention",
    "CudnnAttention",
    "FusedAttentionOverrideable",
)


def _head(call: RecordedCall, tensor: RecordedTensor, lead: Index) -> Index:
    """The batch and head of a tensor that go into those of the output; heads may share them."""
    own = lead[len(lead) - (tensor.array.ndim - 2) :] if tensor.array.ndim > 2 else ()
    sizes = tensor.shape[:-2]
    place = [0 if n == 1 else i for i, n in zip(own, sizes, strict=True)]
    if call.option("enable_gqa", 7, False) and place:
        heads = call.output().shape[-3]
        place[-1] = own[-1] // (heads // sizes[-1])
    return tuple(place)


def _scale(call: RecordedCall) -> float:
    scale = call.option("scale", 6)
    return 1 / math.sqrt(call.tensor("query", 0).shape[-1]) if scale is None else float(scale)


def _products(call: RecordedCall, query_at: Index) -> Array:
    """q·k (K,) of one query with each key, scaled, in float64. ``query_at``: batch, head, place."""
    query, key = call.tensor("query", 0), call.tensor("key", 1)
    lead, position = query_at[:-1], query_at[-1]
    rows = np.asarray(key.array[_head(call, key, lead)], np.float64)
    row = np.asarray(query.array[_head(call, query, lead)][position], np.float64)
    return np.asarray(rows @ row * _scale(call))


def _masked(call: RecordedCall, query_at: Index, keys: int) -> Array:
    """What is added to each score (K,): 0 without a mask, -∞ for a key that is masked out."""
    added, position = np.zeros(keys), query_at[-1]
    if call.option("is_causal", 5, False):
        added = np.where(np.arange(keys) <= position, added, -math.inf)
    mask = call.tensor_or_none("attn_mask", 3)
    if mask is not None:
        shape = (*call.output().shape[:-1], keys)
        own = np.broadcast_to(mask.array, shape)[query_at]
        added = np.where(own, added, -math.inf) if own.dtype == bool else added + own
    return np.asarray(added, np.float64)


def _scores(call: RecordedCall, query_at: Index) -> Array:
    """The exponents (K,) of one query's softmax."""
    found = _products(call, query_at)
    return np.asarray(found + _masked(call, query_at, len(found)))


def _weights(call: RecordedCall, index: Index) -> Array:
    """The attention (K,) of one query to each key, in float64."""
    scores = _scores(call, index[:-1])
    return np.asarray(np.exp(scores - log_sum(scores)))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    weights, value = _weights(call, index), call.tensor("value", 2)
    head = _head(call, value, index[:-2])
    places = np.array([(*head, k, index[-1]) for k in range(len(weights))], np.int64)
    column = value.column("value", places)
    at = [(*index[:-1], k) for k in range(len(weights))]
    attention = call.tensor("query", 0).intermediate(_WEIGHT, "attention", weights, at)
    return (product("products", attention, *_kept(call, index, len(weights)), column),)


def _kept(call: RecordedCall, index: Index, keys: int) -> tuple[FactorColumn, ...]:
    """What dropout multiplied the weights of a query by; () without dropout."""
    p = float(call.option("dropout_p", 4, 0.0))
    if not p or call.event.call is None:
        return ()
    shape = (*call.output().shape[:-1], keys)
    (masks,) = dropout_masks(call.event.call, [shape], p)
    return (plain("mask", *np.asarray(masks[index[:-1]], np.float64)),)


def _weight_parts(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """The attention to one key: exp(score), over the sum of this for all keys."""
    query, scores = call.tensor("query", 0), _scores(call, index[:-1])
    shift = shift_of(scores)
    total = np.exp(scores - shift).sum()
    own = np.exp(scores[index[-1]] - shift)
    exponential = query.intermediate(_SCORE, "score", [own], [index], _exp(shift))
    over = query.intermediate(EXPONENTIAL_SUM, "one_over_sum", [1 / total], [index[:-1]], "1 / x")
    return (product("value", exponential, over),)


def _sum_parts(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    scores = _scores(call, index)
    shift, at = shift_of(scores), [(*index, k) for k in range(len(scores))]
    each = np.exp(scores - shift)
    column = call.tensor("query", 0).intermediate(_SCORE, "score", each, at, _exp(shift))
    return (product("exponentials", column),)


def _score_parts(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """The products of a query and a key, scaled, and what the mask adds."""
    query, key = call.tensor("query", 0), call.tensor("key", 1)
    *lead, position, at = index
    width = query.shape[-1]
    queries = [(*_head(call, query, tuple(lead)), position, d) for d in range(width)]
    keys = [(*_head(call, key, tuple(lead)), at, d) for d in range(width)]
    products = product(
        "products",
        constant("scale", _scale(call), width),
        query.column("query", np.array(queries, np.int64)),
        key.column("key", np.array(keys, np.int64)),
    )
    added = float(_masked(call, index[:-1], key.shape[-2])[at])
    return (products, product("mask", plain("mask", added))) if added else (products,)


def _exp(shift: float) -> str:
    return f"exp(x − {shift:.6g})" if shift else "exp(x)"


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    weights = _weights(call, index)
    largest = int(weights.argmax())
    masked = int((weights == 0).sum())
    return (Fact("attention_largest", (largest, float(weights[largest]), len(weights), masked)),)


# The codes of the values inside: P and Q @ Kᵀ / √d.
_WEIGHT, _SCORE = "attention_weight", "score"
_AXES = ("position", "feature")
_KEYS = ("head", "query", "key")

OPERATIONS = (
    OperationEntry(
        functions=("scaled_dot_product_attention",),
        roles=("query", "key", "value", "mask"),
        form="y = P @ V,  P = softmax(Q @ Kᵀ / √d)",
        axes={
            "query": ("head", *_AXES),
            "key": ("head", *_AXES),
            "value": ("head", *_AXES),
            "output": ("head", *_AXES),
        },
        forward=_parts,
        intermediates=(
            Intermediate(
                name=_WEIGHT,
                symbol="P",
                form="P = exp(score) / Σ exp(score)",
                parts=_weight_parts,
                axes=_KEYS,
            ),
            Intermediate(
                name=EXPONENTIAL_SUM,
                symbol="Σ exp",
                form="s = Σₘ exp(score)",
                parts=_sum_parts,
                axes=_KEYS[:2],
            ),
            Intermediate(
                name=_SCORE,
                symbol="score",
                form="score = Q @ Kᵀ / √d",
                parts=_score_parts,
                axes=_KEYS,
            ),
        ),
        facts=_facts,
        nodes=tuple(
            OperationNode(
                f"ScaledDotProduct{kernel}Backward0",
                (SentGradient(), SentGradient(), SentGradient("attention")),
            )
            for kernel in _KERNELS
        ),
    ),
)
