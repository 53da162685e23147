"""Functions of a weight and of an input in which there are complex numbers."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

Function = Callable[[Tensor, Tensor], Tensor]


def _complex(*shape: int) -> Callable[[], Tensor]:
    return lambda: torch.randn(shape, dtype=torch.complex64)


def _real(*shape: int) -> Callable[[], Tensor]:
    return lambda: torch.randn(shape)


def _written_into(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    y[0] = w
    return y


C4, C34, R4, R34 = _complex(4), _complex(3, 4), _real(4), _real(3, 4)
C33, R33 = _complex(3, 3), _real(3, 3)
Made = Callable[[], Tensor]
# By what they are: the function of weight and input, and what makes both.
COMPLEX_NETS: dict[str, tuple[Function, Made, Made]] = {
    "products": (lambda w, x: w * x, C4, C34),
    "a real input": (lambda w, x: w * x, C4, R34),
    "a real weight": (lambda w, x: w * x, R4, C34),
    "linear": (lambda w, x: F.linear(x, w), _complex(2, 4), C34),
    "matmul": (lambda w, x: x @ w, _complex(4, 2), C34),
    "bmm": (lambda w, x: torch.bmm(x, w), _complex(2, 4, 2), _complex(2, 3, 4)),
    "einsum": (lambda w, x: torch.einsum("ij,jk->ik", x, w), _complex(4, 2), C34),
    "conv1d": (lambda w, x: F.conv1d(x, w), _complex(2, 3, 2), _complex(2, 3, 5)),
    "conv2d": (lambda w, x: F.conv2d(x, w, stride=2), _complex(2, 1, 2, 2), _complex(2, 1, 4, 5)),
    "vdot": (lambda w, x: torch.vdot(x[0], w), C4, C34),
    "adjoint": (lambda w, x: (x * w).mH @ x, C4, C34),
    "conj": (lambda w, x: (w * x).conj() * w, C4, C34),
    "conj_physical": (lambda w, x: torch.conj_physical(w) * x, C4, C34),
    "abs": (lambda w, x: (w * x).abs(), C4, C34),
    "angle": (lambda w, x: (w * x).angle(), C4, C34),
    "sgn": (lambda w, x: torch.sgn(w * x), C4, C34),
    "real and imaginary": (lambda w, x: (w * x).real * (w * x).imag, C4, C34),
    "view_as_real": (lambda w, x: torch.view_as_real(w * x), C4, C34),
    "view_as_complex": (lambda w, x: torch.view_as_complex(w) * x, _real(4, 2), C34),
    "torch.complex": (lambda w, x: torch.complex(w, x) ** 2, R4, R34),
    "polar": (lambda w, x: torch.polar(w.abs(), x), R4, R34),
    "to complex": (lambda w, x: w.to(torch.complex64) * x, R4, C34),
    "fft": (lambda w, x: torch.fft.fft(w * x), C4, C34),
    "rfft": (lambda w, x: torch.fft.rfft(w * x), R4, R34),
    "irfft": (lambda w, x: torch.fft.irfft(torch.fft.rfft(x) * w), _complex(3), R34),
    "fft2 and back": (lambda w, x: torch.fft.ifft2(torch.fft.fft2(x) * w), C4, R34),
    "stft": (
        lambda w, x: torch.stft(x * w, 4, 2, return_complex=True, window=torch.ones(4)),
        _real(8),
        _real(2, 8),
    ),
    "quotient": (lambda w, x: x / w, C4, C34),
    "power": (lambda w, x: (x * w) ** 1.5, C4, C34),
    "exp": (lambda w, x: (w * x).exp(), C4, C34),
    "log": (lambda w, x: (w * x).log(), C4, C34),
    "sqrt": (lambda w, x: (w * x).sqrt(), C4, C34),
    "tanh": (lambda w, x: (w * x).tanh(), C4, C34),
    "sum": (lambda w, x: (x * w).sum(1), C4, C34),
    "mean": (lambda w, x: (x * w).mean(0), C4, C34),
    "prod": (lambda w, x: (x * w).prod(1), C4, C34),
    "cumsum": (lambda w, x: (x * w).cumsum(1), C4, C34),
    "norm": (lambda w, x: torch.linalg.norm(x * w, dim=1), C4, C34),
    "cat": (lambda w, x: torch.cat([w[None].expand(3, 4) * 2, x]), C4, C34),
    "index": (lambda w, x: x * w[torch.tensor([0, 0, 1, 3])], C4, C34),
    "where": (lambda w, x: torch.where(x.real > 0, x * w, w), C4, C34),
    "written into": (_written_into, C4, C34),
    "solve": (torch.linalg.solve, C33, C34),
    "eigenvalues": (lambda w, x: torch.linalg.eigvalsh(w + w.mH) * x, C33, R33),
    "singular values": (lambda w, x: torch.linalg.svdvals(w) * x, C33, R33),
    "modReLU": (
        lambda w, x: F.relu((x * w).abs() - 0.1) * torch.exp(1j * (x * w).angle()),
        C4,
        C34,
    ),
    "CReLU": (lambda w, x: torch.complex(F.relu((x * w).real), F.relu((x * w).imag)), C4, C34),
}


def squares(out: Tensor) -> Tensor:
    """The sum of |out|², a real loss."""
    return torch.view_as_real(out).square().sum() if out.is_complex() else out.square().sum()
