"""Layer, group and RMS norm: each sample, or each group of its channels, is normalized."""

import numpy as np

from backprop_viz.analysis.operations.norm_entries import (
    node_rule,
    norm_intermediates,
    output_rule,
    statistics_rule,
)
from backprop_viz.analysis.operations.norm_gradients import norm_node
from backprop_viz.analysis.operations.normalization import Norm
from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import Index, NotRecorded, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Fact

_ROLES = ("input", "gain", "bias")
_FORM = "y = γ·(x − mean)/σ + β"
_NORMED = ("input", "normalized", "gain", "bias", "output", "deviation")
_FEATURES = dict.fromkeys(_NORMED, ("feature",))


def _last_axes(call: RecordedCall) -> tuple[int, ...]:
    shape = call.option("normalized_shape", 1)
    ndim = call.input.array.ndim
    return tuple(range(ndim - (len(shape) if isinstance(shape, list | tuple) else 1), ndim))


def _layer(call: RecordedCall) -> Norm:
    axes = _last_axes(call)
    return Norm(
        call.input,
        call.input.shape,
        axes,
        axes,
        float(call.option("eps", 4, 1e-5)),
        call.tensor_or_none("weight", 2),
        call.tensor_or_none("bias", 3),
    )


def _group(call: RecordedCall) -> Norm:
    x, groups = call.input, int(call.option("num_groups", 1))
    folded = (x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])
    return Norm(
        x,
        folded,
        tuple(range(2, len(folded))),
        (1,),
        float(call.option("eps", 4, 1e-5)),
        call.tensor_or_none("weight", 2),
        call.tensor_or_none("bias", 3),
    )


def _rms(call: RecordedCall) -> Norm:
    x, axes, eps = call.input, _last_axes(call), call.option("eps", 3)
    if eps is None:
        if x.array.dtype not in (np.float32, np.float64):
            raise NotRecorded
        eps = np.finfo(x.array.dtype).eps
    gain = call.tensor_or_none("weight", 2)
    return Norm(x, x.shape, axes, axes, float(eps), gain, centred=False)


def _rms_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    norm = _rms(call)
    values = (norm.sigma(norm.group_of(index)), norm.count, call.input.at(index))
    return (Fact("root_mean_square", values, (call.input.number(index),)),)


_LAYER_FACTS = statistics_rule("layer_statistics", _layer)
_GROUP_FACTS = statistics_rule("group_statistics", _group)

OPERATIONS = (
    OperationEntry(
        functions=("layer_norm",),
        roles=_ROLES,
        form=_FORM,
        axes=_FEATURES,
        forward=output_rule(_layer),
        facts=_LAYER_FACTS,
        intermediates=norm_intermediates(_layer),
        nodes=(norm_node("NativeLayerNormBackward0", _layer, node_rule(_LAYER_FACTS)),),
    ),
    OperationEntry(
        functions=("group_norm",),
        roles=_ROLES,
        form=_FORM,
        axes={"gain": ("channel",), "bias": ("channel",)},
        forward=output_rule(_group),
        facts=_GROUP_FACTS,
        intermediates=norm_intermediates(_group),
        nodes=(norm_node("NativeGroupNormBackward0", _group, node_rule(_GROUP_FACTS)),),
    ),
    OperationEntry(
        functions=("rms_norm",),
        roles=("input", "gain"),
        form="y = γ·x/rms",
        axes=_FEATURES,
        forward=output_rule(_rms),
        facts=_rms_facts,
        intermediates=norm_intermediates(_rms, centred=False),
        composite=True,
    ),
)
