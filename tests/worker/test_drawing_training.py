"""Steps on a drawing through the session: replayed, stepped, and taken back bit for bit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.session import Session
from backprop_viz.desktop.view_state import Frame
from backprop_viz.digits.prepare import prepare
from backprop_viz.recording.breakpoint import Breakpoint
from backprop_viz.recording.notices import Notice
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.settings import Settings

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
        assert session.wait_idle(60)
        return session

    return open_


def shown(session: Session) -> Frame:
    assert session.wait_idle(120)
    assert session.frame is not None
    return session.frame


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


def same_weights(frame: Frame, trainer: bv.Trainer) -> bool:
    return all(
        np.array_equal(frame.moment.value(name), p.detach().numpy())
        for name, p in trainer.model.named_parameters()
    )


def test_a_labelled_drawing_is_the_batch_when_that_is_asked_for(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.teach("choose", 7)
    assert not shown(session).lesson.is_batch
    session.teach("use", True)
    assert shown(session).lesson.is_batch
    for phase in Phase:
        session.step()
        frame = shown(session)
        assert frame.moment.recording.lesson
        assert frame.moment.recording.spans[-1].phase is phase
    assert frame.moment.recording.labels.tolist() == [7]
    assert np.array_equal(frame.moment.recording.input[0, 0], prepare(seven()))
    session.iterate()
    session.teach("use", False)
    session.iterate()
    session.iterate()
    frame = shown(session)
    assert not frame.lesson.is_batch
    assert frame.lesson.label == 7
    assert not frame.moment.recording.lesson
    losses, trainer = reference(DIGITS, "data", "7", "7", "data", "data")
    assert frame.curves.loss.tolist() == losses
    assert same_weights(frame, trainer)


def test_training_goes_on_with_the_data(open_session: OpenSession, qtbot: QtBot) -> None:
    session = open_session()
    session.teach("choose", 3)
    session.teach("use", True)
    session.step()  # begun on the drawing: that one is finished on it
    session.train()
    qtbot.waitUntil(lambda: session.iteration >= 20, timeout=60_000)
    session.pause()
    frame = shown(session)
    assert not frame.lesson.is_batch
    losses, trainer = reference(DIGITS, "3", *["data"] * (frame.iteration - 1))
    assert frame.curves.loss.tolist() == losses
    assert same_weights(frame, trainer)


@pytest.mark.parametrize("optimizer", ["manual", "sgd", "nesterov", "adam", "rmsprop"])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_steps_on_a_drawing_are_taken_back_one_by_one(
    open_session: OpenSession, optimizer: str, loss: str
) -> None:
    settings = replace(DIGITS, optimizer=optimizer, loss=loss)
    session = open_session(settings)
    session.iterate()
    session.iterate()
    session.teach("choose", 7)
    session.teach("use", False)
    frames = [shown(session)]
    for _ in range(3):
        session.teach("train_on")
        frames.append(shown(session))
        assert frames[-1].lesson.can_undo
        moved = frames[-1].lesson.moved
        assert moved is not None
        assert moved.label == 7
        assert moved.before == frames[-2].prediction.probabilities
        assert frames[-1].prediction.probabilities != moved.before
    for before in reversed(frames[:-1]):
        session.teach("undo")
        frame = shown(session)
        assert frame.iteration == before.iteration
        assert frame.prediction.probabilities == before.prediction.probabilities
        assert frame.curves.loss.tolist() == before.curves.loss.tolist()
        assert frame.lesson.can_undo == before.lesson.can_undo
        assert frame.lesson.moved == before.lesson.moved
        assert frame.moment.recording.iteration == before.moment.recording.iteration
        assert frame.reel.iterations == before.reel.iterations
        assert not frame.earlier
    for _ in range(3):
        session.iterate()
    losses, trainer = reference(settings, *["data"] * 5)
    assert shown(session).curves.loss.tolist() == losses
    assert same_weights(shown(session), trainer)


def test_undone_to_the_very_start_there_is_the_fresh_network(open_session: OpenSession) -> None:
    session = open_session()
    fresh = shown(session)
    session.teach("choose", 7)
    session.teach("train_on")
    assert shown(session).iteration == 1
    session.teach("undo")
    frame = shown(session)
    assert frame.iteration == 0
    assert frame.moment.recording.preview
    assert frame.prediction.probabilities == fresh.prediction.probabilities
    session.teach("use", False)
    session.iterate()
    assert shown(session).curves.loss.tolist() == reference(DIGITS, "data")[0]


def test_an_iteration_in_progress_begins_again_after_the_lesson(open_session: OpenSession) -> None:
    session = open_session()
    session.iterate()
    for _ in range(3):
        session.step()
    session.teach("choose", 7)
    session.teach("use", False)
    session.teach("train_on")
    assert shown(session).moment.recording.lesson
    session.iterate()
    losses, trainer = reference(DIGITS, "data", "7", "data")
    assert shown(session).curves.loss.tolist() == losses
    assert same_weights(shown(session), trainer)


def test_going_back_over_lessons_runs_them_again(open_session: OpenSession) -> None:
    """Far behind the newest checkpoints, over more lessons than checkpoints are kept."""
    session = open_session()
    session.set_budget(2**30)
    session.iterate()
    session.teach("choose", 7)
    kinds = ["data", *["7"] * 70, "data", "data"]
    for _ in range(70):
        session.teach("train_on")
    session.teach("use", False)
    session.iterate()
    session.iterate()
    losses, _ = reference(DIGITS, *kinds)
    assert shown(session).curves.loss.tolist() == losses
    session.show_iteration(40)
    session.continue_from_here()
    session.iterate()
    frame = shown(session)
    again, trainer = reference(DIGITS, *kinds[:40], "data")
    assert frame.curves.loss.tolist() == again
    assert same_weights(frame, trainer)
    session.show_iteration(4)  # no checkpoint is as old
    session.continue_from_here()
    session.iterate()
    frame = shown(session)
    again, trainer = reference(DIGITS, *kinds[:4], "data")
    assert frame.curves.loss.tolist() == again
    assert same_weights(frame, trainer)


def test_more_steps_than_checkpoints_are_taken_back(open_session: OpenSession) -> None:
    session = open_session()
    session.iterate()
    session.teach("choose", 7)
    for _ in range(40):
        session.teach("train_on")
    for _ in range(32):
        session.teach("undo")
    frame = shown(session)
    assert not frame.lesson.can_undo  # as many as are remembered
    losses, trainer = reference(DIGITS, "data", *["7"] * 8)
    assert frame.curves.loss.tolist() == losses
    assert same_weights(frame, trainer)


def test_backward_twice_and_alterations_keep_the_drawing_or_the_data(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.teach("choose", 7)
    session.teach("use", True)  # the batch of iterations to come, not of the one that is run again
    session.backward_twice(retain_graph=True)
    assert not shown(session).moment.recording.lesson
    session.iterate()
    session.iterate()
    assert shown(session).moment.recording.lesson
    session.backward_twice(retain_graph=True)
    frame = shown(session)
    assert frame.moment.recording.lesson
    assert frame.moment.recording.backwards == 2


def test_a_data_iteration_is_not_taken_back(open_session: OpenSession) -> None:
    session = open_session()
    told: list[Notice] = []
    session.told.connect(told.append)
    session.teach("choose", 7)
    session.teach("train_on")
    session.teach("use", False)
    session.iterate()
    frame = shown(session)
    assert not frame.lesson.can_undo
    assert frame.lesson.moved is None
    session.teach("undo")
    assert shown(session).iteration == 2
    assert [notice.code for notice in told] == ["refused"]
    assert "Continue from here" in told[0].values[0]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(data="random", loss="mse", batch_size=1), "Random data has no labels"),
        (replace(DIGITS, loss="output_gradient"), "out.backward(random)"),
    ],
)
def test_where_nothing_is_to_learn_one_sentence_says_why(
    open_session: OpenSession, settings: Settings, word: str
) -> None:
    session = open_session(settings)
    told: list[Notice] = []
    session.told.connect(told.append)
    session.teach("choose", 7)
    frame = shown(session)
    assert frame.lesson.label == 7
    assert not frame.lesson.is_batch
    session.step()
    session.teach("train_on")
    frame = shown(session)
    assert frame.iteration == 0
    assert frame.due is Phase.FORWARD  # as before
    assert len(told) == 1
    assert all(word in notice.values[0] for notice in told)


def test_without_drawing_or_label_a_sentence_says_what_to_do(open_session: OpenSession) -> None:
    session = open_session()
    told: list[Notice] = []
    session.told.connect(told.append)
    session.teach("train_on")
    shown(session)
    assert "no label" in told[-1].values[0]
    session.teach("choose", 7)
    session.teach("use", True)
    assert shown(session).lesson.is_batch
    session.draw(None)
    frame = shown(session)
    assert frame.lesson.label is None  # the next drawing is another digit
    assert not frame.lesson.is_batch
    session.teach("train_on")
    shown(session)
    assert "no drawing" in told[-1].values[0]
    assert session.iteration == 0


def test_saliency_comes_only_while_wanted_and_changes_no_number(
    open_session: OpenSession, qtbot: QtBot
) -> None:
    session = open_session()
    assert shown(session).lesson.saliency is None
    session.teach("explain", True)
    frame = shown(session)
    trainer = bv.Trainer.from_settings(DIGITS)
    found, expected = frame.lesson.saliency, trainer.saliency(seven())
    assert found is not None
    assert found.digit == expected.digit == int(np.argmax(frame.prediction.probabilities))
    assert not found.chosen
    assert np.array_equal(found.gradient, expected.gradient)
    assert [name for name, _ in found.maps] == ["conv1", "conv2"]
    session.teach("choose", 2)
    assert shown(session).lesson.saliency.digit == 2
    session.teach("choose", None)
    session.train()
    qtbot.waitUntil(lambda: session.iteration >= 60, timeout=60_000)
    session.pause()
    frame = shown(session)
    losses, trainer = reference(DIGITS, *["data"] * frame.iteration)
    assert frame.curves.loss.tolist() == losses
    assert np.array_equal(frame.lesson.saliency.gradient, trainer.saliency(seven()).gradient)
    session.teach("explain", False)
    assert shown(session).lesson.saliency is None


def test_after_an_undo_free_training_is_replayed_without_the_lesson(
    open_session: OpenSession, qtbot: QtBot
) -> None:
    session = open_session()
    session.iterate()
    session.teach("choose", 7)
    session.teach("train_on")
    session.teach("undo")
    session.train()
    qtbot.waitUntil(lambda: session.iteration >= 30, timeout=60_000)
    session.pause()
    frame = shown(session)
    losses, _ = reference(DIGITS, *["data"] * (frame.iteration + 1))
    assert frame.curves.loss.tolist() == losses[:-1]
    session.show_iteration(next(i for i in frame.reel.iterations if i > 1))
    session.continue_from_here()
    kept = shown(session).iteration
    session.iterate()
    assert shown(session).curves.loss.tolist() == losses[: kept + 1]


def test_a_breakpoint_stops_in_a_lesson_and_the_cursor_goes_back_over_it(
    open_session: OpenSession,
) -> None:
    session = open_session()
    session.iterate()
    session.teach("choose", 7)
    session.teach("use", True)
    session.watch([Breakpoint("parameter", "fc2.weight")])
    session.iterate()
    frame = shown(session)
    assert frame.hit is not None
    assert frame.moment.recording.lesson
    assert frame.moment.event.parameter == "fc2.weight"
    session.watch([])
    session.iterate()  # its end, as recorded
    shown(session)
    losses, _ = reference(DIGITS, "data", "7", "7")
    assert session.frame.curves.loss.tolist() == losses[: session.iteration]
    for _ in range(60):
        session.go_back("iteration")
    frame = shown(session)
    assert frame.moment.recording.iteration == 1
    assert not frame.moment.recording.lesson
    session.go("iteration")
    session.go("iteration")
    assert shown(session).moment.recording.lesson
