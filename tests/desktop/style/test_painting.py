"""Texts that are wider than the room for them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.elided import ElidedLabel, without_cut_number
from backprop_viz.desktop.style.numbers import rounded
from backprop_viz.desktop.style.painting import elided, first_fitting
from backprop_viz.desktop.style.theme import body_font, code_font

LEFT = Qt.TextElideMode.ElideLeft


@pytest.mark.parametrize(
    ("name", "fits", "shown"),
    [
        ("bert.encoder.layer.2", "…encoder.layer.2", "…encoder.layer.2"),
        ("bert.encoder.layer.2", "…ncoder.layer.2", "…layer.2"),
        ("bert.encoder.layer.2", "bert.encoder.layer.2", "bert.encoder.layer.2"),
        ("bert.embeddings", "…ddings", "…ddings"),
        ("model.layers[7] (2)", "layers[7] (2)", "layers[7] (2)"),
        ("cross_entropy", "…entropy", "…entropy"),
    ],
)
def test_on_the_left_a_dotted_name_loses_whole_parts(
    qtbot: QtBot, name: str, fits: str, shown: str
) -> None:
    font = body_font(12)
    assert elided(font, name, QFontMetrics(font).horizontalAdvance(fits) + 2, LEFT) == shown


@pytest.mark.parametrize("value", [1.234e-5, -7.77e-12, 3.4028235e38, 0.0213, 2.3047, -1234.5])
@pytest.mark.parametrize("width", [28, 34, 40, 50, 70])
def test_a_number_is_rounded_before_it_is_cut(qtbot: QtBot, value: float, width: int) -> None:
    font = code_font(12, bold=True)
    text, smaller = first_fitting(font, rounded(value), width, 11)
    assert QFontMetrics(smaller).horizontalAdvance(text) <= width
    assert not text or float(text) in {float(f"{value:.{digits}g}") for digits in range(1, 5)}


@pytest.mark.parametrize(
    ("text", "cut", "shown"),
    [
        ("GPT · 53,952 parameters", "GPT · 53,95…", "GPT…"),
        ("GPT · 53,952 parameters", "GPT · 53,952 pa…", "GPT · 53,952 pa…"),
        ("GPT · 53,952 parameters", "GPT · 53,952…", "GPT · 53,952…"),
        ("norm 1.25e-12 · mean 0.5", "norm 1.25e-1…", "norm…"),
        ("norm 1.25e-12 · mean 0.5", "norm 1.2…", "norm…"),
        ("conv1.bias is 3", "conv1.bi…", "conv1.bi…"),
        ("12 nodes", "12 nodes", "12 nodes"),
    ],
)
def test_a_text_is_not_cut_within_a_number(text: str, cut: str, shown: str) -> None:
    assert without_cut_number(text, cut) == shown


def test_where_a_text_has_no_room_the_shorter_one_stands_for_it(qtbot: QtBot) -> None:
    label, plain = ElidedLabel(), ElidedLabel("GPT")
    for each in (label, plain):
        qtbot.addWidget(each)
    label.shorter = "GPT"
    label.setText("GPT · 53,952 parameters")
    for width, same in ((60, True), (label.sizeHint().width(), False)):
        for each in (label, plain):
            each.resize(width, 20)
        assert (label.grab().toImage() == plain.grab().toImage()) is same
    assert label.toolTip() == "GPT · 53,952 parameters"
