"""What the tutorial's network says of itself is translated; its code stays as it is."""

import inspect
import io
import tokenize

from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.panels.program.lenet_comments import with_own_comments
from backprop_viz.digits.lenet import LeNet


class Marking(QTranslator):
    """Translates what the network says of itself."""

    def isEmpty(self) -> bool:  # noqa: N802
        return False

    def translate(self, context: str, source: str, *_: object) -> str:
        marks = {"#": "# 말"}
        return marks.get(source[0], "말") if context == "lenet" else source


def told_and_code(source: str) -> tuple[list[str], list[str]]:
    """The words of comments and docstrings, and all other tokens."""
    told, code = list[str](), list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        docstring = token.string.startswith('"""')
        words = token.string.strip('"# \n')
        if docstring or (token.type == tokenize.COMMENT and not words[0].isdigit()):
            told += [line.strip() for line in words.split("\n") if line.strip()]
        else:
            code.append(token.string)
    return told, code


def test_every_sentence_of_the_network_is_translated_and_no_code(qapp: QApplication) -> None:
    source = inspect.getsource(LeNet)
    assert with_own_comments(source) == source
    marking = Marking()
    QCoreApplication.installTranslator(marking)
    try:
        shown = with_own_comments(source)
    finally:
        QCoreApplication.removeTranslator(marking)
    told, code = told_and_code(shown)
    assert code == told_and_code(source)[1]
    assert told
    assert all(line.startswith("말") for line in told), told
