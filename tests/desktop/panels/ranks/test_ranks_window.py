"""Several ranks' files in one window: side by side, followed from one rank to the other."""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QProcess, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import value_of
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.inspector.slice_picture import SlicePicture
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.origin.role_texts import role_text
from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.nightly import by_night
from tests.rank_files import needs_shards, rank_files
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")

FIRST, SECOND = "module.first.weight", "module.second.weight"


def opened(open_window: OpenWindow, *paths: Path) -> tuple[MainWindow, RanksView]:
    """A window on ranks' files, once all is read that is read by itself."""
    window = open_window(*map(str, paths), size=(1600, 1000))
    session = window.session
    until(session, lambda: session.view_state.ranks.recordings is not None)
    until(session, lambda: all(one.looking is None for one in session.shown.ranks.runs))
    until(session, lambda: session.view_state.ranks.waits_of > 0)
    return window, window.panel(RanksView)


def cells(view: RanksView, column: int) -> list[str]:
    return [view.table.text(row, column) for row in range(view.table.rowCount())]


def test_one_file_brings_the_other_ranks_with_it(open_window: OpenWindow) -> None:
    files = rank_files("plain")
    window, view = opened(open_window, files[1])
    session = window.session
    assert not window.docks.dock_of(view).isHidden()
    assert not window.docks.dock_of(view).visibleRegion().isEmpty()  # in front of its tabs
    assert view.table.rowCount() == 2
    assert session.shown.ranks.shown == view.chooser.currentIndex() == 1
    loads = [bv.load(path)[3] for path in files]
    assert session.view_state.cursor.recording.loss == loads[1].loss
    assert [one.loss for one in session.view_state.ranks.ranks] == [one.loss for one in loads]
    assert cells(view, 1) == ["4×6", "4×6"]
    assert cells(view, 6) == ["equal", "equal"]
    assert "equal" in view.weights.text()
    assert "4" in view.weights.text()
    assert view.standing.text() == ""
    window.picked.emit("parameter", SECOND)
    assert view.gradient.name == SECOND
    expected = bv.compare_ranks(loads).gradients[2]
    assert expected.name == SECOND
    for shown, known in zip(view.gradient.before, expected.before, strict=True):
        np.testing.assert_array_equal(shown, known)
    np.testing.assert_array_equal(view.gradient.after[0], expected.after[0])
    assert "bucket" in view.subtitle.text()


@by_night
def test_two_ranks_are_seen_whole_in_a_small_window(open_window: OpenWindow) -> None:
    window, view = opened(open_window, *rank_files("plain"))
    window.resize(1280, 800)
    table = view.table
    until(window.session, lambda: (window.width(), window.height()) == (1280, 800))
    until(window.session, lambda: table.visualRect(table.model().index(1, 0)).isValid())
    rows = [table.visualRect(table.model().index(row, 0)) for row in range(2)]
    until(window.session, lambda: table.viewport().height() >= rows[1].bottom())
    assert rows[0].top() >= 0
    for column in range(table.columnCount()):
        widest = max(table.fontMetrics().horizontalAdvance(each) for each in cells(view, column))
        assert table.columnWidth(column) >= widest + 2 * 4, table.text(0, column)


def test_another_rank_is_shown_in_every_panel_at_the_same_place(open_window: OpenWindow) -> None:
    files = rank_files("plain")
    window, view = opened(open_window, *files)
    session = window.session
    session.shown.show_iteration(2)
    until(session, lambda: session.view_state.cursor.recording.iteration == 2)
    until(session, lambda: session.view_state.ranks.recordings is not None)
    session.shown.go_back("phase")
    cursor = session.view_state.cursor
    window.findChild(QAction, "actionNextRank").trigger()
    until(session, lambda: session.view_state.cursor.recording.iteration == 2)
    shown = session.view_state
    assert session.shown.ranks.shown == 1
    assert (shown.cursor.position, shown.cursor.recording.iteration) == (cursor.position, 2)
    assert shown.cursor.recording.loss == bv.load(files[1])[1].loss
    assert "rank 1" in window.toolbar.chip.text()
    assert "rank1" in window.windowTitle()
    inspector = window.panel(InspectorView)
    window.picked.emit("parameter", FIRST)
    assert inspector.chosen == ("parameter", FIRST)
    view.table.cellClicked.emit(0, 0)
    assert session.shown.ranks.shown == 0
    assert session.view_state.cursor.recording.loss == bv.load(files[0])[1].loss
    view.chooser.setFocus()
    QTest.keyClick(view.chooser, Qt.Key.Key_Down)
    assert session.shown.ranks.shown == 1


