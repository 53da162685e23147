"""Scaled dot-product attention: the values, weighted by how well each key answers the query."""

import math

import numpy as np

from backprop_viz.analysis.operations.log_sums import log_sum
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    product,
)
from backprop_viz.recording.events import Array
from backprop_viz.recording.number_explanation import Fact, FactorColumn, Part


def _head(call: RecordedCall, tensor: RecordedTensor, lead: Index) -> Index:
    """The batch and head of a tensor that go into those of the output; heads may share them."""
    own = lead[len(lead) - (tensor.array.ndim - 2) :] if tensor.array.ndim > 2 else ()
    sizes = tensor.shape[:-2]
    place = [0 if n == 1 else i for i, n in zip(own, sizes, strict=True)]
    if call.option("enable_gqa", 7, False) and place:
        heads = call.output().shape[-3]
        place[-1] = own[-1] // (heads // sizes[-1])
    return tuple(place)


def _weights(call: RecordedCall, index: Index) -> Array:
    """The attention (K,) of one query to each key, in float64."""
    if call.option("dropout_p", 4, 0.0):
        raise NotRecorded  # what was dropped is not told
    query, key = call.tensor("query", 0), call.tensor("key", 1)
    lead, position = index[:-2], index[-2]
    rows = np.asarray(key.array[_head(call, key, lead)], np.float64)
    row = np.asarray(query.array[_head(call, query, lead)][position], np.float64)
    scale = call.option("scale", 6)
    scores = rows @ row * (1 / math.sqrt(len(row)) if scale is None else float(scale))
    if call.option("is_causal", 5, False):
        scores = np.where(np.arange(len(scores)) <= position, scores, -math.inf)
    mask = call.tensor_or_none("attn_mask", 3)
    if mask is not None:
        shape = (*call.output().shape[:-1], len(scores))
        own = np.broadcast_to(mask.array, shape)[(*lead, position)]
        scores = np.where(own, scores, -math.inf) if own.dtype == bool else scores + own
    return np.asarray(np.exp(scores - log_sum(scores)))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    weights, value = _weights(call, index), call.tensor("value", 2)
    head = _head(call, value, index[:-2])
    places = np.array([(*head, k, index[-1]) for k in range(len(weights))], np.int64)
    column = value.column("value", places)
    return (product("products", FactorColumn("attention", weights), column),)


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    weights = _weights(call, index)
    largest = int(weights.argmax())
    masked = int((weights == 0).sum())
    return (Fact("attention_largest", (largest, float(weights[largest]), len(weights), masked)),)


_AXES = ("position", "feature")

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
        facts=_facts,
        nodes=(
            OperationNode(
                "ScaledDotProductFlashAttentionForCpuBackward0",
                (SentGradient(), SentGradient(), SentGradient("attention")),
            ),
        ),
    ),
)
