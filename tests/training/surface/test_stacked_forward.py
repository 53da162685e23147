"""Outputs at many points of the weights at once: the same numbers as torch's own."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.func import functional_call

import backprop_viz as bv
from backprop_viz.training.surface import stacked_forward
from backprop_viz.training.surface.stacked_forward import ManyOutputs, StackedForward
from backprop_viz.training.surface.stacked_rules import CannotStack, Room, cropped, max_pooled

POINTS, IMAGES = 3, 37


def is_left_to_torch(outputs: ManyOutputs, images: Tensor) -> bool:
    """Whether torch alone evaluates a batch that it has been given before."""
    called = []

    def counted(*given: Any) -> Any:
        called.append(given)
        return functional_call(*given)

    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(stacked_forward, "functional_call", counted)
        outputs.of_batch(0, images)
    return bool(called)


def assert_close(net: nn.Module, size: int = 32, stacked: bool | None = None) -> None:
    """The outputs of some points are those of torch alone; ``stacked``: whether by rules."""
    torch.manual_seed(1)
    net.eval()
    images = torch.randn(IMAGES, 1, size, size)
    points = [
        {name: p.detach() + 0.1 * torch.randn_like(p) for name, p in net.named_parameters()}
        for _ in range(POINTS)
    ]
    outputs = ManyOutputs(net)
    with torch.no_grad():
        for some in (points, points[:1]):
            outputs.turn_to(some)
            for number in range(2):  # the second time with what was kept of the images
                found = [output.clone() for output in outputs.of_batch(number, images)]
                for point, output in zip(some, found, strict=True):
                    expected = functional_call(net, point, (images,))
                    # Sums of at most a few hundred products in float32, in another order.
                    torch.testing.assert_close(output, expected, rtol=1e-5, atol=1e-5)
    if stacked is not None:
        assert is_left_to_torch(outputs, images) != stacked


def test_lenet_gives_the_same_logits_by_rules() -> None:
    assert_close(bv.LeNet(), stacked=True)


class Deep(nn.Module):
    """BatchNorm, dropout, a skip connection and average pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(1, 8, 5, stride=2, padding=2)
        self.norm = nn.BatchNorm2d(8)
        self.two = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.out = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.one(x)))
        x = F.dropout(x + torch.tanh(self.two(x)), 0.5, self.training)
        return self.out(F.adaptive_avg_pool2d(x, 1).flatten(1))


def test_a_deeper_one_with_buffers_is_stacked_too() -> None:
    net = Deep()
    net(torch.randn(50, 1, 16, 16))  # its running statistics are no longer 0 and 1
    assert_close(net, 16, stacked=True)


def test_layers_without_a_convolution_are_stacked() -> None:
    assert_close(nn.Sequential(nn.Flatten(), nn.Linear(64, 9), nn.ReLU(), nn.Linear(9, 3)), 8, True)


class Odd(nn.Module):
    """Does what there is no rule for."""

    def __init__(self, use: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.out = nn.Linear(64, 10)
        self.use = use

    def forward(self, x: Tensor) -> Tensor:
        return self.use(self.out(x.flatten(1)))


class Counts:
    """Does something else at each call, which no trace can know."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, x: Tensor) -> Tensor:
        self.count += 1
        return F.relu(x) if self.count % 2 else torch.tanh(x)


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x if x.sum() > 0 else -x,  # its forward depends on its numbers
        lambda x: x * 2,
        lambda x: x.abs(),
        lambda x: x + torch.arange(10.0),
        lambda x: F.relu(x, inplace=True),
        lambda x: torch.stack([x, x]).sum(0),
        lambda x: F.linear(x, torch.eye(10)),
    ],
)
def test_what_there_is_no_rule_for_is_left_to_torch(use: Callable[[Tensor], Tensor]) -> None:
    assert_close(Odd(use), 8, stacked=False)


def left_to_torch(net: nn.Module) -> bool:
    images, outputs = torch.randn(4, 1, 8, 8), ManyOutputs(net)
    with torch.no_grad():
        outputs.turn_to([dict(net.named_parameters())])
        list(outputs.of_batch(0, images))
    return is_left_to_torch(outputs, images)


def test_what_does_not_come_out_the_same_is_left_to_torch() -> None:
    assert StackedForward(Odd(Counts()), torch.randn(4, 1, 8, 8))  # it looks like any other
    assert left_to_torch(Odd(Counts()))
    assert not left_to_torch(Odd(F.relu))


def test_random_numbers_are_left_to_torch() -> None:
    assert left_to_torch(Odd(lambda x: F.dropout(x, 0.5, training=True)))
    assert left_to_torch(Odd(lambda x: x + torch.rand(())))


def test_an_output_that_is_no_row_cannot_be_stacked() -> None:
    net, images = nn.Sequential(nn.Conv2d(1, 2, 3)), torch.randn(2, 1, 8, 8)
    weights = {name: p.detach()[None] for name, p in net.named_parameters()}
    with pytest.raises(CannotStack):
        StackedForward(net, images).outputs(weights, images)


class Net(nn.Module):
    """A first convolution, and whatever is done with it."""

    def __init__(self, use: Callable[[Tensor], Tensor], **options: object) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, **options)  # type: ignore[arg-type]
        self.use = use

    def forward(self, x: Tensor) -> Tensor:
        return self.use(self.conv(x))


def pooled_twice(x: Tensor) -> Tensor:
    """Of maps 10 x 10 all rows fill windows of 2, nine fill windows of 3."""
    means = [F.adaptive_avg_pool2d(F.max_pool2d(x, side), 1).flatten(1) for side in (2, 3)]
    return means[0] + means[1]


def used(net: nn.Module, images: Tensor) -> list[tuple[int, int]]:
    """What is used of the maps that the network's calls read, in their order."""
    found = []

    def noted(maps: Any, size: tuple[int, int]) -> Any:
        found.append(size)
        return cropped(maps, size)

    weights = {name: p.detach()[None] for name, p in net.named_parameters()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacked_forward, "cropped", noted)
        StackedForward(net, images).outputs(weights, images)
    return found


def test_what_fills_no_window_of_max_pooling_is_not_computed() -> None:
    # 12 of conv2's 13 rows fill windows, so 14 of the 15 before do.
    assert used(bv.LeNet(), torch.randn(2, 1, 32, 32)) == [
        *((30, 30), (28, 28), (14, 14)),
        *((14, 14), (12, 12), (6, 6)),
    ]
    net = Net(pooled_twice)
    assert used(net, torch.randn(2, 1, 12, 12))[0] == (12, 12)
    for size in (11, 12, 13):
        assert_close(net, size, stacked=True)


def means(x: Tensor) -> Tensor:
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


@pytest.mark.parametrize(
    "use",
    [
        lambda x: means(F.relu(x)) + means(x),
        lambda x: means(F.max_pool2d(torch.tanh(x), 3)) + means(x),  # of tanh all but a row
        lambda x: means(x) + means(F.max_pool2d(x, 3)),
        lambda x: F.relu(x.flatten(1)) + x.flatten(1),
    ],
)
def test_what_two_calls_read_is_written_over_by_neither(use: Callable[[Tensor], Tensor]) -> None:
    assert_close(Net(use, padding=1), 10, stacked=True)


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
    maps = images.contiguous(memory_format=torch.channels_last)
    for window in ((2, 2), (3, 3), (2, 3), (1, 4)):
        expected = F.max_pool2d(images, window)
        assert torch.equal(max_pooled(maps, window, Room()).nan_to_num(7), expected.nan_to_num(7))
