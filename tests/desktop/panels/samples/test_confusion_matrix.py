import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.samples.confusion_matrix import ConfusionMatrix
from backprop_viz.desktop.panels.samples.matrix_layout import MatrixLayout, strength
from backprop_viz.desktop.style.painting import contrast, ink_on
from backprop_viz.desktop.style.theme import DARK, LIGHT, Theme

TABLE = np.diag(np.arange(10, 20))
TABLE[3, 5] = 7


@pytest.fixture
def matrix(qtbot: QtBot) -> ConfusionMatrix:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.resize(520, 460)
    matrix.show_table(TABLE)
    matrix.show()
    return matrix


@pytest.fixture
def opened(matrix: ConfusionMatrix) -> list[tuple[int | None, int | None]]:
    found: list[tuple[int | None, int | None]] = []
    matrix.opened.connect(lambda label, predicted: found.append((label, predicted)))
    return found


@pytest.mark.parametrize("size", [10, 13])
def test_every_cell_is_found_at_its_middle(size: int) -> None:
    layout = MatrixLayout(size, 520, 460)
    for row in range(-1, size):
        for column in range(-1, size):
            assert layout.at(layout.cell(row, column).center()) == (row, column)
    assert layout.at(layout.cell(4, size).center()) == (4, -1)
    assert layout.at(QPointF(2, 2)) is None
    assert layout.at(QPointF(519, 600)) is None


def test_a_click_opens_the_samples_of_a_cell(
    matrix: ConfusionMatrix, opened: list[tuple[int | None, int | None]], qtbot: QtBot
) -> None:
    layout = MatrixLayout(10, matrix.width(), matrix.height())
    for cell in ((3, 5), (3, -1), (-1, 5), (-1, -1)):
        middle = layout.cell(*cell).center().toPoint()
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=middle)
    assert opened == [(3, 5), (3, None), (None, 5), (None, None)]


def test_the_keyboard_reaches_every_cell(
    matrix: ConfusionMatrix, opened: list[tuple[int | None, int | None]], qtbot: QtBot
) -> None:
    keys = Qt.Key
    for key in (keys.Key_Down, keys.Key_Down, keys.Key_Right, keys.Key_Return):
        qtbot.keyClick(matrix, key)
    for key in (keys.Key_End, keys.Key_Space, keys.Key_Home, keys.Key_Left, keys.Key_Enter):
        qtbot.keyClick(matrix, key)
    for key in (keys.Key_Up, keys.Key_Up, keys.Key_Up, keys.Key_Enter):
        qtbot.keyClick(matrix, key)
    assert opened == [(1, 0), (1, 9), (1, None), (None, None)]
    assert matrix.cell == (-1, -1)


def test_what_a_cell_counts_is_said(matrix: ConfusionMatrix) -> None:
    total = int(TABLE.sum())
    assert matrix.sentence((3, 5)) == "Label 3, predicted 5: 7 of 20 samples (35.00 %)."
    assert matrix.sentence((3, -1)) == "Label 3: 13 of 20 samples correct (recall 65.00 %)."
    assert matrix.sentence((-1, 5)) == "Predicted 5: 15 of 22 samples correct (precision 68.18 %)."
    assert matrix.sentence((-1, -1)).startswith(f"All {total} samples: 145 correct")
    matrix.show_cell(3, 5)
    assert matrix.accessibleDescription() == matrix.sentence((3, 5))
    matrix.show_table(np.zeros((10, 10), np.int64))
    assert matrix.sentence((3, 5)) == "Label 3, predicted 5: 0 of 0 samples (0.00 %)."


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_counts_can_be_read_on_every_shade(theme: Theme) -> None:
    for share in np.linspace(0, 1, 101):
        ground = theme.tint(theme.accent, strength(float(share)))
        assert contrast(ink_on(ground, theme), ground) >= 4.5, share


def test_the_colour_grows_with_the_share() -> None:
    strengths = [strength(share / 1000) for share in range(1001)]
    assert strengths == sorted(set(strengths))
    assert (strengths[0], strengths[-1]) == (0, 1)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_larger_share_has_the_stronger_colour(matrix: ConfusionMatrix, theme: Theme) -> None:
    matrix.set_theme(theme)
    image = matrix.grab().toImage()
    layout = MatrixLayout(10, matrix.width(), matrix.height())
    accent = QColor(theme.accent)

    def distance(row: int, column: int) -> int:
        corner = layout.cell(row, column).topLeft().toPoint()
        color = image.pixelColor(corner.x() + 5, corner.y() + 5)
        pairs = zip(color.getRgb()[:3], accent.getRgb()[:3], strict=True)
        return sum(abs(a - b) for a, b in pairs)

    assert distance(0, 0) < distance(3, 3) < distance(3, 5) < distance(0, 1)
