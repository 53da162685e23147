"""What looks wrong in the iteration shown: the worst first, each with its evidence."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.evidence_number import evidence_number
from backprop_viz.analysis.provenance import layer_of, line_of
from backprop_viz.desktop.panels.findings.finding_card import FindingCard, MoreLabel
from backprop_viz.desktop.panels.inspector.why_section import code_line
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.texts.error_texts import error_sentences
from backprop_viz.desktop.texts.finding_topics import looked_for
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import RAISED, Finding

# This many findings have a card: to make hundreds of them would take long, and nobody reads them.
MOST_CARDS = 30


class FindingsView(Panel):
    """The findings of a recording, which ``show_findings`` is given.

    ``picked`` carries what a finding is about, ``evidence`` the index of the event that shows it;
    ``number_picked`` the number that shows it, where a figure of the sentence was clicked, and
    ``number_shown`` the same with its recording, where only the evidence is to be shown.
    ``came_in_sight``: it was hidden, and may not have been given the findings.
    """

    picked = Signal(str, object)
    evidence = Signal(int)
    number_picked = Signal(object)
    number_shown = Signal(object, object)
    came_in_sight = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("FindingsView", "Findings"), parent)
        self._theme = DARK
        self._view_state: ViewState | None = None
        self._recording: Recording | None = None
        self.cards: list[FindingCard] = []
        self._more = MoreLabel()
        self.note = Sentence()
        self.note.setFont(body_font(11))
        self.note.setObjectName("findingsNote")
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        for widget in (self._more, self.note):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.area = SteadyScrollArea()
        self.area.viewport().setAutoFillBackground(False)
        self.area.setWidget(page)
        page.setAutoFillBackground(False)  # the scroll area has switched it on
        self.area.setMinimumHeight(30)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(self.tr("What looks wrong in this iteration"))
        self.body.addWidget(self.area, 1)
        self._notes = "", ""  # what was not found, and that in brief
        self.area.viewport().installEventFilter(self)
        self._say_nothing(self.tr("Every recorded iteration is checked."))

    # -- what is shown -------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the findings of what came while hidden."""
        super().showEvent(event)
        self.came_in_sight.emit()

    def show_view_state(self, view_state: ViewState) -> None:
        """Say nothing of an iteration whose findings are not known; they come by themselves."""
        self._view_state = view_state
        recording = view_state.cursor.recording
        if view_state.training:
            self._recording = None
            self._say_nothing(self.tr("Checked when training pauses."))
        elif not is_checked(recording):
            self._recording = None
            self._say_nothing(
                self.tr("Nothing of this iteration is recorded yet: each one recorded is checked.")
            )

    def show_findings(self, recording: Recording, found: tuple[Finding, ...]) -> None:
        """Show what was found in the recording that the view state shows."""
        self._recording = recording
        if [card.finding for card in self.cards] != list(found[:MOST_CARDS]):
            self._set_cards(recording, found[:MOST_CARDS])
        self._more.show_count(len(found) - len(self.cards))
        self.subtitle.setText(self._count(len(found)))
        topics = looked_for(found)
        said = self.tr("Nothing found: {topics}.")
        brief = self.tr("Nothing found: {count} kinds of mistakes were looked for.")
        goes_on = recording.under_way is not None or self._is_not_over(recording)
        if goes_on:
            said = self.tr("Nothing found in the phases that have ended: {topics}.")
            brief = self.tr(
                "Nothing found in the phases that have ended: {count} kinds of mistakes are looked "
                "for."
            )
        if found and goes_on:
            brief = self.tr(
                "Nothing found of {count} other kinds of mistakes in the phases that have ended."
            )
        elif found:
            brief = self.tr("Nothing found of {count} other kinds of mistakes.")
        self._notes = said.format(topics=", ".join(topics)), brief.format(count=len(topics))
        self.note.setToolTip(self._notes[0])
        self._fit_note()
        self.note.setVisible(bool(topics))

    def _fit_note(self) -> None:
        """List what was looked for where that has room, else tell how much it was."""
        sight = self.area.viewport()
        self.note.setText(self._notes[0])
        if self.cards or self.note.heightForWidth(sight.width()) > sight.height():
            self.note.setText(self._notes[1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the height in which the note is seen."""
        if event.type() == QEvent.Type.Resize and self._notes[0]:
            # Not while the panels are laid out: another text has another size.
            QTimer.singleShot(0, self, self._fit_note)
        return super().eventFilter(watched, event)

    def _is_not_over(self, recording: Recording) -> bool:
        """Whether phases of the iteration are still to come."""
        return self._view_state is not None and recording.iteration > self._view_state.iteration

    def _count(self, count: int) -> str:
        if count == 0:
            return self.tr("none in this iteration")
        return self.tr("%n in this iteration", "", count)

    def _say_nothing(self, why: str) -> None:
        self._set_cards(None, ())
        self._more.show_count(0)
        self.subtitle.setText("")
        self._notes = "", ""
        self.note.setToolTip("")
        self.note.setText(why)
        self.note.show()

    def _set_cards(self, recording: Recording | None, found: tuple[Finding, ...]) -> None:
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        before: QWidget = self.area
        for i, finding in enumerate(found):
            error = None if recording is None else recording.error
            more = error_sentences(error) if error is not None and finding.code in RAISED else ()
            number = None if recording is None else evidence_number(recording, finding)
            line = self._line(recording, finding)
            card = FindingCard(finding, line, self._theme, more, number)
            card.number_picked.connect(self.number_picked)
            card.show_wanted.connect(self.show_evidence)
            self._column.insertWidget(i, card)
            card.show()
            # Else the Tab key would come to what is made late last of all.
            QWidget.setTabOrder(before, card.show_button)
            before = card.show_button
            self.cards.append(card)

    def _line(self, recording: Recording | None, finding: Finding) -> tuple[int, str] | None:
        """The line of the program that a finding's event comes from."""
        if recording is None or self._view_state is None or finding.event is None:
            return None
        return code_line(self._view_state.program, line_of(recording, finding.event))

    # -- the evidence --------------------------------------------------------------------------

    def show_evidence(self, finding: Finding) -> None:
        """Have the cursor moved to a finding's event, and what it is about selected."""
        recording = self._recording
        if recording is None:
            return
        if finding.event is not None:
            self.evidence.emit(finding.event)
        if finding.parameter is not None:
            self.picked.emit("parameter", finding.parameter)
        elif finding.event is not None:
            layer = layer_of(recording, finding.event)
            node = recording.events[finding.event].node
            if layer is not None:
                self.picked.emit("layer", layer.name)
            elif node is not None:
                self.picked.emit("node", node)
        number = evidence_number(recording, finding)
        if number is not None:
            self.number_shown.emit(number, recording)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.note.setStyleSheet(f"color: {theme.muted};")
        for card in self.cards:
            card.set_theme(theme)


def is_checked(recording: Recording) -> bool:
    """Whether there is anything to check: something has run, or the first operation raised."""
    return not recording.preview and bool(recording.events or recording.error)
