"""Networks, their graphs and questions that the tests of the graph panel share."""

import numpy as np
import torch
from PySide6.QtGui import QImage
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import Dataset

import backprop_viz as bv
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.training.recorded_steps import RecordedSteps

DIGITS = Settings(data="strokes", batch_size=3)


def node_of(view_state: ViewState, name: str) -> Node:
    nodes = view_state.cursor.recording.graph.nodes
    return next(n for n in nodes if name in (n.name, n.parameter))


class Digits(Dataset[tuple[Tensor, int]]):
    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return torch.full((1, 32, 32), index / 6), index


class Branched(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3)
        self.arms = nn.ModuleList(nn.Conv2d(4, 4, 1) for _ in range(3))
        self.out = nn.Linear(12 * 36, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem(F.max_pool2d(x, 4)))
        return self.out(torch.cat([torch.tanh(arm(x)) for arm in self.arms], 1).flatten(1))


class Residual(nn.Module):
    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, 4, bias=False)
        self.body = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(4, 4, 3, padding=1, bias=False),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.Conv2d(4, 4, 3, padding=1, bias=False),
                nn.BatchNorm2d(4),
            )
            for _ in range(blocks)
        )
        self.side = nn.ModuleList(nn.Conv2d(4, 4, 1) for _ in range(blocks))
        self.out = nn.Linear(4 * 64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for i, (body, side) in enumerate(zip(self.body, self.side, strict=True)):
            x = F.relu(body(x) + (side(x) if i % 3 == 0 else x))
        return self.out(x.flatten(1))


class Chain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.out(x.flatten(1))
        for _ in range(57):
            x = torch.tanh(x)
        return x


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.again = nn.Linear(1024, 8), nn.Linear(8, 8)
        self.out = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x.flatten(1))
        for _ in range(5):
            x = torch.relu(self.again(x))
        return self.out(x)


class Wide(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.arms = nn.ModuleList(nn.Linear(1024, 2) for _ in range(9))
        self.out = nn.Linear(18, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        arms = [torch.tanh(torch.relu(arm(x))) for arm in self.arms]
        return self.out(torch.cat(arms, 1))


def recording_of(model: nn.Module, phases: int = 5) -> Recording:
    recorder = RecordedSteps(bv.Trainer(model=model, data=Digits(), batch_size=3))
    for _ in range(phases):
        recorder.step()
    return recorder.recording()


GRAPHS = {
    "lenet": bv.LeNet,
    "branched": Branched,
    "residual": lambda: Residual(16),
    "chain": Chain,
    "shared": Shared,
    "wide": Wide,
}


def graph_of(name: str) -> Graph:
    return recording_of(GRAPHS[name](), 3).graph


def colors(view: AutogradView) -> set[str]:
    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)
    return {f"#{int(pixel) & 0xFFFFFF:06x}" for pixel in np.unique(pixels)}
