"""The samples as a person looks at them: what is misclassified, which digits are confused."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.samples.samples_window import SamplesWindow
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.requests.samples import Query
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.thread_count import torch_threads
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


def open_samples(window: MainWindow, action: str = "actionSamples") -> SamplesWindow:
    window.findChild(QAction, action).trigger()
    assert window.session.wait_idle(30)
    view = window.findChild(SamplesWindow, "samplesWindow")
    assert view is not None
    return view


def train(window: MainWindow, qtbot: QtBot, iterations: int) -> None:
    window.session.train()
    qtbot.waitUntil(lambda: window.session.iteration >= iterations, timeout=60_000)
    window.session.pause()
    assert window.session.wait_idle(30)


def plain(window: MainWindow) -> tuple[bv.Trainer, torch.Tensor, torch.Tensor]:
    """A trainer that did the same iterations, what it reads, and the loss of each sample."""
    view_state: ViewState = window.session.view_state
    trainer = bv.Trainer.from_settings(view_state.settings)
    for _ in range(view_state.iteration):
        trainer.iterate()
    predicted, loss = [], []
    samples = trainer.samples("validation")
    with torch.no_grad():
        for index in torch.arange(3000).split(64):
            x, y = samples.batch(index)
            out = trainer.model(x)
            predicted.append(out.argmax(1))
            loss.append(F.cross_entropy(out, y, reduction="none"))
    return trainer, torch.cat(predicted), torch.cat(loss)


@pytest.fixture
def worker_threads() -> Iterator[None]:
    """As many threads of torch here as the worker has: the last bits depend on it."""
    torch.set_num_threads(torch_threads())
    yield
    torch.set_num_threads(1)


@by_night
@pytest.mark.usefixtures("worker_threads")
def test_from_the_wrong_ones_to_a_step_on_one(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "digits")
    train(window, qtbot, 40)
    view = open_samples(window)
    iteration = window.session.iteration
    # The evaluation that follows a pause is shown when it is done.
    qtbot.waitUntil(lambda: view.model.sheet.iteration == iteration, timeout=60_000)
    trainer, predicted, loss = plain(window)
    sheet = view.model.sheet
    assert np.array_equal(sheet.scores.predicted, predicted.numpy())
    assert np.array_equal(sheet.scores.loss, loss.numpy())
    evaluation = trainer.evaluate()
    assert view.matrix.counts.trace() / view.matrix.counts.sum() == evaluation.accuracy
    curves = window.session.view_state.curves
    assert curves.validation_accuracy[-1] == evaluation.accuracy
    assert curves.validation_loss[-1] == evaluation.loss
    # The wrong ones, the worst first.
    view.query_bar.set_query(Query(correct=False, order="highest"))
    labels = trainer.samples("validation").labels
    wrong = (predicted != labels).nonzero().flatten()
    worst = wrong[loss[wrong].argmax()]
    assert view.model.sample(0).index == int(worst)
    assert view.model.rowCount() == len(wrong)
    # A cell of the matrix.
    label, taken = int(labels[worst]), int(predicted[worst])
    view.matrix.opened.emit(label, taken)
    assert view.model.rowCount() == int(((labels == label) & (predicted == taken)).sum())
    # One is loaded into the stepper.
    view.grid.setCurrentIndex(view.model.index(view.model.row_of(int(worst))))
    qtbot.waitUntil(lambda: view.facts.picture.image is not None)
    qtbot.keyClick(view.grid, Qt.Key.Key_Return)
    assert window.session.wait_idle(30)
    assert window.session.view_state.due is Phase.FORWARD
    assert "press F10" in window.messages.text()
    # The window that steps comes forward: the other one is not tied above it.
    assert view.isVisible()
    assert view.windowHandle().transientParent() is None
    # Nor does it make native windows of the other one's widgets.
    assert not [w for w in window.findChildren(QWidget) if w.windowHandle() and not w.isWindow()]
    qtbot.waitUntil(window.isActiveWindow)
    window.session.iterate()
    assert window.session.wait_idle(30)
    recording = window.session.view_state.cursor.recording
    x, y = trainer.samples("validation").batch(worst.view(1))
    assert np.array_equal(recording.input, x.numpy())
    expected = F.cross_entropy(trainer.model(x), y).item()
    assert window.session.view_state.curves.loss[-1] == expected


@by_night
def test_the_training_part_is_evaluated_on_demand_beside_training(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    view = open_samples(window, "actionConfusion")
    assert view.matrix.hasFocus() or not window.isActiveWindow()
    view.query_bar.part.setCurrentIndex(1)
    assert window.session.wait_idle(30)
    assert len(view.model.sheet.labels) == 120_000
    assert view.model.sheet.iteration is None
    bar = view.evaluate_bar
    window.session.train()
    qtbot.waitUntil(lambda: window.session.iteration >= 3, timeout=60_000)
    bar.evaluate.click()  # the first 6,000
    qtbot.waitUntil(lambda: bar.cancel.isVisible(), timeout=60_000)
    begun = window.session.iteration
    qtbot.waitUntil(lambda: view.model.sheet.iteration is not None, timeout=60_000)
    assert window.session.iteration > begun
    sheet = view.model.sheet
    assert len(sheet.evaluated) == 6000
    assert f"iteration {sheet.iteration}" in view.matrix_panel.subtitle.text()
    assert bar.evaluate.isVisible()
    bar.amount.setCurrentIndex(bar.amount.count() - 1)
    bar.evaluate.click()  # all of it, but not to the end
    qtbot.waitUntil(lambda: bar.cancel.isVisible(), timeout=60_000)
    bar.cancel.click()
    qtbot.waitUntil(lambda: bar.evaluate.isVisible(), timeout=60_000)
    assert view.model.sheet is sheet
    window.session.pause()
    assert window.session.wait_idle(30)


@by_night
def test_while_it_is_closed_nothing_is_asked(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "digits")
    assert window.findChild(SamplesWindow) is None
    view = open_samples(window)
    view.close()
    assert window.session.wait_idle(30)
    asked: list[str] = []
    send = window.session.send
    # What was asked before it was closed may still be answered.
    window.session.send = lambda command: (asked.append(type(command).__name__), send(command))
    train(window, qtbot, 5)
    qtbot.waitUntil(
        lambda: len(window.session.view_state.curves.validation_loss) > 0, timeout=60_000
    )
    assert "Train" in asked
    assert set(asked) <= {"Train", "Pause", "Iterate"}


def test_another_run_has_its_own_samples(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "digits")
    view = open_samples(window)
    train(window, qtbot, 3)
    qtbot.waitUntil(lambda: view.model.sheet.iteration is not None, timeout=60_000)
    window.session.reset()
    assert window.session.wait_idle(30)
    assert view.model.sheet.iteration is None
    assert view.numbers.text().startswith("Not evaluated yet")
    view.evaluate_bar.evaluate.click()
    qtbot.waitUntil(lambda: view.model.sheet.iteration == 0, timeout=60_000)
    assert len(view.model.sheet.evaluated) == 3000


def test_one_of_the_tutorials_random_data_is_not_to_be_learnt(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial")
    view = open_samples(window)
    assert view.model.rowCount() == 1
    view.grid.setCurrentIndex(view.model.index(0))
    view.findChild(QPushButton, "loadSample").click()
    assert window.session.wait_idle(30)
    assert "Random data has no labels" in window.messages.text()
    assert window.session.view_state.due is Phase.ZERO_GRAD


def test_loading_one_stops_training_and_navigable_with_the_run(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "digits")
    session = window.session
    view = open_samples(window)
    view.grid.setCurrentIndex(view.model.index(7))
    session.train()
    qtbot.waitUntil(lambda: session.iteration >= 5, timeout=60_000)
    view.facts.load.click()
    assert session.wait_idle(30)
    assert not session.view_state.training
    assert session.view_state.due is Phase.FORWARD
    session.iterate()
    session.iterate()
    assert session.wait_idle(30)
    iteration, curves = session.iteration, session.view_state.curves
    # Back to the sample's iteration, and on from there: it and the next one are as they were.
    session.shown.show_iteration(iteration - 1)
    assert len(session.view_state.cursor.recording.input) == 1
    session.continue_from_here()
    session.iterate()
    assert session.wait_idle(30)
    assert session.iteration == iteration
    assert session.view_state.curves.loss.tolist() == curves.loss.tolist()
