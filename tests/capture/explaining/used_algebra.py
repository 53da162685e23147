"""Linear algebra, Fourier transforms, indexing and sorting."""

import torch
from torch import nn

from tests.capture.explaining.used_operations import (
    MASK,
    ONE_PLACE,
    PLACES,
    ROWS,
    SQUARE,
    Used,
    index_put,
    positive,
)

LINALG: dict[str, Used] = {
    "solve": Used(lambda w, x: torch.linalg.solve(positive(w), x), SQUARE),
    "solve_triangular": Used(
        lambda w, x: torch.linalg.solve_triangular(positive(w).triu(), x, upper=True), SQUARE
    ),
    "inv": Used(lambda w, x: torch.linalg.inv(positive(w)) @ x, SQUARE),
    "pinv": Used(lambda w, x: torch.linalg.pinv(w) @ x, (3, 2)),
    "det": Used(lambda w, x: torch.linalg.det(positive(w)) * x, SQUARE),
    "slogdet": Used(lambda w, x: torch.linalg.slogdet(positive(w)).logabsdet * x, SQUARE),
    "logdet": Used(lambda w, x: torch.logdet(positive(w)) * x, SQUARE),
    "cholesky": Used(lambda w, x: torch.linalg.cholesky(positive(w)) @ x, SQUARE),
    "cholesky_solve": Used(
        lambda w, x: torch.cholesky_solve(x, torch.linalg.cholesky(positive(w))), SQUARE
    ),
    "qr": Used(lambda w, x: torch.linalg.qr(w).R @ x, SQUARE),
    "qr, both": Used(lambda w, x: sum(torch.linalg.qr(w)) @ x, SQUARE),
    "svd": Used(
        lambda w, x: (lambda s: (s.U * s.S.sqrt()) @ s.Vh)(torch.linalg.svd(w, False)) @ x, SQUARE
    ),
    "svdvals": Used(lambda w, x: torch.linalg.svdvals(w) @ x, SQUARE),
    "eigh": Used(
        lambda w, x: (
            (lambda e: e.eigenvectors.abs() * e.eigenvalues)(torch.linalg.eigh(positive(w))) @ x
        ),
        SQUARE,
    ),
    "eigvalsh": Used(lambda w, x: torch.linalg.eigvalsh(positive(w)) @ x, SQUARE),
    "eigvals": Used(lambda w, x: torch.linalg.eigvals(w).abs() @ x, SQUARE),
    "eig": Used(lambda w, x: torch.linalg.eig(w).eigenvalues.real @ x, SQUARE),
    "lu": Used(lambda w, x: torch.linalg.lu(w).U @ x, SQUARE),
    "lu_solve": Used(
        lambda w, x: torch.linalg.lu_solve(*torch.linalg.lu_factor(positive(w)), x), SQUARE
    ),
    "lstsq": Used(lambda w, x: torch.linalg.lstsq(positive(w), x).solution, SQUARE),
    "matrix_exp": Used(lambda w, x: torch.linalg.matrix_exp(w) @ x, SQUARE),
    "matrix_power": Used(lambda w, x: torch.linalg.matrix_power(w, 3) @ x, SQUARE),
    "multi_dot": Used(lambda w, x: torch.linalg.multi_dot([w, w, x]), SQUARE),
    "norm, Frobenius": Used(lambda w, x: torch.linalg.norm(w) * x, SQUARE),
    "norm, nuclear": Used(lambda w, x: torch.linalg.norm(w, "nuc") * x, SQUARE),
    "norm, spectral": Used(lambda w, x: torch.linalg.matrix_norm(w, 2) * x, SQUARE),
    "norm, largest": Used(lambda w, x: torch.linalg.vector_norm(x * w, float("inf"), dim=1)),
    "norm, one": Used(lambda w, x: torch.linalg.vector_norm(x * w, 1, dim=1)),
    "cond": Used(lambda w, x: torch.linalg.cond(positive(w)) * x, SQUARE),
    "vander": Used(lambda w, x: x @ torch.linalg.vander(w)),
    "cross": Used(lambda w, x: torch.linalg.cross(x, w.expand(4, 3)), (3,), (4, 3)),
    "householder_product": Used(lambda w, x: torch.linalg.householder_product(w, w[0]) @ x, SQUARE),
    "tensorinv": Used(
        lambda w, x: (
            torch.linalg.tensorinv(positive(w).reshape(3, 3, 1), ind=1).flatten() * x[0, 0]
        ),
        SQUARE,
    ),
    "block_diag": Used(lambda w, x: torch.block_diag(w[None], x)),
}
FOURIER: dict[str, Used] = {
    "rfft": Used(lambda w, x: torch.fft.rfft(x * w).abs()),
    "rfft2": Used(lambda w, x: torch.fft.rfft2(x * w).real),
    "irfft": Used(lambda w, x: torch.fft.irfft(torch.fft.rfft(x) * torch.fft.rfft(w), n=4)),
    "fftshift": Used(lambda w, x: torch.fft.fftshift(torch.fft.fft(x * w)).imag),
    "hfft": Used(lambda w, x: torch.fft.hfft(torch.fft.ihfft(x * w))),
    "stft and back": Used(
        lambda w, x: torch.istft(
            torch.stft(x * w, 4, 2, window=torch.ones(4), return_complex=True),
            4,
            2,
            window=torch.ones(4),
        ),
        (16,),
        (2, 16),
    ),
    "complex step": Used(lambda w, x: torch.sin(torch.complex(x * w, torch.ones_like(x))).imag),
}
INDEXING: dict[str, Used] = {
    "sparse mm": Used(lambda w, x: torch.sparse.mm(x.relu().to_sparse(), w), (4, 2)),
    "sparse weight": Used(lambda w, x: torch.sparse.mm(w.to_sparse(), x.T), (2, 4)),
    "sparse addmm": Used(lambda w, x: torch.sparse.addmm(w[:3], x.relu().to_sparse(), w), (4, 2)),
    "sparse rows": Used(lambda w, x: x.relu().to_sparse_csr() @ w, (4, 2)),
    "sparse softmax": Used(lambda w, x: torch.sparse.softmax((x * w).to_sparse(), 1).to_dense()),
    "scatter": Used(lambda w, x: (x * w).scatter(1, ONE_PLACE, w[:3, None])),
    "scatter_add": Used(lambda w, x: (x * w).scatter_add(1, PLACES, (x * w)[:, :2])),
    "scatter_reduce, mean": Used(
        lambda w, x: (x * w).scatter_reduce(1, PLACES, (x * w)[:, :2], "mean", include_self=False)
    ),
    "scatter_reduce, prod": Used(
        lambda w, x: (x * w).scatter_reduce(1, PLACES, (x * w)[:, :2], "prod")
    ),
    "gather": Used(lambda w, x: (x * w).gather(1, PLACES)),
    "take_along_dim": Used(lambda w, x: torch.take_along_dim(x * w, PLACES, 1)),
    "index_add": Used(lambda w, x: x.index_add(0, ROWS, x * w, alpha=2)),
    "index_copy": Used(lambda w, x: x.index_copy(1, ONE_PLACE[:, 0], (x * w)[:, :3])),
    "index_fill": Used(lambda w, x: (x * w).index_fill(1, ONE_PLACE[0], 2.0)),
    "index_put": Used(lambda w, x: index_put(x * w, w)),
    "index_put, adding": Used(lambda w, x: (x * w).index_put((ROWS,), (x * w), accumulate=True)),
    "by mask": Used(lambda w, x: (x * w)[MASK]),
    "by two lists": Used(lambda w, x: (x * w)[ROWS, PLACES[:, 0]]),
    "masked_scatter": Used(lambda w, x: x.masked_scatter(MASK, x * w)),
    "masked_fill": Used(lambda w, x: (x * w).masked_fill(MASK, 0.5)),
    "select_scatter": Used(lambda w, x: x.select_scatter(w, 0, 1)),
    "slice_scatter": Used(lambda w, x: x.slice_scatter((x * w)[:, :2], 1, 1, 3)),
    "diagonal_scatter": Used(lambda w, x: x.diagonal_scatter(w[:3])),
    "diag_embed": Used(lambda w, x: torch.diag_embed(x * w)),
    "take": Used(lambda w, x: (x * w).take(PLACES)),
    "where": Used(lambda w, x: torch.where(x > 0, x * w, w)),
    "sort": Used(lambda w, x: (x * w).sort(1, descending=True).values),
    "argsort": Used(lambda w, x: (x * w).gather(1, (x * w).argsort(1))),
    "topk": Used(lambda w, x: (x * w).topk(2, 1).values),
    "kthvalue": Used(lambda w, x: (x * w).kthvalue(2, 1).values),
    "median": Used(lambda w, x: (x * w).median(1).values),
    "median of all": Used(lambda w, x: (x * w).median() * x),
    "nanmedian": Used(lambda w, x: (x * w).nanmedian(1).values),
    "quantile": Used(lambda w, x: (x * w).quantile(0.4, 1)),
    "mode": Used(lambda w, x: (x * w).mode(1).values),
    "cummin": Used(lambda w, x: (x * w).cummin(1).values),
    "cumsum": Used(lambda w, x: (x * w).cumsum(1)),
    "cumprod": Used(lambda w, x: (x * w).cumprod(1)),
    "logcumsumexp": Used(lambda w, x: (x * w).logcumsumexp(1)),
    "cumulative_trapezoid": Used(lambda w, x: torch.cumulative_trapezoid(x * w)),
    "diff": Used(lambda w, x: (x * w).diff(dim=1)),
    "gradient": Used(lambda w, x: torch.gradient(x * w, dim=1)[0]),
    "roll": Used(lambda w, x: (x * w).roll((1, 2), (0, 1))),
    "meshgrid": Used(lambda w, x: torch.meshgrid(w, x[0], indexing="ij")[0] * x[0]),
    "cartesian_prod": Used(lambda w, x: torch.cartesian_prod(w, x[0])),
    "combinations": Used(lambda w, x: torch.combinations(w)),
    "block of views": Used(lambda w, x: (x * w).view(2, 6).unfold(1, 2, 2).permute(2, 0, 1)),
    "as_strided": Used(lambda w, x: (x * w).as_strided((3, 2), (1, 3))),
    "split_with_sizes": Used(lambda w, x: torch.split(x * w, [1, 3], 1)[1]),
    "tensor_split": Used(lambda w, x: (x * w).tensor_split(3, 1)[0]),
    "chunk": Used(lambda w, x: (x * w).chunk(2, 1)[1]),
    "hstack": Used(lambda w, x: torch.hstack([x * w, x])),
    "dstack": Used(lambda w, x: torch.dstack([x * w, x])),
    "pad_sequence": Used(
        lambda w, x: nn.utils.rnn.pad_sequence([w * x[0], (w * x[1])[:2]], batch_first=True)
    ),
    "nested tuple": Used(lambda w, x: torch.stack(torch.broadcast_tensors(x, w))),
}
