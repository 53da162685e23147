"""Iterations per second with the whole window live, against the bare loop, in pairs in one run.

    python tests/benchmarks/bench_training.py [--pairs N] [--seconds S]

Prints, for each batch size, the medians and the median of the pairs' ratios; and what a recorded
iteration costs against a bare one.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch
from PySide6.QtCore import QEventLoop, QSettings, QTimer

import backprop_viz as bv
from backprop_viz.app import create_window
from backprop_viz.core.recorder import Recorder
from backprop_viz.core.records import Phase
from backprop_viz.views.window import MainWindow


def bare_rate(trainer: bv.Trainer, seconds: float) -> float:
    """Iterations per second of the loop that the program panel shows."""
    net, optimizer, criterion = trainer.model, trainer.optimizer, trainer.criterion
    assert optimizer is not None
    assert criterion is not None
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        x, y = trainer._loader.next(trainer.batch_size)
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
        done += 1
    return done / (time.perf_counter() - begun)


def recorded_rate(trainer: bv.Trainer, seconds: float) -> float:
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        recorder = Recorder(trainer)
        while recorder.step() is not Phase.UPDATE:
            pass
        recorder.recording()
        done += 1
    return done / (time.perf_counter() - begun)


def run_events(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def window_rate(window: MainWindow, seconds: float) -> float:
    session = window.session
    session.train()
    session.wait_idle(30)
    run_events(0.3)
    before, begun = session.iteration, time.perf_counter()
    run_events(seconds)
    rate = (session.iteration - before) / (time.perf_counter() - begun)
    session.pause()
    session.wait_idle(30)
    return rate


def row(name: str, ours: Callable[[], float], bare: Callable[[], float], pairs: int) -> None:
    rates = [(bare(), ours()) for _ in range(pairs)]
    ratio = statistics.median(b / a for a, b in rates)
    a, b = (statistics.median(column) for column in zip(*rates, strict=True))
    print(f"{name:36} {b:9.1f} {a:9.1f} {ratio:7.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
    window = create_window(["--preset", "digits"])
    window.resize(1600, 1000)
    window.show()
    window.session.wait_idle(60)
    from backprop_viz.core.data import training_strokes

    training_strokes().generate()
    torch.set_num_threads(max(1, min(4, len(os.sched_getaffinity(0)) - 1)))
    start = window.session.frame.settings
    print(f"{'it/s':36} {'ours':>9} {'bare':>9} {'ratio':>7}")
    for batch in (1, 64, 256):
        settings = replace(start, batch_size=batch, lr=0.01)
        window.session.configure(settings)
        window.session.reset()
        window.session.wait_idle(30)
        trainer = bv.Trainer.from_settings(settings)
        row(
            f"Train, window live, batch {batch}",
            lambda: window_rate(window, options.seconds),
            lambda trainer=trainer: bare_rate(trainer, options.seconds),
            options.pairs,
        )
    settings = replace(start, batch_size=64)
    recorded, bare = bv.Trainer.from_settings(settings), bv.Trainer.from_settings(settings)
    row(
        "recorded iteration, batch 64",
        lambda: recorded_rate(recorded, options.seconds),
        lambda: bare_rate(bare, options.seconds),
        options.pairs,
    )
    window.close()


if __name__ == "__main__":
    main()
