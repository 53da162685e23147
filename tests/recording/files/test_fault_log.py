"""The log of faults: complete, bounded, and its owner's alone."""

import sys
from pathlib import Path

import pytest

from backprop_viz.recording.files import fault_log
from backprop_viz.recording.files.fault_log import FaultLog


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "backprop_viz.log"


def test_a_fault_is_logged_with_its_traceback(file: Path) -> None:
    log = FaultLog(file)
    assert log.text() == ""
    log.note("What was said.", "Traceback ...\n  é\nValueError: 1\n")
    log.note("", "Traceback ...\nKeyError: 2\n")
    said, first, middle, last, second, _ = log.text().splitlines()
    assert said.endswith(" What was said.")
    assert [first, middle, last] == ["Traceback ...", "  é", "ValueError: 1"]
    assert second.endswith(" Traceback ...")


@pytest.mark.skipif(sys.platform == "win32", reason="rights are set otherwise")
def test_nobody_else_may_read_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_log, "LOG_BYTES", 100)
    for _ in range(4):
        FaultLog(file).note("", "x" * 80)
    assert len(list(file.parent.iterdir())) == 1 + fault_log.OLDER
    for each in (file.parent, *file.parent.iterdir()):
        assert each.stat().st_mode & 0o077 == 0, each


def test_it_rotates_at_its_limit_and_the_oldest_goes(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_log, "LOG_BYTES", 1000)
    logs = [FaultLog(file), FaultLog(file)]  # as of two windows
    for number in range(40):
        logs[number % 2].note("", f"fault {number} " + "x" * 250)
    files = [file, *(file.with_name(f"{file.name}.{n}") for n in range(1, fault_log.OLDER + 1))]
    assert sorted(file.parent.iterdir()) == sorted(files)
    assert all(each.stat().st_size <= 1000 for each in files)
    assert "fault 39 " in file.read_text()
    kept = "".join(each.read_text() for each in reversed(files))
    numbers = [int(line.split("fault ")[1].split()[0]) for line in kept.splitlines()]
    assert numbers == list(range(numbers[0], 40))
    assert 3 * (1 + fault_log.OLDER) >= len(numbers) > 3 * fault_log.OLDER


def test_where_nothing_can_be_written_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    log = FaultLog(tmp_path / "file" / "backprop_viz.log")
    log.note("said", "details")
    assert log.text() == ""
