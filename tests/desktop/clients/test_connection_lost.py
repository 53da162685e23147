"""A connection over TCP that is lost: the window says so, tries again, and catches up."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtWidgets import QToolButton

from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.clients.wake import wait_until
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.stream.messages import Update
from backprop_viz.stream.rank_connections import rank_connections
from backprop_viz.stream.token_file import read_token
from tests.capture.live.script_runs import Scripts, ended_process
from tests.nightly import by_night
from tests.stream.cut_proxy import CutProxy
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")

LOOP = """
import os, sys, time
import torch
from torch import nn

import backprop_viz as bv

torch.manual_seed(4)
net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
with bv.watch(net, optimizer, to="tcp://127.0.0.1:0", every=20):
    while not os.path.exists(sys.argv[1]):
        x, y = torch.randn(8, 4), torch.randn(8, 2)
        optimizer.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        time.sleep(0.002)  # or it would take a whole processor from who follows it
"""


def plain(steps: int) -> list[float]:
    """The losses of the loop alone."""
    torch.manual_seed(4)
    net = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        x, y = torch.randn(8, 4), torch.randn(8, 2)
        optimizer.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


class Training:
    """The loop in a process of its own; it ends when it is told to, and says what it printed."""

    def __init__(self, scripts: Scripts, folder: Path) -> None:
        self._end = folder / "end"
        script = folder / "train.py"
        script.write_text(LOOP)
        code = "import runpy, sys; del sys.argv[0]; runpy.run_path(sys.argv[0])"
        self.process: Any = scripts.start(code, [str(script), str(self._end)])
        said = b""
        while (found := re.search(rb"attach tcp://127.0.0.1:(\d+)\n", said)) is None:
            said += self.process.stdout.read(1)
        self.port = int(found[1])

    def end(self) -> str:
        """What it has printed, once it has ended."""
        self._end.touch()
        ended = ended_process(self.process)
        assert ended.status == 0, ended.printed
        return ended.printed


def iteration_at(port: int) -> int:
    """How far the training has come that listens at a port."""
    (connection,) = rank_connections([f"tcp://127.0.0.1:{port}"], read_token())
    while not isinstance(message := connection.reader.read()[0], Update):
        pass
    for end in connection.ends:
        end.close()
    return message.iteration


@pytest.fixture
def begin(
    scripts: Scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Training]]:
    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(tmp_path / "token"))
    begun: list[Training] = []

    def begin_() -> Training:
        folder = tmp_path / str(len(begun))
        folder.mkdir()
        begun.append(Training(scripts, folder))
        return begun[-1]

    yield begin_
    for training in begun:
        with suppress(ProcessLookupError):
            training.process.kill()
        training.process.wait(60)
        training.process.stdout.close()


@pytest.fixture
def attach(qtbot: object) -> Iterator[Callable[[int], MainWindow]]:
    windows: list[MainWindow] = []

    def attach_(port: int) -> MainWindow:
        connections = rank_connections([f"tcp://127.0.0.1:{port}"], read_token())
        windows.append(make_window(Arguments({}, "dark", None, "en", connections=connections)))
        windows[-1].show()
        session = windows[-1].session
        until(session, lambda: session.shown.newest_recording.iteration > 0)
        return windows[-1]

    yield attach_
    for window in windows:
        window.may_close = lambda: True
        window.close()
        window.deleteLater()


def test_it_is_made_again_and_what_lacks_is_sent(
    begin: Callable[[], Training], attach: Callable[[int], MainWindow]
) -> None:
    training = begin()
    proxy = CutProxy(training.port)
    window = attach(proxy.port)
    session, strip = window.session, window.connection_strip
    assert strip.isHidden()
    proxy.cut()
    until(session, lambda: strip.isVisible())
    assert strip.text().startswith(f"The connection to 127.0.0.1:{proxy.port} is lost.")
    kept, done = session.shown.newest_recording, session.iteration
    assert session.has_worker
    session.pause()
    until(session, lambda: "connection to the script is lost" in window.messages.text())
    # It goes on without a window, and whoever attaches hears how far it has come.
    assert wait_until(lambda: iteration_at(training.port) > done + 200, 60)
    proxy.restore()
    window.findChild(QToolButton, "reconnectNow").click()
    until(session, lambda: strip.isHidden() and session.iteration > done + 200)
    ran = re.search(r"ran meanwhile: ([\d,]+)\.", window.messages.text())
    assert ran is not None
    assert int(ran[1].replace(",", "")) >= 200
    assert session.recording_of(kept.iteration) is kept
    said = training.end()
    until(session, lambda: not session.has_worker)
    losses = session.view_state.curves.loss.tolist()
    assert losses == plain(len(losses))
    assert "connection to the window is lost" in said


@by_night
def test_recordings_made_meanwhile_come_afterwards(
    begin: Callable[[], Training], attach: Callable[[int], MainWindow]
) -> None:
    training = begin()
    proxy = CutProxy(training.port)
    window = attach(proxy.port)
    session = window.session
    proxy.cut()
    until(session, lambda: window.connection_strip.isVisible())
    lost_after = session.shown.newest_recording.iteration
    until(session, lambda: " s." in window.connection_strip.text())
    proxy.restore()
    until(session, lambda: window.connection_strip.isHidden())
    back_at = session.iteration
    until(session, lambda: session.shown.newest_recording.iteration > back_at + 40)
    # Every twentieth, without a gap: also those of the time without a connection.
    last = session.shown.newest_recording.iteration
    assert all(session.recording_of(i) is not None for i in range(lost_after, last + 1, 20))
    assert "the window is back; recordings that it lacks" in training.end()


@by_night
def test_a_line_can_be_given_up(
    begin: Callable[[], Training], attach: Callable[[int], MainWindow]
) -> None:
    training = begin()
    proxy = CutProxy(training.port)
    window = attach(proxy.port)
    session = window.session
    proxy.cut()
    until(session, lambda: window.connection_strip.isVisible())
    kept = session.shown.newest_recording.iteration
    window.findChild(QToolButton, "giveConnectionUp").click()
    until(session, lambda: not session.has_worker)
    assert "was given up" in window.messages.text()
    assert window.connection_strip.isHidden()
    assert session.recording_of(kept) is not None
    training.end()


def test_another_run_at_the_same_address_is_not_taken_for_it(
    begin: Callable[[], Training], attach: Callable[[int], MainWindow]
) -> None:
    training, other = begin(), begin()
    proxy = CutProxy(training.port)
    window = attach(proxy.port)
    proxy.cut()
    proxy.target = other.port
    proxy.restore()
    until(window.session, lambda: not window.session.has_worker)
    assert "Another run listens at" in window.messages.text()
    training.end()
    other.end()


@by_night
def test_another_window_that_attaches_keeps_the_line(
    begin: Callable[[], Training], attach: Callable[[int], MainWindow]
) -> None:
    training = begin()
    first = attach(training.port)
    kept = first.session.shown.newest_recording.iteration
    second = attach(training.port)
    until(first.session, lambda: not first.session.has_worker)
    assert "Another window has attached to" in first.messages.text()
    assert first.connection_strip.isHidden()
    assert first.session.recording_of(kept) is not None
    for _ in range(3):  # nobody takes it back
        seen = second.session.iteration
        until(second.session, lambda n=seen: second.session.iteration > n)
    assert second.connection_strip.isHidden()
    assert not second.messages.text()
    training.end()


def test_a_process_that_is_gone_is_not_waited_for(
    begin: Callable[[], Training], attach: Callable[[int], MainWindow]
) -> None:
    training = begin()
    window = attach(training.port)
    training.process.kill()
    training.process.wait(60)
    until(window.session, lambda: not window.session.has_worker)
    assert "script's process is gone" in window.messages.text()
    assert window.connection_strip.isHidden()
