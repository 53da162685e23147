"""Memory of the program against a headless run of the same training, and its growth.

    python tests/benchmarks/bench_memory.py [--minutes M] [--picture FILE]

What is counted is the proportional set size of the processes' own (anonymous) memory: that of
libraries depends on who else has them open. The iterations kept for going back
back are the user's to set (History > History memory); here the budget is the smallest, 16 MB.
The growth is that of what is kept: while it trains, memory that is free for the next iteration goes
up and down by 20 MB. So training is paused after two minutes and then every three; what is free has
then been given back. It is the growth of the line through these readings, and has a bar only where
they are half an hour apart. numpy asks the system for huge pages; in these, the system fills the
gaps that were given back now and then, by itself, by up to 5 MB. Here it does not ask. Linux only.
"""

import argparse
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from report import Figure, print_figures
from windows import open_window, run_events

MEGABYTE = 2**20
ENVIRONMENT = {**os.environ, "NUMPY_MADVISE_HUGEPAGE": "0"}
BUDGET = 16 * MEGABYTE
SETTLED_S = 120.0
SOAK_MINUTES = 32.0
PAUSED_EVERY_S = 180.0
# Long enough for the evaluation that follows a pause.
PAUSED_S = 4.0
# Often: it goes up and down by some MB from one evaluation to the next.
READ_EVERY_S = 1.0

HEADLESS = """
import sys
import torch
import backprop_viz as bv
from backprop_viz.digits.strokes import training_strokes
torch.set_num_threads(1)
training_strokes().generate()
trainer = bv.Trainer(optimizer_options={"momentum": 0.9, "weight_decay": 5e-4})
for _ in range(300):
    trainer.iterate()
trainer.evaluate()
print("trained", flush=True)
sys.stdin.read()
"""


def memory_of(process: int) -> float:
    """The memory of a process and its children that is no file's, in MB."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 1024
    tasks = Path(f"/proc/{process}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return own + sum(memory_of(child) for child in children)


def headless() -> float:
    """MB of a plain script that trains the same."""
    with subprocess.Popen(
        [sys.executable, "-c", HEADLESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        size = memory_of(process.pid)
        process.communicate()
    return size


def readings(minutes: float) -> tuple[np.ndarray, np.ndarray]:
    """(seconds, MB) of the program while it trains, and each time that it is paused."""
    script = f"import sys; sys.path[:0] = {sys.path!r}; import bench_memory; bench_memory.train()"
    training, paused = [], []
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        begun = time.perf_counter()
        while not paused or paused[-1][0] < minutes * 60:
            reading = (time.perf_counter() - begun, memory_of(process.pid))
            if select.select([process.stdout], [], [], READ_EVERY_S)[0]:
                process.stdout.readline()
                paused.append((time.perf_counter() - begun, memory_of(process.pid)))
                print(file=process.stdin, flush=True)
            else:
                training.append(reading)
        process.terminate()
    return np.array(training), np.array(paused)


def train() -> None:
    """What the process that is measured does: the window, training without end."""
    window, session = open_window("--preset", "digits", generate=False)
    session.shown.set_budget(BUDGET)
    session.train()
    run_events(10)
    print("training", flush=True)
    run_events(SETTLED_S)
    while window.isVisible():
        session.pause()
        session.wait_idle(30)
        run_events(PAUSED_S)
        print("paused", flush=True)
        sys.stdin.readline()
        session.train()
        run_events(PAUSED_EVERY_S)


def figures(minutes: float, picture: str | None) -> Iterator[Figure]:
    """The size after the first two minutes, and how much it grows afterwards."""
    alone = headless()
    training, paused = readings(minutes)
    late = training[training[:, 0] >= SETTLED_S, 1]
    yield Figure("memory above a headless run", float(np.median(late)) - alone, "MB", 150.0)
    slope = np.polyfit(*paused.T, 1)[0]
    seconds = paused[-1, 0] - paused[0, 0]
    what = f"growth over {seconds / 60:.0f} minutes of training"
    bar = 1.0 if minutes >= SOAK_MINUTES else None
    yield Figure(what, float(slope * seconds), "MB", bar)
    if picture:
        draw(training, paused, alone, picture)


def draw(training: np.ndarray, paused: np.ndarray, alone: float, picture: str) -> None:
    """The memory over time as a picture."""
    import pyqtgraph as pg
    from pyqtgraph.exporters import ImageExporter
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    plot = pg.PlotWidget(background="w")
    plot.resize(900, 420)
    plot.plot(training[:, 0] / 60, training[:, 1], pen=pg.mkPen("#1f6feb", width=1))
    plot.plot(paused[:, 0] / 60, paused[:, 1], pen=None, symbol="o", symbolBrush="#d1242f")
    plot.addLine(y=alone, pen=pg.mkPen("#888888", style=pg.QtCore.Qt.PenStyle.DashLine))
    plot.setLabel("bottom", "minutes of training")
    plot.setLabel("left", "memory in MB; dots: paused; dashed: a headless run")
    plot.setYRange(0, training[:, 1].max() * 1.1)
    plot.show()
    application.processEvents()
    ImageExporter(plot.plotItem).export(picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=SOAK_MINUTES)
    parser.add_argument("--picture")
    options = parser.parse_args()
    print_figures(figures(options.minutes, options.picture))


if __name__ == "__main__":
    main()
