"""Inputs are shown as what they are; each number there is the one that torch was given."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.numbers.tensor_forms import TensorForm, forms_for
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.inspector.input_picture import InputPicture
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from tests.foreign.conftest import recording_of, state_at
from tests.nightly import NIGHTLY, by_day_each


@pytest.fixture
def view(qtbot: QtBot) -> InspectorView:
    view = InspectorView()
    qtbot.addWidget(view)
    view.resize(330, 800)
    view.show()
    return view


@pytest.mark.parametrize(
    ("name", "layer", "form"),
    [
        ("gpt", "tokens", TensorForm.TOKENS),
        ("resnet", "x", TensorForm.COLOUR),
        ("lstm", "series", TensorForm.CURVES),
        ("regression", "row", TensorForm.TABLE),
        ("two_inputs", "facts", TensorForm.TABLE),
    ],
)
def test_an_input_is_shown_as_what_it_is(
    view: InspectorView, name: str, layer: str, form: TensorForm
) -> None:
    recording = recording_of(name)
    view.show_view_state(state_at(recording))
    view.select(select(recording, "layer", layer))
    assert view.input.isVisible()
    assert view.input.picture.form is form
    view.grab()


def test_what_computes_and_a_gray_image_have_no_form(view: InspectorView) -> None:
    recording = recording_of("two_inputs")
    view.show_view_state(state_at(recording))
    for layer in ("image", "conv", "score"):
        view.select(select(recording, "layer", layer))
        assert view.input.isHidden()


SHAPES = [(), (5,), (6, 3), (1, 4, 5), (3, 4, 5), (4, 5, 3), (2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("dtype", "shape"),
    by_day_each(["float32", "int64", "uint8", "bool"], SHAPES),
)
def test_every_number_under_the_mouse_is_of_the_batch(
    qtbot: QtBot, shape: tuple[int, ...], dtype: str
) -> None:
    batch = np.arange(7 * int(np.prod(shape))).reshape(7, *shape).astype(dtype)
    picture = InputPicture()
    qtbot.addWidget(picture)
    picture.resize(260, 190)
    picture.show()
    for form in forms_for(shape, batch.dtype):
        picture.show_sample(batch, 2, form, "x", None)
        picture.grab()
        box, seen = picture.box(), set()
        for x in range(0, box.width(), 1 if NIGHTLY else 3):
            for y in range(0, box.height(), 3):
                number = picture.number_at(QPoint(x, y))
                if number is not None:
                    assert number.value == batch[number.index]
                    seen.add(number.index)
        assert seen
        if form is not TensorForm.TABLE:
            assert {index[0] for index in seen} == {2}


def test_all_tokens_are_there(qtbot: QtBot) -> None:
    batch = np.arange(2 * 19).reshape(2, 19)
    picture = InputPicture()
    qtbot.addWidget(picture)
    picture.resize(200, 190)
    picture.show_sample(batch, 1, TensorForm.TOKENS, "tokens", None)
    box = picture.box()
    points = [QPoint(x, y) for x in range(0, box.width(), 5) for y in range(0, box.height(), 5)]
    found = {number.index for p in points if (number := picture.number_at(p)) is not None}
    assert found == {(1, i) for i in range(19)}


def test_the_form_can_be_changed_and_stays(view: InspectorView) -> None:
    recording = recording_of("lstm")
    view.show_view_state(state_at(recording))
    view.select(select(recording, "layer", "series"))
    view.input.form.setCurrentIndex(1)
    view.input.form.activated.emit(1)
    assert view.input.picture.form is TensorForm.HEAT_MAP
    view.select(select(recording, "layer", "head"))
    view.select(select(recording, "layer", "series"))
    assert view.input.picture.form is TensorForm.HEAT_MAP


def test_a_click_asks_about_the_number(view: InspectorView) -> None:
    recording = recording_of("gpt")
    view.show_view_state(state_at(recording))
    view.select(select(recording, "layer", "tokens"))
    asked = []
    view.number_picked.connect(asked.append)
    QTest.mouseClick(view.input.picture, Qt.MouseButton.LeftButton, pos=QPoint(60, 8))
    (number,) = asked
    assert recording.tensors[number.tensor].dtype == np.int64
    assert number.index == (0, 1)
