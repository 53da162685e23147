"""Asks whether the code in a session file may be run."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.program.code_editor import CodeEditor
from backprop_viz.desktop.style.theme import Theme

_SIZE = QSize(720, 560)


class CodeQuestion(QDialog):
    """Shows a network's source; accepted only by "Run it". Nothing of it has run before."""

    def __init__(self, name: str, code: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("codeQuestion")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Run the code in this file?"))
        self.resize(_SIZE)
        asked = QLabel(
            self.tr(
                "{0} has a network of its own, which is Python code. It can do whatever you can: "
                "run it only if you trust where the file is from. Nothing of it has run yet."
            ).format(name)
        )
        asked.setObjectName("codeQuestionText")
        asked.setTextFormat(Qt.TextFormat.PlainText)
        asked.setWordWrap(True)
        self.code = CodeEditor()
        self.code.setObjectName("codeQuestionSource")
        self.code.setAccessibleName(self.tr("The code in the file"))
        self.code.setPlainText(code)
        self.code.setReadOnly(True)
        self.code.set_theme(theme)
        self.code.left.connect(self.reject)
        buttons = QDialogButtonBox()
        run = buttons.addButton(self.tr("&Run it"), QDialogButtonBox.ButtonRole.AcceptRole)
        run.setObjectName("runCode")
        run.setToolTip(self.tr("Open the session and run this code"))
        run.setAutoDefault(False)
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setToolTip(self.tr("Leave the file unopened (Esc)"))
        cancel.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(asked)
        column.addWidget(self.code, 1)
        column.addWidget(buttons)
        cancel.setFocus()
