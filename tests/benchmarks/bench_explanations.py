"""How long it takes to say where a number comes from, from the recording to the terms.

    python tests/benchmarks/bench_explanations.py

Each figure is the slowest kind of number, of several elements the median. The recording is as the
worker holds it: nothing of it is prepared beforehand.
"""

import random
import statistics
import time
from collections.abc import Iterator

import torch
from report import Figure, print_figures
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.thread_count import torch_threads

ELEMENTS = 5
LENET_BAR, CONVOLUTION_BAR = 100.0, 300.0


def lenet() -> Recording:
    """An iteration of the digits preset: batch 64."""
    trainer = bv.Trainer.from_settings(Settings(**PRESETS["digits"]))
    trainer.iterate()
    return trainer.record()


def convolution() -> Recording:
    """A 3 x 3 convolution from 512 to 512 channels, on maps of 14 x 14, batch 8."""
    torch.manual_seed(0)
    net = nn.Conv2d(512, 512, 3, padding=1)
    recorder = Recorder(net)
    x = torch.randn(8, 512, 14, 14, requires_grad=True)
    recorder.take_batch(x, torch.zeros(8))
    with recorder.phase(Phase.FORWARD):
        out = net(x)
    recorder.take_results(out, None)
    with recorder.phase(Phase.LOSS):
        loss = (out**2).mean()
    recorder.take_results(out, loss)
    with recorder.phase(Phase.BACKWARD):
        loss.backward()
    return recorder.recording()


def slowest(recording: Recording, ops: frozenset[str] | None = None) -> tuple[float, str]:
    """The milliseconds of the slowest kind of number, and which that is."""
    draw, found = random.Random(0), []
    for i, event in enumerate(recording.events):
        if ops is not None and event.op not in ops:
            continue
        for slot, tensor in enumerate(event.output_ids):
            if tensor is None:
                continue
            times = []
            for _ in range(ELEMENTS):
                index = tuple(draw.randrange(n) for n in recording.tensors[tensor].shape)
                begun = time.perf_counter()
                recording.explain(i, slot, index)
                times.append((time.perf_counter() - begun) * 1e3)
            found.append((statistics.median(times), f"{event.op}, output {slot}"))
    return max(found)


def figures() -> Iterator[Figure]:
    """Both of them."""
    torch.set_num_threads(torch_threads())
    recording = lenet()
    recording.explain(len(recording.events) - 1, 0, (0,))  # imports
    took, which = slowest(recording)
    yield Figure(f"Explain a number of LeNet, batch 64 ({which})", took, "ms", LENET_BAR)
    took, which = slowest(convolution(), frozenset({"conv2d", "ConvolutionBackward0"}))
    yield Figure(f"Explain one of a 3x3x512 convolution ({which})", took, "ms", CONVOLUTION_BAR)


if __name__ == "__main__":
    print_figures(figures())
