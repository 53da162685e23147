import numpy as np
import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.samples.sample_grid import SampleGrid
from backprop_viz.desktop.panels.samples.sample_model import PAGE, SampleModel
from backprop_viz.recording.requests.samples import Page, Query, Scores, Sheet, not_evaluated

Wanted = list[tuple[str, int, np.ndarray]]


def make_sheet(size: int = 1000, *, source: int = 1, iteration: int | None = 7) -> Sheet:
    random = np.random.default_rng(size)
    labels = random.integers(0, 10, size).astype(np.int16)
    if iteration is None:
        return Sheet("validation", source, labels, not_evaluated(size))
    predicted = np.where(random.random(size) < 0.8, labels, (labels + 1) % 10).astype(np.int16)
    loss = random.random(size).astype(np.float32)
    return Sheet("validation", source, labels, Scores(predicted, loss), iteration)


def page_for(sheet: Sheet, index: np.ndarray) -> Page:
    images = np.zeros((len(index), 32, 32), np.uint8)
    images[:] = (index % 256)[:, None, None]
    return Page(sheet.part, sheet.source, index, images)


@pytest.fixture
def model(qtbot: QtBot) -> SampleModel:
    return SampleModel()


@pytest.fixture
def wanted(model: SampleModel) -> Wanted:
    found: Wanted = []
    model.images_wanted.connect(lambda *page: found.append(page))
    return found


def test_images_are_asked_for_a_page_at_a_time(
    model: SampleModel, wanted: Wanted, qtbot: QtBot
) -> None:
    sheet = make_sheet()
    model.show_sheet(sheet)
    assert model.rowCount() == 1000
    for row in range(40, 80):
        assert model.image(row) is None
    qtbot.waitUntil(lambda: len(wanted) == 1)
    part, source, index = wanted[0]
    assert (part, source) == ("validation", 1)
    assert index.tolist() == list(range(40, 40 + PAGE))
    model.image(500)
    (gathering,) = model.findChildren(QTimer)
    qtbot.waitUntil(lambda: not gathering.isActive())
    assert len(wanted) == 1  # the worker has not answered yet
    model.show_page(page_for(sheet, index))
    image = model.image(41)
    assert image is not None
    assert image.pixelColor(3, 3).red() == 41
    model.image(500)
    qtbot.waitUntil(lambda: len(wanted) == 2)
    assert wanted[1][2][0] == 500


def test_a_page_of_other_data_is_not_shown(
    model: SampleModel, wanted: Wanted, qtbot: QtBot
) -> None:
    old = make_sheet()
    model.show_sheet(old)
    model.image(0)
    qtbot.waitUntil(lambda: len(wanted) == 1)
    new = make_sheet(source=2)
    model.show_sheet(new)
    model.show_page(page_for(old, np.arange(5)))
    assert model.image(0) is None
    qtbot.waitUntil(lambda: len(wanted) == 2)
    assert wanted[1][1] == 2


def test_a_sample_is_what_the_sheet_says(model: SampleModel) -> None:
    sheet = make_sheet()
    model.show_sheet(sheet)
    model.show_query(Query(order="highest"))
    sample = model.sample(0)
    worst = int(np.argmax(sheet.scores.loss))
    assert sample.index == worst
    assert sample.loss == sheet.scores.loss[worst]
    assert sample.predicted == sheet.scores.predicted[worst]
    assert sample.label == sheet.labels[worst]
    assert model.row_of(worst) == 0
    model.show_sheet(make_sheet(iteration=None))
    assert model.sample(0).predicted is None
    assert model.sample(0).loss is None
    assert not model.sample(0).wrong


def test_the_current_sample_stays_when_the_order_changes(model: SampleModel, qtbot: QtBot) -> None:
    grid = SampleGrid(model)
    qtbot.addWidget(grid)
    grid.resize(600, 400)
    grid.show()
    model.show_sheet(make_sheet())
    grid.setCurrentIndex(model.index(123))
    assert grid.current.index == 123
    model.show_query(Query(order="lowest"))
    assert grid.current.index == 123
    left_out = (int(make_sheet().labels[123]) + 1) % 10
    model.show_query(Query(label=left_out))
    assert grid.current is None


def test_data_with_fewer_samples_comes_while_a_late_one_is_current(
    model: SampleModel, qtbot: QtBot
) -> None:
    grid = SampleGrid(model)
    qtbot.addWidget(grid)
    model.show_sheet(make_sheet())
    grid.setCurrentIndex(model.index(381))
    model.show_sheet(make_sheet(1, source=2))
    assert grid.current is None
    assert model.rowCount() == 1
    assert model.sample(0).source == 2


def test_a_large_set_paints_and_fetches_only_what_is_seen(
    model: SampleModel, wanted: Wanted, qtbot: QtBot
) -> None:
    grid = SampleGrid(model)
    qtbot.addWidget(grid)
    grid.resize(640, 480)
    grid.show()
    sheet = make_sheet(120_000)
    model.show_sheet(sheet)
    qtbot.waitUntil(lambda: len(wanted) == 1)
    assert len(wanted[0][2]) <= PAGE
    assert wanted[0][2][0] == 0
    model.show_page(page_for(sheet, wanted[0][2]))
    grid.scrollToBottom()
    qtbot.waitUntil(lambda: len(wanted) == 2)
    assert wanted[1][2].max() == 119_999
    assert wanted[1][2].min() > 119_900
