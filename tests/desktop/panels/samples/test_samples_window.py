from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.samples.samples_window import SamplesWindow
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.recording.requests.samples import (
    EvaluationProgress,
    Query,
    Scores,
    Sheet,
    choose,
    not_evaluated,
)


def make_sheet(part: str = "validation", size: int = 600, predicted: int | None = None) -> Sheet:
    """Samples, of which the first ``predicted`` (None: all) were evaluated."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 10, size).astype(np.int16)
    scores = Scores(
        np.where(random.random(size) < 0.7, labels, 9 - labels).astype(np.int16),
        random.random(size).astype(np.float32),
    )
    if predicted is not None:
        scores.predicted[predicted:] = -1
        scores.loss[predicted:] = np.nan
    return Sheet(part, 1, labels, scores, 42)


@pytest.fixture
def view(qtbot: QtBot) -> SamplesWindow:
    view = SamplesWindow()
    qtbot.addWidget(view)
    view.set_theme(DARK)
    view.show()
    view.show_sheet(make_sheet())
    return view


def test_it_asks_only_while_it_is_shown(qtbot: QtBot) -> None:
    view = SamplesWindow()
    qtbot.addWidget(view)
    watched: list[str | None] = []
    view.watched.connect(watched.append)
    view.show()
    assert watched == ["validation"]
    view.query_bar.part.setCurrentIndex(1)
    assert watched == ["validation", "train"]
    view.close()
    assert watched == ["validation", "train", None]
    view.show_sheet(make_sheet("train"))  # came too late
    assert view.model.sheet is None
    view.show()
    assert watched[-1] == "train"


def test_the_numbers_are_those_of_the_sheet(view: SamplesWindow) -> None:
    sheet = make_sheet()
    right = int((sheet.labels == sheet.scores.predicted).sum())
    assert view.numbers.text() == f"{right} of 600 correct: accuracy {100 * right / 600:.2f} %"
    assert "iteration 42" in view.matrix_panel.subtitle.text()
    assert view.query_bar.found.text() == "600 of 600 samples"
    view.show_sheet(make_sheet(predicted=256))
    assert "of the first 256 correct" in view.numbers.text()
    view.show_sheet(Sheet("validation", 1, sheet.labels, not_evaluated(600)))
    assert view.numbers.text().startswith("Not evaluated yet")
    assert "iteration" not in view.matrix_panel.subtitle.text()


def test_the_boxes_choose_what_the_grid_shows(view: SamplesWindow) -> None:
    sheet, bar = make_sheet(), view.query_bar
    for box, value, query in (
        (bar.correct, False, Query(correct=False)),
        (bar.correct, True, Query(correct=True)),
        (bar.order, "highest", Query(correct=True, order="highest")),
        (bar.label, 1, Query(label=1, correct=True, order="highest")),
    ):
        row = next(
            i
            for i in range(box.count())
            if box.itemData(i) is value
            or (not isinstance(value, bool) and box.itemData(i) == value)
        )
        box.setCurrentIndex(row)
        assert bar.query() == query
        assert view.model.rows.tolist() == choose(sheet, query).tolist()
    assert bar.found.text() == f"{view.model.rowCount()} of 600 samples"


def test_a_cell_of_the_matrix_opens_its_samples(view: SamplesWindow) -> None:
    view.query_bar.set_query(Query(correct=True, order="lowest"))
    view.matrix.opened.emit(3, 6)
    assert view.query_bar.query() == Query(label=3, predicted=6, order="lowest")
    assert all(
        (view.model.sample(r).label, view.model.sample(r).predicted) == (3, 6)
        for r in range(view.model.rowCount())
    )
    assert view.model.rowCount() > 0
    assert view.matrix.cell == (3, 6)
    view.matrix.opened.emit(None, None)
    assert view.model.rowCount() == 600
    assert view.matrix.cell == (-1, -1)


def test_where_nothing_is_found_it_says_why(view: SamplesWindow) -> None:
    view.query_bar.set_query(Query(label=2, predicted=3))
    assert view.model.rowCount() == 0
    assert view.grid.empty_text == "No sample matches."
    view.query_bar.set_query(Query(correct=False))
    view.show_sheet(Sheet("validation", 1, make_sheet().labels, not_evaluated(600)))
    assert "press Evaluate" in view.grid.empty_text


def test_enter_and_the_button_load_the_chosen_sample(view: SamplesWindow, qtbot: QtBot) -> None:
    opened = []
    view.opened.connect(lambda sample: opened.append((sample.part, sample.index)))
    assert not view.facts.load.isEnabled()
    view.grid.setCurrentIndex(view.model.index(4))
    assert view.facts.name.text() == "Validation sample 4"
    qtbot.keyClick(view.grid, Qt.Key.Key_Right)
    qtbot.keyClick(view.grid, Qt.Key.Key_Return)
    qtbot.mouseClick(view.facts.load, Qt.MouseButton.LeftButton)
    assert opened == [("validation", 5), ("validation", 5)]
    assert view.isVisible()


def test_wrong_ones_are_told_in_words_and_signs(view: SamplesWindow) -> None:
    view.query_bar.set_query(Query(correct=False))
    view.grid.setCurrentIndex(view.model.index(0))
    assert "✗" in view.facts.verdict.text()
    assert "incorrect" in view.facts.verdict.text()
    view.query_bar.set_query(Query(correct=True))
    view.grid.setCurrentIndex(view.model.index(0))
    assert "✓" in view.facts.verdict.text()


def test_an_evaluation_is_asked_for_shown_and_cancelled(view: SamplesWindow, qtbot: QtBot) -> None:
    wanted, cancelled = [], []
    view.evaluation_wanted.connect(lambda part, count: wanted.append((part, count)))
    view.evaluation_cancelled.connect(lambda: cancelled.append(True))
    bar = view.evaluate_bar
    assert [bar.amount.itemData(i) for i in range(bar.amount.count())] == [None]
    view.query_bar.part.setCurrentIndex(1)
    view.show_sheet(make_sheet("train", 120_000))
    assert [bar.amount.itemData(i) for i in range(bar.amount.count())] == [6000, 30_000, None]
    widest = bar.amount.fontMetrics().horizontalAdvance("30,000 (first)")
    qtbot.waitUntil(lambda: bar.amount.width() >= widest + 24)  # with room for the arrow
    bar.amount.setCurrentIndex(1)
    bar.evaluate.setFocus()
    qtbot.mouseClick(bar.evaluate, Qt.MouseButton.LeftButton)
    assert wanted == [("train", 30_000)]
    view.show_progress(EvaluationProgress("train", 512, 30_000))
    assert not bar.evaluate.isVisible()
    assert (bar.bar.value(), bar.bar.maximum()) == (512, 30_000)
    assert bar.text.text() == "512 of 30,000"
    qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    assert cancelled == [True]
    view.show_progress(EvaluationProgress("train", 0, 0))
    assert bar.evaluate.isVisible()
    assert not bar.bar.isVisible()


def test_every_control_tells_what_it_does(view: SamplesWindow) -> None:
    view.show_progress(EvaluationProgress("validation", 1, 2))
    for control in (*view.findChildren(QAbstractButton), *view.findChildren(QComboBox)):
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_size_and_shares_are_remembered(view: SamplesWindow, qtbot: QtBot, tmp_path) -> None:
    store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    view.resize(780, 600)  # the test's screen is a small one
    view.splitter.setSizes([400, 350])
    view.save_layout(store)
    again = SamplesWindow()
    qtbot.addWidget(again)
    again.restore_layout(store)
    assert (again.width(), again.height()) == (780, 600)
    again.show()
    assert again.splitter.sizes() == view.splitter.sizes()


def test_themes_differ_in_more_than_nothing(view: SamplesWindow) -> None:
    dark = view.grid.grab().toImage()
    view.set_theme(LIGHT)
    assert view.grid.grab().toImage() != dark
    sheet = make_sheet()
    view.show_sheet(replace(sheet, iteration=43))
    assert "43" in view.matrix_panel.subtitle.text()
