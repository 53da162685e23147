"""From the start of the process to a painted window, and to a step that can be made.

    python tests/benchmarks/bench_start.py [--runs N]

The peer imports torch, Qt's widgets and pyqtgraph, and does nothing else.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from report import Figure, print_figures

# Begins as `python -m backprop_viz` does, and says when it was painted and when it was ready.
OURS = """
import gc, sys, time
from backprop_viz.cli import parse
arguments = parse(["--preset", "digits"])
gc.disable()
from backprop_viz.desktop.clients.worker_process import start_ahead
start_ahead()
import numpy
from backprop_viz.app import create_window
gc.freeze()
from PySide6.QtCore import QEvent, QEventLoop, QObject
from PySide6.QtWidgets import QApplication, QWidget
window = create_window(["--preset", "digits"])
painted = []
class Paints(QObject):
    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint:
            painted.append(time.time())
        return False
paints = Paints()
window.findChild(QWidget, "phaseBar").installEventFilter(paints)
window.show()
loop = QEventLoop()
window.session.view_state_ready.connect(lambda view_state: loop.quit())
loop.exec()
ready = time.time()
print(painted[0], ready)
window.close()
"""
PEER = """
import time
import torch, PySide6.QtWidgets, pyqtgraph
print(time.time())
"""


def seconds(script: str) -> list[float]:
    """When each of the times that a script prints came, counted from its process's start."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": tempfile.mkdtemp(),
        "XDG_STATE_HOME": tempfile.mkdtemp(),
    }
    # An installed program is compiled once, not at every start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.time()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    return [float(word) - begun for word in done.stdout.split()]


def figures(runs: int) -> Iterator[Figure]:
    """The two times, medians of ``runs`` runs in turn with the peer's."""
    seconds(OURS), seconds(PEER)  # what the disk has to read is read
    pairs = [(seconds(OURS), seconds(PEER)) for _ in range(runs)]
    yield Figure(
        "process start to a painted window", statistics.median(a[0] for a, _ in pairs), "s", 0.8
    )
    yield Figure(
        "process start to the first step possible",
        statistics.median(a[1] for a, _ in pairs),
        "s",
        1.3,
        statistics.median(b[0] for _, b in pairs),
        "the imports alone",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    print_figures(figures(parser.parse_args().runs))


if __name__ == "__main__":
    main()
