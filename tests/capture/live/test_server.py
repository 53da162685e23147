"""A watched loop that listens: windows come, go and come again, and the loop gives its numbers."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.live import heartbeat
from backprop_viz.capture.live.backlog import Backlog
from backprop_viz.capture.live.heartbeat import Reminder
from backprop_viz.capture.live.watching import WatchedLoop
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import Step, Train
from backprop_viz.stream.messages import LeftOut, RunAttached, RunEnded, Update, UpdateWanted
from backprop_viz.stream.refused_error import RefusedError
from backprop_viz.stream.script_address import ScriptAddress
from backprop_viz.stream.socket_connection import connected
from backprop_viz.stream.token_file import read_token
from backprop_viz.stream.wire import MessageReader, MessageWriter, NumberedCommand, send
from tests.capture.live.script_runs import PATIENCE_S, RUN, Scripts, ended_process
from tests.ports import two_free_ports


class Window:
    """The other end, played by the test."""

    def __init__(self, watch: WatchedLoop) -> None:
        assert watch.server is not None
        self.ends = connected(ScriptAddress("127.0.0.1", watch.server.port), read_token())
        self.reader, self.writer = MessageReader(self.ends[0]), MessageWriter()
        self.number = 0

    def say(self, command: Step | Train) -> None:
        self.number += 1
        send(self.ends[1], self.writer.pieces(NumberedCommand(self.number, command)))

    def send(self, message: object) -> None:
        send(self.ends[1], self.writer.pieces(message))

    def next(self, kind: type) -> tuple[object, Recording | None]:
        while True:
            message, recording = self.reader.read()
            if isinstance(message, kind):
                return message, recording

    def held(self) -> tuple[Update, Recording | None]:
        """The update that tells that the loop is held, as the last command asked."""
        while True:
            message, recording = self.next(Update)
            assert isinstance(message, Update)
            if not message.training and message.command == self.number:
                return message, recording

    def close(self) -> None:
        for end in self.ends:
            end.close()


Visit = Callable[[WatchedLoop, int], bool]


def losses_of(
    steps: int, watch_to: str = "", visit: Visit | None = None, every: int | None = None
) -> list[float]:
    """The losses of so many steps, and of as many more as the visit of a window takes."""
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    watch = bv.watch(model, optimizer, to=watch_to, every=every) if watch_to else None
    losses: list[float] = []
    while len(losses) < steps or (
        watch is not None and visit is not None and not visit(watch, len(losses))
    ):
        loss = model(torch.randn(8, 4)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if watch is not None:
        watch.close()
    return losses


@pytest.fixture(autouse=True)
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(tmp_path / "token"))


def test_a_window_holds_goes_and_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, Any] = {}
    threads: list[threading.Thread] = []

    def begin(play: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=play, daemon=True))
        threads[-1].start()

    def visit(watch: WatchedLoop, done: int) -> bool:
        if not threads:
            window = Window(watch)

            def first() -> None:
                told["origin"] = window.next(RunAttached)[0]
                told["opened"] = window.next(Update)[0]
                window.say(Step())
                _, told["recording"] = window.held()
                window.close()  # it is gone while the loop is held

            begin(first)
        elif "recording" in told and len(threads) == 1:
            told["between"] = done
            window = Window(watch)

            def second() -> None:
                told["again"] = window.next(Update)[0]
                told["ended"] = window.next(RunEnded)[0]
                window.close()

            begin(second)
        return "again" in told

    losses = losses_of(10, "tcp://127.0.0.1:0", visit)
    threads[1].join(60)
    assert losses == losses_of(len(losses))
    assert told["origin"].origin.kind == "watch"
    # As many as there were when it came; the loop went on meanwhile.
    opened, again = told["opened"].opened.loss.tolist(), told["again"].opened.loss.tolist()
    assert len(opened) >= 10
    assert opened == losses[: len(opened)]
    assert len(again) >= told["between"]
    assert again == losses[: len(again)]
    assert told["recording"].iteration > len(opened)
    assert told["ended"] == RunEnded(0)
    assert "backprop-viz attach tcp://127.0.0.1:" in capsys.readouterr().err


def test_a_wrong_token_is_turned_away_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    tried, said = [], [""]

    def stranger(watch: WatchedLoop, _: int) -> bool:
        assert watch.server is not None
        if not tried:
            tried.append(watch.server.port)
            with pytest.raises(RefusedError):
                connected(ScriptAddress("127.0.0.1", watch.server.port), b"x" * 64)
        said[0] += capsys.readouterr().err
        return "127.0.0.1 was turned away" in said[0]

    losses = losses_of(3, "tcp://127.0.0.1:0", stranger)
    assert losses == losses_of(len(losses))


def test_a_window_that_takes_nothing_holds_nothing_up_and_both_hear_what_it_missed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Backlog.__init__.__kwdefaults__, "most_bytes", 20_000)
    windows: list[Window] = []
    came: list[int] = []
    told: list[LeftOut] = []

    def visit(watch: WatchedLoop, done: int) -> bool:
        if not windows:
            windows.append(Window(watch))  # which says nothing for a hundred iterations
        if done < 140:
            return False
        if done == 140:
            windows[0].send(UpdateWanted())
        while not told or not came:
            message, recording = windows[0].reader.read()
            if isinstance(message, LeftOut):
                told.append(message)
            elif recording is not None:
                came.append(recording.iteration)
        return True

    losses = losses_of(20, "tcp://127.0.0.1:0", visit, every=1)
    assert losses == losses_of(len(losses))
    (left,) = told
    # The oldest are left out, without a gap; the next one comes.
    assert left.count == left.last - left.first + 1 > 50
    assert came[0] == left.last + 1
    assert f"recordings left out: {left.count};" in capsys.readouterr().err
    windows[0].close()


# It trains until a window has gone on with it; then its losses are as in a plain run.
_SCRIPT = """
import sys, time
from pathlib import Path
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Linear(2, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
steps = 0
while steps < 5 or (len(sys.argv) > 1 and not Path(sys.argv[1]).exists()):
    optimizer.zero_grad()
    loss = net(torch.randn(4, 2)).square().mean()
    loss.backward()
    optimizer.step()
    steps += 1
    if steps <= 5:
        print(f"{loss.item()}\\n", end="", flush=True)  # in one piece: others print too
    else:
        time.sleep(0.01)
"""


def test_a_script_run_from_the_command_line_listens_each_rank_at_its_port(
    tmp_path: Path, scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(tmp_path / "token"))
    script, seen = tmp_path / "train.py", tmp_path / "seen"
    script.write_text(_SCRIPT)
    alone, port = scripts.plain(script), two_free_ports()
    rank = {"RANK": "1", "WORLD_SIZE": "2"}
    to = f"tcp://127.0.0.1:{port}"
    process = scripts.start(RUN, ["run", "--to", to, str(script), str(seen)], more=rank)
    said = b""
    while b"attach tcp" not in said:  # it listens
        said = process.stdout.readline()
        assert said
    assert said.strip().endswith(f"backprop-viz attach tcp://127.0.0.1:{port + 1}".encode())
    ends = connected(ScriptAddress("127.0.0.1", port + 1), read_token())
    reader, writer = MessageReader(ends[0]), MessageWriter()
    while not isinstance((told := reader.read())[0], RunAttached):
        pass
    origin = told[0].origin
    assert (origin.rank, origin.world_size, origin.title) == (1, 2, f"{script} {seen}")
    recording = None
    while recording is None:
        send(ends[1], writer.pieces(UpdateWanted()))
        recording = reader.read()[1]
    for end in ends:
        end.close()
    seen.touch()
    ended = ended_process(process)
    assert ended.status == 0
    own = [line for line in ended.printed.splitlines() if not line.startswith("backprop_viz: ")]
    assert own == alone.printed.splitlines()
    refused = scripts.recorded("--to", "tcp://127.0.0.1", str(script))
    assert refused.status == 2
    assert "write tcp://HOST:PORT" in refused.printed


def test_a_loop_that_stands_has_told_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "Reminder", partial(Reminder, after_s=0.1))
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    watch = bv.watch(model, optimizer, to="tcp://127.0.0.1:0", every=1000)
    window = Window(watch)
    iterations: list[int] = []

    def follow() -> None:
        while not iterations or iterations[-1] < 20:
            update = window.next(Update)[0]
            assert isinstance(update, Update)
            iterations.append(update.iteration)
            window.send(UpdateWanted())

    following = threading.Thread(target=follow, daemon=True)
    following.start()
    for _ in range(20):  # quicker than a window is told
        optimizer.zero_grad()
        model(torch.randn(8, 4)).square().mean().backward()
        optimizer.step()
    following.join(PATIENCE_S)  # and nothing runs any more
    assert iterations[-1] == 20
    watch.close()
    window.close()
