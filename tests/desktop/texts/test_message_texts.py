"""What arises elsewhere is said in the window's language: here one that puts marks around texts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

import backprop_viz as bv
from backprop_viz.desktop.controllers.own_loops.attached import notice_of_end
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.notices.notice import Notice, notice_of
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import OpenSessionFile
from backprop_viz.stream.messages import Filed, RunEnded
from backprop_viz.worker.files.session_file import save_session
from tests.capture.live.script_runs import Scripts
from tests.conftest import OpenSession
from tests.worker.test_code_in_sessions import stored


class Marks(QTranslator):
    """A language whose texts are the English ones within marks."""

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"⟦{text}⟧"

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False


@pytest.fixture
def marks(qapp: QApplication) -> Iterator[None]:
    translator = Marks()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


@pytest.mark.usefixtures("marks")
def test_what_a_models_file_lacks(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from torch import nn\nmodel = nn.Linear(1, 1)\n")
    with scripts.followed("mine.py", folder=tmp_path, command="") as window:
        window.rest()
        printed = window.ended().printed
    told = window.messages[-1]
    assert isinstance(told, RunEnded)
    said = message_text(notice_of_end(told, 0, 0))
    assert said.startswith("⟦The script has ended: ⟦mine.py makes no inputs")
    assert said.endswith("⟧⟧")
    # The terminal is told in English.
    assert "⟦" not in printed
    assert "\x1f" not in printed
    assert "backprop-viz: mine.py makes no inputs" in printed


@pytest.mark.usefixtures("marks")
def test_a_session_whose_optimizer_lacks_an_option(
    open_session: OpenSession, tmp_path: Path
) -> None:
    settings = Settings(data="random", optimizer="adam", lr=0.01)
    trainer = bv.Trainer.from_settings(settings)
    trainer.iterate()
    start = trainer.checkpoint()
    assert start.optimizer is not None
    (group,) = start.optimizer["param_groups"]
    kept = {key: value for key, value in group.items() if key != "amsgrad"}
    optimizer = {**start.optimizer, "param_groups": [kept]}
    path = tmp_path / "older.bpviz"
    save_session(path, stored(settings, trainer, replace(start, optimizer=optimizer)))
    session = open_session(settings)
    filed: list[Filed] = []
    session.filed.connect(filed.append)
    session.send(OpenSessionFile(str(path)))
    assert session.wait_until(lambda: bool(filed), 60)
    assert filed[0].refusal is not None
    said = message_text(filed[0].refusal)
    assert said.startswith("⟦older.bpviz cannot be opened. ⟦Its adam optimizer has no amsgrad")
    assert said.endswith(".⟧⟧")


@pytest.mark.usefixtures("marks")
def test_sentences_within_sentences() -> None:
    inner = UserError("{0} is {1}", "x", UserError("3 {0}", "m"))
    outer = UserError("No: {0}.", inner)
    assert str(outer) == "No: x is 3 m."
    assert message_text(notice_of(outer)) == "⟦No: ⟦x is ⟦3 m⟧⟧.⟧"
    assert message_text(Notice("script_raised_elsewhere", outer.values)).endswith("⟦x is ⟦3 m⟧⟧⟧")
