"""The user's own run is put away for a lesson and comes back bit for bit."""

import os
import signal

import numpy as np

import backprop_viz as bv
from backprop_viz.desktop.run.session import Session
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import (
    ChooseLabel,
    Iterate,
    Step,
    TrainOnDrawing,
    UndoDrawing,
    UseDrawing,
)
from tests.conftest import OpenSession
from tests.waiting import until, until_idle

OWN = Settings(lr=0.02, batch_size=8, optimizer_options={"momentum": 0.9})
LESSON = Settings(data="random", loss="mse", lr=0.5, batch_size=1, seed=3)


def weights(session: Session) -> dict[str, np.ndarray]:
    recording = session.shown.newest_recording
    cursor = recording.at(len(recording.events))
    return {p.name: cursor.value(p.name) for p in recording.parameters}


def have_a_lesson(session: Session) -> None:
    session.put_run_aside(LESSON)
    for _ in range(3):
        session.send(Iterate())
    until_idle(session)
    assert session.run_is_aside
    assert session.view_state.settings == LESSON
    assert session.iteration == 3
    session.take_run_back()
    until_idle(session)
    assert not session.run_is_aside


def same_run(iterations: int) -> tuple[list[float], dict[str, np.ndarray]]:
    """The same run by the trainer's own phases, which other tests hold to the plain loop."""
    trainer = bv.Trainer.from_settings(OWN)
    losses = [trainer.iterate().loss for _ in range(iterations)]
    return losses, {n: p.detach().numpy() for n, p in trainer.model.named_parameters()}


def test_a_run_between_iterations_goes_on_bit_for_bit(open_session: OpenSession) -> None:
    session = open_session(OWN)
    for _ in range(2):
        session.send(Iterate())
    until_idle(session)
    before = weights(session)
    have_a_lesson(session)
    assert session.iteration == 2
    assert session.view_state.settings == OWN
    assert {n: v.tobytes() for n, v in weights(session).items()} == {
        n: v.tobytes() for n, v in before.items()
    }
    for _ in range(3):
        session.send(Iterate())
    until_idle(session)
    losses, final = same_run(5)
    assert session.shown.run.losses.tolist() == losses
    assert {n: v.tobytes() for n, v in weights(session).items()} == {
        n: v.tobytes() for n, v in final.items()
    }


def test_a_run_in_the_middle_of_an_iteration_goes_on_bit_for_bit(
    open_session: OpenSession,
) -> None:
    session = open_session(OWN)
    session.send(Iterate())
    for _ in range(3):  # the loss is computed, and its graph waits for backward
        session.send(Step())
    until_idle(session)
    assert session.view_state.due is Phase.BACKWARD
    have_a_lesson(session)
    assert session.view_state.due is Phase.BACKWARD
    assert session.iteration == 1
    session.send(Iterate())
    session.send(Iterate())
    until_idle(session)
    losses, final = same_run(3)
    assert session.shown.run.losses.tolist() == losses
    assert {n: v.tobytes() for n, v in weights(session).items()} == {
        n: v.tobytes() for n, v in final.items()
    }


def test_a_run_that_trains_is_paused_and_loses_no_iteration(open_session: OpenSession) -> None:
    session = open_session(OWN)
    session.train()
    until(session, lambda: session.iteration >= 5)
    have_a_lesson(session)
    done = session.iteration
    assert done >= 5
    assert len(session.shown.run.losses) == done
    session.send(Iterate())
    until_idle(session)
    losses, final = same_run(done + 1)
    assert session.shown.run.losses.tolist() == losses
    assert {n: v.tobytes() for n, v in weights(session).items()} == {
        n: v.tobytes() for n, v in final.items()
    }


def test_what_was_looked_at_comes_back(open_session: OpenSession) -> None:
    session = open_session(OWN)
    for _ in range(3):
        session.send(Iterate())
    until_idle(session)
    stop = Breakpoint("loss_above", value=1e9)
    session.watch((stop,))
    session.shown.choose_sample(5)
    session.shown.show_iteration(2)
    session.shown.move_cursor(7)
    before = session.view_state
    kept = before.kept_iterations
    have_a_lesson(session)
    after = session.view_state
    assert after.cursor == before.cursor
    assert after.sample == 5
    assert after.breakpoints == (stop,)
    assert after.kept_iterations == kept
    assert after.earlier == before.earlier
    session.send(Iterate())
    until_idle(session)
    assert session.iteration == 4


def test_one_lesson_after_another_keeps_the_users_own_run(open_session: OpenSession) -> None:
    session = open_session(OWN)
    session.send(Iterate())
    until_idle(session)
    session.put_run_aside(LESSON)
    session.send(Iterate())
    session.put_run_aside(Settings(data="random", loss="mse", batch_size=1, seed=4))
    session.send(Iterate())
    until_idle(session)
    assert session.view_state.earlier == ()
    session.take_run_back()
    until_idle(session)
    session.send(Iterate())
    until_idle(session)
    assert session.shown.run.losses.tolist() == same_run(2)[0]


def test_a_worker_that_ends_in_a_lesson_takes_the_lesson_with_it(
    open_session: OpenSession,
) -> None:
    session = open_session(OWN)
    session.send(Iterate())
    until_idle(session)
    session.put_run_aside(LESSON)
    session.send(Iterate())
    until_idle(session)
    os.kill(session.worker_pid, signal.SIGKILL)
    until(session, lambda: not session.run_is_aside)
    until_idle(session)
    assert session.view_state.settings == OWN
    assert session.iteration == 0


def seven() -> np.ndarray:
    image = np.zeros((280, 280), np.float32)
    image[40:65, 70:210] = 1
    image[40:240, 150:175] = 1
    return image


def test_a_step_on_a_drawing_can_still_be_undone(open_session: OpenSession) -> None:
    session = open_session(OWN)
    session.send(Iterate())
    until_idle(session)
    before = weights(session)
    session.draw(seven())
    session.send(ChooseLabel(7))
    session.send(UseDrawing(True))
    session.send(TrainOnDrawing())
    until_idle(session)
    state = session.view_state.drawing_training
    assert state.can_undo
    assert state.is_batch
    have_a_lesson(session)
    assert session.view_state.drawing_training.is_batch
    assert session.view_state.drawing_training.can_undo
    session.send(UndoDrawing())
    until_idle(session)
    assert session.iteration == 1
    assert {n: v.tobytes() for n, v in weights(session).items()} == {
        n: v.tobytes() for n, v in before.items()
    }


def test_a_run_that_draws_random_numbers_goes_on_with_its_own(open_session: OpenSession) -> None:
    settings = Settings(data="random", loss="output_gradient", lr=0.01, batch_size=2)
    session = open_session(settings)
    session.send(Iterate())
    until_idle(session)
    have_a_lesson(session)
    for _ in range(2):
        session.send(Iterate())
    until_idle(session)
    trainer = bv.Trainer.from_settings(settings)
    for _ in range(3):
        trainer.iterate()
    final = {n: p.detach().numpy().tobytes() for n, p in trainer.model.named_parameters()}
    assert {n: v.tobytes() for n, v in weights(session).items()} == final
