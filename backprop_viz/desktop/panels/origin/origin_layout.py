"""The parts of the panel that explains a number, and where each lies."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QToolButton, QWidget

from backprop_viz.desktop.panels.inspector.number_sentence import NumberSentence
from backprop_viz.desktop.panels.origin.breadcrumb import Breadcrumb
from backprop_viz.desktop.panels.origin.check_section import CheckSection
from backprop_viz.desktop.panels.origin.formula_line import FormulaLine
from backprop_viz.desktop.panels.origin.group_bars import GroupBars
from backprop_viz.desktop.panels.origin.origin_parts import ValueLabel, plain_button, stacked
from backprop_viz.desktop.panels.origin.sum_lines import SumLines
from backprop_viz.desktop.panels.origin.term_picture import TermPicture
from backprop_viz.desktop.panels.origin.terms_table import TermsTable
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import body_font


class OriginLayout(Panel):
    """A header with the breadcrumb; then the terms, the pictures, the effects and the check."""

    def __init__(self, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("OriginView", "Where does it come from?")
        super().__init__(title, parent)
        self.subtitle.hide()
        self.header.setStretchFactor(self.subtitle, 0)  # the breadcrumb has the room
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.back = plain_button("‹", self.tr("Back to the number before"), "Alt+Left")
        self.forward = plain_button("›", self.tr("Forward again"), "Alt+Right")
        self.path = Breadcrumb()
        self.maximize = plain_button("⤢", self.tr("Maximise this panel, or restore it"), "")
        self.maximize.setCheckable(True)
        self.close_button = plain_button("✕", self.tr("Close (Esc)"), "")
        self.header.addWidget(self.back)
        self.header.addWidget(self.forward)
        self.header.addWidget(self.path, 1)
        self.header.addWidget(self.maximize)
        self.header.addWidget(self.close_button)
        self.value = ValueLabel()
        self.formula = FormulaLine()
        self.table = TermsTable()
        self.sum = SumLines()
        self.facts = NumberSentence()
        self.facts.setObjectName("originFacts")
        self.facts.setFont(body_font(12))
        self.picture = TermPicture()
        self.bars = GroupBars()
        self.pictures = QWidget()
        self.picture_row = pictures = QHBoxLayout(self.pictures)
        pictures.setContentsMargins(0, 0, 0, 0)
        pictures.setSpacing(12)
        # Each at the top, however high the other is.
        pictures.addWidget(stacked(self.picture), 5)
        self.bars_column = stacked(self.bars)
        pictures.addWidget(self.bars_column, 2)
        self.whole = QToolButton()
        self.whole.setObjectName("recordWhole")
        self.whole.setProperty("role", "link")
        self.whole.setText(self.tr("Record this iteration whole"))
        self.whole.setAccessibleName(self.whole.text())
        tip = self.tr("Run it once more from the last checkpoint, and keep every sample")
        self.whole.setToolTip(tip)
        self.other_part = QToolButton()
        self.other_part.setObjectName("otherPart")
        self.other_part.setProperty("role", "link")
        self.other_part.setToolTip(self.tr("The other part of this complex number"))
        self.effects_title = QLabel(self.tr("Changes next"))
        self.effects_title.setFont(body_font(12, bold=True))
        self.effects_note = ElidedLabel()
        self.effects_note.setProperty("role", "caption")
        self.no_effects = NumberSentence()
        self.no_effects.setObjectName("noEffects")
        self.no_effects.setFont(body_font(12))
        self.effects = TermsTable()
        self.effects.setObjectName("effectsTable")
        self.effects.setAccessibleName(self.tr("What the number changes next"))
        self.check = CheckSection()
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setObjectName("originColumns")
        self.effects_column = stacked(
            self.effects_title, self.effects, self.effects_note, self.no_effects
        )
        parts = (
            (stacked(self.value, self.formula, self.table, self.sum), 520, 5),
            (stacked(self.pictures, self.facts, self.other_part, self.whole), 360, 4),
            (self.effects_column, 300, 2),
            (self.check, 420, 4),
        )
        for i, (part, size, stretch) in enumerate(parts):
            self.columns.addWidget(part)
            self.columns.setStretchFactor(i, stretch)
            part.setMinimumWidth(size // 3)
        self.columns.setSizes([480, 360, 240, 420])
        # Where it is narrow and high: the effects and the check have a row of their own.
        self.below = QSplitter(Qt.Orientation.Horizontal)
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.rows.setObjectName("originRows")
        for row, stretch in ((self.columns, 3), (self.below, 2)):
            row.setHandleWidth(10)
            row.setChildrenCollapsible(False)
            self.rows.addWidget(row)
            self.rows.setStretchFactor(self.rows.indexOf(row), stretch)
        self.rows.setChildrenCollapsible(False)
        self.below.hide()
        self.body.setContentsMargins(12, 6, 12, 6)  # the window has little height for it
        self.body.addWidget(self.rows, 1)

    def put_below(self, wanted: bool) -> None:
        """Give the effects and the check a row of their own, or put them beside the terms."""
        if wanted is not self.below.isHidden():
            return
        row = self.below if wanted else self.columns
        for part, stretch in ((self.effects_column, 2), (self.check, 4)):
            row.addWidget(part)
            row.setStretchFactor(row.indexOf(part), stretch)
        self.below.setVisible(wanted)
        if wanted:
            self.rows.setSizes([self.height() // 2] * 2)
