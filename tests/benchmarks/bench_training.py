"""Training with the whole window live against the bare loop, and a recorded iteration's cost.

    python tests/benchmarks/bench_training.py [--pairs N]

In pairs in one run, with the same settings and the same number of torch threads; each figure is
the median of the pairs. The bare loop is a process of its own, a plain script that nothing else
shares memory with. Of two processes that run the same, one is often 3 % faster than the other for
as long as they live, so each pair has a new window and a new loop. They take turns, a few seconds
each, as machines get slower and faster by a tenth within half a minute; the one whose turn it is
not stands still. The worker's clock goes on meanwhile, so it evaluates more often than it would.

All train for a while first, beside each other. The window's first seconds hold more evaluations
than any later ones. A network that has learnt something takes up to 3 % longer than a new one. And
a bare loop of large batches gets slower after a while, sooner or later or not at all, when glibc
has begun to give memory back to the system and to fetch it again in each iteration; the worker,
which keeps other things behind it, does not. So there is one more row, without a bar: the largest
batch against a loop that may keep its memory. The loops read their batches themselves; the worker
has large ones read by another thread.

The peers of the recorded iteration are in the ``bench`` extra; one that is not installed is left
out. Not for Windows.
"""

import argparse
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

import torch
from report import Figure, print_figures
from torch import nn, optim
from windows import open_window, run_events

import backprop_viz as bv
from backprop_viz.desktop.run.session import Session
from backprop_viz.digits.strokes import StrokeDigits, training_strokes
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps
from backprop_viz.training.thread_count import torch_threads

# The window evaluates after 16 and 32 seconds, then every 30.
WARM_S = 34.0
# What the loop has of a turn, and what the window; and how many turns make a pair.
LOOP_S, WINDOW_S = 2.0, 6.0
TURNS = 3
RECORDED_S = 3.0
# glibc: nothing of up to 1 GB is given back to the system.
KEEPS_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
BARS = {1: 0.60, 64: 0.90, 256: 0.95}
RECORDED_BAR = 2.0
PRESET = Settings(**PRESETS["digits"])


def rate(iterate: Callable[[], object], seconds: float) -> float:
    """How often a second it can be called."""
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        iterate()
        done += 1
    return done / (time.perf_counter() - begun)


