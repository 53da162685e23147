"""Products of matrices: linear layers, matmul and their kin. Weight times input, plus bias."""

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import RecordedCall

_LEADING = {0: "", 1: "n, ", 2: "n, i, ", 3: "n, h, i, "}


def _linear_form(call: RecordedCall) -> str:
    lead = _LEADING.get(call.tensor("input", 0).array.ndim - 1)
    if lead is None:
        return ""
    bias = " + b[k]" if call.tensor_or_none("bias", 2) is not None else ""
    return f"y[{lead}k] = Σₘ w[k, m]·x[{lead}m]{bias}"


def _matmul_form(call: RecordedCall) -> str:
    a, b = call.input.array.ndim, call.tensor("other", 1).array.ndim
    left, right = "i" if a > 1 else "", "k" if b > 1 else ""
    if max(a, b) > 2 and a != b:
        return ""
    lead = _LEADING.get(max(a, b) - 2, "") if max(a, b) > 2 else ""
    # The letters of the batch's axes are other ones than those of rows and columns.
    lead = lead.replace("i, ", "j, ")
    made = ", ".join(filter(None, (lead.rstrip(", "), left, right)))
    rows = ", ".join(filter(None, (left, "m")))
    columns = ", ".join(filter(None, ("m", right)))
    bracket = f"[{made}]" if made else ""
    return f"y{bracket} = Σₘ a[{lead}{rows}]·b[{lead}{columns}]"


def _addmm_form(call: RecordedCall) -> str:
    if call.option("beta", 3, 1) != 1 or call.option("alpha", 4, 1) != 1:
        return ""
    b = {0: "b", 1: "b[k]", 2: "b[n, k]"}.get(call.input.array.ndim, "")
    return f"y[n, k] = Σₘ x[n, m]·A[m, k] + {b}"


def _mm(name: str) -> OperationNode:
    return OperationNode(
        name,
        (
            SentGradient("weight", "∂L/∂a[i, m] = Σₖ δ[i, k]·b[m, k]"),
            SentGradient("input", "∂L/∂b[m, k] = Σᵢ δ[i, k]·a[i, m]"),
        ),
    )


def _bmm(name: str) -> OperationNode:
    return OperationNode(
        name,
        (
            SentGradient("weight", "∂L/∂a[n, i, m] = Σₖ δ[n, i, k]·b[n, m, k]"),
            SentGradient("input", "∂L/∂b[n, m, k] = Σᵢ δ[n, i, k]·a[n, i, m]"),
        ),
    )


_ADDMM = OperationNode(
    "AddmmBackward0",
    (
        SentGradient("one", "∂L/∂b[k] = Σₙ δ[n, k]·1"),
        SentGradient("weight", "∂L/∂x[n, m] = Σₖ δ[n, k]·A[m, k]"),
        SentGradient("input", "∂L/∂A[m, k] = Σₙ δ[n, k]·x[n, m]"),
    ),
)
# A layer's weight is stored transposed, and its elements are named as they are stored.
_OF_LAYER = (
    SentGradient("weight", "∂L/∂x[n, m] = Σₖ δ[n, k]·w[k, m]"),
    SentGradient("input", "∂L/∂wᵀ[m, k] = Σₙ δ[n, k]·x[n, m]"),
)
_LINEAR_ADDMM = OperationNode("AddmmBackward0", (_ADDMM.sent[0], *_OF_LAYER))
_LINEAR_MM = OperationNode("MmBackward0", _OF_LAYER)
_LINEAR = OperationNode(
    "LinearBackward0",
    (
        SentGradient("weight", "∂L/∂x[n, m] = Σₖ δ[n, k]·w[k, m]"),
        SentGradient("input", "∂L/∂w[k, m] = Σₙ δ[n, k]·x[n, m]"),
        SentGradient("one", "∂L/∂b[k] = Σₙ δ[n, k]·1"),
    ),
)
_MV = OperationNode(
    "MvBackward0",
    (
        SentGradient("weight", "∂L/∂a[i, m] = δ[i]·b[m]"),
        SentGradient("input", "∂L/∂b[m] = Σᵢ δ[i]·a[i, m]"),
    ),
)
_DOT = OperationNode(
    "DotBackward0",
    (
        SentGradient("weight", "∂L/∂a[m] = δ·b[m]"),
        SentGradient("input", "∂L/∂b[m] = δ·a[m]"),
    ),
)

OPERATIONS = (
    OperationEntry(
        functions=("linear",),
        roles=("input", "weight", "bias"),
        form=_linear_form,
        axes={
            "input": ("feature",),
            "weight": ("out_feature", "in_feature"),
            "bias": ("feature",),
            "output": ("feature",),
        },
        nodes=(_LINEAR, _LINEAR_ADDMM, _LINEAR_MM),
        composite=True,
    ),
    OperationEntry(
        functions=("addmm",),
        roles=("bias", "input", "weight"),
        form=_addmm_form,
        axes={
            "input": ("feature",),
            "weight": ("in_feature", "out_feature"),
            "bias": ("feature",),
            "output": ("feature",),
        },
        nodes=(_ADDMM,),
    ),
    OperationEntry(
        functions=("matmul", "mm", "bmm", "mv", "dot", "rmatmul"),
        roles=("input", "weight"),
        form=_matmul_form,
        axes={"input": ("row", "column"), "weight": ("row", "column"), "output": ("row", "column")},
        nodes=(_mm("MmBackward0"), _bmm("BmmBackward0"), _MV, _DOT),
    ),
    OperationEntry(
        functions=("baddbmm",),
        roles=("bias", "input", "weight"),
        nodes=(
            OperationNode(
                "BaddbmmBackward0",
                (SentGradient("one"), SentGradient("weight"), SentGradient("input")),
            ),
        ),
    ),
    OperationEntry(
        functions=("addmv",),
        roles=("bias", "weight", "input"),
        nodes=(
            OperationNode(
                "AddmvBackward0",
                (SentGradient("one"), SentGradient("input"), SentGradient("weight")),
            ),
        ),
    ),
)
