"""What the audience sees of the presenter: a ring around the pointer, and the keys pressed."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QLabel, QWidget

_RING = 44  # pixels across
_SHOWN_MS = 1800
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta)


class _Ring(QWidget):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("pointerRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(_RING, _RING)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor("#ffd43b")
        painter.setPen(QPen(color, 3))
        color.setAlpha(50)
        painter.setBrush(color)
        painter.drawEllipse(self.rect().adjusted(3, 3, -3, -3))
        painter.end()


class Presenting(QObject):
    """Follows the pointer and the keyboard of a window while it is switched on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._on = window, False
        self._ring = _Ring(window)
        self.keys = QLabel(window)
        self.keys.setObjectName("pressedKeys")
        self.keys.setProperty("role", "keys")
        self.keys.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.keys.hide()
        self._fade = QTimer(self, interval=_SHOWN_MS, singleShot=True)
        self._fade.timeout.connect(self.keys.hide)

    def switch(self, on: bool) -> None:
        """Show pointer and keys, or no longer."""
        if on == self._on:
            return
        self._on = on
        application = QApplication.instance()
        assert application is not None
        if on:
            application.installEventFilter(self)
            self._follow(self._window.mapFromGlobal(QCursor.pos()))
        else:
            application.removeEventFilter(self)
            self._ring.hide()
            self.keys.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look on; every event goes on to what it is for."""
        kind = event.type()
        if kind in (QEvent.Type.MouseMove, QEvent.Type.HoverMove, QEvent.Type.Enter):
            self._follow(self._window.mapFromGlobal(QCursor.pos()))
        elif (
            kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
            and isinstance(event, QKeyEvent)
            and event.key() not in _MODIFIERS
        ):
            self._tell(event)
        return False

    def _follow(self, point: QPoint) -> None:
        inside = self._window.rect().contains(point)
        if inside:
            self._ring.move(point - self._ring.rect().center())
            self._ring.raise_()
        self._ring.setVisible(inside)

    def _tell(self, event: QKeyEvent) -> None:
        text = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.NativeText)
        # What is typed into a field is seen there.
        plain = len(text) == 1 and not event.modifiers()
        if not text or plain:
            return
        self.keys.setText(text)
        self.keys.adjustSize()
        room: QRect = self._window.rect()
        self.keys.move(
            (room.width() - self.keys.width()) // 2, room.height() - self.keys.height() - 90
        )
        self.keys.show()
        self.keys.raise_()
        self._fade.start()
