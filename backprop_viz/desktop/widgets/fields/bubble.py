"""A sentence shown below a field on top of other widgets, so that nothing moves."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from backprop_viz.desktop.style.theme import body_font

_WIDEST = 320
_GAP = 4


class Bubble(QFrame):
    """Belongs to one field and is a child of its window; only one per window is shown."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.setObjectName("fieldBubble")
        self.setProperty("role", "bubble")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._field = field
        # What it is below: the field itself, or a button that is not to be covered.
        self.below: QWidget = field
        self._window: QWidget | None = None
        sign = QLabel("!")
        sign.setProperty("role", "error")
        sign.setFont(body_font(13, bold=True))
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self.hide()

    def text(self) -> str:
        """The sentence, or "" while hidden."""
        return self._label.text()

    def say(self, text: str) -> None:
        """Show a sentence; "" hides the bubble."""
        self._label.setText(text)
        if not text:
            self.hide()
            return
        window = self._field.window()
        if self._window is not window:
            if self._window is not None:
                self._window.removeEventFilter(self)
            self._window = window
            self.setParent(window)
            window.installEventFilter(self)
            # The field may be deleted before its window.
            self._field.destroyed.connect(self.deleteLater)
        for other in window.findChildren(Bubble):
            if other is not self:
                other.hide()  # the field stays marked
        self._place()
        self.setVisible(self._field.isVisible())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay below the field when the window is resized."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        window, field = self._field.window(), self._field
        widest = min(_WIDEST, window.width() - 2 * _GAP)
        margins = self._row.contentsMargins()
        beside = margins.left() + margins.right() + 22
        one_line = self._label.fontMetrics().horizontalAdvance(self._label.text()) + beside + 4
        width = min(widest, one_line)
        self.resize(width, self._row.totalHeightForWidth(width))
        at = field.mapTo(window, QPoint(0, 0))
        at.setY(self.below.mapTo(window, QPoint(0, self.below.height() + _GAP)).y())
        if at.y() + self.height() > window.height():
            at = field.mapTo(window, QPoint(0, -_GAP - self.height()))
        at.setX(max(_GAP, min(at.x(), window.width() - self.width() - _GAP)))
        self.move(at)
