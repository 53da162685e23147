"""The saliency window says which number is under the cursor."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.saliency_pictures import ExcitedMaps, SaliencyPicture
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.recording.requests.drawing_training import Saliency

RANDOM = np.random.default_rng(5)


@pytest.fixture
def saliency() -> Saliency:
    gradient = RANDOM.normal(size=(32, 32)).astype(np.float32)
    maps = tuple(
        (name, np.abs(RANDOM.normal(size=(count, 6, 7)).astype(np.float32)))
        for name, count in (("conv1", 6), ("conv2", 16))
    )
    return Saliency(3, True, np.ones((32, 32), np.float32), gradient, maps)


@pytest.mark.parametrize("size", [(128, 128), (321, 250), (400, 700)])
def test_a_pixel_of_the_saliency(qtbot: QtBot, saliency: Saliency, size: tuple[int, int]) -> None:
    picture = SaliencyPicture()
    qtbot.addWidget(picture)
    picture.resize(*size)
    assert picture.number_at(QPoint(size[0] // 2, size[1] // 2)) is None
    picture.show_saliency(saliency)
    unit = min(size) // 32
    left, top = ((length - 32 * unit) // 2 for length in size)
    for row, column in ((0, 0), (31, 31), (4, 17)):
        point = QPoint(left + column * unit + unit // 2, top + row * unit + unit // 2)
        number = picture.number_at(point)
        assert number is not None
        value = saliency.gradient[row, column]
        assert number.text == f"∂out[3]/∂x[0, 0, {row}, {column}] = {signed(value)}"
    assert picture.tip_at(QPoint(left - 1, top)) == ""


def test_a_number_of_a_feature_map(qtbot: QtBot, saliency: Saliency) -> None:
    pictures = ExcitedMaps()
    qtbot.addWidget(pictures)
    pictures.resize(300, 400)
    pictures.show_maps(saliency.maps)
    pictures.grab()
    found = {
        number.name: number
        for x in range(0, 300, 3)
        for y in range(0, 400, 3)
        if (number := pictures.number_at(QPoint(x, y))) is not None
    }
    assert set(found) == {"relu(conv1)", "relu(conv2)"}
    for (name, maps), number in zip(saliency.maps, found.values(), strict=True):
        assert number.name == f"relu({name})"
        assert number.index[0] == 0
        assert number.value == maps[number.index[1:]]
