"""The network's class: to be looked at, with what print(net) prints, or to be edited and run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.panels.program.code_area import CodeArea
from backprop_viz.desktop.panels.program.code_editor import CodeEditor
from backprop_viz.desktop.panels.program.lenet_comments import with_own_comments
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import Theme, body_font
from backprop_viz.recording.run.program import Line, Program


class NetworkPage(QWidget):
    """``run_wanted`` carries the source to run, None for the built-in network.

    ``stop_wanted``: the code that was run does not come back. ``editing`` tells whether the editor
    is shown from now on.
    """

    run_wanted = Signal(object)
    stop_wanted = Signal()
    editing = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""  # the source of the network that runs
        self._edited = False  # whether that is the user's own
        self._differs = False  # whether the editor has another
        self._built_in: str | None = None
        self._taking = False
        self._of_file = False
        self.source = CodeArea()
        self.source.setObjectName("networkSource")
        self.source.setAccessibleName(self.tr("The network's class, and what print(net) prints"))
        self.editor = CodeEditor()
        self.editor.setObjectName("networkEditor")
        self.editor.setAccessibleName(self.tr("The network's class, to be edited"))
        self.editor.setAccessibleDescription(
            self.tr("Tab indents, Ctrl+Enter runs it, Esc leaves the editor")
        )
        self.editor.run_wanted.connect(self.run)
        self.editor.left.connect(self._leave)
        self.editor.setMinimumHeight(40)
        self.editor.textChanged.connect(self._text_changed)
        self._note = QFrame()
        self._note.setObjectName("networkNote")
        self._note.setProperty("role", "bubble")
        self._said = QLabel()
        self._said.setObjectName("networkMistake")
        self._said.setFont(body_font(11))
        self._said.setWordWrap(True)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stop = _button("stopNetwork", self.tr("Stop it"), "link")
        self._stop.setToolTip(self.tr("End the process that runs it, and bring the run back"))
        self._stop.clicked.connect(self.stop_wanted)
        row = QHBoxLayout(self._note)
        row.setContentsMargins(8, 2, 4, 2)
        row.addWidget(self._said, 1)
        row.addWidget(self._stop)
        self._note.hide()
        self._pages = QStackedWidget()
        for page in (self.source, self.editor):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._pages, 1)
        column.addWidget(self._note)
        column.addLayout(self._make_buttons())
        self._refresh()

    def _make_buttons(self) -> QHBoxLayout:
        self._edit = _button("editNetwork", self.tr("Edit"))
        self._edit.setToolTip(self.tr("Edit the network's class (Ctrl+Shift+E)"))
        self._edit.clicked.connect(self.edit)
        self._run = _button("runNetwork", self.tr("Run"), "primary")
        self._run.setToolTip(
            self.tr("Begin a run of this network with the same settings (Ctrl+Enter)")
        )
        self._run.clicked.connect(self.run)
        self._revert = _button("revertNetwork", self.tr("Tutorial's network"))
        self._revert.setToolTip(self.tr("Begin a run of the tutorial's network again"))
        self._revert.clicked.connect(self.revert)
        self._close = _button("closeEditor", self.tr("Close"))
        self._close.setToolTip(self.tr("Show the network that runs; the text is kept"))
        self._close.clicked.connect(self.close_editor)
        self._state = ElidedLabel()
        self._state.setProperty("role", "caption")
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self._run, self._edit, self._revert, self._close):
            button.setStyleSheet("min-height: 15px; padding: 1px 10px; border-radius: 8px;")
            button.setAccessibleName(button.text())
            row.addWidget(button)
        row.addWidget(self._state, 1)
        return row

    # -- what is shown -----------------------------------------------------------------------

    def be_of_a_file(self) -> None:
        """Edit a file, which is run as another, in place of a network's class."""
        self._of_file = True
        self.editor.setAccessibleName(self.tr("The file, to be edited"))
        self.source.setAccessibleName(self.tr("The file"))
        self._edit.setToolTip(self.tr("Edit the file (Ctrl+Shift+E)"))
        self._run.setToolTip(
            self.tr("Save a copy beside the file, and run that in a new window (Ctrl+Enter)")
        )
        self._close.setToolTip(self.tr("Show the file that runs; the text is kept"))
        self._refresh()

    def show_program(self, program: Program, network: str | None) -> None:
        """Show the network that runs; what was edited, and not run yet, stays in the editor."""
        self.source.show_lines(_lines(program, built_in=network is None))
        if not program.network:
            self.close_editor()
        elif self._taking or self.editor.text() in ("", self._shown):
            if self.editor.text() != program.network:
                self.editor.replace_text(program.network)
            if not self._shown:
                self.editor.document().clearUndoRedoStacks()
        self._taking = False
        self._shown, self._edited = program.network, network is not None
        if network is None:
            self._built_in = program.network
        self._refresh()

    def show_mistake(self, said: str, line: int | None) -> None:
        """Say what is wrong with the text, and mark the line, counted from 1."""
        self._taking = False
        self._say(said)
        self.edit()
        self.editor.show_mistake(None if line is None else line - 1)

    def show_no_mistake(self) -> None:
        """The text is run."""
        self._note.hide()
        self.editor.show_mistake(None)

    def show_unanswered(self) -> None:
        """Say that the code does not come back, and offer to stop it."""
        self._say(self.tr("The network's code has not come back yet."), stop=True)

    def show_answered(self) -> None:
        """The code has come back."""
        if self._stop.isVisibleTo(self._note):
            self._note.hide()

    def _say(self, said: str, stop: bool = False) -> None:
        self._said.setText(said)
        self._note.setAccessibleName(said)
        self._stop.setVisible(stop)
        self._note.show()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self.source.set_theme(theme)
        self.editor.set_theme(theme)

    def hasHeightForWidth(self) -> bool:
        """No: what is said takes room from the editor, and does not make the panel scroll."""
        return False

    @property
    def is_editing(self) -> bool:
        """Whether the editor is shown."""
        return self._pages.currentWidget() is self.editor

    # -- what the user does ------------------------------------------------------------------

    def edit(self) -> None:
        """Show the editor, with the keyboard in it."""
        if self._shown:
            self._pages.setCurrentWidget(self.editor)
            self._refresh()
            self.editor.setFocus()
            self.editing.emit(True)

    def close_editor(self) -> None:
        """Show the network that runs."""
        if self.is_editing:
            self._pages.setCurrentWidget(self.source)
            self._refresh()
            self.editing.emit(False)

    def run(self) -> None:
        """Have the text run; the built-in network's own is the built-in network."""
        if self._shown:
            text = self.editor.text()
            self.run_wanted.emit(None if text.rstrip() == self._built_in else text)

    def revert(self) -> None:
        """Have the built-in network run; asks first if that takes a text that never ran."""
        if self.editor.text() in ("", self._shown):
            self._revert_now()
            return
        question = QMessageBox(self)
        question.setObjectName("revertQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Go back to the tutorial's network?"))
        question.setInformativeText(
            self.tr(
                "What you have edited was not run. It leaves the editor; Ctrl+Z there brings it "
                "back."
            )
        )
        question.addButton(self.tr("Go back"), QMessageBox.ButtonRole.AcceptRole)
        keep = question.addButton(self.tr("Keep my text"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(keep)
        question.accepted.connect(self._revert_now)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def _revert_now(self) -> None:
        self._taking = True
        self.run_wanted.emit(None)

    def _leave(self) -> None:
        """Out of the text; where nothing is edited the editor closes, too."""
        if self.editor.text() == self._shown:
            self.close_editor()
            self._edit.setFocus()
        else:
            self._run.setFocus()

    def _text_changed(self) -> None:
        """A text that is the one that runs again, as after undo, has no mistake."""
        differed, self._differs = self._differs, self.editor.text() != self._shown
        if differed and not self._differs and not self._stop.isVisibleTo(self._note):
            self.show_no_mistake()
        self._refresh()

    def _refresh(self) -> None:
        editing = self.is_editing
        changed = self.editor.text() != self._shown
        self._edit.setVisible(not editing)
        self._edit.setEnabled(bool(self._shown))
        self._run.setVisible(editing)
        self._close.setVisible(editing)
        own = self._edited or (editing and changed)
        self._revert.setVisible(own and not self._of_file)
        text = self.tr("edited, not run") if changed and self._shown else ""
        if editing and not changed:
            text = self.tr("Ctrl+Enter runs it, Esc leaves")
        elif not changed and self._edited:
            text = self.tr("your own network runs")
        self._state.setText(text)


def _button(name: str, text: str, role: str = "switch") -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("role", role)
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def _lines(program: Program, built_in: bool) -> tuple[Line, ...]:
    """The source of the class, followed by the output of ``print(net)``.

    Only what a ``built_in`` one says of itself is translated: a user's own text stays as it is.
    """
    source = with_own_comments(program.network) if built_in else program.network
    texts = source.split("\n")
    if program.printed:
        texts += ["", ">>> print(net)", *program.printed.split("\n")]
    return tuple(Line(text) for text in texts)
