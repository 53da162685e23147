"""Networks of the modules and functions that people use, for a sweep through their numbers."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

Loss = Callable[[Tensor], Tensor]
Made = tuple[nn.Module, Tensor] | tuple[nn.Module, Tensor, Loss]


class Picked(nn.Module):
    """A layer, and what of its results is used."""

    def __init__(self, layer: nn.Module, pick: Callable[..., Tensor], *more: Tensor) -> None:
        super().__init__()
        self.layer, self._pick, self._more = layer, pick, more

    def forward(self, x: Tensor) -> Tensor:
        return self._pick(self.layer(x, *self._more))


class OfWeight(nn.Module):
    """A function of the input and of a weight with four elements."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4))
        self._function = function

    def forward(self, x: Tensor) -> Tensor:
        return self._function(x, self.weight)


class OwnAttention(nn.Module):
    """Self-attention."""

    def __init__(self, weights: bool, use_weights: bool = False) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self._weights, self._use = weights, use_weights

    def forward(self, x: Tensor) -> Tensor:
        y, weights = self.attention(x, x, x, need_weights=self._weights)
        return weights if self._use else y


class Packed(nn.Module):
    """A recurrent layer on sequences of several lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.GRU(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, [5, 3])
        return nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0])[0]


class Square(torch.autograd.Function):
    """One of somebody's own."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return 2 * x * grad


SEQUENCE, TEXT, ROWS, MAPS = (5, 2, 3), (2, 5, 8), (3, 4), (2, 4, 5, 5)
LABELS, PLACES = torch.tensor([1, 0, 3]), torch.tensor([[0], [1], [2]])
WORDS = torch.tensor([[1, 2, 0], [4, 1, 1]])
TARGET = torch.rand(3, 4, generator=torch.Generator().manual_seed(3))


def _recurrent(
    kind: type[nn.RNNBase], pick: Callable[..., Tensor], **options: bool | float
) -> Made:
    return Picked(kind(3, 4, **options), pick), torch.randn(SEQUENCE)


def _sequence(made: tuple[Tensor, object]) -> Tensor:
    return made[0]


def _last(made: tuple[Tensor, Tensor | tuple[Tensor, Tensor]]) -> Tensor:
    state = made[1]
    return state if isinstance(state, Tensor) else state[0] + state[1]


def _both(made: tuple[Tensor, Tensor | tuple[Tensor, Tensor]]) -> Tensor:
    return made[0].sum() + _last(made).sum(0)


def _on(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[], Made]:
    return lambda: (OfWeight(function), torch.randn(ROWS))


def _lost(loss: Loss) -> Callable[[], Made]:
    return lambda: (OfWeight(torch.mul), torch.randn(ROWS), loss)


def _after_conv(*modules: nn.Module) -> Callable[[], Made]:
    return lambda: (nn.Sequential(nn.Conv2d(4, 4, 1), *modules), torch.randn(MAPS))


def _row_doubled(x: Tensor) -> Tensor:
    x[0].mul_(2)
    return x


def _sampled(x: Tensor, w: Tensor) -> Tensor:
    grid = w.reshape(1, 1, 2, 2).tanh().expand(2, 1, 2, 2)
    return F.grid_sample(x, grid, align_corners=False)


def _set(x: Tensor, w: Tensor) -> Tensor:
    y = x.clone()
    y[0] = w
    return y