@by_night
def test_the_mean_is_followed_to_each_rank_and_back(open_window: OpenWindow) -> None:
    files = rank_files("plain")
    window, view = opened(open_window, *files)
    session, origin = window.session, window.panel(OriginView)
    window.picked.emit("parameter", FIRST)
    view.origin.click()
    until(session, lambda: origin.complete)
    asked = origin.history.current
    mine, theirs = view.gradient.before
    index = asked.number.index
    assert origin.explanation.value == float((mine[index] + theirs[index]) / np.float32(2))
    assert origin.explanation.reason is None
    assert origin.explanation.total == float(mine[index]) / 2 + float(theirs[index]) / 2
    table = origin.columns.table.rows
    assert table.headerData(0, Qt.Orientation.Horizontal) == "rank"
    known = {f"rank {rank}": float(own[index]) for rank, own in enumerate((mine, theirs))}
    told = {}
    for row in range(table.rowCount()):
        cells_of = [table.cell(table.index(row, column)) for column in range(table.columnCount())]
        (gradient,) = [each.value for each in cells_of if each.number is not None]
        told[role_text(cells_of[0].text)] = gradient
    assert told == known
    origin.columns.check.run()
    until(session, lambda: "2 ranks" in origin.columns.check.subtitle.text())
    until(session, lambda: not origin.columns.check.running)
    assert "Of the mean loss of 2 ranks." in origin.columns.check.accessibleDescription()
    assert origin.columns.check.verdict.text().startswith("✓")
    factors = [factor for term in origin.explanation.terms for factor in term.factors]
    (other,) = [f.number for f in factors if f.number is not None and f.number.event is None]
    origin.ask_here(other)
    until(session, lambda: session.shown.ranks.shown == 1 and origin.complete)
    assert origin.explanation.value == float(theirs[index])
    assert origin.explanation.reason is None
    assert origin.explanation.kind == "accumulated"
    origin.columns.check.run()
    until(session, lambda: "loss of rank 1 along" in origin.columns.check.subtitle.text())
    assert "own loss, not the mean" in origin.columns.check.accessibleDescription()
    assert "not the one shown" not in origin.subtitle.text()
    assert session.view_state.cursor.recording.serial == origin.history.current.recording.serial
    origin.back.click()
    until(session, lambda: session.shown.ranks.shown == 0 and origin.complete)
    assert origin.explanation.op == "all_reduce"
    view.table.cellClicked.emit(1, 2)  # the other rank's loss
    until(session, lambda: session.shown.ranks.shown == 1 and origin.complete)
    assert origin.explanation.value == bv.load(files[1])[3].loss


def test_weights_that_drift_apart_are_found_with_rank_and_iteration(
    open_window: OpenWindow,
) -> None:
    window, view = opened(open_window, *rank_files("drift"))
    session = window.session
    until(session, lambda: session.view_state.ranks.difference is not None)
    until(session, lambda: session.view_state.ranks.difference.sure)
    difference = session.view_state.ranks.difference
    # It was changed after the second step, which the third one's update is the first to tell.
    assert difference.iteration == 3
    assert difference.parameters == (SECOND,)
    assert difference.ranks == (0, 1)
    assert "since iteration 3" in view.weights.text()
    assert SECOND in view.weights.text()
    assert cells(view, 6) == ["differ", "differ"]


def test_no_sync_shows_no_mean(open_window: OpenWindow) -> None:
    _, view = opened_without_waits(open_window, *rank_files("no_sync"))
    assert not view.gradient.reduced
    assert not view.origin.isVisibleTo(view)
    assert "No all-reduce" in view.mean.text()


def opened_without_waits(open_window: OpenWindow, *paths: Path) -> tuple[MainWindow, RanksView]:
    window = open_window(*map(str, paths))
    session = window.session
    until(session, lambda: session.view_state.ranks.recordings is not None)
    return window, window.panel(RanksView)


