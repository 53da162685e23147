"""Steps on a drawing through the session: replayed, stepped, and taken back bit for bit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.prepare import prepare
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import (
    BackwardTwice,
    ChooseLabel,
    ExplainDrawing,
    TrainOnDrawing,
    UndoDrawing,
    UseDrawing,
)
from tests.nightly import by_day_each, by_night
from tests.waiting import until, until_idle

DIGITS = Settings(optimizer="adam", lr=0.001, batch_size=16)
OpenSession = Callable[..., Session]


def seven() -> np.ndarray:
    image = np.zeros((280, 280), np.float32)
    image[40:65, 70:210] = 1
    image[40:240, 150:175] = 1
    return image


@pytest.fixture
def open_session(open_session: OpenSession) -> OpenSession:
    """With a drawing."""

    def open_(settings: Settings = DIGITS, drawing: np.ndarray | None = None) -> Session:
        session = open_session(settings)
        session.draw(seven() if drawing is None else drawing)
        until_idle(session)
        return session

    return open_


def shown(session: Session) -> ViewState:
    until_idle(session)
    assert session.view_state is not None
    return session.view_state


def reference(settings: Settings, *kinds: str) -> tuple[list[float], bv.Trainer]:
    """Losses of these iterations, each "data" or the label of the drawing, by a plain loop."""
    trainer = bv.Trainer.from_settings(settings)
    image = torch.from_numpy(prepare(seven())).view(1, 1, 32, 32)
    losses = []
    for kind in kinds:
        if kind != "data":
            trainer.use_batch(image, torch.tensor([int(kind)]))
        losses.append(trainer.iterate().loss)
    return losses, trainer


def same_weights(view_state: ViewState, trainer: bv.Trainer) -> bool:
    return all(
        np.array_equal(view_state.cursor.value(name), p.detach().numpy())
        for name, p in trainer.model.named_parameters()
    )


def test_a_labelled_drawing_is_the_batch_when_that_is_asked_for(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.send(ChooseLabel(7))
    assert not shown(session).drawing_training.is_batch
    session.send(UseDrawing(True))
    assert shown(session).drawing_training.is_batch
    for phase in Phase:
        session.shown.step()
        view_state = shown(session)
        assert view_state.cursor.recording.given_batch
        assert view_state.cursor.recording.spans[-1].phase is phase
    assert view_state.cursor.recording.labels.tolist() == [7]
    assert np.array_equal(view_state.cursor.recording.input[0, 0], prepare(seven()))
    session.iterate()
    session.send(UseDrawing(False))
    session.iterate()
    session.iterate()
    view_state = shown(session)
    assert not view_state.drawing_training.is_batch
    assert view_state.drawing_training.label == 7
    assert not view_state.cursor.recording.given_batch
    losses, trainer = reference(DIGITS, "data", "7", "7", "data", "data")
    assert view_state.curves.loss.tolist() == losses
    assert same_weights(view_state, trainer)


def test_training_goes_on_with_the_data(open_session: OpenSession) -> None:
    session = open_session()
    session.send(ChooseLabel(3))
    session.send(UseDrawing(True))
    session.shown.step()  # begun on the drawing: that one is finished on it
    session.train()
    until(session, lambda: session.iteration >= 20)
    session.pause()
    view_state = shown(session)
    assert not view_state.drawing_training.is_batch
    losses, trainer = reference(DIGITS, "3", *["data"] * (view_state.iteration - 1))
    assert view_state.curves.loss.tolist() == losses
    assert same_weights(view_state, trainer)


@pytest.mark.parametrize(("loss", "optimizer"), by_day_each(["cross_entropy", "mse"], OPTIMIZERS))
def test_steps_on_a_drawing_are_taken_back_one_by_one(
    open_session: OpenSession, optimizer: str, loss: str
) -> None:
    settings = replace(DIGITS, optimizer=optimizer, loss=loss, batch_size=2)
    session = open_session(settings)
    session.iterate()
    session.iterate()
    session.send(ChooseLabel(7))
    session.send(UseDrawing(False))
    view_states = [shown(session)]
    for _ in range(3):
        session.send(TrainOnDrawing())
        view_states.append(shown(session))
        assert view_states[-1].drawing_training.can_undo
        moved = view_states[-1].drawing_training.moved
        assert moved is not None
        assert moved.label == 7
        assert moved.before == view_states[-2].prediction.probabilities
        assert view_states[-1].prediction.probabilities != moved.before
    for before in reversed(view_states[:-1]):
        session.send(UndoDrawing())
        view_state = shown(session)
        assert view_state.iteration == before.iteration
        assert view_state.prediction.probabilities == before.prediction.probabilities
        assert view_state.curves.loss.tolist() == before.curves.loss.tolist()
        assert view_state.drawing_training.can_undo == before.drawing_training.can_undo
        assert view_state.drawing_training.moved == before.drawing_training.moved
        assert view_state.cursor.recording.iteration == before.cursor.recording.iteration
        assert view_state.kept_iterations.iterations == before.kept_iterations.iterations
        assert not view_state.earlier
    for _ in range(3):
        session.iterate()
    losses, trainer = reference(settings, *["data"] * 5)
    assert shown(session).curves.loss.tolist() == losses
    assert same_weights(shown(session), trainer)


def test_undone_to_the_very_start_there_is_the_fresh_network(open_session: OpenSession) -> None:
    session = open_session()
    fresh = shown(session)
    session.send(ChooseLabel(7))
    session.send(TrainOnDrawing())
    assert shown(session).iteration == 1
    session.send(UndoDrawing())
    view_state = shown(session)
    assert view_state.iteration == 0
    assert view_state.cursor.recording.preview
    assert view_state.prediction.probabilities == fresh.prediction.probabilities
    session.send(UseDrawing(False))
    session.iterate()
    assert shown(session).curves.loss.tolist() == reference(DIGITS, "data")[0]


def test_an_iteration_in_progress_begins_again_after_the_step(open_session: OpenSession) -> None:
    session = open_session()
    session.iterate()
    for _ in range(3):
        session.shown.step()
    session.send(ChooseLabel(7))
    session.send(UseDrawing(False))
    session.send(TrainOnDrawing())
    assert shown(session).cursor.recording.given_batch
    session.iterate()
    losses, trainer = reference(DIGITS, "data", "7", "data")
    assert shown(session).curves.loss.tolist() == losses
    assert same_weights(shown(session), trainer)


@by_night
def test_going_back_over_lessons_runs_them_again(open_session: OpenSession) -> None:
    """Far behind the newest checkpoints, over more steps on drawings than checkpoints are kept."""
    session = open_session()
    session.shown.set_budget(2**30)
    session.iterate()
    session.send(ChooseLabel(7))
    kinds = ["data", *["7"] * 70, "data", "data"]
    for _ in range(70):
        session.send(TrainOnDrawing())
    session.send(UseDrawing(False))
    session.iterate()
    session.iterate()
    losses, _ = reference(DIGITS, *kinds)
    assert shown(session).curves.loss.tolist() == losses
    session.shown.show_iteration(40)
    session.continue_from_here()
    session.iterate()
    view_state = shown(session)
    again, trainer = reference(DIGITS, *kinds[:40], "data")
    assert view_state.curves.loss.tolist() == again
    assert same_weights(view_state, trainer)
    session.shown.show_iteration(4)  # no checkpoint is as old
    session.continue_from_here()
    session.iterate()
    view_state = shown(session)
    again, trainer = reference(DIGITS, *kinds[:4], "data")
    assert view_state.curves.loss.tolist() == again
    assert same_weights(view_state, trainer)


def test_more_steps_than_checkpoints_are_taken_back(open_session: OpenSession) -> None:
    session = open_session()
    session.iterate()
    session.send(ChooseLabel(7))
    for _ in range(40):
        session.send(TrainOnDrawing())
    for _ in range(32):
        session.send(UndoDrawing())
    view_state = shown(session)
    assert not view_state.drawing_training.can_undo  # as many as are remembered
    losses, trainer = reference(DIGITS, "data", *["7"] * 8)
    assert view_state.curves.loss.tolist() == losses
    assert same_weights(view_state, trainer)


def test_backward_twice_and_interventions_keep_the_drawing_or_the_data(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.send(ChooseLabel(7))
    session.send(
        UseDrawing(True)
    )  # the batch of iterations to come, not of the one that is run again
    session.send(BackwardTwice(retain_graph=True))
    assert not shown(session).cursor.recording.given_batch
    session.iterate()
    session.iterate()
    assert shown(session).cursor.recording.given_batch
    session.send(BackwardTwice(retain_graph=True))
    view_state = shown(session)
    assert view_state.cursor.recording.given_batch
    assert view_state.cursor.recording.backwards == 2


def test_a_data_iteration_is_not_taken_back(open_session: OpenSession) -> None:
    session = open_session()
    told: list[Notice] = []
    session.told.connect(told.append)
    session.send(ChooseLabel(7))
    session.send(TrainOnDrawing())
    session.send(UseDrawing(False))
    session.iterate()
    view_state = shown(session)
    assert not view_state.drawing_training.can_undo
    assert view_state.drawing_training.moved is None
    session.send(UndoDrawing())
    assert shown(session).iteration == 2
    assert [notice.code for notice in told] == ["refused"]
    assert "Continue from here" in told[0].values[0]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(data="random", loss="mse", batch_size=1), "Random data has no labels"),
        (replace(DIGITS, loss="output_gradient"), "backward(random)"),
    ],
)
def test_where_nothing_is_to_learn_one_sentence_says_why(
    open_session: OpenSession, settings: Settings, word: str
) -> None:
    session = open_session(settings)
    told: list[Notice] = []
    session.told.connect(told.append)
    session.send(ChooseLabel(7))
    view_state = shown(session)
    assert view_state.drawing_training.label == 7
    assert not view_state.drawing_training.is_batch
    session.shown.step()
    session.send(TrainOnDrawing())
    view_state = shown(session)
    assert view_state.iteration == 0
    assert view_state.due is Phase.FORWARD  # as before
    assert len(told) == 1
    assert all(word in " ".join(notice.values) for notice in told)


def test_without_drawing_or_label_a_sentence_says_what_to_do(open_session: OpenSession) -> None:
    session = open_session()
    told: list[Notice] = []
    session.told.connect(told.append)
    session.send(TrainOnDrawing())
    shown(session)
    assert "no label" in told[-1].values[0]
    session.send(ChooseLabel(7))
    session.send(UseDrawing(True))
    assert shown(session).drawing_training.is_batch
    session.draw(None)
    view_state = shown(session)
    assert view_state.drawing_training.label is None  # the next drawing is another digit
    assert not view_state.drawing_training.is_batch
    session.send(TrainOnDrawing())
    shown(session)
    assert "no drawing" in told[-1].values[0]
    assert session.iteration == 0


def test_saliency_comes_only_while_wanted_and_changes_no_number(
    open_session: OpenSession,
) -> None:
    session = open_session()
    assert shown(session).drawing_training.saliency is None
    session.send(ExplainDrawing(True))
    view_state = shown(session)
    trainer = bv.Trainer.from_settings(DIGITS)
    found, expected = view_state.drawing_training.saliency, trainer.saliency(seven())
    assert found is not None
    assert found.digit == expected.digit == int(np.argmax(view_state.prediction.probabilities))
    assert not found.chosen
    assert np.array_equal(found.gradient, expected.gradient)
    assert [name for name, _ in found.maps] == ["conv1", "conv2"]
    session.send(ChooseLabel(2))
    assert shown(session).drawing_training.saliency.digit == 2
    session.send(ChooseLabel(None))
    session.train()
    until(session, lambda: session.iteration >= 60)
    session.pause()
    view_state = shown(session)
    losses, trainer = reference(DIGITS, *["data"] * view_state.iteration)
    assert view_state.curves.loss.tolist() == losses
    assert np.array_equal(
        view_state.drawing_training.saliency.gradient, trainer.saliency(seven()).gradient
    )
    session.send(ExplainDrawing(False))
    assert shown(session).drawing_training.saliency is None


def test_after_an_undo_free_training_is_replayed_without_the_step(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.send(ChooseLabel(7))
    session.send(TrainOnDrawing())
    session.send(UndoDrawing())
    session.train()
    until(session, lambda: session.iteration >= 30)
    session.pause()
    view_state = shown(session)
    losses, _ = reference(DIGITS, *["data"] * (view_state.iteration + 1))
    assert view_state.curves.loss.tolist() == losses[:-1]
    session.shown.show_iteration(next(i for i in view_state.kept_iterations.iterations if i > 1))
    session.continue_from_here()
    kept = shown(session).iteration
    session.iterate()
    assert shown(session).curves.loss.tolist() == losses[: kept + 1]


def test_a_breakpoint_stops_in_a_lesson_and_the_cursor_goes_back_over_it(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.send(ChooseLabel(7))
    session.send(UseDrawing(True))
    session.watch([Breakpoint("parameter", "fc2.weight")])
    session.iterate()
    view_state = shown(session)
    assert view_state.hit is not None
    assert view_state.cursor.recording.given_batch
    assert view_state.cursor.event.parameter == "fc2.weight"
    session.watch([])
    session.iterate()  # its end, as recorded
    shown(session)
    losses, _ = reference(DIGITS, "data", "7", "7")
    assert session.view_state.curves.loss.tolist() == losses[: session.iteration]
    for _ in range(60):
        session.shown.go_back("iteration")
    view_state = shown(session)
    assert view_state.cursor.recording.iteration == 1
    assert not view_state.cursor.recording.given_batch
    session.shown.go("iteration")
    session.shown.go("iteration")
    assert shown(session).cursor.recording.given_batch
