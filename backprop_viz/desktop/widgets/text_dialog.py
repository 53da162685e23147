"""A dialog with a long text to copy: a traceback, or the log."""

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.style.theme import code_font

_SIZE = QSize(760, 460)


class TextDialog(QDialog):
    """Shows what is said above, and a text in code letters below it; deleted when closed."""

    def __init__(self, title: str, said: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(_SIZE)
        label = QLabel(said)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text = QPlainTextEdit(text)
        self._text.setObjectName("dialogText")
        self._text.setAccessibleName(title)
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setFont(code_font(12))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # The newest is at the end, of a traceback as of a log.
        self._text.moveCursor(QTextCursor.MoveOperation.End)
        self._text.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = self._buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip(self.tr("Close (Esc)"))
        self._buttons.rejected.connect(self.reject)
        copy = self._button(self.tr("&Copy"), self.tr("Copy the whole text"))
        copy.setObjectName("copyText")
        copy.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.addWidget(label)
        column.addWidget(self._text, 1)
        column.addWidget(self._buttons)

    def add_button(self, text: str, tip: str, clicked: SignalInstance) -> None:
        """Add a button that emits a signal."""
        self._button(text, tip).clicked.connect(clicked)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = self._buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