RECURRENT: dict[str, Callable[[], Made]] = {
    f"{kind.__name__}, {name}": lambda kind=kind, pick=pick, options=options: _recurrent(  # type: ignore[misc]
        kind, pick, **options
    )
    for kind in (nn.LSTM, nn.GRU, nn.RNN)
    for name, pick, options in (
        ("one layer", _sequence, {}),
        ("bidirectional", _sequence, {"bidirectional": True}),
        ("batch first, no bias", _sequence, {"batch_first": True, "bias": False}),
        ("last state", _last, {}),
        ("two layers, all results", _both, {"num_layers": 2}),
        ("dropout between layers", _sequence, {"num_layers": 2, "dropout": 0.4}),
    )
}
MODULES: dict[str, Callable[[], Made]] = {
    "LSTMCell": lambda: (Picked(nn.LSTMCell(3, 4), lambda s: s[0] * s[1]), torch.randn(2, 3)),
    "GRUCell": lambda: (nn.GRUCell(3, 4), torch.randn(2, 3)),
    "packed sequence": lambda: (Packed(), torch.randn(SEQUENCE)),
    "attention": lambda: (OwnAttention(weights=True), torch.randn(TEXT)),
    "attention, fused": lambda: (OwnAttention(weights=False), torch.randn(TEXT)),
    "attention, its weights": lambda: (OwnAttention(True, use_weights=True), torch.randn(TEXT)),
    "transformer layer, evaluating": lambda: (
        nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval(),
        torch.randn(TEXT),
    ),
    "embedding bag, mean": lambda: (nn.EmbeddingBag(9, 4), WORDS),
    "embedding bag, max": lambda: (nn.EmbeddingBag(9, 4, mode="max"), WORDS),
    "bilinear": lambda: (
        OfWeight(lambda x, w: F.bilinear(x, x * w, w.expand(2, 4, 4))),
        torch.randn(ROWS),
    ),
    "weight norm": lambda: (
        nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)),
        torch.randn(ROWS),
    ),
    "spectral norm": lambda: (
        nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)),
        torch.randn(ROWS),
    ),
    "instance norm": _after_conv(nn.InstanceNorm2d(4, affine=True)),
    "group norm": _after_conv(nn.GroupNorm(2, 4)),
    "local response norm": _after_conv(nn.LocalResponseNorm(2)),
    "pixel shuffle": _after_conv(nn.PixelShuffle(2)),
    "reflected": _after_conv(nn.ReflectionPad2d(1), nn.Hardswish()),
    "interpolated": _after_conv(nn.Upsample(scale_factor=2, mode="bicubic"), nn.Hardsigmoid()),
    "unflattened": lambda: (nn.Sequential(nn.Linear(4, 6), nn.Unflatten(1, (2, 3))), _rows()),
    "grid sample": lambda: (
        OfWeight(lambda x, w: _sampled(x, w)),
        torch.randn(MAPS),
    ),
}
FUNCTIONS: dict[str, Callable[[], Made]] = {
    "in place": _on(lambda x, w: (x * w).add_(1).mul_(w).sub_(x).sigmoid_()),
    "relu_": _on(lambda x, w: F.relu_(x * w)),
    "written into": _on(lambda x, w: _set(x * w, w)),
    "a view written into": _on(lambda x, w: _row_doubled(x * w)),
    "scatter": _on(lambda x, w: (x * w).scatter_add(1, PLACES, w[:3, None])),
    "topk": _on(lambda x, w: (x * w).topk(2, 1).values),
    "cdist": _on(lambda x, w: torch.cdist(x, w[None])),
    "norms": _on(lambda x, w: (x * w).norm(dim=1) + (x * w).std(1) + (x * w).logsumexp(1)),
    "einsum": _on(lambda x, w: torch.einsum("ij,j,kj->ik", x, w, x * w)),
    "split and joined": _on(lambda x, w: torch.cat([*(x * w).split(2, 1), x], 1)),
    "complex": _on(lambda x, w: torch.fft.rfft(x * w).abs()),
    "somebody's own": _on(lambda x, w: Square.apply(x * w)),
    "noise": _on(lambda x, w: x * w + torch.randn_like(x)),
    "chance": _on(lambda x, w: x * w * torch.bernoulli(torch.full((4,), 0.5))),
    "unique": _on(lambda x, w: x * w * x.unique().numel()),
}
LOSSES: dict[str, Callable[[], Made]] = {
    "ctc": _lost(
        lambda x: F.ctc_loss(
            x.log_softmax(-1)[:, None].expand(3, 2, 4),
            torch.tensor([[1, 2], [3, 1]]),
            torch.tensor([3, 3]),
            torch.tensor([2, 1]),
        )
    ),
    "cosine embedding": _lost(
        lambda x: F.cosine_embedding_loss(x, TARGET, torch.tensor([1, -1, 1]))
    ),
    "triplet": _lost(lambda x: F.triplet_margin_loss(x, TARGET, TARGET.flip(0))),
    "huber": _lost(lambda x: F.huber_loss(x, TARGET.to(x), delta=0.5)),
    "hinge embedding": _lost(lambda x: F.hinge_embedding_loss(x, TARGET.round() * 2 - 1)),
    "kl": _lost(lambda x: F.kl_div(x.log_softmax(1), TARGET.softmax(1), reduction="batchmean")),
    "poisson": _lost(lambda x: F.poisson_nll_loss(x, TARGET)),
    "gaussian": _lost(lambda x: F.gaussian_nll_loss(x, TARGET, TARGET + 0.1)),
    "multi-margin": _lost(lambda x: F.multi_margin_loss(x, LABELS)),
    "soft margin": _lost(lambda x: F.soft_margin_loss(x, TARGET.round() * 2 - 1)),
}


def _rows() -> Tensor:
    return torch.randn(ROWS)


NETS = RECURRENT | MODULES | FUNCTIONS | LOSSES
