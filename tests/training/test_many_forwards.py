"""Faster forwards of one network with many weights: the same numbers as torch's own."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.func import functional_call

import backprop_viz as bv
from backprop_viz.training.many_forwards import ManyForwards

POINTS, IMAGES = 3, 5


def compared(net: nn.Module, images: Tensor) -> list[tuple[Tensor, Tensor]]:
    """The outputs of some points, by torch alone and here."""
    torch.manual_seed(1)
    points = [
        {name: p.detach() + 0.1 * torch.randn_like(p) for name, p in net.named_parameters()}
        for _ in range(POINTS)
    ]
    pairs = []
    with torch.no_grad():
        plain = [functional_call(net, point, (images,)) for point in points]
        with ManyForwards(points, images) as forwards:
            for at, point in enumerate(points):
                forwards.begin(at)
                output = functional_call(net, point, (images,))
                pairs.append((plain[at], output.clone()))
    return pairs


def assert_close(net: nn.Module, size: int = 32) -> None:
    for expected, found in compared(net, torch.randn(IMAGES, 1, size, size)):
        assert found.shape == expected.shape
        # Sums of at most a few hundred products in float32, rounded in another order.
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_lenet_gives_the_same_logits() -> None:
    assert_close(bv.LeNet())


class Net(nn.Module):
    """A first convolution, and whatever is done with it."""

    def __init__(self, use: Callable[[Tensor], Tensor], **options: object) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, **options)  # type: ignore[arg-type]
        self.use = use

    def forward(self, x: Tensor) -> Tensor:
        return self.use(self.conv(x))


def residual(x: Tensor) -> Tensor:
    y = F.relu(x)
    return F.max_pool2d(y, 2) + F.max_pool2d(x, 2) + (x * y).mean()


def in_place(x: Tensor) -> Tensor:
    return F.max_pool2d(F.relu(x, inplace=True), 2)


def joined(x: Tensor) -> Tensor:
    return torch.cat([x, x.relu()], 1)


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x,
        F.relu,
        torch.relu,
        lambda x: F.max_pool2d(x, 3),
        lambda x: F.max_pool2d(torch.tanh(x), 2),
        lambda x: F.max_pool2d(F.relu(x), 2, stride=1),
        lambda x: F.max_pool2d(F.relu(x), 2, padding=1),
        lambda x: F.max_pool2d(x, 2, ceil_mode=True),
        lambda x: F.max_pool2d(x, (2, 3)),
        lambda x: F.max_pool2d(x, 2, return_indices=True)[1],
        lambda x: x.view(x.size(0), -1),
        residual,
        in_place,
        joined,
    ],
)
def test_whatever_is_done_with_the_first_convolution(use: Callable[[Tensor], Tensor]) -> None:
    for size in (9, 12):
        assert_close(Net(use), size)


@pytest.mark.parametrize(
    "options",
    [
        {"bias": False},
        {"stride": 2},
        {"padding": 1},
        {"padding": (1, 2), "stride": (2, 1)},
        {"padding": "same"},
        {"dilation": 2},
        {"padding": 1, "padding_mode": "circular"},
    ],
)
def test_whatever_the_first_convolution_is(options: dict[str, object]) -> None:
    assert_close(Net(lambda x: F.max_pool2d(F.relu(x), 2), **options), 12)


def test_max_pooling_is_the_same_bit_for_bit() -> None:
    images = torch.randn(4, 3, 11, 13)
    images[0, 0, 2, 3] = torch.nan
    images[1] = -torch.inf
    with torch.no_grad():
        for window in (2, 3, (2, 3), (1, 4)):
            expected = F.max_pool2d(images, window)
            with ManyForwards([{}], torch.empty(0)):
                found = F.max_pool2d(images, window)
            assert torch.equal(found.nan_to_num(7), expected.nan_to_num(7))
            assert torch.equal(found.isnan(), expected.isnan())


class Twice(nn.Module):
    """Uses one convolution on the images and again on what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.relu(self.conv(x))) + self.conv(x)


def test_a_convolution_that_is_used_twice() -> None:
    assert_close(Twice(), 8)
