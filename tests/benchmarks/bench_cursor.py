"""What one step of the cursor costs: every panel shown and painted at 1600x1000.

    python tests/benchmarks/bench_cursor.py [--rounds N] [--preset NAME]

Walks through every event of a recorded iteration, forwards and back, and prints the 95th
percentile of the milliseconds for each step.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtWidgets import QApplication
from report import Figure, print_figures
from windows import open_window

from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.window.main_window import MainWindow

BAR_MS = 30.0


def step(window: MainWindow, session: Session, position: int) -> float:
    """Milliseconds for showing a cursor in every panel and painting it."""
    begun = time.perf_counter()
    session.shown.move_cursor(position)
    QApplication.processEvents()
    return (time.perf_counter() - begun) * 1e3


def figures(rounds: int, preset: str) -> Iterator[Figure]:
    """The 95th percentile of a step, by the way that is walked."""
    window, session = open_window("--preset", preset)
    session.iterate()
    session.wait_idle(60)
    assert session.view_state is not None
    last = len(session.view_state.cursor.recording.events)
    ways = {
        "forwards": range(last + 1),
        "backwards": range(last, -1, -1),
        "jumps": [k * 37 % (last + 1) for k in range(last + 1)],
    }
    for position in ways["forwards"]:  # once unmeasured: what is made only once
        step(window, session, position)
    for name, way in ways.items():
        steps = [step(window, session, k) for _ in range(rounds) for k in way]
        p95 = float(np.percentile(steps, 95))
        yield Figure(f"a step of the cursor, {name}, percentile 95", p95, "ms", BAR_MS)
    window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--preset", default="digits")
    options = parser.parse_args()
    print_figures(figures(options.rounds, options.preset))


if __name__ == "__main__":
    main()
