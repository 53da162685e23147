"""The products of groups of rows, as a mixture of experts has them, in any dtype."""

from itertools import pairwise

import torch
from torch import Tensor


def grouped_mm(
    a: Tensor,
    b: Tensor,
    *,
    offs: Tensor | None = None,
    bias: Tensor | None = None,
    out_dtype: torch.dtype | None = None,
) -> Tensor:
    """What ``torch.nn.functional.grouped_mm`` makes, which takes no float64.

    ``offs`` (G,): where each group ends. Its rows of ``a`` (N, M) are multiplied by its matrix in
    ``b`` (G, M, K). So are columns of ``b`` (M, K) where ``a`` is (G, N, M); of two matrices each
    group is a part of the axis that is summed over. Source: torch's documentation of it.
    """
    if offs is None:
        made = a @ b
    else:
        groups = [slice(*span) for span in pairwise([0, *offs.tolist()])]
        if a.ndim == b.ndim == 2:
            made = torch.stack([a[:, group] @ b[group] for group in groups])
        elif a.ndim == 2:
            made = _filled([a[group] @ b[i] for i, group in enumerate(groups)], len(a), 0)
        else:
            made = _filled([a[i] @ b[:, group] for i, group in enumerate(groups)], b.shape[1], 1)
    made = made if bias is None else made + bias
    return made if out_dtype is None else made.to(out_dtype)


def _filled(parts: list[Tensor], size: int, axis: int) -> Tensor:
    """The groups one after the other, and zeros for what is in none."""
    made = torch.cat(parts, axis)
    missing = list(made.shape)
    missing[axis] = size - made.shape[axis]
    return torch.cat([made, made.new_zeros(missing)], axis)
