"""``bv.show`` of a ResNet-18, from the call to the complete picture, which changes no more.

    python tests/benchmarks/bench_show.py [--runs N] [--picture FILE]

The call is made in this process, which has torch and the model, as in a notebook. The window's own
process tells when it painted for the last time: it shows the recorded iteration, and painted
nothing for three seconds after. ``--picture`` keeps what it shows then.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch
from report import Figure, print_figures
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.live import window

BATCH = (2, 3, 64, 64)
# The channels of the four stages, of two blocks each.
STAGES = (64, 128, 256, 512)
# What the window's process runs in place of the program's own start: the same, and a clock.
WATCHED = """
import os, sys, time
sys.path[:] = {{path!r}}
import numpy
from PySide6.QtCore import QEvent, QObject, QTimer
from backprop_viz.desktop.attached import open_attached
from backprop_viz.desktop.window.main_window import MainWindow

class Clock(QObject):
    def __init__(self, window):
        super().__init__(window)
        self.window, self.first, self.last = window, 0.0, 0.0
        window.installEventFilter(self)
        self.timer = QTimer(self, interval=100)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.UpdateRequest:
            QTimer.singleShot(0, self, self.painted)  # which comes after what the event paints
        return False

    def painted(self):
        self.last = time.time()
        self.first = self.first or self.last

    def look(self):
        shown = self.window.session.view_state
        if shown is None or not shown.cursor.recording.events or time.time() - self.last < 3:
            return
        if {picture!r}:
            self.window.grab().save({picture!r})
        with open({out!r}, "w") as file:
            print(self.first, self.last, file=file)
        os._exit(0)

plain = MainWindow.show

def show(self):
    self.resize(1600, 1000)
    plain(self)
    self.clock = Clock(self)

MainWindow.show = show
open_attached()
"""


class Block(nn.Module):
    """Two convolutions beside a shortcut, as in the ResNet paper."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample: nn.Module | None = None
        if stride != 1 or channels != out:
            convolution = nn.Conv2d(channels, out, 1, stride, bias=False)
            self.downsample = nn.Sequential(convolution, nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, out, H / stride, W / stride)."""
        h = self.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return self.relu(h + (x if self.downsample is None else self.downsample(x)))


def resnet18() -> nn.Sequential:
    """(N, 3, H, W) -> (N, 1000), of 11.7 million parameters."""
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
    layers.append(nn.MaxPool2d(3, 2, 1))
    channels = 64
    for i, out in enumerate(STAGES):
        layers += [Block(channels, out, 2 if i else 1), Block(out, out, 1)]
        channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


def seconds(model: nn.Module, out: Path, picture: str) -> tuple[float, float, float]:
    """From the call to its return, to the window's first paint, to its last one."""
    window.WINDOW_START = WATCHED.format(out=str(out), picture=picture)
    x, y = torch.randn(BATCH), torch.arange(BATCH[0])
    begun = time.time()
    shown = bv.show(model, x, loss=nn.CrossEntropyLoss(), target=y)
    returned = time.time() - begun
    assert shown.process is not None
    shown.process.wait()
    first, last = map(float, out.read_text().split())
    out.unlink()
    return returned, first - begun, last - begun


def figures(runs: int, picture: str) -> Iterator[Figure]:
    """The three times, medians of ``runs`` calls after one that is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        # An installed program is compiled once, not at every start.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        model, out = resnet18(), Path(folder, "times")
        seconds(model, out, "")
        times = [seconds(model, out, picture) for _ in range(runs)]
    returned, first, last = (statistics.median(column) for column in zip(*times, strict=True))
    yield Figure("bv.show of a ResNet-18, until it returns", returned, "s", None)
    yield Figure("... to the window's first paint", first, "s", None)
    yield Figure("... to the complete picture", last, "s", 2.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--picture", default="", help="where to keep what the window shows")
    arguments = parser.parse_args()
    print_figures(figures(arguments.runs, arguments.picture))


if __name__ == "__main__":
    main()
