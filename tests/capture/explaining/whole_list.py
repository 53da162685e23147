"""Random small networks of everything in torch.nn, torch.nn.functional and torch's own functions.

A network multiplies its input by a weight, applies one to three operations drawn from the lists,
and has a loss and an optimizer drawn too. ``drawn_net`` makes the same one for the same seed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

Function = Callable[[Tensor], Tensor]
# An operation on a tensor, or what makes a module.
Drawn = Function | Callable[[], nn.Module]

ROWS, MAPS, TEXT = (3, 4), (2, 4, 6, 6), (2, 5, 8)
PLACES = torch.tensor([[0, 1], [1, 3], [2, 0]])
# Any shape, and the shape stays. By name, as torch has them.
MODULES_ANYWHERE = [
    *("CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU"),
    *("LogSigmoid", "Mish", "PReLU", "ReLU", "ReLU6", "RReLU", "SELU", "SiLU", "Sigmoid"),
    *("Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Dropout", "AlphaDropout"),
    "Identity",
]
OF_ELEMENTS = [
    *("abs", "arctan", "asinh", "atan", "ceil", "cos", "cosh", "deg2rad", "digamma"),
    *("erf", "erfc", "exp", "exp2", "expm1", "floor", "frac", "lgamma", "neg"),
    *("positive", "rad2deg", "relu", "round", "sigmoid", "sign", "sin", "sinc", "sinh", "square"),
    *("tan", "tanh", "trunc", "i0", "sgn", "clone"),
]
OF_POSITIVE = ["log", "log10", "log1p", "log2", "reciprocal", "rsqrt", "sqrt", "acosh"]
ANYWHERE: dict[str, Drawn] = {
    **{name: (lambda name=name: _module(name)) for name in MODULES_ANYWHERE},
    **{f"torch.{name}": getattr(torch, name) for name in OF_ELEMENTS},
    **{
        f"torch.{name} of positive": (lambda x, name=name: getattr(torch, name)(x.abs() + 1.5))
        for name in OF_POSITIVE
    },
    "acos": lambda x: torch.acos(x.tanh() * 0.9),
    "logit": lambda x: torch.logit(x.sigmoid()),
    "threshold": lambda x: F.threshold(x, 0.1, 0.2),
    "softmax": lambda x: F.softmax(x, -1),
    "log_softmax": lambda x: F.log_softmax(x, -1),
    "softmin": lambda x: F.softmin(x, 1),
    "normalize": lambda x: F.normalize(x, dim=1),
    "layer_norm": lambda x: F.layer_norm(x, x.shape[-1:]),
    "rms_norm": lambda x: F.rms_norm(x, x.shape[-1:]),
    "cumsum": lambda x: x.cumsum(1),
    "cumprod": lambda x: x.cumprod(1),
    "logcumsumexp": lambda x: torch.logcumsumexp(x, 1),
    "cummax": lambda x: x.cummax(1).values,
    "sort": lambda x: x.sort(-1).values,
    "flip": lambda x: x.flip(1),
    "roll": lambda x: x.roll(1, 1),
    "clamp": lambda x: x.clamp(-0.5, 0.5),
    "masked_fill": lambda x: x.masked_fill(x > 0.5, 0.0),
    "where": lambda x: torch.where(x > 0, x, x * 0.1),
    "lerp": lambda x: torch.lerp(x, x * x, 0.3),
    "addcmul": lambda x: torch.addcmul(x, x, x, value=0.5),
    "maximum": lambda x: torch.maximum(x, x * 0.5),
    "atan2": lambda x: torch.atan2(x, x.flip(1) + 3),
    "hypot": lambda x: torch.hypot(x, x.flip(1)),
    "remainder": lambda x: torch.remainder(x, 0.7),
    "pow": lambda x: (x.abs() + 0.1) ** 1.5,
    "2 to the x": lambda x: 2**x,
    "nan_to_num": torch.nan_to_num,
    "tril": lambda x: x.tril(),
    "diff": lambda x: x - x.mean(1, keepdim=True),
    "gumbel_softmax": lambda x: F.gumbel_softmax(x, dim=1),
    "feature_alpha_dropout": F.feature_alpha_dropout,
    "in place": lambda x: x.clone().mul_(2).add_(x).relu_(),
    "written into": lambda x: torch.cat([x[:1] * 2, x[1:]]),
    "where numbers are equal": lambda x: x * (x == x.detach()).to(x),
}
ENDS: dict[tuple[int, ...], dict[str, Drawn]] = {
    ROWS: {
        "Linear": lambda: nn.Linear(4, 3),
        "LayerNorm": lambda: nn.LayerNorm(4),
        "RMSNorm": lambda: nn.RMSNorm(4),
        "BatchNorm1d": lambda: nn.BatchNorm1d(4),
        "LazyLinear": lambda: nn.LazyLinear(2),
        "LSTMCell": lambda: _First(nn.LSTMCell(4, 3)),
        "GRUCell": lambda: nn.GRUCell(4, 3),
        "RNNCell": lambda: nn.RNNCell(4, 3),
        "Bilinear": lambda: _Twice(nn.Bilinear(4, 4, 2)),
        "CosineSimilarity": lambda: _Twice(nn.CosineSimilarity()),
        "PairwiseDistance": lambda: _Twice(nn.PairwiseDistance()),
        "glu": F.glu,
        "sum": lambda x: x.sum(1),
        "mean": lambda x: x.mean(0),
        "var": lambda x: x.var(1),
        "std": lambda x: x.std(0),
        "norm": lambda x: x.norm(dim=1),
        "p-norm": lambda x: torch.linalg.vector_norm(x, 3, dim=1),
        "amax": lambda x: x.amax(1),
        "amin": lambda x: x.amin(1),
        "aminmax": lambda x: x.aminmax(dim=1).max,
        "max with places": lambda x: x.max(1).values,
        "median": lambda x: x.median(1).values,
        "mode": lambda x: x.mode(1).values,
        "kthvalue": lambda x: x.kthvalue(2, 1).values,
        "topk": lambda x: x.topk(2, 1).values,
        "quantile": lambda x: x.quantile(0.3, 1),
        "prod": lambda x: x.prod(1),
        "logsumexp": lambda x: x.logsumexp(1),
        "gather": lambda x: x.gather(1, PLACES),
        "scatter": lambda x: torch.zeros(3, 4).scatter(1, PLACES, x[:, :2]),
        "scatter_add": lambda x: torch.zeros(3, 4).scatter_add(1, PLACES, x[:, :2]),
        "scatter_reduce": lambda x: torch.zeros(3, 4).scatter_reduce(1, PLACES, x[:, :2], "amax"),
        "index_select": lambda x: x.index_select(1, PLACES[0]),
        "index_add": lambda x: torch.zeros(3, 4).index_add(1, PLACES[0], x[:, :2]),
        "take": lambda x: x.take(PLACES),
        "masked_select": lambda x: x.masked_select(x > 0),
        "matmul": lambda x: x @ x.T,
        "outer": lambda x: torch.outer(x[0], x[1]),
        "einsum": lambda x: torch.einsum("ij,kj->ik", x, x),
        "cdist": lambda x: torch.cdist(x, x.flip(1) + 1),
        "pdist": F.pdist,
        "kron": lambda x: torch.kron(x, x[:1]),
        "cross": lambda x: torch.cross(x[:, :3], x[:, 1:], dim=1),
        "det": lambda x: torch.det(x[:, :3] + torch.eye(3)),
        "inverse": lambda x: torch.linalg.inv(x[:, :3] + 3 * torch.eye(3)),
        "solve": lambda x: torch.linalg.solve(x[:, :3] + 3 * torch.eye(3), x),
        "cholesky": lambda x: torch.linalg.cholesky(x @ x.T + torch.eye(3)),
        "svdvals": torch.linalg.svdvals,
        "matrix_exp": lambda x: torch.linalg.matrix_exp(x[:, :3]),
        "trace": lambda x: torch.trace(x),
        "diag": lambda x: torch.diag(x[0]),
        "stack": lambda x: torch.stack([x, x * 2], 1),
        "split": lambda x: x.split(2, 1)[1],
        "unbind": lambda x: x.unbind(1)[2],
        "repeat": lambda x: x.repeat(2, 1),
        "repeat_interleave": lambda x: x.repeat_interleave(2, 1),
        "tile": lambda x: x.tile(2),
        "expand": lambda x: x[:, None].expand(3, 2, 4),
        "as_strided": lambda x: x.as_strided((2, 2), (1, 2)),
        "unfold along": lambda x: x.unfold(1, 2, 1),
        "movedim": lambda x: x.movedim(0, 1),
        "rfft": lambda x: torch.fft.rfft(x).abs(),
        "bucketize": lambda x: x * torch.bucketize(x.detach(), torch.tensor([0.0, 1.0])),
        "trapezoid": lambda x: torch.trapezoid(x, dim=1),
        "histogram of places": lambda x: x * PLACES.flatten().bincount()[:4],
        "checkpointed": lambda x: torch.utils.checkpoint.checkpoint(
            torch.tanh, x, use_reentrant=False
        ),
        "Embedding": lambda: _Looked(nn.Embedding(5, 4)),
        "EmbeddingBag": lambda: _Looked(nn.EmbeddingBag(5, 4)),
    },
    MAPS: {
        "Conv2d": lambda: nn.Conv2d(4, 3, 3, 2, 1),
        "Conv2d, circular": lambda: nn.Conv2d(4, 2, 3, padding=1, padding_mode="circular"),
        "depthwise": lambda: nn.Conv2d(4, 4, 3, groups=4, bias=False),
        "ConvTranspose2d": lambda: nn.ConvTranspose2d(4, 2, 3, 2),
        "BatchNorm2d": lambda: nn.BatchNorm2d(4),
        "BatchNorm2d, evaluating": lambda: nn.BatchNorm2d(4).eval(),
        "GroupNorm": lambda: nn.GroupNorm(2, 4),
        "InstanceNorm2d": lambda: nn.InstanceNorm2d(4, affine=True),
        "LocalResponseNorm": lambda: nn.LocalResponseNorm(2),
        "MaxPool2d": lambda: nn.MaxPool2d(3, 2, 1),
        "MaxUnpool2d": lambda: _Unpooled(),
        "AvgPool2d": lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        "LPPool2d": lambda: nn.LPPool2d(2, 2),
        "FractionalMaxPool2d": lambda: nn.FractionalMaxPool2d(2, output_size=3),
        "AdaptiveAvgPool2d": lambda: nn.AdaptiveAvgPool2d((2, 3)),
        "AdaptiveMaxPool2d": lambda: nn.AdaptiveMaxPool2d(2),
        "ReflectionPad2d": lambda: nn.ReflectionPad2d(1),
        "ReplicationPad2d": lambda: nn.ReplicationPad2d(1),
        "ZeroPad2d": lambda: nn.ZeroPad2d(1),
        "ConstantPad2d": lambda: nn.ConstantPad2d(1, 0.5),
        "CircularPad2d": lambda: nn.CircularPad2d(1),
        "Upsample, nearest": lambda: nn.Upsample(scale_factor=2),
        "Upsample, bilinear": lambda: nn.Upsample(scale_factor=2, mode="bilinear"),
        "PixelShuffle": lambda: nn.PixelShuffle(2),
        "PixelUnshuffle": lambda: nn.PixelUnshuffle(2),
        "ChannelShuffle": lambda: nn.ChannelShuffle(2),
        "Unfold": lambda: nn.Unfold(3),
        "Fold": lambda x: F.fold(F.unfold(x, 2), (6, 6), 2),
        "Dropout2d": lambda: nn.Dropout2d(),
        "Softmax2d": lambda: nn.Softmax2d(),
        "Flatten": lambda: nn.Flatten(),
        "Unflatten": lambda: nn.Unflatten(1, (2, 2)),
        "affine_grid": lambda x: F.grid_sample(
            x, F.affine_grid(x[:, 0, :2, :3].tanh(), [2, 1, 3, 3], False), align_corners=False
        ),
        "rot90": lambda x: x.rot90(1, (2, 3)),
        "Conv3d": lambda: _Shaped(nn.Conv3d(2, 1, 2), (2, 2, 2, 6, 6)),
        "MaxPool3d": lambda: _Shaped(nn.MaxPool3d(2), (2, 2, 2, 6, 6)),
        "AvgPool3d": lambda: _Shaped(nn.AvgPool3d(2), (2, 2, 2, 6, 6)),
        "fft2": lambda x: torch.fft.fft2(x).real,
    },
    TEXT: {
        "MultiheadAttention": lambda: _Attention(need_weights=False),
        "MultiheadAttention, weights": lambda: _Attention(need_weights=True),
        "scaled_dot_product_attention": lambda x: F.scaled_dot_product_attention(x, x, x),
        "sdpa, causal": lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
        "TransformerEncoderLayer": lambda: nn.TransformerEncoderLayer(8, 2, 8, batch_first=True),
        "TransformerDecoderLayer": lambda: _Twice(
            nn.TransformerDecoderLayer(8, 2, 8, 0.0, batch_first=True)
        ),
        "LSTM": lambda: _First(nn.LSTM(8, 3, 2, batch_first=True)),
        "GRU": lambda: _First(nn.GRU(8, 3, bidirectional=True)),
        "RNN": lambda: _First(nn.RNN(8, 3, nonlinearity="relu")),
        "Conv1d": lambda: nn.Conv1d(5, 3, 3, dilation=2),
        "ConvTranspose1d": lambda: nn.ConvTranspose1d(5, 2, 3),
        "MaxPool1d": lambda: nn.MaxPool1d(2),
        "AvgPool1d": lambda: nn.AvgPool1d(3, 2),
        "AdaptiveAvgPool1d": lambda: nn.AdaptiveAvgPool1d(3),
        "AdaptiveMaxPool1d": lambda: nn.AdaptiveMaxPool1d(3),
        "Upsample, linear": lambda: nn.Upsample(scale_factor=2, mode="linear"),
        "InstanceNorm1d": lambda: nn.InstanceNorm1d(5),
        "Dropout1d": lambda: nn.Dropout1d(),
        "bmm": lambda x: torch.bmm(x, x.transpose(1, 2)),
        "baddbmm": lambda x: torch.baddbmm(x[:, :, :5], x, x.transpose(1, 2)),
        "tensordot": lambda x: torch.tensordot(x, x, dims=([2], [2])),
        "Linear": lambda: nn.Linear(8, 2),
    },
}
LABELS = torch.tensor([1, 0, 3, 2, 1, 0])
LOSSES: dict[str, Function] = {
    "squares": lambda y: (y**2).sum(),
    "cubes": lambda y: (y**3).mean(),
    "cross_entropy": lambda y: F.cross_entropy(_rows_of(y), _labels_of(y)),
    "cross_entropy, smooth": lambda y: F.cross_entropy(
        _rows_of(y), _labels_of(y), label_smoothing=0.1
    ),
    "nll_loss": lambda y: F.nll_loss(_rows_of(y).log_softmax(1), _labels_of(y)),
    "mse_loss": lambda y: F.mse_loss(y, torch.full_like(y, 0.3)),
    "l1_loss": lambda y: F.l1_loss(y, torch.full_like(y, 0.3)),
    "smooth_l1_loss": lambda y: F.smooth_l1_loss(y, torch.full_like(y, 0.3)),
    "huber_loss": lambda y: F.huber_loss(y, torch.full_like(y, 0.3), delta=0.5),
    "bce": lambda y: F.binary_cross_entropy(y.clamp(-9, 9).sigmoid(), torch.full_like(y, 0.3)),
    "bce with logits": lambda y: F.binary_cross_entropy_with_logits(y, torch.ones_like(y)),
    "kl_div": lambda y: F.kl_div(
        _rows_of(y).log_softmax(1), _rows_of(y).detach().flip(1).softmax(1)
    ),
    "poisson": lambda y: F.poisson_nll_loss(y.clamp(max=3), torch.ones_like(y)),
    "gaussian": lambda y: F.gaussian_nll_loss(y, torch.zeros_like(y), torch.ones_like(y)),
    "soft margin": lambda y: F.soft_margin_loss(y, torch.ones_like(y)),
    "hinge embedding": lambda y: F.hinge_embedding_loss(y, -torch.ones_like(y)),
    "multi-margin": lambda y: F.multi_margin_loss(_rows_of(y), _labels_of(y)),
    "multilabel soft": lambda y: F.multilabel_soft_margin_loss(
        _rows_of(y), torch.ones_like(_rows_of(y))
    ),
    "margin ranking": lambda y: F.margin_ranking_loss(
        y.flatten(), y.flatten().flip(0), torch.ones(y.numel())
    ),
    "triplet": lambda y: F.triplet_margin_loss(
        _rows_of(y), _rows_of(y).flip(0) + 1, _rows_of(y) * 0.5 + 0.1
    ),
}
OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": torch.optim.SGD,
    "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, weight_decay=0.01),
    "Adam": torch.optim.Adam,
    "AMSGrad": lambda p, lr: torch.optim.Adam(p, lr, amsgrad=True, maximize=True),
    "AdamW": torch.optim.AdamW,
    "NAdam": torch.optim.NAdam,
    "RMSprop": lambda p, lr: torch.optim.RMSprop(p, lr, momentum=0.5, centered=True),
    "Adagrad": torch.optim.Adagrad,
}


@dataclass(frozen=True, slots=True)
class DrawnNet:
    """A network, its batch, its loss and its optimizer; ``words`` say what was drawn."""

    model: nn.Module
    batch: Tensor
    loss: Function
    optimizer: torch.optim.Optimizer
    words: str


class Drawing(nn.Module):
    """w·x, then one operation after the other."""

    def __init__(self, shape: tuple[int, ...], operations: list[Function]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape[-1]) * 0.3 + 1)
        self.operations = operations
        for i, each in enumerate(operations):
            if isinstance(each, nn.Module):
                self.add_module(f"op{i}", each)

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.weight
        for operation in self.operations:
            x = operation(x)
        return x


def drawn_names(seed: int) -> tuple[tuple[int, ...], list[str], str, str]:
    """The shape of the batch, the operations, the loss and the optimizer of a seed.

    Each operation of the lists comes up in turn; the rest is drawn.
    """
    draw = random.Random(seed)
    every = [(shape, name) for shape, ends in ENDS.items() for name in ends]
    anywhere = list(ANYWHERE)
    shape, end = every[seed % len(every)]
    more = draw.sample(anywhere, draw.randrange(2))
    operations = [anywhere[seed % len(anywhere)], *more, end]
    return shape, operations, draw.choice(list(LOSSES)), draw.choice(list(OPTIMIZERS))


def drawn_net(seed: int) -> DrawnNet:
    """The network of a seed."""
    torch.manual_seed(seed)
    shape, names, loss, optimizer = drawn_names(seed)
    operations = [_made(ANYWHERE[name]) for name in names[:-1]]
    operations.append(_made(ENDS[shape][names[-1]]))
    model, batch = Drawing(shape, operations), torch.randn(shape)
    with torch.no_grad():
        model(batch)  # what is lazy gets its shapes
    words = f"{seed}: {', '.join(names)}; {loss}; {optimizer}"
    stepped = OPTIMIZERS[optimizer](model.parameters(), 0.01)
    return DrawnNet(model, batch, LOSSES[loss], stepped, words)


# -- what they are made of -------------------------------------------------------------------


def _module(name: str) -> nn.Module:
    made = getattr(nn, name)()
    assert isinstance(made, nn.Module)
    return made


def _made(drawn: Drawn) -> Function:
    """The operation itself: those without an argument make a module."""
    code = getattr(drawn, "__code__", None)
    makes = code is not None and code.co_argcount - len(drawn.__defaults__ or ()) == 0  # type: ignore[attr-defined]
    return drawn() if makes else drawn  # type: ignore[call-arg, return-value]


def _rows_of(y: Tensor) -> Tensor:
    return y.reshape(1, -1) if y.ndim < 2 else y.flatten(1)


def _labels_of(y: Tensor) -> Tensor:
    rows = _rows_of(y)
    return LABELS[torch.arange(len(rows)) % len(LABELS)] % rows.shape[1]


class _Wrapped(nn.Module):
    def __init__(self, inner: nn.Module, shape: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.inner, self.shape = inner, shape


class _First(_Wrapped):
    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.inner(x)[0]
        return made


class _Twice(_Wrapped):
    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.inner(x, x.flip(1) * 0.5)
        return made


class _Looked(_Wrapped):
    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.inner(PLACES) * x.mean()
        return made


class _Shaped(_Wrapped):
    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.inner(x.reshape(self.shape))
        return made


class _Unpooled(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        made, places = F.max_pool2d(x, 2, return_indices=True)
        return F.max_unpool2d(made, places, 2)


class _Attention(nn.Module):
    def __init__(self, need_weights: bool) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self._need = need_weights

    def forward(self, x: Tensor) -> Tensor:
        made, weights = self.attention(x, x, x, need_weights=self._need)
        return made if weights is None else made + weights.sum(-1, keepdim=True) ** 2
