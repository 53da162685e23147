"""Sentences whose numbers are links: what is painted, and which figure leads where."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.inspector.number_sentence import NumberSentence, figure_spans


def test_what_is_said_is_what_the_label_shows(qtbot: QtBot) -> None:
    sentence = NumberSentence()
    qtbot.addWidget(sentence)
    sentence.resize(200, 20)
    sentence.say("Its input was 0.4391 < 1.")
    assert QLabel.text(sentence) == sentence.text() == "Its input was 0.4391 < 1."
    sentence.say("Its input was 0.4391 < 1.", [(14, 20, "target")])
    shown = QLabel.text(sentence)
    assert shown.startswith('Its input was <a href="0"')
    assert shown.endswith(">0.4391</a> &lt; 1.")
    assert sentence.text() == "Its input was 0.4391 < 1."
    sentence.setText("")
    assert QLabel.text(sentence) == ""
    assert sentence.figures == []


def test_a_figure_leads_to_its_target(qtbot: QtBot) -> None:
    sentence = NumberSentence()
    qtbot.addWidget(sentence)
    text = "Of the 12 units of conv1, 1 is 0."
    sentence.say(text, figure_spans(text, [(["1"], "one"), (["12"], "twelve")]))
    assert sentence.figures == [("12", "twelve"), ("1", "one")]
    with qtbot.waitSignal(sentence.picked) as picked:
        sentence.linkActivated.emit("0")
    assert picked.args == ["twelve"]


def test_a_figure_is_found_as_a_whole() -> None:
    text = "x1 is 0.1, -1 and 1,000; 1."
    assert figure_spans(text, [(["1"], "one")]) == [(25, 26, "one")]
    assert figure_spans(text, [(["-1"], "minus")]) == [(11, 13, "minus")]
    assert figure_spans(text, [(["1000", "1,000"], "k")]) == [(18, 23, "k")]
    # A name that begins with a figure; and Korean, where the next word is written to it.
    assert figure_spans("0.weight is 0.", [(["0"], "none")]) == [(12, 13, "none")]
    assert figure_spans("0.weight는 0입니다.", [(["0"], "none")]) == [(10, 11, "none")]
    # The same figure twice is two places.
    twice = figure_spans("2 of 2", [(["2"], "a"), (["2"], "b")])
    assert twice == [(0, 1, "a"), (5, 6, "b")]
