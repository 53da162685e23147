"""How the window feels while training runs: its frames, and how soon Pause pauses.

python tests/benchmarks/bench_window.py [--seconds S] [--pauses N]
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from report import Figure, print_figures
from windows import open_window, run_events

from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.window.main_window import MainWindow

TICK_MS = 1


def frame_times(seconds: float) -> list[float]:
    """For how many milliseconds at a time the event loop did not come back to a timer."""
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1e3 - TICK_MS)
        last = now

    timer = QTimer(interval=TICK_MS)
    timer.timeout.connect(tick)
    timer.start()
    run_events(seconds)
    timer.stop()
    # What is shorter than this is no frame but the timer itself.
    return [gap for gap in gaps if gap > TICK_MS]


def pause_times(window: MainWindow, session: Session) -> tuple[float, float]:
    """Milliseconds from Pause to a paused run in every panel, and to its last iteration in them.

    Both painted. The second is the last iteration, which is recorded once training has stopped.
    """
    session.train()
    session.wait_idle(30)
    run_events(0.7)
    action = window.findChild(QAction, "actionTrain")
    assert action is not None
    begun = time.perf_counter()
    action.trigger()
    while session.view_state is None or session.view_state.training or window.is_refreshing:
        run_events(0.001)
    QApplication.processEvents()  # the painting, which may or may not have begun above
    stopped = time.perf_counter()
    session.wait_idle(30)
    QApplication.processEvents()
    return (stopped - begun) * 1e3, (time.perf_counter() - begun) * 1e3


def figures(seconds: float, pauses: int) -> Iterator[Figure]:
    window, session = open_window("--preset", "digits")
    session.train()
    session.wait_idle(30)
    run_events(5)
    times = frame_times(seconds)
    where = "GUI frame while training, percentile"
    yield Figure(f"{where} 95", float(np.percentile(times, 95)), "ms", 16)
    yield Figure(f"{where} 99.9", float(np.percentile(times, 99.9)), "ms", 50)
    session.pause()
    session.wait_idle(30)
    waits = np.array([pause_times(window, session) for _ in range(pauses)])
    stopped, shown = np.percentile(waits, 95, axis=0)
    yield Figure("Pause pressed to paused, percentile 95", float(stopped), "ms", 50)
    yield Figure("  and the last iteration in every panel", float(shown), "ms", None)
    window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pauses", type=int, default=20)
    options = parser.parse_args()
    print_figures(figures(options.seconds, options.pauses))


if __name__ == "__main__":
    main()