def test_a_run_of_one_process_shows_no_ranks(open_window: OpenWindow, tmp_path: Path) -> None:
    alone = tmp_path / "alone.bprec"
    bv.load(rank_files("plain")[0])[0].save(alone)
    window = open_window(str(alone))
    assert window.session.view_state.ranks is None
    assert window.docks.dock_of(window.panel(RanksView)).isHidden()
    assert not window.findChild(QAction, "actionNextRank").isVisible()


def captions(view: RanksView) -> list[str]:
    """What is written beside the pictures."""
    return [label.text() for label in view.pictures.findChildren(QLabel)]


def numbers_in(picture: SlicePicture) -> np.ndarray:
    """The numbers of a picture, each as a click on it would tell it."""
    cells: dict[tuple[int, int], Any] = {}
    box = picture.box()
    for x in range(box.width()):
        for y in range(box.height()):
            place = picture.place_at(QPoint(x, y))
            if place is not None and place not in cells:
                cells[place] = picture.number_of(*place).value
    rows, columns = (1 + max(ends) for ends in zip(*cells, strict=True))
    return np.array([[cells[row, column] for column in range(columns)] for row in range(rows)])


@by_night
@needs_shards
def test_of_shards_it_is_said_that_they_are(open_window: OpenWindow) -> None:
    _, view = opened_without_waits(open_window, *rank_files("fully_shard"))
    assert "10×6" in view.mean.text()
    assert [text for text in captions(view) if text.startswith("rank")] == [
        "rank 0 shard",
        "rank 1 shard",
    ]
    assert view.weights.text() == ""
    assert cells(view, 6) == ["", ""]


def test_a_rank_whose_file_was_cut_off_is_named_and_the_others_are_whole(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    files = rank_files("plain")
    with bv.load(files[1]) as file:
        third = file.places[2]
    first, second = (tmp_path / path.name for path in files)
    first.write_bytes(files[0].read_bytes())
    # As it is where the process was killed while it wrote the fourth.
    second.write_bytes(files[1].read_bytes()[: third.offset + third.length + 100])
    for path in (first, second):
        os.utime(path, (1e9, 1e9))  # written long ago
    window = open_window(str(first), str(second))
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state.ranks.ranks[1].iteration == 3)
    until(session, lambda: "Rank 1" in view.standing.text())
    assert "iteration 3" in view.standing.text()
    assert "after 4" in view.standing.text()
    assert cells(view, 7) == ["ended", "cut off"]
    until(session, lambda: session.view_state.ranks.waits_of == 3)
    until(session, lambda: all(one.looking is None for one in session.shown.ranks.runs))
    session.shown.show_iteration(3)  # rank 1's newest, which was there before rank 0's
    until(session, lambda: session.view_state.ranks.recordings is not None)
    assert view.gradient.reduced
    shown = session.view_state.cursor.recording
    means = [event for event in shown.events if event.op == "all_reduce"]
    assert {len(event.inputs) for event in means} == {2}


def test_one_rank_alone_shows_what_it_knows_and_opens_the_others(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = rank_files("plain")
    alone = tmp_path / files[1].name
    alone.write_bytes(files[1].read_bytes())
    window = open_window(str(alone), size=(1600, 1000))
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state.ranks.recordings is not None)
    assert view.missing.text() == "This run has 2 ranks. The file of rank 0 is not open."
    assert "Without rank 0" in view.mean.text()
    loaded = bv.load(files[1])[3]
    window.picked.emit("parameter", SECOND)
    (own,) = view.gradient.before
    (gradient,) = bv.compare_ranks([bv.load(path)[3] for path in files]).gradients[2:3]
    np.testing.assert_array_equal(own, gradient.before[1])
    np.testing.assert_array_equal(numbers_in(view.pictures.mean), gradient.after[1])
    assert "÷ 2 =" in captions(view)
    assert "bucket" in view.subtitle.text()
    assert session.view_state.ranks.ranks[0].loss == loaded.loss
    assert (view.weights.text(), view.waits.text()) == ("", "")
    started: list[list[str]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda _, rest, __: started.append(rest[-2:]))
    view.others.click()
    dialog = window.findChild(QFileDialog, "openRanksDialog")
    dialog.filesSelected.emit([str(files[0])])
    assert started == [[str(alone), str(files[0])]]
    dialog.filesSelected.emit([str(files[1])])
    assert "Two of the files are of rank 1" in window.messages.text()
    assert len(started) == 1
    dialog.reject()


