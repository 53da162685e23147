"""A session that is opened again has the iterations to go back to, with the numbers they had."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.kept import Kept
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array, GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import (
    AlterGradient,
    BackwardTwice,
    ChooseLabel,
    OpenSessionFile,
    TrainOnDrawing,
)
from backprop_viz.training.state.checkpoints import RECENT
from backprop_viz.worker.files import container
from backprop_viz.worker.files.session_file import StoredRun, load_session, save_session
from backprop_viz.worker.rerecording import FEW_BYTES, MOST_SAVED_BYTES
from tests.monkey.plain_loop import plain_loop
from tests.nightly import by_day_every, by_night

OpenSession = Callable[..., Session]
TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
DIGITS = Settings(batch_size=8, optimizer_options={"momentum": 0.9})


def shown(session: Session) -> ViewState:
    assert session.wait_idle(60)
    assert session.view_state is not None
    return session.view_state


def iterate(session: Session, times: int) -> None:
    for _ in range(times):
        session.iterate()
        assert session.wait_idle(60)


def kept_by(session: Session) -> dict[int, Recording]:
    found = {i: session.recording_of(i) for i in shown(session).kept_iterations.iterations}
    return {i: recording for i, recording in found.items() if recording is not None}


def saved(session: Session, path: Path) -> None:
    session.save(str(path), {})
    assert session.wait_idle(60)


def opened(session: Session, path: Path) -> None:
    session.send(OpenSessionFile(str(path)))
    assert session.wait_idle(60)


def arrays(value: Any) -> Iterator[Array | None]:
    """Every number of a recording, but for the seconds it took."""
    recording: Recording = value
    for parameter in recording.parameters:
        yield from (parameter.value, parameter.grad)
    for event in recording.events:
        yield from (*event.inputs, *event.outputs)
        for before, after in event.state.values():
            yield from (before, after)
    yield recording.input
    yield recording.labels


def same(one: Recording, other: Recording) -> bool:
    pairs = zip(arrays(one), arrays(other), strict=True)
    return (
        [(e.phase, e.op, e.parameter) for e in one.events]
        == [(e.phase, e.op, e.parameter) for e in other.events]
        and (one.loss, one.intervention, one.backwards, one.samples, one.given_batch)
        == (other.loss, other.intervention, other.backwards, other.samples, other.given_batch)
        and all(
            (a is None) == (b is None) and (a is None or a.tobytes() == b.tobytes())
            for a, b in pairs
        )
    )


@by_night
@pytest.mark.parametrize(
    ("settings", "phases"),
    by_day_every(5, [(settings, phases) for settings in (TUTORIAL, DIGITS) for phases in (3, 0)]),
)
def test_a_run_of_steps_has_them_all(
    open_session: OpenSession, tmp_path: Path, settings: Settings, phases: int
) -> None:
    one, two = open_session(settings), open_session(TUTORIAL)
    iterate(one, RECENT + 7)  # more than there are checkpoints for
    for _ in range(phases):
        one.shown.step()
        assert one.wait_idle(60)
    saved(one, tmp_path / "run.bpviz")
    opened(two, tmp_path / "run.bpviz")
    kept, again = kept_by(one), kept_by(two)
    assert list(again) == list(kept) == list(range(1, RECENT + 8 + bool(phases)))
    for number, recording in kept.items():
        assert same(again[number], recording), number
    saved(two, tmp_path / "again.bpviz")
    three = open_session(TUTORIAL)
    opened(three, tmp_path / "again.bpviz")
    assert list(kept_by(three)) == list(kept)
    iterate(two, 3)
    losses, weights = plain_loop(settings, RECENT + 10)
    assert shown(two).curves.loss.tolist() == losses
    assert all(np.array_equal(shown(two).cursor.value(n), w.numpy()) for n, w in weights.items())


@by_night
def test_what_was_done_to_iterations_was_done_to_them_again(
    open_session: OpenSession, tmp_path: Path
) -> None:
    one, two = open_session(DIGITS), open_session(TUTORIAL)
    iterate(one, 2)
    one.configure(replace(DIGITS, lr=0.2))
    iterate(one, 2)
    nodes = shown(one).cursor.recording.graph.nodes
    one.send(
        AlterGradient(
            GradientIntervention(next(n.id for n in nodes if "Relu" in n.name), "scale", 2.0)
        )
    )
    iterate(one, 2)
    one.send(BackwardTwice(retain_graph=True))
    iterate(one, 2)
    one.draw(np.eye(100, dtype=np.float32))
    one.send(ChooseLabel(3))
    one.send(TrainOnDrawing())
    one.send(ChooseLabel(None))
    iterate(one, 1)
    one.shown.step()
    one.configure(replace(DIGITS, lr=0.1))  # in the middle of an iteration
    iterate(one, 3)
    saved(one, tmp_path / "run.bpviz")
    opened(two, tmp_path / "run.bpviz")
    kept, again = kept_by(one), kept_by(two)
    assert any(r.given_batch for r in kept.values())
    assert any(r.intervention for r in kept.values())
    assert any(r.backwards == 2 for r in kept.values())
    for number, recording in again.items():
        assert same(recording, kept[number]), number
    # Of the iteration in which the rate was changed nobody knows when: it alone may be missing.
    assert len(kept) - 1 <= len(again) <= len(kept)
    for number in (4, 8):
        for session in (one, two):
            session.shown.show_iteration(number)
            session.continue_from_here()
            iterate(session, 2)
        assert shown(one).curves.loss.tolist() == shown(two).curves.loss.tolist()


def test_going_back_in_a_run_that_was_opened(open_session: OpenSession, tmp_path: Path) -> None:
    one, two = open_session(TUTORIAL), open_session(DIGITS)
    iterate(one, 6)
    saved(one, tmp_path / "run.bpviz")
    opened(two, tmp_path / "run.bpviz")
    view_state = shown(two)
    assert (view_state.cursor.recording.iteration, view_state.iteration) == (
        6,
        6,
    )  # the cursor stays
    for number in (6, 5, 4):
        two.shown.go_back("iteration")
        assert shown(two).cursor.recording.iteration == number
    two.continue_from_here()
    assert shown(two).iteration == 4
    assert shown(two).kept_iterations.iterations == (1, 2, 3, 4)
    iterate(two, 4)
    assert shown(two).curves.loss.tolist() == plain_loop(TUTORIAL, 8)[0]


@by_night
def test_a_run_that_trains_keeps_the_newest_within_bounds(
    open_session: OpenSession, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = open_session(replace(DIGITS, batch_size=64)), open_session(TUTORIAL)
    iterate(one, 12)
    one.train()
    qtbot.waitUntil(lambda: len(shown(one).kept_iterations.iterations) > 13, timeout=60_000)
    for auto, most in ((True, FEW_BYTES), (False, MOST_SAVED_BYTES)):
        path = tmp_path / f"{auto}.bpviz"
        one.save(str(path), {}, auto=auto)
        assert one.wait_idle(60)
        run = load_session(path)
        assert 2 <= len(run.past) < 20
        assert path.stat().st_size < most + 4 * 2**20
        opened(two, path)
        kept, again = kept_by(one), kept_by(two)
        assert len(again) >= len(run.past)
        for number, recording in again.items():
            if number in kept and not recording.preview and recording.samples == 1:
                assert same(recording, kept[number]), number
    one.pause()
    assert one.wait_idle(60)


def test_what_did_not_come_out_the_same_is_left_out(
    open_session: OpenSession, tmp_path: Path
) -> None:
    one, two, path = open_session(TUTORIAL), open_session(DIGITS), tmp_path / "run.bpviz"
    iterate(one, 5)
    saved(one, path)
    run = load_session(path)
    loss = run.curves.loss.copy()
    loss[1] += 1
    forged = replace(
        run,
        curves=replace(run.curves, loss=loss),
        past=run.past[:1],
        kept=(*run.kept, Kept(5, 1, GradientIntervention(7000, "scale"), 2)),
    )
    save_session(path, forged)
    opened(two, path)
    assert shown(two).iteration == 5
    assert 2 not in kept_by(two)
    for number, recording in kept_by(two).items():
        assert same(recording, kept_by(one)[number])
    iterate(two, 1)
    assert shown(two).cursor.recording.loss == plain_loop(TUTORIAL, 6)[0][-1]


def test_a_file_of_before_there_were_kept_iterations(
    open_session: OpenSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = bv.Trainer.from_settings(TUTORIAL)
    trainer.iterate()
    before = trainer.checkpoint()
    trainer.iterate()
    curves = shown(open_session(TUTORIAL)).curves
    path = tmp_path / "old.bpviz"
    rest = before, curves, None, 1, (), {}
    run = StoredRun(TUTORIAL, Phase.ZERO_GRAD, trainer.checkpoint(), *rest)
    new = ("kept", "past", "given_batches")
    fields = {name: getattr(run, name) for name in StoredRun.__slots__ if name not in new}
    monkeypatch.setattr(container, "VERSION", 2)
    container.write_container(path, "session", fields)
    monkeypatch.undo()
    session = open_session(DIGITS)
    opened(session, path)
    assert shown(session).kept_iterations.iterations == (2,)
    iterate(session, 1)
    assert shown(session).cursor.recording.loss == plain_loop(TUTORIAL, 3)[0][-1]
