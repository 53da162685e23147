"""The parts that the panel is put together from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.origin.formula_line import FormulaLine
from backprop_viz.desktop.panels.origin.sum_lines import SumLines


def plain_button(text: str, tip: str, key: str) -> QToolButton:
    """A button of one sign; ``tip`` is its name too, ``key`` its shortcut."""
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(tip)
    button.setToolTip(f"{tip} ({key})" if key else tip)
    button.setProperty("role", "segment")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


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