def test_of_a_rank_killed_in_backward_it_is_said_where_and_who_waited(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    copies = []
    for path in rank_files("stopped"):
        copies.append(tmp_path / path.name)
        copies[-1].write_bytes(path.read_bytes())
        os.utime(copies[-1], (1e9, 1e9))  # written long ago
    window = open_window(*map(str, copies))
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: "Rank 1 stopped" in view.standing.text())
    stopped, waited = view.standing.text().splitlines()
    # first's gradient comes after that of seldom, in whose place the rank was held.
    expected = f"with bucket 2 of 2: {FIRST.replace('weight', 'bias')}, {FIRST}."
    assert re.match(r"Rank 0 waited \d+ s for rank 1, until ", waited)
    assert waited.endswith(f"in backward of iteration 3, {expected}")
    assert "in iteration 3, at line" in stopped
    assert "after backward of module.seldom" in stopped
    assert cells(view, 7) == ["cut off", "cut off"]


@by_night
@needs_shards
def test_shards_are_put_together_when_that_is_asked_for(open_window: OpenWindow) -> None:
    files = rank_files("fully_shard")
    window = open_window(*map(str, files), size=(1600, 1000))
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state.ranks.recordings is not None)
    window.picked.emit("parameter", "second.weight")
    assert view.full.isVisibleTo(view)
    assert not view.pictures.mean.isVisibleTo(view)
    loads = [bv.load(path)[-1] for path in files]
    for place, which in ((1, "grad"), (2, "before"), (3, "after")):
        view.full.setCurrentIndex(place)
        view.full.activated.emit(place)
        assert view.pictures.mean.isVisibleTo(view)
        expected = bv.full_tensor(loads, "second.weight", which)
        np.testing.assert_array_equal(numbers_in(view.pictures.mean), expected)
        assert view.pictures.mean.accessibleName().endswith("3×10")
    view.full.setCurrentIndex(0)
    view.full.activated.emit(0)
    assert not view.pictures.mean.isVisibleTo(view)
    window.picked.emit("parameter", "first.weight")
    assert "Each rank holds a shard of 10×6" in view.mean.text()


@needs_shards
def test_the_rank_whose_shard_is_missing_is_named(open_window: OpenWindow) -> None:
    files = rank_files("fully_shard")
    window = open_window(*map(str, files), size=(1600, 1000))
    session, view = window.session, window.panel(RanksView)
    until(session, lambda: session.view_state.ranks.recordings is not None)
    # As where two of three ranks are followed.
    for one in session.shown.ranks.runs:
        one.run.origin = replace(one.run.origin, world_size=3)
    session.shown.show_iteration(1)
    until(session, lambda: session.view_state.cursor.recording.iteration == 1)
    until(session, lambda: session.view_state.ranks.recordings is not None)
    view.full.setCurrentIndex(1)
    view.full.activated.emit(1)
    assert view.mean.text() == "The shard of rank 2 is missing: open or attach to that rank too."
    assert not view.pictures.mean.isVisibleTo(view)


def test_a_norm_of_a_rank_is_explained_there(open_window: OpenWindow) -> None:
    files = rank_files("plain")
    window, view = opened(open_window, files[0])
    origin, name = window.panel(OriginView), view.gradient.name
    asked = []
    view.rank_number_picked.connect(lambda place, number, _: asked.append((place, number)))
    for column, arrays in ((3, view.gradient.before), (4, view.gradient.after)):
        view.table.cellClicked.emit(1, column)
        array = arrays[1].astype(np.float64)
        place, number = asked[-1]
        recording = window.session.view_state.cursor.recording
        assert place == window.session.shown.ranks.shown == 1
        assert value_of(recording, number) == pytest.approx(float(np.sqrt((array**2).sum())))
        assert origin.history.current.number == number
    assert origin.columns.value.text().startswith(f"‖{name}.grad‖ = ")
