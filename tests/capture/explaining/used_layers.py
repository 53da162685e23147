"""Products, distances, layers, cells and checkpoints."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn
from torch.utils.checkpoint import checkpoint

from tests.capture.explaining.used_operations import (
    MAPS,
    SQUARE,
    WORDS,
    OfModule,
    Used,
    W,
    X,
    first,
    whole,
)

LAYERS: dict[str, Used] = {
    "einsum": Used(lambda w, x: torch.einsum("ij,jk,ik->i", x, w, x), (4, 4)),
    "einsum, diagonal": Used(lambda w, x: torch.einsum("ii,jk->ik", w, x), SQUARE),
    "tensordot": Used(lambda w, x: torch.tensordot(x, w, dims=([1], [0])), (4, 2)),
    "baddbmm": Used(lambda w, x: torch.baddbmm(w, x, x.mT, beta=0.5), (3, 3), (2, 3, 4)),
    "addmv": Used(lambda w, x: torch.addmv(x[:, 0], x, w)),
    "addr": Used(lambda w, x: torch.addr(x, x[:, 0], w)),
    "chain_matmul": Used(lambda w, x: torch.chain_matmul(x, w, w), (4, 4)),
    "kron": Used(lambda w, x: torch.kron(x, w[None])),
    "cdist": Used(lambda w, x: torch.cdist(x, w), (2, 4)),
    "cdist, one": Used(lambda w, x: torch.cdist(x, w, p=1.0), (2, 4)),
    "pdist": Used(lambda w, x: F.pdist(x * w)),
    "cosine_similarity": Used(lambda w, x: F.cosine_similarity(x, w[None])),
    "pairwise_distance": Used(lambda w, x: F.pairwise_distance(x, w[None])),
    "bilinear": Used(lambda w, x: F.bilinear(x, x * 0.5, w), (2, 4, 4)),
    "embedding": Used(lambda w, x: F.embedding(WORDS, w) * x[0], X),
    "embedding, padding": Used(lambda w, x: F.embedding(WORDS, w, padding_idx=2) * x[0], X),
    "embedding, by frequency": Used(
        lambda w, x: F.embedding(WORDS, w, scale_grad_by_freq=True) * x[0], X
    ),
    **{
        f"embedding_bag, {mode}": Used(
            lambda w, x, mode=mode: (
                F.embedding_bag(WORDS, w, torch.tensor([0, 2]), mode=mode)  # type: ignore[misc]
                * x[0]
            ),
            X,
        )
        for mode in ("sum", "mean", "max")
    },
    "embedding_bag, weighted": Used(
        lambda w, x: F.embedding_bag(
            WORDS, x, torch.tensor([0, 3]), mode="sum", per_sample_weights=w
        ),
        (5,),
    ),
    "glu": Used(lambda w, x: F.glu(x * w)),
    "swiglu": Used(lambda w, x: F.silu(x * w) * x),
    "prelu": Used(lambda w, x: F.prelu(x, w)),
    "rrelu": Used(lambda w, x: F.rrelu(x * w, training=True)),
    "gumbel_softmax, hard": Used(lambda w, x: F.gumbel_softmax(x * w, hard=True)),
    "straight through": Used(lambda w, x: x * w + ((x * w).round() - x * w).detach()),
    "alpha_dropout": Used(lambda w, x: F.alpha_dropout(x * w, 0.4, True)),
    "normalize": Used(lambda w, x: F.normalize(x * w, p=3.0)),
    "local_response_norm": Used(lambda w, x: F.local_response_norm(x * w, 2), (6,), MAPS),
    "instance_norm": Used(lambda w, x: F.instance_norm(x, weight=w, bias=w), W, MAPS),
    "rms_norm": Used(lambda w, x: F.rms_norm(x, (4,), w)),
    "batch_norm, evaluating": Used(
        lambda w, x: F.batch_norm(x, torch.zeros(4), torch.ones(4), w, w)
    ),
    "renorm": Used(lambda w, x: torch.renorm(x * w, 2, 0, 1.0)),
    "weight_norm": Used(
        lambda w, x: x @ torch._weight_norm(w, w.norm(dim=1, keepdim=True).detach(), 0).T, (2, 4)
    ),
    "LSTMCell": Used(OfModule(lambda: nn.LSTMCell(4, 3), lambda m, x: sum(m(x)))),
    "GRUCell": Used(OfModule(lambda: nn.GRUCell(4, 3), whole)),
    "RNNCell, relu": Used(OfModule(lambda: nn.RNNCell(4, 3, nonlinearity="relu"), whole)),
    "LSTM with projection": Used(OfModule(lambda: nn.LSTM(4, 3, proj_size=2), first), W, (3, 2, 4)),
    "AdaptiveLogSoftmax": Used(
        OfModule(
            lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2, 4]),
            lambda made, x: made(x, torch.tensor([0, 3, 5]))[0],
        )
    ),
    "checkpointed": Used(lambda w, x: checkpoint(lambda y: (y * w).tanh(), x, use_reentrant=False)),
    "checkpointed, reentrant": Used(lambda w, x: checkpoint(torch.tanh, x * w, use_reentrant=True)),
}
