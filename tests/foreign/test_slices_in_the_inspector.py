"""Slices of tensors of any rank in the inspector: what is read there is what torch computed."""

from itertools import combinations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.inspector.slice_picture import SlicePicture
from backprop_viz.desktop.panels.inspector.slice_section import SliceSection
from backprop_viz.desktop.panels.inspector.sliced_tensors import SlicedTensor
from backprop_viz.recording.explanations.number import Number
from tests.foreign.conftest import recording_of, state_at
from tests.foreign.nets import SequenceTagger


@pytest.fixture
def view(qtbot: QtBot) -> InspectorView:
    view = InspectorView()
    qtbot.addWidget(view)
    view.resize(330, 620)
    view.show()
    return view


def chip(section: SliceSection, title: str) -> None:
    button = next(b for b in section.chips.buttons() if b.text() == title)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def pixel_of(picture: SlicePicture, row: int, column: int) -> QPoint:
    box = picture.cell(row, column)
    return QPoint(int(box.center().x()), int(box.center().y()))


def test_a_five_dimensional_weight_is_read_number_by_number(view: InspectorView) -> None:
    recording = recording_of("volume")
    weight = recording.by_parameter["conv.weight"].value
    assert weight.shape == (3, 2, 3, 3, 3)
    view.show_view_state(state_at(recording, 0))
    view.select(select(recording, "parameter", "conv.weight"))
    view.slices_on.setChecked(True)
    section = view.slices
    chip(section, "value")
    assert list(section.places) == [0, 1, 2]
    section.places[0].setValue(2)
    section.places[1].setValue(1)
    section.places[2].setValue(2)
    for row, column in np.ndindex(3, 3):
        number = section.picture.number_at(pixel_of(section.picture, row, column))
        assert number is not None
        assert number.index == (2, 1, 2, row, column)
        assert number.value == weight[2, 1, 2, row, column]


def test_other_axes_show_the_transposed_numbers(view: InspectorView) -> None:
    recording = recording_of("volume")
    value = recording.input
    assert value is not None
    view.show_view_state(state_at(recording))
    view.select(select(recording, "layer", "volume"))
    view.slices_on.setChecked(True)
    section = view.slices
    section.rows.setCurrentIndex(4)
    section.rows.activated.emit(4)
    section.columns.setCurrentIndex(1)
    section.columns.activated.emit(1)
    assert list(section.places) == [0, 2, 3]
    number = section.picture.number_at(pixel_of(section.picture, 6, 1))
    assert number is not None
    assert number.index == (0, 1, 0, 0, 6)
    assert number.value == value[0, 1, 0, 0, 6]
    section.as_table.setChecked(True)
    cells = section.table.cells
    assert (cells.rowCount(), cells.columnCount()) == (7, 2)
    assert cells.number(6, 1).value == value[0, 1, 0, 0, 6]


def test_a_click_asks_where_the_number_comes_from(view: InspectorView) -> None:
    recording = recording_of("gpt")
    view.show_view_state(state_at(recording))
    view.select(select(recording, "parameter", "blocks.1.attn.qkv.weight"))
    view.slices_on.setChecked(True)
    asked: list[Number] = []
    view.number_picked.connect(asked.append)
    picture = view.slices.picture
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=pixel_of(picture, 17, 4))
    (number,) = asked
    end = recording.at(len(recording.events))
    assert number.tensor == end.grad_id("blocks.1.attn.qkv.weight")
    assert number.index == picture.place_at(pixel_of(picture, 17, 4))
    picture.setFocus()
    QTest.keyClick(picture, Qt.Key.Key_Right)
    QTest.keyClick(picture, Qt.Key.Key_Return)
    assert asked[1].index == (number.index[0], number.index[1] + 1)


def test_the_optimizers_state_is_torchs(view: InspectorView) -> None:
    torch.manual_seed(0)
    model = SequenceTagger()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    series, target = torch.randn(3, 12, 5), torch.randn(3, 12, 2)
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(series), target).backward()
    optimizer.step()
    recording = recording_of("lstm")
    view.show_view_state(state_at(recording))
    view.select(select(recording, "parameter", "head.weight"))
    view.slices_on.setChecked(True)
    titles = [tensor.title for tensor in view.slices.tensors]
    assert titles == [".grad", "value", "Δ", "step", "exp_avg", "exp_avg_sq"]
    for title, expected in (
        ("value", model.head.weight),
        (".grad", model.head.weight.grad),
        ("exp_avg_sq", optimizer.state[model.head.weight]["exp_avg_sq"]),
    ):
        chip(view.slices, title)
        shown = view.slices.chosen
        assert shown is not None
        assert shown.array is not None
        assert expected is not None
        assert shown.array.tobytes() == expected.detach().numpy().tobytes()


@pytest.mark.parametrize("width", [297, 330])
def test_what_there_is_to_choose_is_not_cut(view: InspectorView, qtbot: QtBot, width: int) -> None:
    recording = recording_of("lstm")
    view.show_view_state(state_at(recording))
    view.select(select(recording, "parameter", "head.weight"))
    view.slices_on.setChecked(True)
    section = view.slices
    view.resize(width, 620)

    def is_seen(widget: QWidget) -> bool:
        whole = widget.width() >= widget.minimumSizeHint().width()
        place = QRect(widget.mapTo(view, QPoint(0, 0)), widget.size())
        return whole and view.contentsRect().contains(place)

    chips = section.chips.buttons()
    assert [button.text() for button in chips][-1] == "exp_avg_sq"
    qtbot.waitUntil(lambda: all(map(is_seen, (*chips, section.as_table))))
    qtbot.waitUntil(lambda: all(map(is_seen, (section.rows, section.columns))))
    places = [QRect(b.mapTo(view, QPoint(0, 0)), b.size()) for b in (*chips, section.as_table)]
    assert not any(a.intersects(b) for a, b in combinations(places, 2))


def test_running_statistics_are_inspected_before_and_after(view: InspectorView) -> None:
    recording = recording_of("resnet")
    view.show_view_state(state_at(recording))
    view.choice.setCurrentText("bn.running_mean")
    view.choice.activated.emit(view.choice.currentIndex())
    assert view.slices.isVisible()
    assert [tensor.title for tensor in view.slices.tensors] == ["now", "before", "Δ"]
    chip(view.slices, "before")
    before = view.slices.chosen
    assert before is not None
    assert before.array is not None
    assert not before.array.any(), "a new running mean is zeros"


@pytest.mark.parametrize("shape", [(), (7,), (3, 0), (500, 700), (2, 3, 4, 2, 3, 2)])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "uint8", "complex64"])
def test_any_tensor_is_painted(qtbot: QtBot, shape: tuple[int, ...], dtype: str) -> None:
    section = SliceSection()
    qtbot.addWidget(section)
    section.resize(260, 300)
    section.show()
    array = np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)
    section.show_tensors([SlicedTensor("x", "x", array)], 1)
    section.grab()
    section.as_table.setChecked(True)
    section.grab()


def test_of_numbers_that_share_a_pixel_the_farthest_from_zero_is_read(qtbot: QtBot) -> None:
    section = SliceSection()
    qtbot.addWidget(section)
    section.resize(260, 300)
    section.show()
    array = np.zeros((400, 4000), np.float32)
    array[211, 1777] = -5.0
    section.show_tensors([SlicedTensor("x", "x", array)], 1)
    number = section.picture.number_at(pixel_of(section.picture, 211, 1777))
    assert number is not None
    assert (number.index, number.value) == ((211, 1777), -5.0)
