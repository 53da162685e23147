"""A monkey user cannot break the window. MONKEY_ACTIONS=n and MONKEY_SEED=n for another run."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.monkey.answers import confine_file_dialogs
from tests.monkey.scripts import CHANGED
from tests.monkey.shrink import outcome, shortest
from tests.nightly import NIGHTLY, by_night

ACTIONS = int(os.environ.get("MONKEY_ACTIONS", "20000" if NIGHTLY else "45"))
SEED = int(os.environ.get("MONKEY_SEED", "1"))
SCRIPT_ACTIONS = 500
# Never reached unless something hangs: an action takes some 40 ms here.
TIMEOUT_S = 600 + ACTIONS
SHRINK_S = 240.0


@pytest.mark.long
def test_a_monkey_user_breaks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """No exception, no warning, no deadlock, no stall over a second; torch's numbers to the end."""
    figures, wrong = outcome(SEED, range(ACTIONS), TIMEOUT_S)
    if wrong:
        numbers, said = shortest(SEED, failed_at(wrong, ACTIONS), TIMEOUT_S, SHRINK_S)
        only = ",".join(map(str, numbers))
        pytest.fail(
            f"{wrong}\n\nseed {SEED}; the shortest that fails:\n"
            f"python -m tests.monkey --seed {SEED} --only {only}\n{said}",
            pytrace=False,
        )
    with capsys.disabled():
        print(f"\n{figures}")


@by_night
@pytest.mark.parametrize("script", CHANGED)
def test_a_script_that_a_monkey_user_steps_trains_as_without(script: str) -> None:
    figures, wrong = outcome(SEED, range(SCRIPT_ACTIONS), TIMEOUT_S, script)
    assert not wrong
    assert f"equal to the plain {script} script" in figures


def failed_at(wrong: str, count: int) -> int:
    """How many actions were done when it went wrong, as far as that is said."""
    _, _, rest = wrong.partition("after action ")
    number = rest.split(" ", 1)[0]
    return int(number) + 1 if number.isdecimal() else count


@pytest.mark.parametrize("bad", [4, 11])
def test_the_shortest_failing_run_is_found(monkeypatch: pytest.MonkeyPatch, bad: int) -> None:
    """By a run that goes wrong if and only if two certain actions are done."""

    def pretended(seed: int, numbers: list[int], timeout_s: float) -> tuple[str, str]:
        return ("", "wrong") if {2, bad} <= set(numbers) else ("fine", "")

    monkeypatch.setattr("tests.monkey.shrink.outcome", pretended)
    assert shortest(1, 20, 1.0, 10.0) == ([2, bad], "wrong")


@by_night
@pytest.mark.long
def test_what_goes_wrong_is_found_and_said() -> None:
    """A run whose window says a word to Qt fails, with its seed and the action."""
    figures, wrong = outcome(-1, range(3), 120)
    assert not figures
    assert "seed -1: after action 2" in wrong
    assert "Qt said: on purpose" in wrong
    assert failed_at(wrong, 10) == 3


def test_its_file_dialogs_leave_all_files_as_they_are(qtbot: QtBot, tmp_path: Path) -> None:
    """Without that Delete and Return had deleted a folder of the checkout."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in inside, outside:
        folder.mkdir()
        (folder / "kept.txt").write_text("here")
    dialog = QFileDialog(None, "", str(outside))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    confine_file_dialogs(inside)
    assert dialog.testOption(QFileDialog.Option.ReadOnly)
    assert Path(dialog.directory().absolutePath()) == inside
    listed = dialog.findChild(QAbstractItemView, "listView")
    qtbot.waitUntil(lambda: listed.model().rowCount(listed.rootIndex()) == 1)
    listed.setCurrentIndex(listed.model().index(0, 0, listed.rootIndex()))
    QTest.keyClick(listed, Qt.Key.Key_Delete)
    assert QApplication.activeModalWidget() in (None, dialog)
    assert (inside / "kept.txt").read_text() == "here"
