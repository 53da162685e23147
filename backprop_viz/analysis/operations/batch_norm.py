"""Batch and instance norm: each channel is normalized, over the batch or in each sample."""

from backprop_viz.analysis.operations.norm_entries import (
    node_rule,
    norm_intermediates,
    output_rule,
    statistics_rule,
)
from backprop_viz.analysis.operations.norm_gradients import norm_node
from backprop_viz.analysis.operations.normalization import Norm, NormOf
from backprop_viz.analysis.operations.operation_entry import ForwardFacts, OperationEntry
from backprop_viz.analysis.operations.recorded_call import NotRecorded, RecordedCall

# On a GPU cuDNN or MIOpen has a node of its own.
_NODES = ("NativeBatchNormBackward0", "CudnnBatchNormBackward0", "MiopenBatchNormBackward0")


def _channel_norm(flag: str, *, of_sample: bool) -> NormOf:
    """A norm of channels; ``of_sample``: of each sample's own.

    ``flag`` is the name of the argument that asks for the statistics of the input.
    """

    def norm(call: RecordedCall) -> Norm:
        if call.event.call is None or "functional" not in call.event.call.function:
            raise NotRecorded  # torch.batch_norm has its arguments in another order
        x, running = call.input, None
        others = tuple(axis for axis in range(x.array.ndim) if axis != 1)
        reduced = others[1:] if of_sample else others
        if not call.option(flag, 5, of_sample):
            running = call.tensor("running_mean", 1), call.tensor("running_var", 2)
            reduced = others
        return Norm(
            x,
            x.shape,
            reduced,
            (1,),
            float(call.option("eps", 7, 1e-5)),
            call.tensor_or_none("weight", 3),
            call.tensor_or_none("bias", 4),
            running=running,
        )

    return norm


def _entry(name: str, norm_of: NormOf, facts: ForwardFacts) -> OperationEntry:
    # In the order of the arguments: the running statistics come first, where there are any.
    return OperationEntry(
        functions=(name,),
        roles=("input", "running", "running", "gain", "bias"),
        form="y = γ·(x − mean)/σ + β",
        axes={
            "gain": ("channel",),
            "bias": ("channel",),
            "running": ("channel",),
            "running_mean": ("channel",),
        },
        forward=output_rule(norm_of),
        facts=facts,
        intermediates=norm_intermediates(norm_of),
        nodes=tuple(norm_node(node, norm_of, node_rule(facts)) for node in _NODES),
        composite=name == "instance_norm",
    )


_BATCH = _channel_norm("training", of_sample=False)
_INSTANCE = _channel_norm("use_input_stats", of_sample=True)

OPERATIONS = (
    _entry("batch_norm", _BATCH, statistics_rule("batch_statistics", _BATCH)),
    _entry("instance_norm", _INSTANCE, statistics_rule("instance_statistics", _INSTANCE)),
)
