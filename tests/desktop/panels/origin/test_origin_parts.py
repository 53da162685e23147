"""The columns of the panel share what width there is."""

import pytest
import torch
from PySide6.QtWidgets import QSplitter, QStyle, QWidget
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.desktop.panels.origin.origin_parts import ValueLabel, give_room
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.style.numbers import short
from backprop_viz.recording.explanations.number import Number


@pytest.mark.parametrize(
    ("width", "effects", "pictures", "taken"),
    [
        (1500, True, 0, (400, 300, 290)),  # all that is wanted
        (1240, True, 0, (400, 300, 290)),
        (1240, True, 330, (400, 176, 290)),  # a picture is not told from a thumbnail
        (920, True, 340, (386, 100, 270)),  # the effects have less first
        (690, False, 0, (290, 0, 246)),  # what is hidden needs nothing
    ],
)
def test_columns_that_are_shown_fit(
    qtbot: QtBot, width: int, effects: bool, pictures: int, taken: tuple[int, int, int]
) -> None:
    columns = QSplitter()
    columns.setHandleWidth(10)
    qtbot.addWidget(columns)
    for _ in range(4):
        columns.addWidget(QWidget())
    columns.resize(width, 160)
    columns.show()
    columns.widget(2).setVisible(effects)
    give_room(columns, 400, 300, 290, pictures)
    shown = [columns.widget(i) for i in (0, 2, 3) if columns.widget(i).isVisible()]
    assert [part.minimumWidth() for part in shown] == [least for least in taken if least]
    handles = 10 * len(shown)
    bar = columns.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
    assert sum(part.minimumWidth() for part in shown) + handles + 120 + bar <= width
    assert columns.sizes()[1] >= (pictures if width > 1000 else 120)


@pytest.mark.parametrize(("measure", "sign"), [("norm", ""), ("max", "+")])
def test_a_norm_has_no_sign_and_what_may_be_negative_has_one(
    qtbot: QtBot, measure: str, sign: str
) -> None:
    weight = torch.tensor([3.0, 4.0], requires_grad=True)
    with bv.record([weight]) as recorded:
        (weight * weight).sum().backward()
    recording = recorded.recording
    event = next(i for i, e in enumerate(recording.events) if e.op == "AccumulateGrad")
    whole = Number(recording.events[event].output_ids[0], (), event)
    label = ValueLabel()
    qtbot.addWidget(label)
    asked = AskedNumber(recording, measure_of(whole, measure))
    label.show_asked(asked, measure, None, full_precision=False)
    plain = weight.grad.norm() if measure == "norm" else weight.grad.max()
    assert label.text() == f"{measure} = {sign}{short(plain.item())}"