def bare(settings: Settings) -> Callable[[], object]:
    """An iteration of the loop that the program panel shows for the digits preset."""
    torch.manual_seed(settings.seed)
    net = bv.LeNet()
    optimizer = optim.SGD(net.parameters(), settings.lr, **settings.optimizer_options)
    scheduler = optim.lr_scheduler.LambdaLR(
        optimizer, lambda i: (1 + math.cos(math.pi * min(i / 6500, 1))) / 2
    )
    criterion = nn.CrossEntropyLoss()
    batches = batches_of(training_strokes(), settings.batch_size)

    def iterate() -> None:
        x, y = next(batches)
        optimizer.zero_grad()
        out = net(x)
        loss = criterion(out, y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        loss.item()

    return iterate


def batches_of(data: StrokeDigits, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches as that loop takes them."""
    shuffle = torch.Generator().manual_seed(0)
    order = torch.arange(len(data))
    while True:
        for index in order.split(size):
            yield data.batch(index)
        order = torch.randperm(len(data), generator=shuffle)


class BareLoop:
    """The loop in a process of its own, which waits unless it is told to run.

    Its first answer comes when the built-in digits are all drawn.
    """

    def __init__(self, batch: int, environment: Mapping[str, str]) -> None:
        script = (
            f"import sys; sys.path[:0] = {sys.path!r}; import bench_training as b; b.serve({batch})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | os.environ,
            text=True,
        )

    def begin(self, seconds: float) -> None:
        """Have it run for so long."""
        print(seconds, file=self._process.stdin, flush=True)

    def answer(self) -> float:
        """How many iterations a second it did; waits for it."""
        assert self._process.stdout is not None
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def serve(batch: int) -> None:
    """What that process does: for each number of seconds read, run and print the rate."""
    torch.set_num_threads(torch_threads())
    training_strokes().generate()
    loop = bare(live_settings(batch))
    print(rate(loop, 1.0), flush=True)
    for line in sys.stdin:
        print(rate(loop, float(line)), flush=True)


def live_settings(batch: int) -> Settings:
    """What both train with."""
    return replace(PRESET, batch_size=batch, lr=0.01)


def contest(batch: int, environments: Sequence[Mapping[str, str]]) -> tuple[float, list[float]]:
    """Iterations a second of free training in a window, and of a loop in each environment."""
    window, session = open_window("--preset", "digits", generate=False)
    assert session.view_state is not None
    assert session.view_state.settings == PRESET
    worker = session.worker_pid
    loops = [BareLoop(batch, environment) for environment in environments]
    session.configure(live_settings(batch))
    session.reset()
    session.wait_idle(30)
    for loop in loops:
        loop.answer()  # the worker, which began before, has drawn the digits meanwhile
        loop.begin(WARM_S)
    session.train()
    run_events(WARM_S)
    os.kill(worker, signal.SIGSTOP)
    try:
        for loop in loops:
            loop.answer()
        turns = [turn(session, loops, worker) for _ in range(TURNS)]
    finally:
        os.kill(worker, signal.SIGCONT)
    session.pause()
    session.wait_idle(30)
    window.close()
    for loop in loops:
        loop.close()
    ours, theirs = zip(*turns, strict=True)
    return statistics.mean(ours), [statistics.mean(rates) for rates in zip(*theirs, strict=True)]


def turn(session: Session, loops: Sequence[BareLoop], worker: int) -> tuple[float, list[float]]:
    """The same of one turn; the worker stands still before and after."""
    theirs = []
    for loop in loops:
        loop.begin(LOOP_S)
        theirs.append(loop.answer())
    begun, before = time.perf_counter(), session.iteration
    os.kill(worker, signal.SIGCONT)
    run_events(WINDOW_S)
    os.kill(worker, signal.SIGSTOP)
    return (session.iteration - before) / (time.perf_counter() - begun), theirs


def live(pairs: int) -> Iterator[Figure]:
    """The window against the loop, at three batch sizes."""
    for batch, bar in BARS.items():
        peers: list[tuple[str, float | None, dict[str, str]]] = [("the bare loop", bar, {})]
        if batch == max(BARS):
            peers.append(("keeping its memory", None, KEEPS_MEMORY))
        contests = [contest(batch, [peer[2] for peer in peers]) for _ in range(pairs)]
        for index, (peer, its_bar, _) in enumerate(peers):
            rates = [(theirs[index], ours) for ours, theirs in contests]
            yield _median(f"Train with the window live, batch {batch}", rates, its_bar, peer)


def _median(what: str, rates: list[tuple[float, float]], bar: float | None, peer: str) -> Figure:
    """The pair whose ratio is the median one."""
    ordered = sorted(rates, key=lambda pair: pair[1] / pair[0])
    theirs, ours = ordered[len(ordered) // 2]
    (least_, least), (most_, most) = ordered[0], ordered[-1]
    spread = (least / least_, most / most_)
    return Figure(what, ours, "it/s", bar, theirs, peer, lower_is_better=False, spread=spread)


def recorded(pairs: int) -> Iterator[Figure]:
    """A recorded iteration of batch 64 against a bare one; and what the peers' cost."""
    torch.set_num_threads(torch_threads())
    training_strokes().generate()  # none is drawn while it is timed
    trainer = bv.Trainer.from_settings(PRESET)
    loop = bare(PRESET)

    def record() -> None:
        recorder = RecordedSteps(trainer)
        while recorder.step() is not Phase.UPDATE:
            pass
        recorder.recording()

    ways: dict[str, Callable[[], object]] = {"a recorded iteration, batch 64": record}
    ways.update(peers(PRESET))
    for what, way in ways.items():
        times = [(1e3 / rate(loop, RECORDED_S), 1e3 / rate(way, RECORDED_S)) for _ in range(pairs)]
        theirs, ours = sorted(times, key=lambda pair: pair[1] / pair[0])[len(times) // 2]
        bar = RECORDED_BAR if way is record else None
        yield Figure(what, ours, "ms", bar, theirs, "a bare iteration")


def peers(settings: Settings) -> Iterator[tuple[str, Callable[[], object]]]:
    """What else shows gradients, doing what it is used for once an iteration."""
    if find_spec("torchviz") is not None:
        from torchviz import make_dot

        trainer = bv.Trainer.from_settings(settings)

        def torchviz() -> None:
            trainer.zero_grad()
            trainer.forward()
            make_dot(trainer.compute_loss(), dict(trainer.model.named_parameters()))
            trainer.backward()
            trainer.update()

        yield "  torchviz: make_dot each iteration", torchviz
    if find_spec("tensorboard") is not None:
        from torch.utils.tensorboard import SummaryWriter

        writer = SummaryWriter(tempfile.mkdtemp())
        logged = bv.Trainer.from_settings(settings)

        def tensorboard() -> None:
            logged.iterate()
            for name, parameter in logged.model.named_parameters():
                assert parameter.grad is not None
                writer.add_histogram(name, parameter.grad, logged.iteration)

        yield "  TensorBoard: histograms of every gradient", tensorboard
    if find_spec("torchlens") is not None:
        import torchlens

        logging = bv.Trainer.from_settings(settings)

        def torchlens_forward() -> None:
            torchlens.trace(logging.model, logging.batch[0])

        yield "  TorchLens: forward only", torchlens_forward


def figures(pairs: int) -> Iterator[Figure]:
    """All of them."""
    yield from live(pairs)
    yield from recorded(pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    print_figures(figures(options.pairs))


if __name__ == "__main__":
    main()
