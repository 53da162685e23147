"""For each node of the table of formulas: an operation that makes it, and what its names mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor

from backprop_viz.analysis.losses import LOSSES
from tests.analysis.losses.plain_loss import plain_loss

Names = dict[str, Any]
Leaves = Mapping[str, Tensor]
GENERATOR = torch.Generator().manual_seed(3)


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=GENERATOR) * 2


def positive(*shape: int) -> Tensor:
    return torch.rand(shape, dtype=torch.float64, generator=GENERATOR) * 0.8 + 0.1


@dataclass(frozen=True)
class Case:
    """``run`` makes the outputs of the leaves; ``names`` gives the other names of the formulas.

    ``axes``: what Σ, mean and max are taken over. ``parts``: of a formula of one part at a time,
    the leaf, the place in it (and in the output, for the forward formula) and the part's names.
    """

    run: Callable[[Leaves], Any]
    leaves: Leaves = field(default_factory=lambda: {"x": drawn(3, 5)})
    names: Callable[[Names], Names] = lambda names: {}
    axes: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[tuple[str, Any, Names], ...] = ()


def of_x(run: Callable[[Tensor], Any], x: Tensor | None = None, **names: Any) -> Case:
    leaves = {"x": drawn(3, 5) if x is None else x}
    return Case(lambda leaf: run(leaf["x"]), leaves, lambda _: names)


def of_two(run: Callable[..., Tensor], a: Tensor, b: Tensor, names: str = "ab") -> Case:
    first, second = names
    return Case(lambda leaf: run(leaf[first], leaf[second]), {first: a, second: b})


def of_loss(name: str) -> Case:
    """The node that a loss alone makes: the loss as its own test says it in plain torch."""
    plain, x = plain_loss(name), drawn(3, 10)
    assert plain is not None
    target = plain.target.of_targets(drawn(3, 10))
    # A label is the place of a number in each row.
    t = (np.arange(3), target.numpy()) if target.dim() == 1 else target.numpy()
    return of_x(lambda x: plain.of(x, target), x, t=t, N=3, n=30)


def correlation(kernel: Any, image: Any) -> Any:
    """``⋆``: summed over the channels, or over the batch where only that is as large."""
    windows = sliding_window_view(image, kernel.shape[2:], axis=(2, 3))
    if kernel.shape[1] == image.shape[1]:
        return np.einsum("ocij,nchwij->nohw", kernel, windows)
    return np.einsum("noij,nchwij->ochw", kernel, windows)


def convolution(kernel: Any, image: Any) -> Any:
    """``∗``: each number of the image spread out over the kernel."""
    height, width = kernel.shape[2:]
    wide = np.pad(image, ((0, 0), (0, 0), (height - 1,) * 2, (width - 1,) * 2))
    return correlation(kernel[:, :, ::-1, ::-1], wide)


CONVOLVED = Case(
    lambda leaf: F.conv2d(leaf["x"], leaf["w"], leaf["b"]),
    {"x": drawn(2, 3, 6, 6), "w": drawn(4, 3, 3, 3), "b": drawn(4)},
    lambda names: {
        "⋆": correlation,
        "∗": convolution,
        "ᵀ": lambda kernel: kernel.swapaxes(0, 1),
        "b": names["b"].reshape(1, 4, 1, 1),
    },
    {"Σ": (0, 2, 3)},
)


def normalized(shape: tuple[int, ...], over: tuple[int, ...], eps: float) -> Any:
    """The names of a normalization: γ and β in a shape that fits, the mean and σ."""

    def names(known: Names) -> Names:
        x = known["x"]
        mean, variance = x.mean(over, keepdims=True), x.var(over, keepdims=True)
        fitting = {name: known[name].reshape(shape) for name in "γβ"}
        return {**fitting, "mean": mean, "σ": np.sqrt(variance + eps)}

    return names


def in_groups(known: Names) -> Names:
    grouped = {name: known[name].reshape(2, 2, 2, 3) for name in ("x", "y", "g")}
    return {**grouped, **normalized((1, 2, 2, 1), (2, 3), 1e-5)({**known, **grouped})}


def norm_leaves(*shape: int, channels: int) -> Leaves:
    return {"x": drawn(*shape), "γ": drawn(channels), "β": drawn(channels)}


ATTENTION = Case(
    lambda leaf: F.scaled_dot_product_attention(leaf["Q"], leaf["K"], leaf["V"]),
    {name: drawn(1, 2, 3, 4) for name in "QKV"},
    lambda _: {
        "d": 4,
        "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    },
    {"Σ": -1},
)


def pooled_places(known: Names) -> Names:
    _, flat = F.max_pool2d(torch.tensor(known["x"]), 3, 1, return_indices=True)
    rows, columns = np.divmod(flat.numpy(), 5)
    n, c = np.ogrid[:2, :2]
    return {"i": (n[..., None, None], c[..., None, None], rows, columns)}


def window_places(known: Names) -> Names:
    """The places of 2x2 windows, side by side, in the last dimension; g for all of each."""
    n, c, row, column, one = np.ogrid[:1, :2, :2, :2, :4]
    places = (n, c, 2 * row + one // 2, 2 * column + one % 2)
    return {"i": places, "g": known["g"][..., None], "k": 4}


def joined(*parts: Any) -> Any:
    return np.concatenate(parts)


def stacked(*parts: Any) -> Any:
    return np.stack(parts)


TARGET = torch.tensor([1, 0, 2])
ONES = np.ones((3, 5))
INDEX = torch.tensor([2, 0, 2])
GATHERED = torch.tensor([[0, 3], [1, 1], [4, 2]])
MASK = torch.arange(15).reshape(3, 5) % 3 == 0
TIED = torch.tensor([[1.0, 3.0, 3.0], [2.0, 3.0, 0.0]], dtype=torch.float64)
WINDOWED = {"x": drawn(1, 2, 4, 4)}
PARTS = (("x₀", ..., {"i": slice(0, 2)}), ("x₁", ..., {"i": slice(2, 5)}))

CASES: dict[str, Case] = {
    "PowBackward1": of_two(torch.pow, positive(3, 5), drawn(3, 5), "xp"),
    "MaxBackward1": of_x(torch.max, TIED, n=3),
    "MinBackward1": of_x(torch.min, -TIED, n=3),
    "Convolution": CONVOLVED,
    "Addmm": Case(
        lambda leaf: torch.addmm(leaf["b"], leaf["x"], leaf["A"]),
        {"b": drawn(4), "x": drawn(3, 5), "A": drawn(5, 4)},
        axes={"Σ": 0},
    ),
    "Embedding": Case(
        lambda leaf: F.embedding(INDEX, leaf["W"]),
        {"W": drawn(4, 5)},
        lambda _: {"i": INDEX.numpy()},
    ),
    "NativeBatchNorm": Case(
        lambda leaf: F.batch_norm(leaf["x"], None, None, leaf["γ"], leaf["β"], training=True),
        norm_leaves(4, 3, 2, 2, channels=3),
        normalized((1, 3, 1, 1), (0, 2, 3), 1e-5),
        {"mean": (0, 2, 3), "Σ": (0, 2, 3)},
    ),
    "NativeLayerNorm": Case(
        lambda leaf: F.layer_norm(leaf["x"], (5,), leaf["γ"], leaf["β"]),
        norm_leaves(3, 5, channels=5),
        normalized((1, 5), (1,), 1e-5),
        {"mean": 1, "Σ": 0},
    ),
    "NativeGroupNorm": Case(
        lambda leaf: F.group_norm(leaf["x"], 2, leaf["γ"], leaf["β"]),
        norm_leaves(2, 4, 3, channels=4),
        in_groups,
        {"mean": (2, 3), "Σ": (0, 3)},
    ),
    "NativeDropout": Case(
        lambda leaf: torch.native_dropout(leaf["x"], 0.3, True)[0],
        names=lambda known: {"mask": known["y"] != 0, "p": 0.3},
    ),
    "ScaledDotProductFlashAttentionForCpu": ATTENTION,
    "MaxPool2DWithIndices": Case(
        lambda leaf: F.max_pool2d(leaf["x"], 3, 1), {"x": drawn(2, 2, 5, 5)}, pooled_places
    ),
    "AvgPool2D": Case(
        lambda leaf: F.avg_pool2d(leaf["x"], 2), WINDOWED, window_places, {"mean": -1}
    ),
    "AdaptiveAvgPool2D": Case(
        lambda leaf: F.adaptive_avg_pool2d(leaf["x"], 2), WINDOWED, window_places, {"mean": -1}
    ),
    "Mean": of_x(torch.mean, n=15),
    "Sum": of_x(torch.sum),
    "Max": Case(
        lambda leaf: leaf["x"].max(1)[0],
        names=lambda known: {"i": (np.arange(3), known["x"].argmax(1))},
        axes={"max": 1},
    ),
    "Min": Case(
        lambda leaf: leaf["x"].min(1)[0],
        names=lambda known: {"i": (np.arange(3), known["x"].argmin(1))},
        axes={"min": 1},
    ),
    "Prod": of_x(torch.prod),
    "Cumsum": Case(
        lambda leaf: leaf["x"].cumsum(0),
        {"x": drawn(6)},
        parts=tuple(("x", i, {"i": i}) for i in range(6)),
    ),
    "Logsumexp": Case(lambda leaf: leaf["x"].logsumexp(1, keepdim=True), axes={"Σ": 1}),
    "NllLoss": of_x(lambda x: F.nll_loss(x, TARGET), target=(np.arange(3), TARGET.numpy()), N=3),
    **{family: of_loss(loss.name) for loss in LOSSES.values() for family in loss.nodes},
    "BinaryCrossEntropy": of_x(
        lambda x: F.binary_cross_entropy(x, torch.tensor(ONES) * 0.3), positive(3, 5), t=0.3, n=15
    ),
    "BinaryCrossEntropyWithLogits": of_x(
        lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor(ONES) * 0.3), t=0.3, n=15
    ),
    "LogSoftmax": Case(lambda leaf: leaf["x"].log_softmax(1), axes={"Σ": 1}),
    "Softmax": Case(lambda leaf: leaf["x"].softmax(1), axes={"Σ": 1}),
    "Relu": of_x(torch.relu),
    "LeakyRelu": of_x(F.leaky_relu, a=0.01),
    "Elu": of_x(lambda x: F.elu(x, 0.7), α=0.7),
    "Threshold": of_x(lambda x: F.threshold(x, 0.1, 7.0), c=0.1, v=7.0),
    "Hardtanh": of_x(lambda x: F.hardtanh(x, -1.0, 2.0), a=-1, b=2),
    "Clamp": of_x(lambda x: x.clamp(-1, 2), a=-1, b=2),
    "Tanh": of_x(torch.tanh),
    "Sigmoid": of_x(torch.sigmoid),
    "Silu": of_x(F.silu),
    "Gelu": of_x(F.gelu),
    "Softplus": of_x(F.softplus),
    "Exp": of_x(torch.exp),
    "Log": of_x(torch.log, positive(3, 5)),
    "Log1P": of_x(torch.log1p, positive(3, 5)),
    "Sqrt": of_x(torch.sqrt, positive(3, 5)),
    "Rsqrt": of_x(torch.rsqrt, positive(3, 5)),
    "Reciprocal": of_x(torch.reciprocal),
    "Pow": of_x(lambda x: x**3, p=3),
    "Sin": of_x(torch.sin),
    "Cos": of_x(torch.cos),
    "Abs": of_x(torch.abs),
    "Neg": of_x(torch.neg),
    "Round": of_x(torch.round),
    "Floor": of_x(torch.floor),
    "Ceil": of_x(torch.ceil),
    "Sign": of_x(torch.sign),
    "MaskedFill": Case(
        lambda leaf: leaf["x"].masked_fill(MASK, leaf["v"]),
        {"x": drawn(3, 5), "v": drawn(1)[0]},
        lambda _: {"masked": MASK.numpy()},
    ),
    "Where": Case(
        lambda leaf: torch.where(MASK, leaf["a"], leaf["b"]),
        {"a": drawn(3, 5), "b": drawn(5)},
        lambda _: {"c": MASK.numpy()},
    ),
    "Add": of_two(torch.add, drawn(3, 5), drawn(5)),
    "Sub": of_two(torch.sub, drawn(3, 5), drawn(5)),
    "Mul": of_two(torch.mul, drawn(3, 5), drawn(3, 1)),
    "Div": of_two(torch.div, drawn(3, 5), positive(5)),
    "Mm": of_two(torch.mm, drawn(3, 5), drawn(5, 4), "AB"),
    "Bmm": of_two(torch.bmm, drawn(2, 3, 5), drawn(2, 5, 4), "AB"),
    "Mv": Case(
        lambda leaf: torch.mv(leaf["A"], leaf["v"]),
        {"A": drawn(3, 5), "v": drawn(5)},
        lambda known: {name: known[name][:, None] for name in ("v", "g", "y")},
    ),
    "Dot": of_two(torch.dot, drawn(5), drawn(5)),
    "T": of_x(torch.t),
    "Transpose": of_x(lambda x: x.transpose(0, 1)),
    "View": of_x(lambda x: x.view(15)),
    "UnsafeView": of_x(lambda x: torch.ops.aten._unsafe_view(x, [15])),
    "ReshapeAlias": of_x(lambda x: torch.ops.aten._reshape_alias(x, [15], [1])),
    "Squeeze": of_x(lambda x: x.squeeze(1), drawn(3, 1, 5)),
    "Unsqueeze": of_x(lambda x: x.unsqueeze(1)),
    "Alias": of_x(torch.ops.aten.alias),
    "Clone": of_x(torch.clone),
    "ToCopy": of_x(lambda x: x.to(torch.float32)),
    "Expand": Case(lambda leaf: leaf["x"].expand(4, 3, 5), axes={"Σ": 0}),
    "Repeat": Case(lambda leaf: leaf["x"].repeat(4, 1, 1), axes={"Σ": 0}),
    "Cat": Case(
        lambda leaf: torch.cat([leaf["x₀"], leaf["x₁"]]),
        {"x₀": drawn(2, 5), "x₁": drawn(3, 5)},
        lambda known: {"[": joined},
        parts=PARTS,
    ),
    "Stack": Case(
        lambda leaf: torch.stack([leaf["x₀"], leaf["x₁"]]),
        {"x₀": drawn(3, 5), "x₁": drawn(3, 5)},
        lambda known: {"[": stacked},
        parts=(("x₀", ..., {"i": 0}), ("x₁", ..., {"i": 1})),
    ),
    "Split": of_x(lambda x: x.split(2), drawn(4, 5), **{"[": joined}),
    "SplitWithSizes": of_x(lambda x: x.split([1, 3]), drawn(4, 5), **{"[": joined}),
    "Unbind": of_x(lambda x: x.unbind(0), drawn(2, 5), **{"[": stacked}),
    "Select": of_x(lambda x: x.select(0, 1), i=1),
    "Slice": of_x(lambda x: x[1:3], i=1, j=3),
    "Index": of_x(lambda x: x[INDEX], i=INDEX.numpy()),
    "Gather": of_x(lambda x: x.gather(1, GATHERED), i=(np.arange(3)[:, None], GATHERED.numpy())),
    "ConstantPadNd": of_x(lambda x: F.pad(x, (1, 2)), i=(slice(None), slice(1, -2))),
}
