"""What the inspector is made of: its choice, its pages, its lines of text."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.recording.events import Parameter


def parameter_line(parameter: Parameter) -> str:
    """``torch.Size([6]) · float32 · leaf · requires_grad``."""
    words = [f"torch.Size({list(parameter.value.shape)})", str(parameter.value.dtype), "leaf"]
    return " · ".join([*words, "requires_grad"] if parameter.requires_grad else words)


def choice_box() -> QComboBox:
    """The box of everything that can be inspected."""
    box = QComboBox()
    box.setObjectName("inspectorChoice")
    box.setFont(code_font(12))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    box.setMaxVisibleItems(24)
    return box


def page_of(*sections: tuple[QWidget, int]) -> QScrollArea:
    """Sections with their stretch factors, one below the other; scrolled if they do not fit."""
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    for section, stretch in sections:
        layout.addWidget(section, stretch)
    layout.addStretch()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    # A scroll area would fill its page with the palette's colour.
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def first_of(
    selection: Selection, rows: Sequence[tuple[str, str] | None]
) -> tuple[str, str] | None:
    """The first parameter of a selection among the rows of the choice, else its first layer."""
    known = [row for row in rows if row is not None]
    mine = (row for row in known if row[0] == "parameter" and row[1] in selection.parameters)
    layers = (row for row in known if row[0] == "layer" and row[1] in selection.layers)
    return next(mine, next(layers, None))


def slices_button(text: str, tip: str) -> QToolButton:
    """The switch between the sections and the slices of a tensor."""
    button = QToolButton()
    button.setObjectName("inspectorSlices")
    button.setProperty("role", "segment")
    button.setText(text)
    button.setAccessibleName(text)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
