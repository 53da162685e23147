"""Milliseconds from an event in a script's process to the pixels of the window that show it.

    python tests/benchmarks/bench_latency.py [--events N]

A script trains in a process of its own and listens on loopback; the window attaches to it. Stepped:
from the moment that the script comes to an event at which it is held. Running: from the end of an
iteration that is recorded. To when the window has painted the network's maps; both processes
read the same monotonic clock. Then the same while two other processes take all the time they get.
"""

import argparse
import gc
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from report import Figure, print_figures
from windows import run_events

from PySide6.QtCore import QEvent, QObject, QTimer  # isort: skip
from PySide6.QtWidgets import QWidget  # isort: skip
from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.clients.wake import wait_until
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.stream.rank_connections import rank_connections
from backprop_viz.stream.token_file import TOKEN_VARIABLE, read_token

# As the program does: what is imported is gone through by no collection that comes meanwhile.
gc.freeze()
_BAR_MS = 50.0
# What shows the maps and the numbers of what was computed last.
_PANEL = "networkView"
_SCRIPT = """
import sys, time
import torch
from torch.nn import functional as F
import backprop_viz as bv
from backprop_viz.capture.live import live_run

told = open(sys.argv[1], "a", buffering=1)
plain_hold, plain_made = live_run.LiveRun._hold, live_run.made_now
def tell(recording, at):
    if recording is not None:
        told.write(f"{recording.iteration} {len(recording.events)} {at}\\n")
def hold(self, recording):
    tell(recording, time.monotonic())
    plain_hold(self, recording)
def made_now(recorded):
    ended = time.monotonic()
    recording = plain_made(recorded)
    tell(recording, ended)
    return recording
live_run.LiveRun._hold, live_run.made_now = hold, made_now

torch.set_num_threads(1)
net = bv.LeNet()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
with bv.watch(net, optimizer, to="tcp://127.0.0.1:0"):
    while True:
        x, y = torch.randn(8, 1, 32, 32), torch.randint(10, (8,))
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
"""
Place = tuple[int, int]  # an iteration, and how many of its events have happened


class Paints(QObject):
    """Notes when a panel has painted what it was shown last."""

    def __init__(self, window: MainWindow, session: Session, panel: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self.painted: dict[Place, float] = {}
        self._due: Place | None = None
        self._show = panel.show_view_state
        panel.show_view_state = self._shown
        for widget in (panel, *panel.findChildren(QWidget)):
            widget.installEventFilter(self)

    def _shown(self, view_state: ViewState) -> None:
        self._show(view_state)
        newest = view_state.cursor.recording
        place = (newest.iteration, len(newest.events))
        if place not in self.painted:
            self._due = place

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._due is not None:
            QTimer.singleShot(0, self._has_painted)
        return False

    def _has_painted(self) -> None:
        if self._due is not None:
            self.painted[self._due], self._due = time.monotonic(), None


def latencies(log: str, paints: Paints) -> list[float]:
    """Milliseconds, of what was painted."""
    found = []
    with open(log, encoding="ascii") as file:
        for line in file:
            iteration, events, at = line.split()
            painted = paints.painted.get((int(iteration), int(events)))
            if painted is not None:
                found.append(1e3 * (painted - float(at)))
    return found


def measured(count: int, play: Callable[[Session, int], None]) -> tuple[float, float, int]:
    """Median, 95th percentile and number of the milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[TOKEN_VARIABLE] = f"{folder}/token"
        log = f"{folder}/log"
        with subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, log], stderr=subprocess.PIPE, text=True
        ) as script:
            assert script.stderr is not None
            url = script.stderr.readline().split()[-1]
            lines = rank_connections([url], read_token())
            window = make_window(Arguments({}, "dark", None, "en", connections=lines))
            window.resize(1600, 1000)
            window.show()
            session = window.session
            assert isinstance(session, Session)
            wait_until(lambda: session.shown.newest_recording.iteration > 0, 60)
            run_events(2)  # its first pictures take longer
            panel = window.findChild(QWidget, _PANEL)
            assert panel is not None
            paints = Paints(window, session, panel)
            play(session, count)
            script.kill()
        found = sorted(latencies(log, paints))
        window.may_close = lambda: True
        window.close()
        run_events(0.1)
    return statistics.median(found), found[int(0.95 * len(found))], len(found)


def stepped(session: Session, count: int) -> None:
    """One event after the other."""
    session.pause()
    wait_until(lambda: session.view_state is not None and not session.view_state.training, 60)
    for _ in range(count):
        session.shown.go("event")
        session.wait_idle(60)
        run_events(0.05)


def running(session: Session, count: int) -> None:
    """As many iterations as are recorded."""
    seen: set[int] = set()

    def enough() -> bool:
        seen.add(session.shown.newest_recording.iteration)
        return len(seen) > count

    wait_until(enough, 600)


def _take_time() -> None:
    while True:
        pass


def figures(count: int, *, loaded: bool) -> Iterator[Figure]:
    """Quiet and loaded."""
    for how, loads in (("quiet", 0), ("two busy processes", 2))[: 1 + loaded]:
        busy = [multiprocessing.Process(target=_take_time, daemon=True) for _ in range(loads)]
        for each in busy:
            each.start()
        for what, play in (("Stepped", stepped), ("Running", running)):
            median, late, of = measured(count, play)
            bar = _BAR_MS if not loads else None
            yield Figure(f"{what}, event to pixel, {how}, of {of}", median, "ms", bar)
            yield Figure(f"{what}, 95th percentile, {how}", late, "ms", bar)
        for each in busy:
            each.kill()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--events", type=int, default=80)
    parser.add_argument("--quiet", action="store_true", help="leave out the busy processes")
    told = parser.parse_args()
    print_figures(figures(told.events, loaded=not told.quiet))


if __name__ == "__main__":
    main()
