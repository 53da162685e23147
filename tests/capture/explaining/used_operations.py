"""An operation as a function of weight and input, and the network of it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

Function = Callable[[Tensor, Tensor], Tensor]
Shape = tuple[int, ...]

W, X, SQUARE, MAPS, HEADS = (4,), (3, 4), (3, 3), (2, 4, 6, 6), (2, 2, 5, 4)
PLACES = torch.tensor([[0, 1], [1, 3], [2, 0]])
ONE_PLACE = torch.tensor([[0], [3], [1]])
ROWS = torch.tensor([0, 2, 2])
WORDS = torch.tensor([1, 2, 0, 2, 1])
MASK = torch.tensor([[True, False, True, True]] * 3)
TRIANGLE = torch.ones(5, 5).tril().bool()


@dataclass(frozen=True, slots=True)
class Used:
    """A function of a weight and an input, and their shapes."""

    function: Function
    weight: Shape = W
    input: Shape = X


def positive(w: Tensor) -> Tensor:
    """A positive definite matrix."""
    return w @ w.T + 3 * torch.eye(len(w))


def written(x: Tensor, write: Callable[[Tensor], object]) -> Tensor:
    """A copy that was written into."""
    y = x.clone()
    write(y)
    return y


def index_put(y: Tensor, w: Tensor) -> Tensor:
    """Some elements replaced by the weight."""
    y[ROWS, PLACES[:, 1]] = w[:3]
    return y


def attention(**options: object) -> Used:
    """Scaled dot-product attention with options."""
    return Used(
        lambda w, x: F.scaled_dot_product_attention(x * w, x, x * 0.5, **options),  # type: ignore[arg-type]
        W,
        HEADS,
    )


class OfModule:
    """What a module, made once by ``make``, makes of the input times the weight."""

    def __init__(self, make: Callable[[], nn.Module], function: Callable[..., Tensor]) -> None:
        self.make, self.function = make, function

    def __call__(self, w: Tensor, x: Tensor) -> Tensor:
        raise NotImplementedError("the module belongs to the network: see UsedNet")


class UsedNet(nn.Module):
    """A network of one of the operations."""

    def __init__(self, used: Used) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(used.weight))
        self._function = used.function
        if isinstance(used.function, OfModule):
            self.inner = used.function.make()

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(self._function, OfModule):
            return self._function.function(self.inner, x * self.weight)
        return self._function(self.weight, x)


def first(made: nn.Module, x: Tensor) -> Tensor:
    """The first of a module's results."""
    found: Tensor = made(x)[0]
    return found


def whole(made: nn.Module, x: Tensor) -> Tensor:
    """A module's only result."""
    found: Tensor = made(x)
    return found


def attended(**options: object) -> Used:
    """Multi-head attention called with options."""

    def function(made: nn.Module, x: Tensor) -> Tensor:
        found: Tensor = made(x, x, x, **options)[0]
        return found

    return Used(
        OfModule(lambda: nn.MultiheadAttention(8, 2, batch_first=True), function), (8,), (2, 5, 8)
    )
