"""The Kullback-Leibler divergence: how far log-probabilities are from a target distribution."""

import numpy as np

from backprop_viz.analysis.operations.elementwise_losses import loss_form, loss_part
from backprop_viz.analysis.operations.operation_entry import OperationEntry
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Part
from backprop_viz.recording.trace.events import Array


def _of_probabilities(x: Array, t: Array) -> Array:
    positive = np.where(t > 0, t, 1.0)
    entropy = np.where(t > 0, t * np.log(positive), np.where(t == 0, 0.0, np.nan))
    return np.asarray(entropy - t * x)


def _of_logarithms(x: Array, t: Array) -> Array:
    return np.asarray(np.exp(t) * (t - x))


def _is_log(call: RecordedCall) -> bool:
    return bool(call.option("log_target", 5, False))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    if _is_log(call):
        return loss_part(call, index, "element_loss", "exp(t)·(t − x)", _of_logarithms)
    return loss_part(call, index, "element_loss", "t·(ln(t) − x)", _of_probabilities)


def _form(call: RecordedCall) -> str:
    if _is_log(call):
        return loss_form(call, "exp(t[…])·(t[…] − x[…])")
    return loss_form(call, "t[…]·(ln(t[…]) − x[…])")


OPERATIONS = (
    OperationEntry(
        functions=("kl_div",),
        roles=("log_probability", "target"),
        form=_form,
        forward=_parts,
        composite=True,
    ),
)
