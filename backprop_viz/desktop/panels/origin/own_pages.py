"""The pages that the window writes by itself, of numbers that no worker is asked about.

They are a difference of two numbers, and a number of no recorded tensor (``ToldNumber``).
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.number_marks import NumberMarks, marks_of
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.desktop.panels.origin.difference_rows import difference_rows
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.panels.origin.term_rows import TermRows, phase_color
from backprop_viz.desktop.panels.origin.told_rows import told_rows
from backprop_viz.desktop.widgets.told_number import ToldNumber


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What is shown of such a number: ``color`` is its own, ``text`` the facts.

    ``of`` says what it is of, ``where`` what the symbols of its formula are; "" is nothing.
    """

    color: str
    rows: TermRows
    text: str
    names: NumberNames | None = None
    formula: str = ""
    where: str = ""
    of: str = ""
    marks: NumberMarks | None = None


def difference_page(asked: AskedNumber, names: NumberNames) -> OwnPage:
    """A difference: two numbers, each to be clicked."""
    text = QCoreApplication.translate(
        "OriginView", "Now less then, exactly. Click either number to see where it comes from."
    )
    color = phase_color(asked.number, asked.recording.events)
    marks = marks_of(asked.recording, asked.number)
    return OwnPage(color, difference_rows(asked), text, names, marks=marks)


def told_page(told: ToldNumber) -> OwnPage:
    """A number that the window itself knows how to tell of."""
    rows = told_rows(told.parts)
    return OwnPage(told.color, rows, told.text, None, told.formula, told.where, told.of)
