"""An experiment that fails leaves the run as it was, bit for bit; what was told is taken back."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot
from torch import Tensor

import backprop_viz as bv
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import (
    AlterGradient,
    BackwardTwice,
    Command,
    Iterate,
    Reset,
    Step,
    UseDrawing,
)
from backprop_viz.stream.messages import Update
from backprop_viz.worker.loop import Worker
from tests.nightly import by_day_each, by_day_every, by_night

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
OpenSession = Callable[..., Session]
OpenWindow = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def torchs_random_state() -> Iterator[None]:
    """A worker in this process has torch's own; the next test's is as it was."""
    outside = torch.get_rng_state()
    yield
    torch.set_rng_state(outside)


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    return open_session(TUTORIAL)


def shown(session: Session) -> ViewState:
    assert session.wait_idle(30)
    assert session.view_state is not None
    return session.view_state


def everything(trainer: bv.Trainer) -> dict[str, object]:
    """What the next iterations depend on and can be seen, as plain values; None for no tensor."""

    def plain(value: object) -> object:
        if isinstance(value, Tensor):
            return value.shape, value.detach().contiguous().numpy().tobytes()
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value

    return {
        "weights": plain(trainer.model.state_dict()),
        "grads": plain([p.grad for p in trainer.model.parameters()]),
        "optimizer": None if trainer.optimizer is None else plain(trainer.optimizer.state_dict()),
        "torch": plain(torch.get_rng_state()),
        "given_batches": plain(trainer.given_batches),
        "where": (trainer.iteration, trainer.phase, trainer.lr, trainer.lr_now),
        "settings": (trainer.batch_size, trainer.set_to_none, trainer.clear_gradients),
        "output": plain(trainer.output),
        "loss": plain(trainer.loss),
        "batch": plain(trainer.batch),
    }


class Post:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.recordings: list[Recording | None] = []
        self.told: list[Notice] = []

    def publish(self, update: Update, recording: Recording | None = None) -> None:
        self.updates.append(update)
        self.recordings.append(recording)

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    def answer(self, answer: object) -> None:
        pass

    def has_command(self) -> bool:
        return False

    def update_wanted(self) -> bool:
        return True


def fail_twice(worker: Worker) -> None:
    worker.carry_out(BackwardTwice(retain_graph=False))


def fail_altered(worker: Worker) -> None:
    """It raises at the gradient that comes last, when those of the other layers are there."""

    def broken(_: Tensor) -> None:
        raise RuntimeError("broken on purpose")

    hook = worker.state.trainer.model.conv1.weight.register_hook(broken)
    worker.carry_out(AlterGradient(GradientIntervention("relu 3", "scale", 2.0)))
    hook.remove()


FAILING = [*((fail_twice, n) for n in range(5)), (fail_altered, 0), (fail_altered, 4)]
RUNS = {
    "sgd": TUTORIAL,
    "adam": replace(TUTORIAL, optimizer="adam", loss="output_gradient", schedule="cosine"),
    "accumulating": replace(TUTORIAL, optimizer="nesterov", clear_gradients=False),
    "digits": Settings(optimizer="manual", batch_size=3, set_to_none=False, schedule="step"),
}


@pytest.mark.parametrize(("run", "failing"), by_day_each(RUNS, FAILING))
def test_an_experiment_that_fails_leaves_the_run_as_it_was(
    run: str, failing: tuple[Callable[[Worker], None], int]
) -> None:
    """Whatever has run of the iteration; and what comes after is what would have come."""
    settings, (fail, phases) = RUNS[run], failing
    plain = bv.Trainer.from_settings(settings)
    losses = [plain.iterate().loss for _ in range(6)]
    worker = Worker(post := Post(), settings)
    for step in (Iterate(), Iterate(), *[Step()] * phases):
        worker.carry_out(step)
    worker.publisher.publish()
    before, recording = everything(worker.state.trainer), worker.state.recording
    kept = [worker.state.checkpoints.at(iteration) for iteration in range(4)]
    fail(worker)
    assert post.told[-1].code in ("undone", "explained_undone")
    assert everything(worker.state.trainer) == before
    assert worker.state.recording == recording
    assert [worker.state.checkpoints.at(iteration) for iteration in range(4)] == kept
    worker.publisher.publish()
    assert post.updates[-1].run == post.updates[0].run
    assert not post.updates[-1].points
    assert post.recordings[-1] is None
    while worker.state.trainer.iteration < 6:
        worker.phases.iterate()
    worker.publisher.publish()
    found = [loss for update in post.updates for loss, _ in update.points]
    assert np.array_equal(found, losses, equal_nan=True)


def test_what_was_told_is_withdrawn_when_it_goes_right(session: Session) -> None:
    told: list[Notice] = []
    session.told.connect(told.append)
    session.iterate()
    session.iterate()
    before = shown(session)
    session.send(BackwardTwice(retain_graph=False))
    after = shown(session)
    assert after.cursor == before.cursor
    assert (after.iteration, after.due) == (2, Phase.ZERO_GRAD)
    assert [notice.code for notice in told] == ["explained_undone"]
    session.send(BackwardTwice(retain_graph=True))
    assert shown(session).cursor.recording.backwards == 2
    assert [notice.code for notice in told] == ["explained_undone", "withdrawn"]
    assert told[0].subject == told[1].subject


@pytest.mark.parametrize("cause_over", [Iterate(), Step(), Reset()], ids=lambda c: type(c).__name__)
def test_what_was_told_of_an_experiment_goes_when_something_else_has_run(
    session: Session, cause_over: Command
) -> None:
    told: list[Notice] = []
    session.told.connect(told.append)
    session.iterate()
    session.send(BackwardTwice(retain_graph=False))
    shown(session)
    assert [notice.code for notice in told] == ["explained_undone"]
    session.send(cause_over)
    shown(session)
    assert [notice.code for notice in told] == ["explained_undone", "withdrawn"]
    assert told[0].subject == told[1].subject


def test_a_phase_that_could_not_run_is_withdrawn_when_it_has_run() -> None:
    worker = Worker(post := Post(), TUTORIAL)
    forward = worker.state.trainer.model.forward

    def broken(_: Tensor) -> Tensor:
        raise RuntimeError("broken on purpose")

    worker.carry_out(Step())
    worker.state.trainer.model.forward = broken
    worker.carry_out(Step())
    worker.carry_out(Iterate())
    assert {(notice.code, notice.subject) for notice in post.told} == {("failed", "run")}
    worker.state.trainer.model.forward = forward
    count = len(post.told)
    worker.carry_out(Step())
    assert [notice.code for notice in post.told[count:]] == ["withdrawn"]
    assert worker.state.trainer.phase is Phase.LOSS


@by_night
def test_the_message_about_a_loss_goes_when_another_run_begins(
    open_window: OpenWindow,
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.configure(replace(shown(window.session).settings, lr=1e6))
    while "NaN" not in window.messages.text() and "nan" not in window.messages.text():
        window.session.iterate()
        assert window.session.wait_idle(30)
        assert window.session.iteration < 20
    window.session.reset()
    assert window.session.wait_idle(30)
    assert window.messages.text() == ""


def test_a_command_that_is_refused_does_not_stop_training(session: Session, qtbot: QtBot) -> None:
    told: list[Notice] = []
    session.told.connect(told.append)
    session.train()
    qtbot.waitUntil(lambda: session.iteration > 2, timeout=60_000)
    session.send(UseDrawing(True))  # without a drawing
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert told[0].code == "refused"
    reached = session.iteration
    qtbot.waitUntil(lambda: session.iteration > reached + 20, timeout=60_000)
    assert session.view_state.training
    session.pause()
    assert not shown(session).training


@pytest.mark.parametrize("iterations", by_day_every(2, [2, 0]))
def test_a_second_backward_in_the_window(open_window: OpenWindow, iterations: int) -> None:
    """Ctrl+2 is refused and changes nothing; Ctrl+Shift+2 runs, and the message goes."""
    window = open_window("--preset", "tutorial")
    for _ in range(iterations):
        window.findChild(QAction, "actionIteration").trigger()
        assert window.session.wait_idle(30)
    before = shown(window.session)
    window.findChild(QAction, "actionBackwardTwice").trigger()
    after = shown(window.session)
    assert (after.iteration, after.due) == (iterations, Phase.ZERO_GRAD)
    assert after.cursor == before.cursor
    assert after.kept_iterations == before.kept_iterations
    assert np.array_equal(after.curves.loss, before.curves.loss)
    said = window.messages.text()
    assert said.startswith(
        "This could not be run, so the run is as it was. "
        "Backward came to MseLossBackward0 a second time; the first backward freed what it had "
        "saved."
    )
    assert "torch says: RuntimeError: Trying to backward through the graph a second time" in said
    backward = window.panel(PhaseBar).cells[3]
    assert backward.standing.raised
    assert backward.note == "refused"
    assert "the run is as it was" in backward.accessibleDescription()
    window.findChild(QAction, "actionBackwardRetained").trigger()
    assert shown(window.session).cursor.recording.backwards == 2
    assert not backward.standing.raised
    assert window.messages.text() == ""
