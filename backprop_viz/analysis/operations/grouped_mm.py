"""Products of groups of rows, each with its own matrix: a mixture of experts."""

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import RecordedCall


def _form(call: RecordedCall) -> str:
    if (call.read(0).array.ndim, call.read(1).array.ndim) != (2, 3):
        return ""
    return "y[n, k] = Σₘ x[n, m]·w[g, m, k]"


def _input_form(call: RecordedCall) -> str:
    return "∂L/∂x[n, m] = Σₖ δ[n, k]·w[g, m, k]" if _form(call) else ""


def _weight_form(call: RecordedCall) -> str:
    return "∂L/∂w[g, m, k] = Σₙ δ[n, k]·x[n, m]" if _form(call) else ""


OPERATIONS = (
    OperationEntry(
        functions=("grouped_mm",),
        roles=("input", "weight"),
        form=_form,
        axes={
            "input": ("feature",),
            "weight": ("group", "in_feature", "out_feature"),
            "output": ("feature",),
        },
        nodes=(
            OperationNode(
                "GroupedMmBackward0",
                (SentGradient("weight", _input_form), SentGradient("input", _weight_form)),
            ),
        ),
    ),
)
