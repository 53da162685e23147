"""The session as the window uses it: commands in, view states out, never a wait."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.clients.worker_client import WorkerClient
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import Update
from backprop_viz.stream.wire import Received
from tests.monkey.plain_loop import plain_loop
from tests.nightly import by_night
from tests.waiting import until_idle

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
OpenSession = Callable[[Settings], Session]


def plain_losses(settings: Settings, iterations: int) -> list[float]:
    trainer = bv.Trainer(
        settings.data, settings.loss, settings.optimizer, settings.lr, settings.batch_size
    )
    return [trainer.iterate().loss for _ in range(iterations)]


def shown(session: Session) -> ViewState:
    until_idle(session)
    assert session.view_state is not None
    return session.view_state


def train_until(qtbot: QtBot, session: Session, iterations: int) -> None:
    session.train()
    qtbot.waitUntil(lambda: session.iteration >= iterations, timeout=60_000)


def test_the_first_view_state_has_a_graph_and_nothing_done(open_session: OpenSession) -> None:
    view_state = shown(open_session(TUTORIAL))
    assert view_state.cursor.recording.preview
    assert view_state.cursor.position == 0
    assert view_state.iteration == 0
    assert len(view_state.cursor.recording.graph.nodes) == 26
    assert view_state.cursor.grad("conv1.bias") is None


def test_five_steps_walk_the_phases(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    due = []
    for _ in range(5):
        due.append(shown(session).due)
        session.shown.step()
    view_state = shown(session)
    assert due == list(Phase)
    assert view_state.iteration == session.iteration == 1
    assert view_state.cursor.at_end
    assert view_state.curves.loss.tolist() == plain_losses(TUTORIAL, 1)


def test_mixed_commands_train_as_a_plain_loop_does(open_session: OpenSession, qtbot: QtBot) -> None:
    session = open_session(TUTORIAL)
    session.shown.step()
    session.shown.step()
    session.iterate()
    session.shown.step()
    train_until(qtbot, session, 30)
    session.pause()
    session.shown.step()
    session.iterate()
    view_state = shown(session)
    assert not view_state.training
    assert view_state.curves.loss.tolist() == plain_losses(TUTORIAL, view_state.iteration)


@by_night
def test_large_batches_train_as_a_plain_loop_does(open_session: OpenSession, qtbot: QtBot) -> None:
    settings = Settings(lr=0.05, batch_size=200)
    session = open_session(settings)
    session.iterate()
    train_until(qtbot, session, 4)
    session.pause()
    session.iterate()
    session.iterate()
    session.shown.show_iteration(shown(session).iteration - 1)
    session.continue_from_here()
    train_until(qtbot, session, shown(session).iteration + 4)
    session.pause()
    view_state = shown(session)
    losses, _ = plain_loop(settings, view_state.iteration)
    assert view_state.curves.loss.tolist() == losses


def test_going_back_shows_the_past_and_changes_nothing(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    session.iterate()
    end = shown(session).cursor
    session.shown.step_back()
    before_update = shown(session).cursor
    assert np.array_equal(
        before_update.value("conv1.bias"), end.recording.by_parameter["conv1.bias"].value
    )
    session.shown.step_back()
    assert shown(session).cursor.grad("conv1.bias") is None
    session.shown.step()
    session.shown.step()
    assert shown(session).cursor.position == end.position
    assert shown(session).iteration == 1
    session.shown.step()
    assert shown(session).due is Phase.FORWARD


def test_backward_is_shown_event_by_event(open_session: OpenSession, qtbot: QtBot) -> None:
    session = open_session(TUTORIAL)
    for _ in range(3):
        session.shown.step()
    shown(session)
    cursors: list[int] = []
    session.view_state_ready.connect(lambda view_state: cursors.append(view_state.cursor.position))
    session.shown.step()
    qtbot.waitUntil(
        lambda: session.view_state.due is Phase.UPDATE and session.view_state.cursor.at_end,
        timeout=60_000,
    )
    assert len(cursors) > 10
    assert cursors == sorted(cursors)


def test_a_step_while_a_phase_is_played_ends_that_and_runs_the_next(
    open_session: OpenSession, qtbot: QtBot
) -> None:
    session = open_session(TUTORIAL)
    for _ in range(3):
        session.shown.step()
    shown(session)
    session.shown.phase_playback.event_ms = 60_000  # it does not come to its end by itself
    session.shown.step()
    qtbot.waitUntil(lambda: session.view_state.due is Phase.UPDATE)
    assert not session.view_state.cursor.at_end
    session.shown.step()
    qtbot.waitUntil(lambda: session.view_state.due is Phase.ZERO_GRAD)
    assert session.view_state.iteration == 1


def test_an_autosave_meanwhile_does_not_stop_what_is_playing(
    open_session: OpenSession, qtbot: QtBot, tmp_path: Path
) -> None:
    session = open_session(TUTORIAL)
    for _ in range(3):
        session.shown.step()
    shown(session)
    session.shown.phase_playback.event_ms = 60_000  # so that it plays for longer than a save takes
    session.shown.step()
    qtbot.waitUntil(lambda: session.view_state.due is Phase.UPDATE)
    session.save(str(tmp_path / "kept"), {}, auto=True)
    qtbot.waitUntil(lambda: session.idle, timeout=60_000)
    assert not session.view_state.cursor.at_end
    session.shown.phase_playback.event_ms = 1
    qtbot.waitUntil(lambda: session.view_state.cursor.at_end, timeout=60_000)


def test_pause_records_the_last_iteration_whole(open_session: OpenSession, qtbot: QtBot) -> None:
    session = open_session(TUTORIAL)
    train_until(qtbot, session, 20)
    assert session.view_state.training
    session.pause()
    view_state = shown(session)
    assert not view_state.training
    assert view_state.cursor.recording.iteration == view_state.iteration
    assert view_state.cursor.recording.samples is None


def test_a_live_setting_keeps_the_network_and_another_begins_afresh(
    open_session: OpenSession,
) -> None:
    session = open_session(TUTORIAL)
    for _ in range(3):
        session.iterate()
    session.configure(replace(TUTORIAL, lr=0.5))
    view_state = shown(session)
    assert (view_state.iteration, view_state.settings.lr) == (3, 0.5)
    session.configure(replace(TUTORIAL, optimizer="adam"))
    view_state = shown(session)
    assert view_state.iteration == 0
    assert len(view_state.curves.loss) == 0
    ((label, curves),) = view_state.earlier
    assert label == "sgd, lr 0.01, seed 0"  # with 0.5 nothing has run
    assert curves.loss.tolist() == plain_losses(TUTORIAL, 3)


def test_a_step_goes_on_after_a_loss_that_is_no_number_and_is_not_said_to_have_stopped(
    open_session: OpenSession,
) -> None:
    session = open_session(replace(TUTORIAL, optimizer="manual", lr=1e6))
    told: list[Notice] = []
    session.told.connect(told.append)
    while not told and session.iteration < 20:
        session.iterate()
        shown(session)
    assert told[0].code == "loss_not_finite"
    assert shown(session).iteration == int(told[0].values[1])


def test_reset_repeats_the_run(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    session.iterate()
    first = shown(session).curves.loss.tolist()
    session.reset()
    assert shown(session).iteration == 0
    session.iterate()
    assert shown(session).curves.loss.tolist() == first


def test_a_loss_that_is_no_number_stops_training_before_the_update(
    open_session: OpenSession, qtbot: QtBot
) -> None:
    settings = replace(TUTORIAL, optimizer="manual", lr=1e6)
    session = open_session(settings)
    told: list[Notice] = []
    session.told.connect(told.append)
    session.train()
    qtbot.waitUntil(lambda: bool(told) and not session.view_state.training, timeout=60_000)
    view_state = shown(session)
    assert told[0].code == "training_stopped_by_loss"
    assert not view_state.training
    assert view_state.due is Phase.BACKWARD
    recording = view_state.cursor.recording
    assert not np.isfinite(recording.loss)
    assert str(recording.iteration) == told[0].values[1]
    assert view_state.iteration == recording.iteration - 1
    for parameter in recording.parameters:
        now = view_state.cursor.value(parameter.name)
        assert np.array_equal(now, parameter.value, equal_nan=True)


def test_what_is_refused_is_told_and_the_run_goes_on(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    session.iterate()
    told: list[Notice] = []
    session.told.connect(told.append)
    session.configure(replace(TUTORIAL, data="mnist", roots={"mnist": "/no/such/folder"}))
    view_state = shown(session)
    assert told[0].code == "refused"
    assert "/no/such/folder" in told[0].values
    assert view_state.iteration == 1
    assert view_state.settings == TUTORIAL


@by_night
def test_a_bad_start_is_told_and_the_built_in_digits_serve(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session(replace(TUTORIAL, data="mnist", roots={"mnist": str(tmp_path)}))
    told: list[Notice] = []
    session.told.connect(told.append)
    until_idle(session)
    assert told[0].code == "refused"
    assert shown(session).settings.data == "strokes"
    session.close()


def test_a_drawing_is_classified_while_training(open_session: OpenSession, qtbot: QtBot) -> None:
    session = open_session(TUTORIAL)
    drawing = np.zeros((280, 280), np.float32)
    drawing[60:220, 130:150] = 1
    train_until(qtbot, session, 5)
    session.draw(drawing)
    view_state = shown(session)
    assert view_state.training
    assert view_state.prediction is not None
    assert sum(view_state.prediction.probabilities) == pytest.approx(1)
    session.pause()
    session.draw(None)
    assert shown(session).prediction is None


def test_a_drawing_that_is_no_digit_is_said_not_to_look_like_one(
    open_session: OpenSession,
) -> None:
    one, lying = np.zeros((280, 280), np.float32), np.zeros((280, 280), np.float32)
    one[40:240, 130:150] = 1
    lying[130:150, 40:240] = 1
    session = open_session(Settings())
    session.draw(lying)
    until_idle(session)
    assert shown(session).prediction.looks_like_a_digit is None  # nothing is learnt yet
    session.iterate()
    until_idle(session)
    prediction = shown(session).prediction
    assert prediction.looks_like_a_digit is False
    trainer = bv.Trainer.from_settings(Settings())
    trainer.iterate()
    assert prediction.probabilities == tuple(float(p) for p in trainer.classify(lying))
    session.draw(one)
    until_idle(session)
    assert shown(session).prediction.looks_like_a_digit is True


def test_random_data_is_not_about_digits(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    session.iterate()
    session.draw(np.eye(280, dtype=np.float32))
    until_idle(session)
    assert shown(session).prediction.looks_like_a_digit is None


def test_of_drawings_that_queue_up_the_last_is_answered(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(TUTORIAL)
    drawings = [np.eye(280, k=k, dtype=np.float32) for k in range(60)]
    updates: list[Update] = []
    take = WorkerClient.take

    def watched(client: WorkerClient) -> Received | None:
        received = take(client)
        if received is not None and isinstance(received[0], Update):
            updates.append(received[0])
        return received

    monkeypatch.setattr(WorkerClient, "take", watched)
    session.iterate()
    for drawing in drawings:
        session.draw(drawing)
    until_idle(session)
    assert 1 < len(updates) < 40  # one for each would hold up training
    trainer = bv.Trainer.from_settings(TUTORIAL)
    trainer.iterate()
    expected = trainer.classify(drawings[-1])
    assert shown(session).prediction.probabilities == tuple(float(p) for p in expected)


def workers() -> set[int]:
    """This process's workers that are running, by their command line."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            ours = int(parent) == os.getpid()
            if ours and b"backprop_viz.worker.main" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


@by_night
@pytest.mark.real_worker
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_that_is_killed_is_told_and_replaced(
    open_session: OpenSession, qtbot: QtBot
) -> None:
    before = workers()
    session = open_session(TUTORIAL)
    told: list[Notice] = []
    session.told.connect(told.append)
    session.iterate()
    loss = shown(session).cursor.recording.loss
    (worker,) = workers() - before
    os.kill(worker, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert [notice.code for notice in told] == ["worker_restarted"]
    session.iterate()
    assert shown(session).cursor.recording.loss == loss
    assert len(workers() - before) == 1


def test_close_in_the_middle_of_training_ends_the_threads(qtbot: QtBot) -> None:
    session = Session(Settings())
    until_idle(session)
    train_until(qtbot, session, 3)
    session.close()
    left = {t.name for t in threading.enumerate()}
    assert not left & {"backprop_viz sender", "backprop_viz reader"}


def test_the_windows_thread_holds_no_tensor(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    session.iterate()
    view_state = shown(session)
    arrays = [a for e in view_state.cursor.recording.events for a in (*e.inputs, *e.outputs)]
    assert not any(isinstance(a, torch.Tensor) for a in arrays)
