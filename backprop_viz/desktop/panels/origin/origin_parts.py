"""The parts that the panel is put together from."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSplitter, QStyle, QToolButton, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.measures import measure_in
from backprop_viz.analysis.numbers.number_origin import told_scalar
from backprop_viz.desktop.panels.origin.difference_rows import difference_value
from backprop_viz.desktop.panels.origin.formula_line import FormulaLine
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.panels.origin.sum_lines import SumLines
from backprop_viz.desktop.panels.origin.term_rows import few_terms
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import full, in_sum
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number_explanation import NumberExplanation

# What the terms, and the effects, have of the width: in pixels at least, of all of it at most.
# The effects have more where there are no pictures beside them.
_TERMS_WIDTH, _TERMS_SHARE = 173, 0.42
_EFFECTS_WIDTH, _EFFECTS_WHOLE, _EFFECTS_SHARE = 100, (170, 214), 0.28
# What the pictures and the check have at least, and what is enough for sentences alone.
_PICTURES_WIDTH, _CHECK_WIDTH, _SENTENCES_WIDTH = 120, 140, 200
# The height in pixels in which each of two rows has its plots or a few terms.
_TWO_ROWS = 330
_SIZES = (16, 14, 12)


def plain_button(text: str, tip: str, key: str) -> QToolButton:
    """A button of one sign; ``tip`` is its name too, ``key`` its shortcut."""
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(tip)
    button.setToolTip(f"{tip} ({key})" if key else tip)
    button.setProperty("role", "segment")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def needs_two_rows(width: int, height: int, terms: int, effects: int, check: int) -> bool:
    """Whether the columns have no room beside each other, and two rows of them have.

    ``effects`` is 0 where there are none.
    """
    terms = max(_TERMS_WIDTH, min(terms, round(width * _TERMS_SHARE)))
    return height >= _TWO_ROWS and terms + _SENTENCES_WIDTH + effects + check > width


def give_room(columns: QSplitter, terms: int, effects: int, check: int, pictures: int = 0) -> None:
    """Let the columns have the width in which nothing of theirs is cut.

    The check has it before the pictures, and these before the effects, whose long names have
    several lines; the effects and the check may be elsewhere.
    """
    terms = max(_TERMS_WIDTH, min(terms, round(columns.width() * _TERMS_SHARE)))
    first, beside = columns.widget(0), columns.widget(2)
    if first is not None and beside is None:
        first.setMinimumWidth(terms)
        return
    least = _EFFECTS_WIDTH if beside is not None and not beside.isHidden() else 0
    # So much narrower it becomes where the panel scrolls; else it would scroll sideways as well.
    bar = columns.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
    room = columns.width() - bar - (3 if least else 2) * columns.handleWidth()
    check = max(_CHECK_WIDTH, min(check, room - _PICTURES_WIDTH - terms - least))
    room -= terms + check
    # A name and its number, where there is room for both; beside sentences alone there is more.
    whole = min(_EFFECTS_WHOLE[pictures < _SENTENCES_WIDTH], effects) if least else 0
    pictures = max(_PICTURES_WIDTH, min(max(pictures, _SENTENCES_WIDTH), room - whole))
    least = max(least, min(whole, room - pictures))
    effects = max(least, min(effects, round(columns.width() * _EFFECTS_SHARE), room - pictures))
    for at, width in ((0, terms), (2, effects), (3, check)):
        column = columns.widget(at)
        if column is not None:
            column.setMinimumWidth(width)
    if columns.count() == 4 and columns.sizes()[1] < pictures:
        columns.setSizes([terms, pictures, effects if least else 0, check])


def give_room_below(row: QSplitter, effects: int, check: int) -> None:
    """Let the effects have their width in a row with the check, as far as that has its own."""
    first, room = row.widget(0), row.width() - row.handleWidth() - check
    if first is not None:
        first.setMinimumWidth(max(_EFFECTS_WIDTH, min(effects, room)))


class ValueLabel(ElidedLabel):
    """The number that is explained, as large as it fits.

    ``shown`` is what Ctrl+C copies over it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shown: ShownNumber | None = None
        self.setObjectName("originValue")
        self._fit()

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text."""
        super().setText(text)
        self._fit()

    def show_told(self, told: ToldNumber, full_precision: bool) -> None:
        """Show a number of no recorded tensor."""
        self.setText(f"{told.name} = {told.exact if full_precision else told.brief}")
        self.setToolTip(f"{told.name} = {told.exact}")
        self.shown = None

    def show_asked(
        self,
        asked: AskedNumber,
        name: str,
        explanation: NumberExplanation | None,
        full_precision: bool,
    ) -> None:
        """Show a number of a recording, or a difference, with as many digits as its terms need."""
        summed = None if explanation is None else explanation.value
        value = told_scalar(asked.recording, asked.number, summed)
        if asked.then is not None:
            value, name = difference_value(asked), f"Δ {name}"
        self.shown = None if value is None else ShownNumber(name, (), value)
        if value is None:
            self.setText(name)
            return
        exact, brief = full(value), in_sum(value, few_terms(explanation))
        if asked.then is None and measure_in(asked.number) == "norm":
            brief = brief.removeprefix("+")  # none is negative
        self.setText(f"{name} = {exact if full_precision else brief}")
        self.setToolTip(f"{name} = {exact}")

    def number_under_mouse(self) -> ShownNumber | None:
        """The number itself."""
        return self.shown

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take a larger or a smaller font."""
        super().resizeEvent(event)
        self._fit()

    @property
    def least_width(self) -> int:
        """The width in pixels in which the smallest of its fonts is not elided."""
        font = code_font(_SIZES[-1], bold=True)
        return QFontMetrics(font).horizontalAdvance(self.text()) + 4

    def _fit(self) -> None:
        fonts = [code_font(size, bold=True) for size in _SIZES]
        wide = (QFontMetrics(font).horizontalAdvance(self.text()) for font in fonts)
        fitting = [f for f, width in zip(fonts, wide, strict=True) if width <= self.width()]
        self.setFont(fitting[0] if fitting else fonts[-1])


def stacked(*widgets: QWidget) -> QWidget:
    """Widgets one below the other; labels take no more height than they need."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget, 0 if isinstance(widget, QLabel | FormulaLine | SumLines) else 1)
    layout.addStretch(0)
    return column
