"""What each kind of grad_fn node computes, in a sentence and as a formula. Plain data.

In the formulas g is the gradient that arrives, ∂L/∂y; y is what the operation made. ``·`` and
``/`` are element by element, ``@`` is the product of matrices, ``⋆`` correlation and ``∗``
convolution. ``Σ``, ``mean`` and ``max`` are over the dimensions that the sentence tells. ``x[i]``
are the elements at the places i; ``+=`` adds where a place comes twice.
"""

import re
from collections.abc import Iterator

from backprop_viz.analysis.formula import Formula
from backprop_viz.analysis.losses import LOSSES


def formula(name: str) -> Formula:
    """The formula of a node by its name; for an unknown name one that says so."""
    if name in FORMULAS_BY_NAME:
        return FORMULAS_BY_NAME[name]
    family = re.fullmatch(r"(.+)Backward\d+", name)
    if family is not None:
        of_kernel = _KERNELS_OF_DEVICES.get(family[1], family[1])
        return FORMULAS_BY_FAMILY.get(of_kernel, _UNKNOWN)
    return _CUSTOM if name.endswith("Backward") else _UNKNOWN


def all_formulas() -> Iterator[Formula]:
    """Every formula of the table, for those who translate its sentences."""
    yield from (_UNKNOWN, _CUSTOM, *FORMULAS_BY_NAME.values(), *FORMULAS_BY_FAMILY.values())


# Other devices have kernels of their own for the same.
_FUSED_ATTENTION = "ScaledDotProductFlashAttentionForCpu"
_KERNELS_OF_DEVICES = {
    "CudnnBatchNorm": "NativeBatchNorm",
    "MiopenBatchNorm": "NativeBatchNorm",
    "BatchNormWithUpdate": "NativeBatchNorm",
    "ScaledDotProductFlashAttention": _FUSED_ATTENTION,
    "ScaledDotProductEfficientAttention": _FUSED_ATTENTION,
    "ScaledDotProductCudnnAttention": _FUSED_ATTENTION,
    "ScaledDotProductFusedAttentionOverrideable": _FUSED_ATTENTION,
}
_UNKNOWN = Formula("", "", "There is no description of this node.", (), known=False)
_CUSTOM = Formula(
    "",
    "",
    "A torch.autograd.Function of your own: its backward method says what it computes.",
    (),
    known=False,
)

_ONLY_SHAPE = "The same numbers in another shape: gives the gradient the shape of the input."
_PART = "Only a part was used: that part gets the gradient, the rest gets zeros."
_UNCHANGED = "Sends the gradient on as it is."
_SPREAD = "Gives every element that went into the mean an equal share of the gradient."
_LARGEST = "Sends the gradient to the element i that was the {0}; all others get zero."

FORMULAS_BY_NAME: dict[str, Formula] = {
    "AccumulateGrad": Formula(
        "w",
        "w.grad ← w.grad + g",
        "Adds the gradient that arrives to .grad; where .grad was None, it becomes the gradient.",
        (".grad",),
    ),
    "PowBackward1": Formula(
        "y = xᵖ",
        "∂L/∂x = g·p·xᵖ⁻¹   ∂L/∂p = g·y·ln x",
        "Multiplies the gradient by the slope of the power, towards its base and its exponent.",
        ("x", "p"),
    ),
    "MaxBackward1": Formula(
        "y = max x",
        "∂L/∂x = g / n where x = y, else 0",
        "Sends the gradient to the largest element; n equal ones share it.",
    ),
    "MinBackward1": Formula(
        "y = min x",
        "∂L/∂x = g / n where x = y, else 0",
        "Sends the gradient to the smallest element; n equal ones share it.",
    ),
}

