"""Products of matrices: linear layers, matmul and their kin. Weight times input, plus bias."""

from backprop_viz.analysis.operations.index_forms import bracket, number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import RecordedCall

_LEADING = {0: "", 1: "n, ", 2: "n, i, ", 3: "n, h, i, "}
# Letters of the axes of a batch: other ones than those of rows and columns.
_BATCHES = {0: [], 1: ["n"], 2: ["n", "j"], 3: ["n", "h", "j"]}


def _linear_form(call: RecordedCall) -> str:
    lead = _LEADING.get(call.tensor("input", 0).array.ndim - 1)
    if lead is None:
        return ""
    if call.tensor("weight", 1).array.ndim == 1:
        return f"y{bracket([each for each in lead.split(', ') if each])} = Σₘ w[m]·x[{lead}m]"
    bias = " + b[k]" if call.tensor_or_none("bias", 2) is not None else ""
    return f"y[{lead}k] = Σₘ w[k, m]·x[{lead}m]{bias}"


def _matmul_form(call: RecordedCall) -> str:
    if call.event.op == "rmatmul":  # its operands come the other way round
        return ""
    first, second = call.read(0).shape, call.read(1).shape
    left, right = ["i"] * (len(first) > 1), ["k"] * (len(second) > 1)
    sizes = call.output().shape[: len(call.output().shape) - len(left) - len(right)]
    letters = _BATCHES.get(len(sizes))
    if letters is None:
        return ""

    def batch(shape: tuple[int, ...]) -> list[str]:
        """The letters of an operand's batch axes; "0" along one that is broadcast."""
        own = shape[:-2]
        last = list(zip(letters, sizes, strict=True))[len(sizes) - len(own) :]
        return [
            "0" if n == 1 < size else letter for (letter, size), n in zip(last, own, strict=True)
        ]

    a = bracket([*batch(first), *left, "m"])
    b = bracket([*batch(second), "m", *right])
    return f"y{bracket([*letters, *left, *right])} = Σₘ a{a}·b{b}"


def _addmm_form(call: RecordedCall) -> str:
    beta, alpha = call.option("beta", 3, 1), call.option("alpha", 4, 1)
    b = {0: "b", 1: "b[k]", 2: "b[n, k]"}.get(call.input.array.ndim, "")
    before = "" if alpha == 1 else f"{number_text(alpha)}·"
    scale = "" if beta == 1 else f"{number_text(beta)}·"
    return f"y[n, k] = {before}Σₘ x[n, m]·A[m, k] + {scale}{b}"


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
        # torch.mm is the same function as torch.spmm, and is told by that name.
        functions=("matmul", "mm", "spmm", "bmm", "mv", "dot", "rmatmul"),
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
