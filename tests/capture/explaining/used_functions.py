"""Losses, distributions, special functions, 16 bits, and what is in place."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from tests.capture.explaining.used_operations import (
    MAPS,
    MASK,
    ONE_PLACE,
    ROWS,
    Used,
    W,
    written,
)

LOSSES: dict[str, Used] = {
    "ctc_loss": Used(
        lambda w, x: F.ctc_loss(
            (x * w).log_softmax(-1),
            torch.tensor([[1, 2], [3, 3]]),
            torch.tensor([6, 5]),
            torch.tensor([2, 1]),
        ),
        W,
        (6, 2, 4),
    ),
    "ctc_loss, each": Used(
        lambda w, x: F.ctc_loss(
            (x * w).log_softmax(-1),
            torch.tensor([1, 2, 3]),
            (6, 5),
            (2, 1),
            reduction="none",
        ),
        W,
        (6, 2, 4),
    ),
    "cross_entropy of probabilities": Used(
        lambda w, x: F.cross_entropy(x * w, torch.eye(4)[:3] * 0.9 + 0.025)
    ),
    "cross_entropy, weighted": Used(
        lambda w, x: F.cross_entropy(
            x * w, torch.tensor([0, -100, 3]), torch.tensor([1.0, 2.0, 3.0, 4.0])
        )
    ),
    "cross_entropy of maps": Used(
        lambda w, x: F.cross_entropy(x * w, torch.ones(2, 6, 6, dtype=torch.long)), (6,), MAPS
    ),
    "multilabel_margin": Used(
        lambda w, x: F.multilabel_margin_loss(x * w, torch.tensor([[1, 2, -1, 0]] * 3))
    ),
    "cosine_embedding": Used(
        lambda w, x: F.cosine_embedding_loss(x * w, x.flip(1), torch.tensor([1, -1, 1]))
    ),
    "triplet, own distance": Used(
        lambda w, x: F.triplet_margin_with_distance_loss(
            x * w, x.flip(1), x.flip(0), distance_function=lambda a, b: (a - b).abs().sum(1)
        )
    ),
    "log_prob": Used(lambda w, x: torch.distributions.Normal(w, 1.0).log_prob(x)),
    "rsample": Used(lambda w, x: torch.distributions.Normal(w, w.abs() + 0.1).rsample((3,)) * x),
    "kl of distributions": Used(
        lambda w, x: torch.distributions.kl_divergence(
            torch.distributions.Normal(w, 1.0), torch.distributions.Normal(x, 2.0)
        )
    ),
    "categorical": Used(
        lambda w, x: torch.distributions.Categorical(logits=x * w).log_prob(torch.tensor([0, 1, 2]))
    ),
}
SPECIAL: dict[str, Used] = {
    **{
        name: Used(lambda w, x, name=name: getattr(torch.special, name)(x * w))  # type: ignore[misc]
        for name in (
            *("erf", "erfc", "erfcx", "expit", "expm1", "exp2", "i0", "i0e", "i1", "i1e", "ndtr"),
            *("log_ndtr", "sinc", "psi", "gammaln", "logsumexp", "log_softmax", "softmax"),
            *("bessel_j0", "entr"),
        )
        if name not in ("logsumexp", "log_softmax", "softmax", "bessel_j0")
    },
    "logsumexp": Used(lambda w, x: torch.logsumexp(x * w, (0, 1)) * x),
    "erfinv": Used(lambda w, x: torch.special.erfinv((x * w).tanh() * 0.9)),
    "ndtri": Used(lambda w, x: torch.special.ndtri((x * w).sigmoid())),
    "logit": Used(lambda w, x: torch.special.logit((x * w).sigmoid(), eps=0.1)),
    "polygamma": Used(lambda w, x: torch.special.polygamma(1, (x * w).abs() + 1)),
    "multigammaln": Used(lambda w, x: torch.special.multigammaln((x * w).abs() + 3, 2)),
    "xlogy": Used(lambda w, x: torch.special.xlogy(x, (x * w).abs() + 0.1)),
    "xlog1py": Used(lambda w, x: torch.special.xlog1py(x, (x * w).abs())),
    "zeta": Used(lambda w, x: torch.special.zeta(torch.tensor(2.0), (x * w).abs() + 1)),
    "gammainc": Used(lambda w, x: torch.special.gammainc(torch.tensor(2.0), (x * w).abs())),
    "clamp": Used(lambda w, x: (x * w).clamp(-0.5, 0.5)),
    "clamp by tensors": Used(lambda w, x: torch.clamp(x, w - 1, w + 1)),
    "clip": Used(lambda w, x: (x * w).clip(max=0.3)),
    "nan_to_num": Used(lambda w, x: (x * w / (x > 0)).nan_to_num(0.5, 2.0, -2.0)),
    "minimum": Used(lambda w, x: torch.minimum(x, w)),
    "fmax": Used(lambda w, x: torch.fmax(x, w)),
    "fmod": Used(lambda w, x: torch.fmod(x * w, 0.7)),
    "floor_divide": Used(lambda w, x: x * w * torch.floor_divide(x, 0.3)),
    "heaviside": Used(lambda w, x: x * w * torch.heaviside(x, torch.tensor(0.5))),
    "copysign": Used(lambda w, x: torch.copysign(x * w, x)),
    "ldexp": Used(lambda w, x: torch.ldexp(x * w, torch.tensor([1, 2, 3, 0]))),
    "float_power": Used(lambda w, x: torch.float_power((x * w).abs() + 0.1, 1.3).float()),
    "logaddexp": Used(lambda w, x: torch.logaddexp(x, w)),
    "logaddexp2": Used(lambda w, x: torch.logaddexp2(x, w)),
    "atan2": Used(lambda w, x: torch.atan2(x, w)),
    "addcdiv": Used(lambda w, x: torch.addcdiv(x, w, x.abs() + 1, value=0.5)),
    "lerp": Used(lambda w, x: torch.lerp(x, w, w)),
    "trapezoid": Used(lambda w, x: torch.trapezoid(x * w, dx=0.5)),
    "std_mean": Used(lambda w, x: sum(torch.std_mean(x * w, 1))),
    "var_mean": Used(lambda w, x: torch.var_mean(x * w, 1, correction=0)[0]),
    "cov": Used(lambda w, x: torch.cov(x * w)),
    "corrcoef": Used(lambda w, x: torch.corrcoef(x * w)),
    "prod": Used(lambda w, x: (x * w).prod(1)),
    "prod with a zero": Used(lambda w, x: (x * w * torch.tensor([1.0, 0, 1, 1])).prod(1)),
    "nansum": Used(lambda w, x: (x * w).nansum(1)),
    "nanmean": Used(lambda w, x: (x * w).nanmean(1)),
    "amax, tied": Used(lambda w, x: torch.stack([x * w, x * w]).amax(0)),
    "aminmax": Used(lambda w, x: sum((x * w).aminmax(dim=1))),
    "bfloat16": Used(lambda w, x: (x.bfloat16() * w.bfloat16()).float()),
    "float16": Used(lambda w, x: (x.half() @ w.half()).float()),
    "float64": Used(lambda w, x: (x.double() * w.double()).float()),
    "through int": Used(lambda w, x: x * w + (x * w).int()),
    "type_as": Used(lambda w, x: (x.half() * w.half()).type_as(x)),
    "complex angle": Used(lambda w, x: torch.view_as_complex((x * w).view(3, 2, 2)).angle()),
}


def _autocast(w: Tensor, x: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        return F.linear(x, w).float()


class Cube(torch.autograd.Function):
    """One of somebody's own."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return 3 * x**2 * grad


