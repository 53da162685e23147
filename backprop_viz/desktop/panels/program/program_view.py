"""The panel with the Python that runs, and its current line."""

from dataclasses import replace
from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.phases.phases import PhaseProgress, phase_states
from backprop_viz.desktop.panels.program.code_area import CodeArea
from backprop_viz.desktop.panels.program.failure_note import FailureNote
from backprop_viz.desktop.panels.program.network_page import NetworkPage
from backprop_viz.desktop.panels.program.parameter_table import ParameterTable
from backprop_viz.desktop.panels.program.program_marks import Marks, broken_rows, marks
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.run.run_origin import RunOrigin

_COPIED_MS = 1500


class _Pages(QStackedWidget):
    """Pages that are as high as there is room: the code scrolls by itself below a long note."""

    def hasHeightForWidth(self) -> bool:
        return False


class ProgramView(Panel):
    """The loop and the network's forward.

    ``picked`` names the layer of a line that was clicked; ``breakpoint_toggled`` carries the
    Breakpoint of a line that is to have one, or no longer; ``refused`` says why one cannot.
    ``run_network_wanted`` carries the source of a network that was edited, None for the built-in
    one. ``copy_wanted`` asks for the run as a script, ``mend_wanted`` for the input to have its
    batch dimension. Beside the loop there are the network's class and the table of its parameters.
    """

    number_picked = Signal(object)
    picked = Signal(str, object)
    breakpoint_toggled = Signal(object)
    refused = Signal(str)
    copy_wanted = Signal()
    run_network_wanted = Signal(object)
    mend_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("ProgramView", "Program"), parent)
        self._view_state: ViewState | None = None
        self._selection: Selection | None = None
        self._lit_lines: frozenset[int] = frozenset()
        self._lit_names: frozenset[str] = frozenset()  # of lines of the loop
        self._raised: int | None = None  # the line of a script that raised what ended it
        self.code = CodeArea(self)
        self.code.chosen.connect(self._choose)
        self.code.gutter.clicked.connect(self._toggle)
        self._copy = QToolButton()
        self._copy.setObjectName("copyScript")
        self._copy.setProperty("role", "link")
        self._copy.setText(self.tr("Copy as script"))
        self._copy.setAccessibleName(self.tr("Copy the program as a script"))
        self._copy.setToolTip(
            self.tr("Copy the run so far as a script that needs torch alone and gives these losses")
        )
        self._copy.clicked.connect(self.copy_wanted)
        self.header.addWidget(self._copy)
        self.network = NetworkPage()
        self.network.run_wanted.connect(self.run_network_wanted)
        self.parameters = ParameterTable()
        self.parameters.picked.connect(self.picked)
        self.parameters.number_picked.connect(self.number_picked)
        self.failure = FailureNote()
        self.failure.mend_wanted.connect(self.mend_wanted)
        self.no_source = QLabel(
            self.tr(
                "There is no source to show: Python keeps none of what is typed at its prompt. "
                "Put the code into a file or a notebook to see its lines here."
            )
        )
        self.no_source.setProperty("role", "muted")
        self.no_source.setWordWrap(True)
        self.no_source.hide()
        loop = QWidget()
        column = QVBoxLayout(loop)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.no_source)
        column.addWidget(self.code, 1)
        column.addWidget(self.failure)
        self._pages = _Pages()
        self._pages.setMinimumHeight(60)
        for page in (loop, self.network, self.parameters):
            self._pages.addWidget(page)
        self.tabs = self._make_tabs()
        self.body.addLayout(self.tabs)
        self.body.addWidget(self._pages, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COPIED_MS)
        self._timer.timeout.connect(self._offer)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the program and mark the line at the cursor."""
        old, self._view_state = self._view_state, view_state
        if view_state.origin is not None and (old is None or old.origin is None):
            self._show_origin(view_state.origin)
        if old is None or lines_of(old) != lines_of(view_state):
            self.code.show_lines(lines_of(view_state))
            self._name_lines(view_state)
            if view_state.origin is not None:
                self._name_source(view_state.program.path, view_state.origin)
            self._highlight()
            self._light_up()
        typed = view_state.origin is not None and not view_state.origin.path
        self.no_source.setVisible(typed and not view_state.program.lines)
        if old is None or old.program != view_state.program:
            self.network.show_program(view_state.program, view_state.settings.network)
        if self.isVisible():
            self._refresh()

    def _name_lines(self, view_state: ViewState) -> None:
        """Say whose lines they are: those of a lesson's page are no training loop."""
        if view_state.origin is not None:
            return
        lines = view_state.program.lines
        loop = any(line.phase is not None for line in lines) or not lines
        tab = self._tabs.button(0)
        tab.setText(self.tr("loop") if loop else self.tr("lesson"))
        tip = self.tr("The training loop and the forward")
        tab.setToolTip(tip if loop else self.tr("What this page of the lesson runs"))
        tab.setAccessibleName(tab.toolTip())

    def _show_origin(self, origin: RunOrigin) -> None:
        """Name the script; it is neither copied, nor has it a class apart."""
        # The file of a notebook's cell has a number for a name.
        file = "" if origin.kind == "watch" else PurePath(origin.path).name
        self._title.setText(file or origin.title)
        if origin.is_one_iteration:
            self.subtitle.setText(self.tr("one iteration of your model"))
        elif origin.kind == "model":
            self.subtitle.setText(self.tr("your model, on one batch again and again"))
        elif origin.kind == "watch" and not origin.path:
            self.subtitle.setText(self.tr("typed at Python's prompt"))
        else:
            self.subtitle.setText(self.tr("your script, unchanged"))
        self.subtitle.setToolTip(origin.path)
        self._copy.hide()
        self._tabs.button(0).setText(self.tr("script"))
        self._tabs.button(0).setToolTip(self.tr("The script's source"))
        edit = self._tabs.button(1)
        edit.setVisible(origin.kind == "model" and bool(origin.path))
        edit.setText(self.tr("edit"))
        edit.setToolTip(self.tr("Edit the file, and run it again"))
        edit.setAccessibleName(edit.toolTip())
        self.network.be_of_a_file()

    def _name_source(self, path: str, origin: RunOrigin) -> None:
        """Name the file or the cell that the loop is in, where that is not the script itself."""
        if not path or path == origin.path:
            self._show_origin(origin)
        elif "ipykernel" in path or path.startswith("<"):
            self.subtitle.setText(self.tr("a cell of your notebook"))
        else:
            self._title.setText(PurePath(path).name)
            called = self.tr("called by {0}")
            self.subtitle.setText(called.format(PurePath(origin.path).name or origin.title))
            self.subtitle.setToolTip(path)

    def _make_tabs(self) -> QHBoxLayout:
        """A switch for each page; the one that is shown is pressed."""
        row = QHBoxLayout()
        row.setSpacing(2)
        group = QButtonGroup(self)
        for i, (name, text, tip) in enumerate(
            (
                ("tabLoop", self.tr("loop"), self.tr("The training loop and the forward")),
                ("tabNetwork", self.tr("class"), self.tr("The network's class, and print(net)")),
                ("tabParameters", self.tr("parameters"), self.tr("Every parameter in a table")),
            )
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setProperty("role", "segment")
            button.setText(text)
            button.setAccessibleName(tip)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(i == 0)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            group.addButton(button, i)
            row.addWidget(button)
        row.addStretch(1)
        group.setExclusive(True)
        group.idClicked.connect(self.show_page)
        self._tabs = group
        return row

    @property
    def page(self) -> int:
        """The page that is shown, as ``show_page`` takes it."""
        return self._pages.currentIndex()

    def show_page(self, page: int) -> None:
        """Show the training loop (0), the network's class (1) or its parameters (2)."""
        self._tabs.button(page).setChecked(True)
        self._pages.setCurrentIndex(page)
        # The editor needs more room than what is shown instead of it.
        self.network.editing.emit(page == 1 and self.network.is_editing)
        self._refresh()

    def show_raised(self, line: int) -> None:
        """Mark the line that raised what ended the script."""
        self._raised = line
        self._refresh()

    def edit_network(self) -> None:
        """Show the network's class to be edited, with the keyboard in it."""
        self.show_page(1)
        self.network.edit()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        for part in (self.code, self.network, self.parameters):
            part.set_theme(theme)

    def select(self, selection: Selection | None) -> None:
        """Highlight the lines of a selection."""
        self._selection = selection
        self._highlight()
        self.parameters.select(selection)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light up the lines that compute the number that is explained."""
        self._lit_lines = frozenset() if marks is None else marks.lines
        self._lit_names = frozenset() if marks is None else frozenset(p.value for p in marks.phases)
        self._light_up()

    def _light_up(self) -> None:
        lines = self._view_state.program.lines if self._view_state else ()
        rows = {
            row
            for row, line in enumerate(lines)
            if line.source_line in self._lit_lines or line.name in self._lit_names
        }
        self.code.show_lit(frozenset(rows))

    def marked_line(self) -> int | None:
        """The row of the next line, or of the line at the cursor."""
        return self.marks().line

    def marks(self) -> Marks:
        """All marks at the cursor."""
        return Marks() if self._view_state is None else marks(self._view_state)

    def lines(self) -> list[str]:
        """The lines as shown."""
        return [] if self._view_state is None else self.code.toPlainText().split("\n")

    def show_copied(self) -> None:
        """Say on the button that the script is on the clipboard."""
        self._copy.setText(self.tr("Copied"))
        self._timer.start()

    def toggle_breakpoint_at_cursor(self) -> None:
        """Set or remove a breakpoint at the text cursor's line, or at the marked one."""
        text_cursor = self.code.textCursor()
        # A text cursor that nobody has moved is at the very start.
        placed = self.code.hasFocus() or text_cursor.position() > 0
        row = text_cursor.blockNumber() if placed else self.marked_line()
        if row is not None:
            self._toggle(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while hidden."""
        super().showEvent(event)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the failure note if the panel is low."""
        super().resizeEvent(event)
        self.failure.fit(self.width(), self.height())

    def _refresh(self) -> None:
        if self._view_state is not None:
            done = {
                s.phase
                for s in phase_states(self._view_state)
                if s.state is not PhaseProgress.TO_COME
            }
            self.code.show_marks(self.marks(), frozenset(done))
            self.code.show_breaks(broken_rows(self._view_state))
            self._show_failure(self._view_state)
            if self._pages.currentWidget() is self.parameters:
                view_state = self._view_state
                self.parameters.show_cursor(view_state.cursor, view_state.full_precision)
                self.parameters.select(self._selection)

    def _show_failure(self, view_state: ViewState) -> None:
        """Mark the line that torch refused, while the cursor is there."""
        cursor = view_state.cursor
        failure = cursor.recording.failure if cursor.at_end else None
        lines = [line.source_line for line in view_state.program.lines]
        # Lines of the loop, and what raises outside of forward's own lines, have no source line.
        line = self._raised if failure is None else failure.line
        row = lines.index(line) if line is not None and line in lines else None
        unbatched = view_state.origin is None and view_state.settings.input_form == "single"
        self.failure.show_failure(failure, None if row is None else row + 1, unbatched)
        self.code.show_failed(row)

    def _highlight(self) -> None:
        lines = self._view_state.program.lines if self._view_state else ()
        wanted = self._selection.lines if self._selection else frozenset()
        rows = {i for i, line in enumerate(lines) if line.source_line in wanted}
        self.code.show_selected(frozenset(rows))

    def _toggle(self, row: int) -> None:
        if self._view_state is None or row >= len(self._view_state.program.lines):
            return
        if self.code.can_break(row):
            key = self._view_state.program.lines[row].key
            self.breakpoint_toggled.emit(Breakpoint("line", key))
        else:
            self.refused.emit(self.code.why_no_break(row))

    def _offer(self) -> None:
        self._copy.setText(self.tr("Copy as script"))

    def _choose(self, row: int) -> None:
        """Select the first layer that a line of the forward computes."""
        if self._view_state is None or row >= len(self._view_state.program.lines):
            return
        number = self._view_state.program.lines[row].source_line
        recording = self._view_state.cursor.recording
        for layer in self._view_state.cursor.layers.layers:
            of_layer = {recording.events[i].line for i in layer.operations}
            if number is not None and number in of_layer:
                self.picked.emit("layer", layer.name)
                return


def lines_of(view_state: ViewState) -> tuple[Line, ...]:
    """The program; for a drawing or a chosen sample with that in place of the loader."""
    lines, recording = view_state.program.lines, view_state.cursor.recording
    if not recording.given_batch or recording.labels is None:
        return lines
    text = f"for x, y in [(image, {int(recording.labels[0])})]:"
    return (replace(lines[0], text=text), *lines[1:])
