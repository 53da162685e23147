"""What one step of the cursor costs: every panel shown and painted at 1600x1000.

    python tests/benchmarks/bench_cursor.py [--rounds N] [--preset NAME]

Walks through every event of a recorded iteration, forwards and back, and prints the median and
the 95th percentile of the milliseconds for each step. The bar is 30 ms at the 95th percentile.
"""

import argparse
import os
import tempfile
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from backprop_viz.app import create_window
from backprop_viz.core.data import training_strokes
from backprop_viz.session import Session
from backprop_viz.views.window import MainWindow

BAR_MS = 30.0


def step(window: MainWindow, session: Session, cursor: int) -> tuple[float, float]:
    """Milliseconds for showing a cursor, and for that and painting it."""
    begun = time.perf_counter()
    session.move_cursor(cursor)
    shown = time.perf_counter()
    QApplication.processEvents()
    painted = time.perf_counter()
    return (shown - begun) * 1e3, (painted - begun) * 1e3


def row(name: str, steps: list[tuple[float, float]]) -> None:
    shown, painted = np.array(steps).T
    p95 = float(np.percentile(painted, 95))
    verdict = "within" if p95 <= BAR_MS else "over"
    print(
        f"{name:24} {len(steps):6} {np.median(shown):9.1f} {np.median(painted):9.1f} {p95:9.1f}"
        f" {painted.max():9.1f}   {verdict} {BAR_MS:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--preset", default="digits")
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
    window = create_window(["--preset", options.preset])
    window.resize(1600, 1000)
    window.show()
    session = window.session
    assert isinstance(session, Session)
    session.wait_idle(60)
    # Not beside the making of the data.
    training_strokes().generate()
    session.iterate()
    session.wait_idle(60)
    assert session.frame is not None
    last = len(session.frame.moment.recording.events)
    ways = {
        "forwards": range(last + 1),
        "backwards": range(last, -1, -1),
        "jumps": [k * 37 % (last + 1) for k in range(last + 1)],
    }
    for cursor in ways["forwards"]:  # once unmeasured: what is made only once
        step(window, session, cursor)
    print(f"{'':24} {'steps':>6} {'show':>9} {'+paint':>9} {'p95':>9} {'max':>9}   (ms)")
    for name, way in ways.items():
        row(name, [step(window, session, k) for _ in range(options.rounds) for k in way])
    window.close()


if __name__ == "__main__":
    main()
