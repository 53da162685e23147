"""The note about a forward that torch refused: the line, the message, the shapes up to there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import body_font, code_font
from backprop_viz.recording.trace.events import Failure

# Panels at least this high show all shapes, and torch's message, which the window's message
# bar shows as well.
_FOR_SHAPES, _FOR_WORDS = 230, 320
_FOR_LINES = 290  # of a panel less wide, the message takes too many lines


class FailureNote(QFrame):
    """``mend_wanted`` asks for the batch dimension to be added by unsqueeze(0)."""

    mend_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("failureNote")
        self.setProperty("role", "bubble")
        self.head = ElidedLabel()
        self.head.setObjectName("failureHead")
        self.head.setFont(body_font(11, bold=True))
        self.said = QLabel()
        self.said.setObjectName("failureText")
        self.said.setFont(body_font(11))
        self.shapes = QLabel()
        self.shapes.setObjectName("failureShapes")
        self.shapes.setFont(code_font(11))
        for label in (self.said, self.shapes):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.mend = QToolButton()
        self.mend.setObjectName("mendByUnsqueeze")
        self.mend.setProperty("role", "link")
        self.mend.setText("x.unsqueeze(0)")
        self.mend.setAccessibleName(self.tr("Fix it by x.unsqueeze(0)"))
        self.mend.setToolTip(self.tr("Give the network this input as a batch of one, 1×1×32×32"))
        self.mend.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.mend.clicked.connect(self.mend_wanted)
        self._why = ElidedLabel()  # texts must not make the panel wider
        self._why.setText(self.tr("x has no batch dimension:"))
        self._why.setFont(body_font(11))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._why, 1)
        row.addWidget(self.mend)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 5, 8, 4)
        column.setSpacing(2)
        column.addWidget(self.head)
        column.addWidget(self.said)
        column.addWidget(self.shapes)
        column.addLayout(row)
        self.hide()

    def fit(self, width: int, height: int) -> None:
        """Show as much as a panel of this size has room for; the tooltip has everything."""
        self.shapes.setVisible(height >= _FOR_SHAPES)
        self.said.setVisible(height >= _FOR_WORDS and width >= _FOR_LINES)

    def show_failure(self, failure: Failure | None, line: int | None, unbatched: bool) -> None:
        """Show a failure at a line of the program, counted from 1; None: no failure."""
        self.setVisible(failure is not None)
        if failure is None:
            return
        given = ", ".join(_shape(shape) for shape in failure.given)
        call = f"{failure.op}({given})" if failure.op else failure.kind
        self.head.setText(call if line is None else self.tr("Line {0}: {1}").format(line, call))
        self.said.setText(f"{failure.kind}: {failure.text}")
        self.shapes.setText(" → ".join(f"{op} {_shape(shape)}" for op, shape in failure.reached))
        self.setToolTip("\n".join((self.head.text(), self.said.text(), self.shapes.text())))
        self.setAccessibleName(self.tr("Forward failed"))
        self.setAccessibleDescription(self.toolTip())
        for widget in (self._why, self.mend):
            widget.setVisible(unbatched)


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "()"
