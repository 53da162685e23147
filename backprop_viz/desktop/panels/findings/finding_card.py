"""One finding: a sign, a title, a sentence, and a button that shows the evidence."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.findings.severity_sign import SeveritySign, severity_color
from backprop_viz.desktop.panels.inspector.number_sentence import (
    NumberSentence,
    Span,
    figure_spans,
)
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.texts.finding_texts import finding_text
from backprop_viz.desktop.texts.finding_titles import finding_title
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.notices.finding import Finding

_EDGE = 3


class FindingCard(QFrame):
    """A finding; ``show_wanted`` carries it when the user wants to see the evidence.

    ``evidence``: the number that the figures of the sentence lead to; ``number_picked`` carries
    it. ``line``: the line of the program that it comes from, as a number and its text. ``more``:
    sentences that go on, each in a line of its own.
    """

    show_wanted = Signal(object)
    number_picked = Signal(object)

    def __init__(
        self,
        finding: Finding,
        line: tuple[int, str] | None,
        theme: Theme = DARK,
        more: Sequence[str] = (),
        evidence: Number | None = None,
    ) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        self.finding, self._theme = finding, theme
        self._sign = SeveritySign(finding.severity)
        title, text = finding_title(finding), "\n".join([finding_text(finding), *more])
        self.title = Sentence()
        self.title.setFont(body_font(12, bold=True))
        self.title.setText(title)
        self.sentence = NumberSentence()
        self.sentence.setFont(body_font(12))
        self.sentence.say(text, [] if evidence is None else _figures(finding, text, evidence))
        self.sentence.picked.connect(self.number_picked)
        self.show_button = QToolButton()
        self.show_button.setObjectName("findingShow")
        self.show_button.setText(self.tr("Show"))
        self.show_button.setProperty("role", "link")
        self.show_button.setAccessibleName(
            self.tr("Show the evidence: {title}").format(title=title)
        )
        self.show_button.setToolTip(
            self.tr("Select what it is about, and move the cursor to where it happened")
        )
        self.show_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_button.clicked.connect(lambda: self.show_wanted.emit(self.finding))
        self.show_button.setVisible(finding.event is not None or finding.parameter is not None)
        head = QHBoxLayout()
        head.setSpacing(6)
        top = Qt.AlignmentFlag.AlignTop
        head.addWidget(self._sign, 0, top)
        head.addWidget(self.title, 1)
        head.addWidget(self.show_button, 0, top)
        column = QVBoxLayout(self)
        column.setContentsMargins(8 + _EDGE, 4, 6, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.sentence)
        if line is not None:
            code = ElidedLabel(f"{line[0]}  {line[1]}")
            code.setFont(code_font(11))
            code.setProperty("role", "muted")
            column.addWidget(code)
        severities = {
            "error": self.tr("Error: {title}. {text}"),
            "warning": self.tr("Warning: {title}. {text}"),
            "hint": self.tr("Hint: {title}. {text}"),
        }
        self.setAccessibleName(severities[finding.severity].format(title=title, text=text))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = self._sign.theme = theme
        self.sentence.setStyleSheet(f"color: {theme.muted};")
        self.sentence.set_theme(theme)
        self._sign.update()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, and an edge in the severity's colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        color = severity_color(self._theme, self.finding.severity)
        painter.fillRect(1, 4, _EDGE, max(self.height() - 8, 0), color)
        painter.end()


def _figures(finding: Finding, text: str, evidence: Number) -> list[Span]:
    """The numbers of a finding where its sentence has them."""
    numbers = [v for v in finding.values if isinstance(v, int | float)]
    forms = ("{:.1e}", "{:,}", "{:g}", "{:.4g}", "{:.3g}", "{}")
    return figure_spans(text, [([form.format(v) for form in forms], evidence) for v in numbers])


class MoreLabel(QLabel):
    """How many findings have no card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "caption")

    def show_count(self, count: int) -> None:
        """Say it, or nothing if there are none."""
        self.setVisible(count > 0)
        self.setText(self.tr("and {count} more").format(count=count))
