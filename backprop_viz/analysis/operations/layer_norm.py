"""Layer, group and RMS norm: each sample, or each group of its channels, is normalized."""

import math

import numpy as np

from backprop_viz.analysis.operations.normalization import (
    Statistics,
    normalized_parts,
    sent_by_norm,
    statistics,
)
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
)
from backprop_viz.recording.events import Event
from backprop_viz.recording.number_explanation import Fact, Part

_At = tuple[RecordedTensor, Index] | None


def _given(call: RecordedCall, name: str, place: int, index: Index) -> _At:
    found = call.tensor_or_none(name, place)
    return None if found is None else (found, index)


# -- layer norm ----------------------------------------------------------------------------------


def _normalized_axes(call: RecordedCall) -> int:
    shape = call.option("normalized_shape", 1)
    return len(shape) if isinstance(shape, list | tuple) else 1


def _layer(call: RecordedCall, index: Index) -> Statistics:
    before = index[: call.input.array.ndim - _normalized_axes(call)]
    return statistics(call.input.array[before], float(call.option("eps", 4, 1e-5)))


def _layer_parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    own = index[len(index) - _normalized_axes(call) :]
    gain, bias = _given(call, "weight", 2, own), _given(call, "bias", 3, own)
    return normalized_parts(call.input, index, _layer(call, index), gain, bias)


def _layer_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return _told("layer_statistics", call, index, _layer(call, index))


def _told(code: str, call: RecordedCall, index: Index, found: Statistics) -> tuple[Fact, ...]:
    values = (found.mean, found.sigma, found.count, call.input.at(index))
    return (Fact(code, values, (call.input.number(index),)),)


def _layer_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    return () if slot else _layer_facts(call, slot, index)


# -- group norm ----------------------------------------------------------------------------------


def _group(call: RecordedCall, index: Index) -> Statistics:
    x, groups = call.input.array, int(call.option("num_groups", 1))
    size = x.shape[1] // groups
    start = index[1] // size * size
    group = x[index[0], start : start + size]
    return statistics(group, float(call.option("eps", 4, 1e-5)))


def _group_parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    channel = (index[1],)
    gain, bias = _given(call, "weight", 2, channel), _given(call, "bias", 3, channel)
    return normalized_parts(call.input, index, _group(call, index), gain, bias)


def _group_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return _told("group_statistics", call, index, _group(call, index))


def _group_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    return () if slot else _group_facts(call, slot, index)


# -- RMS norm ------------------------------------------------------------------------------------


def _rms(call: RecordedCall, index: Index) -> Statistics:
    x = call.input.array
    eps = call.option("eps", 3)
    if eps is None:
        if x.dtype not in (np.float32, np.float64):
            raise NotRecorded
        eps = np.finfo(x.dtype).eps
    group = np.asarray(x[index[: x.ndim - _normalized_axes(call)]], np.float64)
    return Statistics(0.0, math.sqrt(float(np.mean(group**2)) + float(eps)), group.size)


def _rms_parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    own = index[len(index) - _normalized_axes(call) :]
    gain = _given(call, "weight", 2, own)
    return normalized_parts(call.input, index, _rms(call, index), gain, None, "x/rms")


def _rms_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    found = _rms(call, index)
    values = (found.sigma, found.count, call.input.at(index))
    return (Fact("root_mean_square", values, (call.input.number(index),)),)


def _last_axes(call: RecordedCall) -> range:
    return range(call.input.array.ndim - _normalized_axes(call), call.input.array.ndim)


def _channel_axis(call: RecordedCall) -> tuple[int, ...]:
    return (1,)


_ROLES = ("input", "gain", "bias")

OPERATIONS = (
    OperationEntry(
        functions=("layer_norm",),
        roles=_ROLES,
        form="y = γ·(x − mean)/σ + β",
        axes={
            "input": ("feature",),
            "normalized": ("feature",),
            "gain": ("feature",),
            "bias": ("feature",),
            "output": ("feature",),
        },
        forward=_layer_parts,
        facts=_layer_facts,
        nodes=(
            OperationNode("NativeLayerNormBackward0", sent_by_norm(_last_axes), _layer_node_facts),
        ),
    ),
    OperationEntry(
        functions=("group_norm",),
        roles=_ROLES,
        form="y = γ·(x − mean)/σ + β",
        axes={"gain": ("channel",), "bias": ("channel",)},
        forward=_group_parts,
        facts=_group_facts,
        nodes=(
            OperationNode(
                "NativeGroupNormBackward0", sent_by_norm(_channel_axis), _group_node_facts
            ),
        ),
    ),
    OperationEntry(
        functions=("rms_norm",),
        roles=("input", "gain"),
        form="y = γ·x/rms",
        axes={"input": ("feature",), "normalized": ("feature",), "gain": ("feature",)},
        forward=_rms_parts,
        facts=_rms_facts,
        composite=True,
    ),
)
