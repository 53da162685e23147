"""Copy as script and Save as script: what a run did is what the script does, bit for bit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.stream.commands import (
    AlterGradient,
    BackwardTwice,
    ChooseLabel,
    CopyScript,
    SaveScript,
    TrainOnDrawing,
    UndoDrawing,
    UseDrawing,
)
from backprop_viz.stream.messages import Scripted
from backprop_viz.worker import script_service
from backprop_viz.worker.loop import Worker
from tests.alone import losses_of, losses_of_notebook, losses_of_text
from tests.nightly import by_day_every, by_night

OpenWindow = Callable[..., MainWindow]
OpenSession = Callable[..., Session]


@pytest.fixture(autouse=True)
def torchs_random_state() -> Iterator[None]:
    """A worker in this process has torch's own; the next test's is as it was."""
    outside = torch.get_rng_state()
    yield
    torch.set_rng_state(outside)


TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)


def shown(session: Session) -> ViewState:
    assert session.wait_idle(60)
    assert session.view_state is not None
    return session.view_state


def press(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    assert window.session.wait_idle(60)


def scripted(session: Session) -> Scripted:
    made: list[Scripted] = []
    session.scripted.connect(made.append)
    session.send(CopyScript())
    assert session.wait_idle(60)
    session.scripted.disconnect()
    return made[0]


def losses(session: Session) -> list[str]:
    return [loss.hex() for loss in shown(session).curves.loss.tolist()]


def prints_the_curve(session: Session, folder: Path) -> None:
    made = scripted(session)
    assert made.text is not None
    assert made.foreign is None
    assert made.iterations == shown(session).iteration
    assert losses_of_text(made.text, folder) == losses(session)


@by_night
@pytest.mark.parametrize("preset", by_day_every(2, ["tutorial", "digits"]))
def test_it_is_copied_with_as_many_iterations_as_were_run(
    open_window: OpenWindow, tmp_path: Path, preset: str
) -> None:
    window = open_window("--preset", preset)
    press(window, "actionCopyScript")
    before = losses_of_text(QGuiApplication.clipboard().text(), tmp_path)
    assert window.messages.text() == "Nothing has run yet: the script runs 10 iterations."
    window.messages.dismiss()
    for _ in range(3):
        press(window, "actionIteration")
    press(window, "actionStep")  # the fourth has only begun
    press(window, "actionCopyScript")
    copied = losses_of_text(QGuiApplication.clipboard().text(), tmp_path)
    assert copied == losses(window.session)
    assert len(before) == script_service.FIRST
    assert before[:3] == copied
    assert window.messages.text() == ""


@by_night
def test_changed_settings_are_changed_in_the_script(
    open_session: OpenSession, tmp_path: Path
) -> None:
    """Between iterations and within one; the rate, its schedule, the batch, what is cleared."""
    session = open_session(Settings(optimizer="nesterov", batch_size=8))
    live = shown(session).settings
    for changes in (
        {},
        {"lr": 0.01, "batch_size": 3},
        {"schedule": "step", "schedule_options": {"step_size": 3, "gamma": 0.5}},
        {"clear_gradients": False, "batch_size": 5},
        {"clear_gradients": True, "set_to_none": False, "schedule": "cosine"},
    ):
        live = replace(live, schedule_options={})
        live = replace(live, **changes)
        for _ in range(3):  # the next change comes in the middle of an iteration
            session.shown.step()
        session.configure(live)
        for _ in range(4):
            session.iterate()
        assert shown(session).settings == live
    prints_the_curve(session, tmp_path)


@pytest.mark.parametrize("optimizer", ["manual", "adam"])
def test_what_was_gone_back_over_is_not_in_it(
    open_session: OpenSession, tmp_path: Path, optimizer: str
) -> None:
    settings = replace(TUTORIAL, optimizer=optimizer, lr=0.001)
    session = open_session(settings)
    for _ in range(4):
        session.iterate()
    session.configure(replace(settings, lr=0.02))
    session.send(BackwardTwice(retain_graph=True))
    session.iterate()
    session.iterate()
    prints_the_curve(session, tmp_path)
    shown(session)
    session.shown.show_iteration(2)
    session.continue_from_here()
    for _ in range(3):
        session.iterate()
    assert shown(session).iteration == 5
    prints_the_curve(session, tmp_path)


def test_drawings_that_were_trained_on_are_taken_along(
    open_session: OpenSession, tmp_path: Path
) -> None:
    session = open_session(Settings(batch_size=4))
    session.iterate()
    drawing = np.zeros((280, 280), np.float32)
    drawing[60:220, 130:150] = 1
    session.draw(drawing)
    session.send(ChooseLabel(1))
    for _ in range(2):
        session.send(TrainOnDrawing())
    session.send(UseDrawing(False))
    session.iterate()
    session.send(TrainOnDrawing())
    session.send(UndoDrawing())
    session.send(UseDrawing(False))
    session.iterate()
    assert shown(session).iteration == 5
    prints_the_curve(session, tmp_path)


def test_what_it_cannot_repeat_is_said(shared_window: MainWindow, tmp_path: Path) -> None:
    window = shared_window
    for _ in range(2):
        press(window, "actionIteration")
    window.session.send(AlterGradient(GradientIntervention("relu 2", "scale", 3.0)))
    press(window, "actionIteration")
    press(window, "actionCopyScript")
    said = window.messages.text()
    assert "altered in iteration 2" in said
    text = QGuiApplication.clipboard().text()
    assert "# The run altered a gradient of iteration 2 on purpose" in text
    found = losses_of_text(text, tmp_path)
    assert found[:2] == losses(window.session)[:2]
    assert found[2] != losses(window.session)[2]


@by_night
def test_a_session_goes_on_with_its_script(open_window: OpenWindow, tmp_path: Path) -> None:
    one, path = open_window("--preset", "tutorial"), tmp_path / "run.bpviz"
    press(one, "actionIteration")
    one.session.configure(replace(shown(one.session).settings, lr=0.3))
    press(one, "actionIteration")
    one.session.send(BackwardTwice(retain_graph=True))
    press(one, "actionIteration")
    one.session.iterate()
    assert one.session.wait_idle(30)
    one.findChild(QAction, "actionSaveSessionAs").trigger()
    (dialog,) = one.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    shown(one.session)
    two = open_window(str(path))
    press(two, "actionIteration")
    prints_the_curve(two.session, tmp_path)
    assert losses(two.session)[:-1] == losses(one.session)


class Post:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.answers: list[object] = []

    def answer(self, answer: object) -> None:
        self.answers.append(answer)

    def publish(self, update: object, recording: object = None) -> None:
        pass

    def tell(self, notice: object) -> None:
        raise AssertionError(notice)


@by_night
def test_many_samples_go_into_a_file_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_service, "LONGEST_SCRIPT", 20_000)
    worker = Worker(post := Post(), Settings(batch_size=50))
    for _ in range(3):
        worker.phases.iterate()
    worker.scripts.copy()
    monkeypatch.setattr(script_service, "MOST_SAMPLES", 149)
    worker.scripts.copy()
    assert post.answers[-1] == post.answers[-2]
    worker.scripts.save(str(tmp_path / "training.py"), {})
    assert post.answers[-2:] == [
        Scripted(3, None, None, None),
        Scripted(3, None, str(tmp_path / "training.py"), None, str(tmp_path / "training.data")),
    ]
    assert (tmp_path / "training.data").stat().st_size > 10_000
    assert (tmp_path / "training.py").stat().st_size < 10_000
    found = losses_of(tmp_path / "training.py")
    fresh = Worker(Post(), Settings(batch_size=50))
    expected = [fresh.state.trainer.iterate().loss.hex() for _ in range(3)]
    assert found == expected


def test_a_file_that_is_no_scripts_is_not_replaced_by_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_service, "LONGEST_SCRIPT", 20_000)
    worker = Worker(Post(), Settings(batch_size=50))
    for _ in range(3):
        worker.phases.iterate()
    data, script = tmp_path / "mine.data", tmp_path / "mine.py"
    data.write_text("precious")
    with pytest.raises(UserError, match=r"mine\.data is there already"):
        worker.scripts.save(str(script), {})
    assert data.read_text() == "precious"
    assert not script.exists()
    # Where they are the same samples, as of a script, a notebook shares them.
    beside = tmp_path / "other.py"
    worker.scripts.save(str(beside), {})
    worker.scripts.save(str(beside.with_suffix(".ipynb")), {})
    # A script that is replaced brings its samples.
    script.write_text("an older script")
    worker.scripts.save(str(script), {})
    assert len(losses_of(script)) == 3


def test_too_long_a_script_is_offered_as_a_file(
    shared_window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = shared_window
    QGuiApplication.clipboard().setText("what was there")
    window.session.scripted.emit(Scripted(6_500, None, None, None))
    assert window.messages.text().startswith("The samples of 6,500 iterations are too many")
    assert QGuiApplication.clipboard().text() == "what was there"
    window.messages.dismiss()
    press(window, "actionIteration")
    window.findChild(QAction, "actionSaveScript").trigger()
    dialog = window.findChild(QFileDialog, "saveScriptDialog")
    dialog.fileSelected.emit(str(tmp_path / "mine.py"))
    dialog.reject()
    assert window.session.wait_idle(30)
    assert window.messages.text() == "Saved as mine.py."
    assert losses_of(tmp_path / "mine.py") == losses(window.session)
    assert not (tmp_path / "mine.data").exists()
    window.messages.dismiss()
    window.session.send(SaveScript(str(tmp_path / "no" / "such" / "folder.py")))
    assert window.session.wait_idle(30)
    assert window.messages.text().endswith("such does not exist: make it, or choose another one.")


@pytest.mark.parametrize("preset", by_day_every(2, ["digits", "tutorial"]))
def test_a_notebook_of_the_run_is_exported(
    open_window: OpenWindow, tmp_path: Path, preset: str
) -> None:
    window = open_window("--preset", preset)
    for _ in range(3):
        press(window, "actionIteration")
    window.findChild(QAction, "actionSaveNotebook").trigger()
    dialog = window.findChild(QFileDialog, "saveNotebookDialog")
    dialog.fileSelected.emit(str(tmp_path / "mine.ipynb"))
    dialog.reject()
    assert window.session.wait_idle(30)
    assert window.messages.text().startswith("Saved as mine.ipynb")
    assert losses_of_notebook(tmp_path / "mine.ipynb") == losses(window.session)