FORMULAS_BY_FAMILY: dict[str, Formula] = {
    # -- layers ------------------------------------------------------------------------------
    "Convolution": Formula(
        "y = w ⋆ x + b",
        "∂L/∂x = wᵀ ∗ g   ∂L/∂w = g ⋆ x   ∂L/∂b = Σ g",
        "Spreads the gradient back over the input through the kernels; the kernels get the "
        "input correlated with it, the bias its sum over batch and positions.",
        ("x", "w", "b"),
    ),
    "Addmm": Formula(
        "y = b + x @ A",
        "∂L/∂b = Σ g   ∂L/∂x = g @ Aᵀ   ∂L/∂A = xᵀ @ g",
        "Sums the gradient over the batch for the bias, and multiplies it with each factor for "
        "the other. In a Linear layer A is the transposed weight.",
        ("b", "x", "A"),
    ),
    "Embedding": Formula(
        "y = W[i]",
        "∂L/∂W[i] += g, else 0",
        "Adds each gradient to the row that was looked up; the other rows get zeros.",
        ("W",),
    ),
    "NativeBatchNorm": Formula(
        "y = γ·x̂ + β,  x̂ = (x − mean) / σ",
        "∂L/∂x = γ/σ·(g − mean g − x̂·mean(g·x̂))   ∂L/∂γ = Σ g·x̂   ∂L/∂β = Σ g",
        "In training: takes out of each channel's gradient its mean over the batch and its part "
        "along the input.",
        ("x", "γ", "β"),
    ),
    "NativeLayerNorm": Formula(
        "y = γ·x̂ + β,  x̂ = (x − mean) / σ",
        "∂L/∂x = (h − mean h − x̂·mean(h·x̂)) / σ,  h = g·γ   ∂L/∂γ = Σ g·x̂   ∂L/∂β = Σ g",
        "Takes out of each sample's gradient its mean and its part along the input.",
        ("x", "γ", "β"),
    ),
    "NativeGroupNorm": Formula(
        "y = γ·x̂ + β,  x̂ = (x − mean) / σ",
        "∂L/∂x = (h − mean h − x̂·mean(h·x̂)) / σ,  h = g·γ   ∂L/∂γ = Σ g·x̂   ∂L/∂β = Σ g",
        "Takes out of each group's gradient its mean and its part along the input.",
        ("x", "γ", "β"),
    ),
    "NativeDropout": Formula(
        "y = x·mask / (1 − p)",
        "∂L/∂x = g·mask / (1 − p)",
        "What was dropped gets zero; what was kept gets the gradient, scaled as in forward.",
    ),
    "ScaledDotProductFlashAttentionForCpu": Formula(
        "y = P @ V,  P = softmax(Q @ Kᵀ / √d)",
        "∂L/∂V = Pᵀ @ g   ∂L/∂Q = D @ K / √d   ∂L/∂K = Dᵀ @ Q / √d,  D = P·(h − Σ P·h),  "
        "h = g @ Vᵀ",
        "The values get the gradient weighted by the attention; queries and keys get it through "
        "the softmax.",
        ("Q", "K", "V"),
    ),
    # -- pooling and reductions --------------------------------------------------------------
    "MaxPool2DWithIndices": Formula(
        "y = x[i]",
        "∂L/∂x[i] += g, else 0",
        "Sends each gradient to the element i that was the largest of its window; where windows "
        "overlap, it adds them up.",
    ),
    "AvgPool2D": Formula(
        "y = mean x[i]",
        "∂L/∂x[i] += g / k, else 0",
        "Gives each of the k elements i of a window an equal share of its gradient.",
    ),
    "AdaptiveAvgPool2D": Formula(
        "y = mean x[i]",
        "∂L/∂x[i] += g / k, else 0",
        "Gives each of the k elements i of a window an equal share of its gradient.",
    ),
    "Mean": Formula("y = Σ x / n", "∂L/∂x = g / n", _SPREAD),
    "Sum": Formula("y = Σ x", "∂L/∂x = g", "Every element summed gets the same gradient."),
    "Max": Formula("y = max x", "∂L/∂x[i] = g, else 0", _LARGEST.format("largest")),
    "Min": Formula("y = min x", "∂L/∂x[i] = g, else 0", _LARGEST.format("smallest")),
    "Prod": Formula("y = Π x", "∂L/∂x = g·y / x", "Multiplies by the product of the others."),
    "Cumsum": Formula(
        "yᵢ = Σ x[:i + 1]", "∂L/∂xᵢ = Σ g[i:]", "Sums the gradient from each place to the end."
    ),
    "Logsumexp": Formula(
        "y = ln Σ eˣ", "∂L/∂x = g·eˣ⁻ʸ", "Shares the gradient out by the softmax of the input."
    ),
    # -- losses: those that the program trains with bring their own --------------------------
    **{family: node for loss in LOSSES.values() for family, node in loss.nodes.items()},
    "NllLoss": Formula(
        "L = −mean x[target]",
        "∂L/∂x[target] = −g / N, else 0",
        "Each sample's own class gets an equal share with a minus sign; the other classes get "
        "zero. N counts the samples; a sum over the batch does not divide.",
    ),
    "BinaryCrossEntropy": Formula(
        "L = −mean(t·ln x + (1 − t)·ln(1 − x))",
        "∂L/∂x = g·(x − t) / (x·(1 − x)) / n",
        "The error of each element, the larger the surer it was.",
    ),
    "BinaryCrossEntropyWithLogits": Formula(
        "L = −mean(t·ln σ(x) + (1 − t)·ln(1 − σ(x)))",
        "∂L/∂x = g·(σ(x) − t) / n",
        "The error of each element's sigmoid, divided by their number n.",
    ),
    "LogSoftmax": Formula(
        "y = x − ln Σ eˣ",
        "∂L/∂x = g − eʸ·Σ g",
        "Takes from the gradient its sum over the classes, shared out by their probabilities.",
    ),
    "Softmax": Formula(
        "y = eˣ / Σ eˣ",
        "∂L/∂x = y·(g − Σ g·y)",
        "Each gradient less their mean weighted by the probabilities, times its own probability.",
    ),
    # -- element by element ------------------------------------------------------------------
    "Relu": Formula(
        "y = max(x, 0)",
        "∂L/∂x = g where y > 0, else 0",
        "Lets the gradient through where the output is positive and stops it where it is 0.",
    ),
    "LeakyRelu": Formula(
        "y = x where x > 0, else a·x",
        "∂L/∂x = g where x > 0, else a·g",
        "Lets the gradient through where the input is positive; elsewhere a small part of it.",
    ),
    "Elu": Formula(
        "y = x where x > 0, else α·(eˣ − 1)",
        "∂L/∂x = g where x > 0, else g·(y + α)",
        "Lets the gradient through where the input is positive; elsewhere it fades.",
    ),
    "Threshold": Formula(
        "y = x where x > c, else v",
        "∂L/∂x = g where x > c, else 0",
        "Lets the gradient through where the input was above the threshold.",
    ),
    "Hardtanh": Formula(
        "y = min(max(x, a), b)",
        "∂L/∂x = g where a < x < b, else 0",
        "Lets the gradient through between the two bounds.",
    ),
    "Clamp": Formula(
        "y = min(max(x, a), b)",
        "∂L/∂x = g where a ≤ x ≤ b, else 0",
        "Lets the gradient through between the two bounds.",
    ),
    "Tanh": Formula(
        "y = tanh x",
        "∂L/∂x = g·(1 − y²)",
        "Multiplies by the slope: 1 at zero, almost nothing where the output is near ±1.",
    ),
    "Sigmoid": Formula(
        "y = 1 / (1 + e⁻ˣ)",
        "∂L/∂x = g·y·(1 − y)",
        "Multiplies by the slope: ¼ at zero, almost nothing where the output is near 0 or 1.",
    ),
    "Silu": Formula(
        "y = x·σ(x)",
        "∂L/∂x = g·σ(x)·(1 + x·(1 − σ(x)))",
        "Multiplies the gradient by the slope of the function at its input.",
    ),
    "Gelu": Formula(
        "y = x·Φ(x)",
        "∂L/∂x = g·(Φ(x) + x·φ(x))",
        "Multiplies by the slope; Φ and φ are the normal distribution and its density.",
    ),
    "Softplus": Formula(
        "y = ln(1 + eˣ)",
        "∂L/∂x = g·σ(x)",
        "Multiplies the gradient by the sigmoid of the input (here with β = 1).",
    ),
    "Exp": Formula("y = eˣ", "∂L/∂x = g·y", "Multiplies the gradient by the output."),
    "Log": Formula("y = ln x", "∂L/∂x = g / x", "Divides the gradient by the input."),
    "Log1P": Formula("y = ln(1 + x)", "∂L/∂x = g / (1 + x)", "Divides by one plus the input."),
    "Sqrt": Formula(
        "y = √x", "∂L/∂x = g / (2·y)", "Divides by twice the root: at 0 that is without bound."
    ),
    "Rsqrt": Formula(
        "y = 1 / √x", "∂L/∂x = −g·y³ / 2", "Multiplies by minus half the cube of the output."
    ),
    "Reciprocal": Formula(
        "y = 1 / x", "∂L/∂x = −g·y²", "Multiplies by minus the square of the output."
    ),
    "Pow": Formula(
        "y = xᵖ", "∂L/∂x = g·p·xᵖ⁻¹", "Multiplies the gradient by the slope of the power."
    ),
    "Sin": Formula("y = sin x", "∂L/∂x = g·cos x", "Multiplies by the cosine of the input."),
    "Cos": Formula("y = cos x", "∂L/∂x = −g·sin x", "Multiplies by minus the sine of the input."),
    "Abs": Formula("y = |x|", "∂L/∂x = g·sign x", "Turns the sign where the input was negative."),
    "Neg": Formula("y = −x", "∂L/∂x = −g", "Turns the sign of the gradient."),
    "Round": Formula("y = round x", "∂L/∂x = 0", "Steps have no slope: sends zeros."),
    "Floor": Formula("y = ⌊x⌋", "∂L/∂x = 0", "Steps have no slope: sends zeros."),
    "Ceil": Formula("y = ⌈x⌉", "∂L/∂x = 0", "Steps have no slope: sends zeros."),
    "Sign": Formula("y = sign x", "∂L/∂x = 0", "Steps have no slope: sends zeros."),
    "MaskedFill": Formula(
        "y = v where masked, else x",
        "∂L/∂x = 0 where masked, else g   ∂L/∂v = g where masked, else 0",
        "What was overwritten gets zero; the rest gets the gradient as it is. The value gets the "
        "sum of what was overwritten.",
        ("x", "v"),
    ),
    "Where": Formula(
        "y = a where c, else b",
        "∂L/∂a = g where c, else 0   ∂L/∂b = 0 where c, else g",
        "Each element's gradient goes to the side it was taken from.",
        ("a", "b"),
    ),
    # -- arithmetic and products -------------------------------------------------------------
    "Add": Formula(
        "y = a + b",
        "∂L/∂a = g   ∂L/∂b = g",
        "Both terms get the gradient as it is, summed over what was broadcast.",
        ("a", "b"),
    ),
    "Sub": Formula(
        "y = a − b",
        "∂L/∂a = g   ∂L/∂b = −g",
        "The first term gets the gradient, the second its negative, summed over what was "
        "broadcast.",
        ("a", "b"),
    ),
    "Mul": Formula(
        "y = a·b",
        "∂L/∂a = g·b   ∂L/∂b = g·a",
        "Each factor gets the gradient times the other factor, summed over what was broadcast.",
        ("a", "b"),
    ),
    "Div": Formula(
        "y = a / b",
        "∂L/∂a = g / b   ∂L/∂b = −g·a / b²",
        "The quotient rule, summed over what was broadcast.",
        ("a", "b"),
    ),
    "Mm": Formula(
        "y = A @ B",
        "∂L/∂A = g @ Bᵀ   ∂L/∂B = Aᵀ @ g",
        "Each matrix gets the gradient multiplied with the other, transposed.",
        ("A", "B"),
    ),
    "Bmm": Formula(
        "y = A @ B",
        "∂L/∂A = g @ Bᵀ   ∂L/∂B = Aᵀ @ g",
        "In each matrix of the batch: the gradient multiplied with the other, transposed.",
        ("A", "B"),
    ),
    "Mv": Formula(
        "y = A @ v",
        "∂L/∂A = g @ vᵀ   ∂L/∂v = Aᵀ @ g",
        "The matrix gets the outer product with the vector, the vector what comes back through "
        "the matrix.",
        ("A", "v"),
    ),
    "Dot": Formula(
        "y = Σ a·b",
        "∂L/∂a = g·b   ∂L/∂b = g·a",
        "Each vector gets the other, times the gradient.",
        ("a", "b"),
    ),
    # -- shapes and parts --------------------------------------------------------------------
    "T": Formula("y = xᵀ", "∂L/∂x = gᵀ", "Transposes the gradient back."),
    "Transpose": Formula("y = xᵀ", "∂L/∂x = gᵀ", "Swaps the same two dimensions back."),
    "Permute": Formula("y = x permuted", "∂L/∂x = g permuted back", "Puts dimensions back."),
    "View": Formula("y = x", "∂L/∂x = g", _ONLY_SHAPE),
    "UnsafeView": Formula("y = x", "∂L/∂x = g", _ONLY_SHAPE),
    "ReshapeAlias": Formula("y = x", "∂L/∂x = g", _ONLY_SHAPE),
    "Squeeze": Formula("y = x", "∂L/∂x = g", _ONLY_SHAPE),
    "Unsqueeze": Formula("y = x", "∂L/∂x = g", _ONLY_SHAPE),
    "Alias": Formula("y = x", "∂L/∂x = g", _UNCHANGED),
    "Clone": Formula("y = x", "∂L/∂x = g", _UNCHANGED),
    "ToCopy": Formula("y = x", "∂L/∂x = g", "Sends it on in the input's own type and place."),
    "Expand": Formula("y = x repeated", "∂L/∂x = Σ g", "Sums the gradient over the copies."),
    "Repeat": Formula("y = x repeated", "∂L/∂x = Σ g", "Sums the gradient over the copies."),
    "Cat": Formula(
        "y = [x₀, x₁, …]",
        "∂L/∂xᵢ = g[i]",
        "Cuts the gradient up: each tensor gets the part i that it became.",
        ("x₀", "x₁"),
    ),
    "Stack": Formula(
        "y = [x₀, x₁, …]",
        "∂L/∂xᵢ = g[i]",
        "Cuts the gradient up: each tensor gets the part i that it became.",
        ("x₀", "x₁"),
    ),
    "Split": Formula(
        "y₀, y₁, … = parts of x",
        "∂L/∂x = [g₀, g₁, …]",
        "Joins the parts' gradients again; a part that was not used counts as zeros.",
    ),
    "SplitWithSizes": Formula(
        "y₀, y₁, … = parts of x",
        "∂L/∂x = [g₀, g₁, …]",
        "Joins the parts' gradients again; a part that was not used counts as zeros.",
    ),
    "Unbind": Formula(
        "y₀, y₁, … = slices of x",
        "∂L/∂x = [g₀, g₁, …]",
        "Joins the slices' gradients again; one that was not used counts as zeros.",
    ),
    "Select": Formula("y = x[i]", "∂L/∂x[i] = g, else 0", _PART),
    "Slice": Formula("y = x[i:j]", "∂L/∂x[i:j] = g, else 0", _PART),
    "Index": Formula(
        "y = x[i]", "∂L/∂x[i] += g, else 0", "Adds each gradient to the element it was taken from."
    ),
    "Gather": Formula(
        "y = x[i]", "∂L/∂x[i] += g, else 0", "Adds each gradient to the element it was taken from."
    ),
    "ConstantPadNd": Formula(
        "y = x with a border", "∂L/∂x = g[i]", "Cuts the border off: i are the places inside it."
    ),
}
