"""A session file with a network's source shows it, and asks, before any of it runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

import backprop_viz as bv
from backprop_viz.desktop.panels.program.code_question import CodeQuestion
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import OpenSessionFile
from backprop_viz.stream.messages import CodeFound
from backprop_viz.training.script.run_journal import RunJournal
from backprop_viz.worker.files.session_file import load_session, resume, save_session
from tests.nightly import by_night
from tests.worker.files.test_session_file import stored
from tests.worker.session_helpers import composer, losses_after, plain_losses, view_state_of

OpenWindow = Callable[..., MainWindow]
SOURCE = """\
from pathlib import Path

Path({marker!r}).touch()


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 5)
        self.norm = nn.BatchNorm2d(2)
        self.head = nn.Linear(2 * 14 * 14, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2)
        return self.head(F.dropout(x.flatten(1), 0.2, self.training))
"""
PLAIN = Settings("random", "mse", "adam", lr=0.01, batch_size=4, seed=2)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    monkeypatch.setenv("BACKPROP_VIZ_STATE", str(tmp_path / "state"))


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "the code has run"


@pytest.fixture
def settings(marker: Path) -> Settings:
    return replace(PLAIN, network=SOURCE.format(marker=str(marker)))


@pytest.fixture
def path(tmp_path: Path, settings: Settings, marker: Path) -> Path:
    """A session of three iterations; what its code does when it runs is undone."""
    trainer = bv.Trainer.from_settings(settings)
    for _ in range(3):
        trainer.iterate()
    journal = RunJournal({0: settings})
    save_session(
        tmp_path / "own.bpviz",
        stored(settings, trainer, trainer.checkpoint(), journal=journal),
    )
    marker.unlink()
    return tmp_path / "own.bpviz"


def question_of(window: MainWindow, path: Path) -> CodeQuestion:
    """What is asked when the window opens a session."""
    composer(window).files.open(str(path))
    assert window.session.wait_until(lambda: bool(window.findChildren(CodeQuestion)), 60)
    (question,) = window.findChildren(CodeQuestion)
    return question


def test_it_goes_on_bit_for_bit(path: Path, settings: Settings) -> None:
    resumed = resume(load_session(path), path).trainer
    plain = bv.Trainer.from_settings(settings)
    for _ in range(3):
        plain.iterate()
    assert [resumed.iterate().loss for _ in range(4)] == [plain.iterate().loss for _ in range(4)]
    states = (trainer.model.state_dict() for trainer in (resumed, plain))
    for one, other in zip(*(state.values() for state in states), strict=True):
        assert torch.equal(one, other)
    assert int(resumed.model.norm.num_batches_tracked) == 7


def test_nothing_of_it_runs_before_the_user_agrees(
    open_window: OpenWindow, path: Path, marker: Path, settings: Settings
) -> None:
    window = open_window("--preset", "tutorial")
    before = losses_after(window, 2)
    composer(window).files.save(str(path.with_name("saved.bpviz")))  # else that is asked first
    assert window.session.wait_idle(60)
    question = question_of(window, path)
    assert question.code.text() == settings.network
    assert question.code.isReadOnly()
    assert "own.bpviz" in question.findChild(object, "codeQuestionText").text()
    cancel = next(b for b in question.findChildren(QPushButton) if b.objectName() != "runCode")
    assert cancel.isDefault()
    assert not question.findChild(QPushButton, "runCode").isDefault()
    cancel.click()
    assert window.session.wait_idle(60)
    assert not marker.exists()
    view_state = view_state_of(window)
    assert view_state.settings.network is None
    assert view_state.curves.loss.tolist() == before

    question = question_of(window, path)
    assert not marker.exists()
    question.findChild(QPushButton, "runCode").click()
    opened = "own.bpviz[*]"
    assert window.session.wait_until(lambda: window.windowTitle() == opened, 60)
    assert marker.exists()
    view_state = view_state_of(window)
    assert view_state.settings == settings
    assert view_state.iteration == 3
    assert window.panel(ProgramView).network.editor.text() == settings.network
    assert losses_after(window, 2)[-2:] == plain_losses(settings, 5)[-2:]


@by_night
def test_who_runs_that_code_already_is_not_asked(open_window: OpenWindow, path: Path) -> None:
    window = open_window("--preset", "tutorial")
    question_of(window, path).accept()
    assert window.session.wait_until(lambda: window.windowTitle() == "own.bpviz[*]", 60)
    asked: list[object] = []
    filed: list[object] = []
    window.session.code_found.connect(asked.append)
    window.session.filed.connect(filed.append)
    composer(window).files.open(str(path))
    assert window.session.wait_until(lambda: len(filed) == 1, 60)
    assert filed[0].refusal is None
    assert len(asked) == 1
    assert not any(q.isVisible() for q in window.findChildren(CodeQuestion))


def test_the_worker_runs_no_other_code_than_what_was_agreed_to(
    open_window: OpenWindow, path: Path, marker: Path, settings: Settings
) -> None:
    session = open_window("--preset", "tutorial").session
    found: list[CodeFound] = []
    session.code_found.connect(found.append)
    session.send(OpenSessionFile(str(path), "class Another(nn.Module): ..."))
    assert session.wait_until(lambda: len(found) == 1, 60)
    assert found[0].code == settings.network
    assert not marker.exists()


def test_no_other_code_hides_in_the_journal(tmp_path: Path, marker: Path) -> None:
    trainer = bv.Trainer.from_settings(PLAIN)
    hidden = replace(PLAIN, network=SOURCE.format(marker=str(marker)))
    run = stored(PLAIN, trainer, trainer.checkpoint(), journal=RunJournal({0: hidden}))
    with pytest.raises(UserError, match="holds another network in its journal"):
        save_session(tmp_path / "hidden.bpviz", run)
    assert not marker.exists()


def test_weights_that_are_not_the_networks_are_refused_in_one_sentence(
    tmp_path: Path, settings: Settings
) -> None:
    trainer = bv.Trainer.from_settings(settings)
    start = trainer.checkpoint()
    forged = replace(start, model={**start.model, "head.weight": torch.zeros(3, 3)})
    path = tmp_path / "forged.bpviz"
    save_session(path, stored(settings, trainer, forged))
    with pytest.raises(UserError, match="its parts do not fit together") as caught:
        resume(load_session(path), path)
    assert "\n" not in str(caught.value)


def test_an_autosave_with_code_is_asked_about_too(
    open_window: OpenWindow, path: Path, marker: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    path.rename(tmp_path / "state" / "autosave-0123.bpviz")
    window = open_window("--preset", "tutorial")
    offers = [a for a in window.findChildren(QPushButton) if a.text().replace("&", "") == "Restore"]
    assert offers
    offers[0].click()
    assert window.session.wait_until(lambda: bool(window.findChildren(CodeQuestion)), 60)
    (question,) = window.findChildren(CodeQuestion)
    assert question.findChild(object, "codeQuestionText").text().startswith("The autosaved run has")
    assert not marker.exists()
    question.reject()
    assert window.session.wait_idle(60)
    assert view_state_of(window).settings.network is None
    assert (tmp_path / "state" / "autosave-0123.bpviz").exists()
    assert window.findChild(QAction, "actionStep").isEnabled()


def test_saved_in_the_middle_it_stands_there_again(tmp_path: Path, settings: Settings) -> None:
    trainer = bv.Trainer.from_settings(settings)
    trainer.iterate()
    start = trainer.checkpoint()
    for _ in range(3):
        trainer.step()
    save_session(tmp_path / "own.bpviz", stored(settings, trainer, start))
    resumed = resume(load_session(tmp_path / "own.bpviz"), tmp_path / "own.bpviz").trainer
    assert resumed.phase is Phase.BACKWARD
    assert [resumed.iterate().loss for _ in range(3)] == [trainer.iterate().loss for _ in range(3)]
