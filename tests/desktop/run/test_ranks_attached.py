"""A window on several ranks that run: attached by one address, held together, one killed."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from backprop_viz.desktop import rank_states
from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.clients.wake import wait_until
from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.rank_connections import RankConnection, rank_connections
from backprop_viz.stream.token_file import read_token
from tests.capture.live.script_runs import shared_scripts
from tests.ports import two_free_ports
from tests.waiting import until, until_idle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")

_SCRIPT = Path(__file__).parents[2] / "capture" / "live" / "forked_ranks.py"


@pytest.fixture
def port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[int]:
    """Where rank 0 of a training without end listens, and rank 1 one above it."""
    monkeypatch.setenv("BACKPROP_VIZ_TOKEN_FILE", str(tmp_path / "token"))
    port = two_free_ports()
    to, kind = f"tcp://127.0.0.1:{port}", getattr(request, "param", "plain")
    process = shared_scripts().started(_SCRIPT, kind, to, "2", "100000000")
    yield port
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def attached(port: int, first: int = 0) -> tuple[RankConnection, ...]:
    """Connections to both ranks, by the address of one, once both listen."""
    found: list[tuple[RankConnection, ...]] = []

    def both() -> bool:
        for lines in found:
            for line in lines:
                for end in line.ends:
                    end.close()
        found.clear()
        with suppress(UserError):
            found.append(rank_connections([f"tcp://127.0.0.1:{port + first}"], read_token()))
        return bool(found) and len(found[0]) == 2

    assert wait_until(both, 120)
    return found[0]


@pytest.fixture
def window(qtbot: object, port: int) -> Iterator[MainWindow]:
    window = make_window(Arguments({}, "dark", None, "en", connections=attached(port, 1)))
    window.resize(1600, 1000)
    window.show()
    yield window
    window.may_close = lambda: True
    window.close()
    window.deleteLater()


def held(window: MainWindow) -> list[tuple[int, Phase | None]]:
    """The iterations and phases before which ranks are held."""
    ranks = window.session.view_state.ranks.ranks
    return [(one.iteration, one.due) for one in ranks if one.held]


def test_both_are_held_together_stepped_together_and_compared(window: MainWindow) -> None:
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state is not None and session.view_state.ranks is not None)
    until(session, lambda: session.shown.ranks.runs[0].live is not None)
    assert [one.rank for one in session.view_state.ranks.ranks] == [0, 1]
    until(session, lambda: not view.visibleRegion().isEmpty())  # in front of its tabs
    session.pause()
    until(session, lambda: len(held(window)) == 2 and len(set(held(window))) == 1)
    (iteration, due), _ = held(window)
    assert due is Phase.ZERO_GRAD
    # The script steps on a condition, as it did in the iterations before.
    for phase in (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE):
        session.shown.step()
        until(session, lambda phase=phase: held(window) == [(iteration, phase)] * 2)
        until_idle(session)  # what is shown event by event is shown to its end
    until(session, lambda: session.view_state.ranks.recordings is not None)
    assert view.gradient.reduced
    mine, theirs = view.gradient.before
    assert not np.array_equal(mine, theirs)
    np.testing.assert_array_equal(view.gradient.after[0], (mine + theirs) / np.float32(2))
    assert session.shown.ranks.shown == 1  # the one whose port was given
    assert session.view_state.cursor.recording.loss == session.view_state.ranks.ranks[1].loss
    until(session, lambda: window.windowTitle().startswith("rank 1 of 2 · "))
    session.shown.show_rank(0)
    assert session.view_state.cursor.recording.loss == session.view_state.ranks.ranks[0].loss
    until(session, lambda: window.windowTitle().startswith("rank 0 of 2 · "))


def test_a_rank_that_is_killed_is_said_to_be_gone(window: MainWindow) -> None:
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state is not None and session.view_state.ranks is not None)
    until(session, lambda: session.shown.ranks.runs[1].run.origin is not None)
    until(session, lambda: not view.visibleRegion().isEmpty())  # in front of its tabs
    os.kill(session.shown.ranks.runs[1].run.origin.pid, signal.SIGKILL)
    until(session, lambda: session.view_state.ranks.ranks[1].gone)
    until(session, lambda: view.table.text(1, 7) == "gone")  # panels take turns
    # Where it waited for the other long enough to tell its line, that is said too.
    said = view.standing.text()  # of rank 0, too, where it has missed the other by then
    assert re.search(r"(?m)^Rank 1 (is gone after|stopped in) iteration \d+", said)


def test_a_rank_that_is_killed_while_it_waits_is_said_to_have_stopped_there(
    window: MainWindow,
) -> None:
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state is not None and session.view_state.ranks is not None)
    until(session, lambda: all(each.run.origin is not None for each in session.shown.ranks.runs))
    until(session, lambda: not view.visibleRegion().isEmpty())  # in front of its tabs
    awaited, waiting = (each.run.origin.pid for each in session.shown.ranks.runs)
    os.kill(awaited, signal.SIGSTOP)
    until(session, lambda: session.view_state.ranks.ranks[1].known_there is not None)
    os.kill(waiting, signal.SIGKILL)
    until(session, lambda: view.table.text(1, 7) == "gone")
    assert re.search(r"(?m)^Rank 1 stopped in iteration \d+, at line \d+", view.standing.text())


@pytest.mark.long
@pytest.mark.parametrize("port", ["hang"], indirect=True)
def test_a_rank_that_hangs_is_told_from_one_that_waits_for_it(
    port: int, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rank_states, "STUCK_AFTER_S", 3.0)
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: "Rank 1 hangs since" in view.standing.text())
    until(session, lambda: "Rank 0 waits for rank 1 since" in view.standing.text())
    hangs, waits = view.standing.text().splitlines()
    assert re.search(r"iteration 6(, with bucket 1 of 2: module\.second| at line)", waits)
    lines = _SCRIPT.read_text().splitlines()
    (where,) = map(int, re.findall(r"in iteration 6, at line (\d+)", hangs))
    assert any('while kind == "hang"' in line for line in lines[where - 2 : where])
    assert [view.table.text(row, 7) for row in range(2)] == ["stuck", "stuck"]
