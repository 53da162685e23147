"""Batch and instance norm: each channel is normalized, over the batch or in each sample."""

from dataclasses import dataclass

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
from backprop_viz.analysis.operations.recorded_call import Index, NotRecorded, RecordedCall
from backprop_viz.recording.events import Event
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import Fact, Part


@dataclass(frozen=True, slots=True)
class _ChannelNorm:
    """The rules of a norm of channels; ``of_sample``: of each sample's own.

    ``flag`` is the name of the argument that asks for the statistics of the input.
    """

    of_sample: bool
    flag: str

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        found, _ = self._statistics(call, index)
        place = (self._channel(call, index),)
        gain, bias = call.tensor_or_none("weight", 3), call.tensor_or_none("bias", 4)
        return normalized_parts(
            call.input,
            index,
            found,
            None if gain is None else (gain, place),
            None if bias is None else (bias, place),
        )

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        found, running = self._statistics(call, index)
        x = call.input
        values = (found.mean, found.sigma, found.count, x.at(index))
        if running:
            return (Fact("running_statistics", values, (x.number(index), *running)),)
        code = "instance_statistics" if self.of_sample else "batch_statistics"
        return (Fact(code, values, (x.number(index),)),)

    def node_facts(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        return () if slot or self.of_sample else self.facts(call, slot, index)

    def to_input(self, call: RecordedCall) -> str:
        """With the running statistics the norm is a line; else the table of nodes tells."""
        return "" if call.option(self.flag, 5, self.of_sample) else "∂L/∂x = δ·γ / σ"

    def _channel(self, call: RecordedCall, index: Index) -> int:
        return index[1]

    def _statistics(
        self, call: RecordedCall, index: Index
    ) -> tuple[Statistics, tuple[Number, ...]]:
        """Those of the input, or the running ones and which numbers they are."""
        if call.event.call is None or "functional" not in call.event.call.function:
            raise NotRecorded  # torch.batch_norm has its arguments in another order
        eps = float(call.option("eps", 7, 1e-5))
        x, channel = call.input.array, self._channel(call, index)
        if call.option(self.flag, 5, self.of_sample):
            own = x[index[0], channel] if self.of_sample else x[:, channel]
            return statistics(own, eps), ()
        mean, variance = call.tensor("running_mean", 1), call.tensor("running_var", 2)
        place = (channel,)
        sigma = float(np.sqrt(variance.at(place) + eps))
        return Statistics(mean.at(place), sigma, 0), (mean.number(place), variance.number(place))


def _entry(name: str, rules: _ChannelNorm) -> OperationEntry:
    sent = sent_by_norm(lambda call: (1,), rules.to_input)
    # In the order of the arguments: the running statistics come first, where there are any.
    return OperationEntry(
        functions=(name,),
        roles=("input", "running", "running", "gain", "bias"),
        form="y = γ·(x − mean)/σ + β",
        axes={"gain": ("channel",), "bias": ("channel",), "running": ("channel",)},
        forward=rules.parts,
        facts=rules.facts,
        nodes=(OperationNode("NativeBatchNormBackward0", sent, rules.node_facts),),
        composite=rules.of_sample,
    )


OPERATIONS = (
    _entry("batch_norm", _ChannelNorm(of_sample=False, flag="training")),
    _entry("instance_norm", _ChannelNorm(of_sample=True, flag="use_input_stats")),
)
