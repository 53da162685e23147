"""A recording file with damaged bytes in the window: that is said, and the rest is shown."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction

import backprop_viz as bv
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from tests.conftest import OpenWindow
from tests.desktop.clients.test_recording_file_opened import losses_into
from tests.waiting import until, until_idle


def test_a_damaged_one_is_told_and_what_is_shown_stays(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "run.bprec"
    losses, _ = losses_into(path, 6)
    place = bv.load(path).places[0]
    content = bytearray(path.read_bytes())
    content[place.offset + place.length - 9] ^= 255
    path.write_bytes(content)
    window = open_window(str(path))
    session = window.session
    until(session, lambda: session.recording_of(6) is not None)
    session.shown.show_iteration(2)
    until_idle(session)
    assert "iteration 2" in window.messages.text()
    assert session.view_state.cursor.recording.loss == losses[5]
    assert session.view_state.kept_iterations.iterations == (4, 6)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ((6,), "The recording of iteration 6 in run.bprec is damaged"),
        ((4, 6), "The recordings after iteration 2 in run.bprec are damaged"),
        ((2, 4, 6), "Every recording in run.bprec is damaged"),
    ],
)
def test_the_newest_that_can_be_read_is_shown(
    open_window: OpenWindow, tmp_path: Path, broken: tuple[int, ...], said: str
) -> None:
    path = tmp_path / "run.bprec"
    losses, _ = losses_into(path, 6)
    content = bytearray(path.read_bytes())
    for place in bv.load(path).places:
        if place.iteration in broken:
            content[place.offset + place.length - 9] ^= 255
    path.write_bytes(content)
    window = open_window(str(path))
    session = window.session
    until(session, lambda: session.iteration == 6)
    until_idle(session)
    assert said in window.messages.text()
    left = [i for i in (2, 4, 6) if i not in broken]
    assert list(session.view_state.kept_iterations.iterations) == left
    shown = session.view_state.cursor
    if left:
        assert (shown.recording.iteration, shown.at_end) == (left[-1], True)
        assert shown.recording.loss == losses[left[-1] - 1]
    for name in ("actionStep", "actionIteration"):
        assert not window.findChild(QAction, name).isEnabled()


def test_what_was_passed_over_is_said(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    losses, _ = losses_into(path, 6)
    place = bv.load(path).places[0]
    content = bytearray(path.read_bytes()[:-9])  # without its index it is looked through
    content[place.offset + 20] ^= 255
    path.write_bytes(content)
    file = bv.load(path)
    assert [one.iteration for one in file.places] == [4, 6]
    assert file.damaged_bytes
    window = open_window(str(path))
    session = window.session
    until(session, lambda: session.iteration == 6)
    until_idle(session)
    assert f"{file.damaged_bytes:,} bytes" in window.messages.text()
    assert session.view_state.cursor.recording.loss == losses[5]


def test_a_file_cut_within_its_first_iteration_says_so_until_it_has_one(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path, cut = tmp_path / "run.bprec", tmp_path / "cut.bprec"
    losses_into(path, 6)
    content, places = path.read_bytes(), bv.load(path).places
    cut.write_bytes(content[: places[0].offset + places[0].length // 2])
    window = open_window(str(cut))
    session = window.session
    until(session, lambda: "ends before its first iteration does" in window.messages.text())
    with pytest.raises(AttributeError, match=r"cut.bprec holds no whole recording"):
        _ = bv.load(cut).events
    cut.write_bytes(content[: places[0].offset + places[0].length])
    until(session, lambda: session.iteration == places[0].iteration)
    until(session, lambda: "first iteration" not in window.messages.text())


def test_a_file_closed_before_any_iteration_says_so(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "none.bprec"
    RecordingFileWriter(path).close()
    window = open_window(str(path))
    until(window.session, lambda: "closed before an iteration" in window.messages.text())


def test_a_file_with_losses_and_no_iteration_says_so(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "losses.bprec"
    with RecordingFileWriter(path) as writer:
        writer.add_losses([1, 2, 3], [0.5, 0.25, 0.125])
    window = open_window(str(path))
    until(window.session, lambda: "losses, but no iteration" in window.messages.text())