OWN: dict[str, Used] = {
    "autocast": Used(_autocast, (2, 4)),
    "custom Function": Used(lambda w, x: Cube.apply(x * w) * w),
    "torch.func.grad": Used(
        lambda w, x: torch.func.grad(lambda v: (v**3).sum())(w.detach()) * x * w
    ),
    "vmap": Used(lambda w, x: torch.vmap(lambda row: row * w)(x)),
    "jvp": Used(lambda w, x: torch.func.jvp(torch.sin, (x * w,), (x,))[1]),
    "grad in forward": Used(
        lambda w, x: torch.autograd.grad((w**3).sum(), w, create_graph=True)[0] * x
    ),
    "in place": Used(lambda w, x: (x * w).add_(1).mul_(2).sigmoid_()),
    "in place by a view": Used(lambda w, x: written(x * w, lambda y: y[0].mul_(2))),
    "in place by a transposed view": Used(
        lambda w, x: written(x * w, lambda y: y.T[1].add_(w[:3]))
    ),
    "copy_": Used(lambda w, x: written(x, lambda y: y.copy_(x * w))),
    "fill_": Used(lambda w, x: written(x * w, lambda y: y[0].fill_(1.0))),
    "masked_fill_": Used(lambda w, x: written(x * w, lambda y: y.masked_fill_(MASK, 0.0))),
    "index_add_": Used(lambda w, x: written(x * w, lambda y: y.index_add_(0, ROWS, x * w))),
    "scatter_": Used(lambda w, x: written(x * w, lambda y: y.scatter_(1, ONE_PLACE, 0.0))),
    "out=": Used(lambda w, x: x * w + torch.mul(x, 2, out=torch.empty(3, 4))),
    "expand and sum": Used(lambda w, x: (w.expand(3, 4) * x).sum_to_size(1, 4)),
    "frozen part": Used(lambda w, x: (x * w).detach() * w),
    "several outputs": Used(lambda w, x: torch.unbind(x * w)[0] * torch.unbind(x * w)[2]),
}
