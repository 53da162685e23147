"""Deep networks in plain torch, whose grad_fn graphs the benchmarks and tests lay out."""

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

# Bottleneck blocks in each of the four stages of a ResNet-152.
RESNET_152 = (3, 8, 36, 3)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions around a shortcut, as in the ResNet paper."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        out = 4 * width
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.downsample: nn.Module | None = None
        if stride != 1 or channels != out:
            convolution = nn.Conv2d(channels, out, 1, stride, bias=False)
            self.downsample = nn.Sequential(convolution, nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, 4 width, H / stride, W / stride)."""
        h = F.relu(self.bn1(self.conv1(x)))
        h = F.relu(self.bn2(self.conv2(h)))
        h = self.bn3(self.conv3(h))
        return F.relu(h + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """(N, 1, 32, 32) -> (N, 10); ``width`` 64 is the paper's, less computes faster."""

    def __init__(self, blocks: tuple[int, ...] = RESNET_152, width: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.pool = nn.MaxPool2d(3, 2, 1)
        channels, stages = width, []
        for i, count in enumerate(blocks):
            stage = []
            for block in range(count):
                stride = 2 if i and not block else 1
                stage.append(Bottleneck(channels, width << i, stride))
                channels = 4 * (width << i)
            stages.append(nn.Sequential(*stage))
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(channels, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1, 32, 32) -> (N, 10)."""
        h = self.pool(F.relu(self.bn1(self.conv1(x))))
        h = self.stages(h).mean((2, 3))
        return self.fc(h)


class Recurrent(nn.Module):
    """(N, steps, 8) -> (N, 10): a GRU written out, whose weights every step uses."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(8, 16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(N, steps, 8) -> (N, 10)."""
        h = x.new_zeros(len(x), 16)
        for step in x.unbind(1):
            h = self.cell(step, h)
        return self.fc(h)
