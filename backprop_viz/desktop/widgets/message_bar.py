"""The one place where the window tells the user something."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.lessons.particles import with_particles
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import DARK, Theme, scaled, scene_font, text_scale
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.desktop.widgets.announcing import announce
from backprop_viz.desktop.widgets.message import Message, MessageKind
from backprop_viz.desktop.widgets.text_dialog import TextDialog
from backprop_viz.recording.files.fault_log import FaultLog
from backprop_viz.recording.notices.notice import Notice

# Faults also where no traceback tells of them: a worker that was killed left none.
_FAULTS = ("worker_ended", "worker_not_started", "worker_restarted")
_NO_ERRORS = ("script_ended", "watch_ended", "next_cell_pauses", "watched_again")
_INFO_MS = 6000
# Of the errors that nobody has dismissed.
_MOST_KEPT = 10


class _Badge(QWidget):
    """An "i" in a circle, or a "!" in a triangle: the shape tells them apart, not the colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.follow_text_size()
        self.kind: MessageKind = "info"
        self.theme = DARK

    def follow_text_size(self) -> None:
        """Be as large as the text beside it."""
        self.setFixedSize(QSize(scaled(18), scaled(22)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sign in the colour of its kind."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(text_scale(), text_scale())
        painter.translate(0, 2)
        color = QColor(self.theme.error if self.kind == "error" else self.theme.accent)
        pen = QPen(color, 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setFont(scene_font(11, bold=True))
        if self.kind == "error":
            painter.drawPolygon(QPolygonF([QPointF(9, 1.5), QPointF(17, 16), QPointF(1, 16)]))
            painter.drawText(QRectF(0, 4, 18, 13), Qt.AlignmentFlag.AlignCenter, "!")
        else:
            painter.drawEllipse(QRectF(1.5, 1.5, 15, 15))
            painter.drawText(QRectF(0, 0, 18, 18), Qt.AlignmentFlag.AlignCenter, "i")
        painter.end()


class MessageBar(QFrame):
    """One message at a time: the newest. An error is kept until it is dismissed or withdrawn.

    So is an info that ``stays``, such as where a run is held. What is told while one stands covers
    it: another info for a while, another error until that is dismissed, too. Then it is shown
    again. How many are covered is said beside the message.

    It is one line high, whatever it says. What does not fit is in the tooltip, and in a box that
    "Show all" opens over what lies below. ``shown`` says whether there is a message. The message
    of a fault has a button that opens its traceback, and every fault is logged.
    """

    shown = Signal(bool)
    log_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._message = Message("", "info")
        self._covered: list[Message] = []
        self._theme = DARK
        self._badge = _Badge(self)
        self._label = ElidedLabel()
        self._label.setObjectName("messageText")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._whole = _Whole(self)
        self._more = _link("showWholeMessage", self.tr("Show all"))
        self._more.setToolTip(self.tr("Show the whole message"))
        self._more.setAccessibleName(self._more.toolTip())
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_whole)
        self._open_details = _link("messageDetails", self.tr("Details"))
        self._open_details.setToolTip(self.tr("Show where this went wrong"))
        self._open_details.setAccessibleName(self._open_details.toolTip())
        self._open_details.clicked.connect(self._show_details)
        self._log = FaultLog()
        self._action = _link("messageAction", "")
        self._action.clicked.connect(lambda: self._message.does and self._message.does())
        self._count = QLabel()
        self._count.setObjectName("coveredMessages")
        self._count.setProperty("role", "muted")
        self._dismiss = _link("dismissMessage", self.tr("Dismiss"))
        self._dismiss.setToolTip(self.tr("Dismiss this message (Esc)"))
        self._dismiss.setAccessibleName(self.tr("Dismiss this message"))
        self._dismiss.clicked.connect(self._show_covered)
        # A shortcut of a hidden widget is not active: Esc is free while there is no message.
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._show_covered)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(10)
        row.addWidget(self._badge)
        row.addWidget(self._label, 1)
        row.addWidget(self._more)
        row.addWidget(self._action)
        row.addWidget(self._open_details)
        row.addWidget(self._count)
        row.addWidget(self._dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INFO_MS)
        self._timer.timeout.connect(self._show_covered)
        self.hide()

    def tell_notice(self, notice: Notice, text: str = "") -> None:
        """Show what happened, as ``text`` if it is given; log a fault with its traceback."""
        if notice.code == "withdrawn":
            self.withdraw(notice.subject)
        elif notice.code == "noted":
            self._log.note("", notice.details)
        else:
            text = text or message_text(notice)
            if notice.details or notice.code in _FAULTS:
                self._log.note(text, notice.details)
            kind: MessageKind = "info" if notice.code in _NO_ERRORS else "error"
            self.tell(text, kind, notice.subject, notice.details)

    def tell(
        self,
        text: str,
        kind: MessageKind,
        subject: str = "",
        details: str = "",
        *,
        stays: bool = False,
    ) -> None:
        """Show a message of one or two sentences, over those that stand.

        ``withdraw`` takes it away when its ``subject`` has gone right, or is so no longer.
        ``details`` is a traceback. ``stays``: it is true until then, so an info is kept, too.
        """
        if not text:
            return
        message = Message(with_particles(text), kind, subject, details, stays=stays)
        if self._message.stands:
            self._covered.append(self._message)
        self._covered = [kept for kept in self._covered if not kept.is_about(message)]
        del self._covered[:-_MOST_KEPT]
        self._put(message)
        announce(self, self.accessibleName())

    def _put(self, message: Message) -> None:
        self._message = message
        self._badge.kind = message.kind
        self._open_details.setVisible(bool(message.details))
        self._put_action()
        self._label.setText(message.text)
        what = self.tr("Error: {text}") if message.kind == "error" else self.tr("Message: {text}")
        self.setAccessibleName(what.format(text=message.text))
        self._whole.set_text(message.text)
        self._more.setChecked(False)
        self._show_count()
        self._colour()
        self.show()
        self._offer_whole()
        self.shown.emit(True)
        self._timer.stop()
        if not (message.stands or self.underMouse()):
            self._timer.start()

    def _put_action(self) -> None:
        text, tooltip = self._message.action
        self._action.setText(text)
        self._action.setToolTip(tooltip)
        self._action.setAccessibleName(tooltip)
        self._action.setVisible(bool(text))

    def _show_count(self) -> None:
        self._count.setText(self.tr("{0} more").format(len(self._covered)))
        self._count.setVisible(bool(self._covered))

    def offer(self, text: str, tooltip: str, does: Callable[[], None]) -> None:
        """Add a button to the message that is shown."""
        self._message.action, self._message.does = (text, tooltip), does
        self._put_action()
        self._offer_whole()

    def text(self) -> str:
        """The message shown, "" if there is none."""
        return self._message.text

    def kind(self) -> MessageKind:
        """The kind of the message shown, or of the last one."""
        return self._message.kind

    def covered(self) -> int:
        """How many errors stand below the message shown."""
        return len(self._covered)

    def text_about(self, subject: str) -> str:
        """What was told about a subject and still stands, shown or covered; else ""."""
        about = [kept for kept in (*self._covered, self._message) if kept.subject == subject]
        return about[-1].text if about else ""

    def withdraw(self, subject: str) -> None:
        """Take messages away that are about something that has gone right since."""
        if not subject:
            return
        self._covered = [kept for kept in self._covered if kept.subject != subject]
        if self._message.subject == subject:
            self._show_covered()
        else:
            self._show_count()
            self._offer_whole()

    def _show_covered(self) -> None:
        """Take the message away, and show again the error that it covers."""
        if self._covered:
            self._put(self._covered.pop())
        else:
            self.dismiss()

    def dismiss(self) -> None:
        """Take the message away, and all that it covers."""
        self._timer.stop()
        self._covered.clear()
        self._message = Message("", self._message.kind)
        self._label.setText("")
        self._more.setChecked(False)
        self.setAccessibleName("")
        self.hide()
        self.shown.emit(False)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = self._badge.theme = self._whole.theme = theme
        self._badge.follow_text_size()
        self._colour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        self._offer_whole()

    def _offer_whole(self) -> None:
        """A button for the whole text, where the line has no room for it."""
        room = self.width() - self._badge.width() - self._dismiss.sizeHint().width() - 50
        for beside in (self._open_details, self._action, self._count):
            room -= 0 if beside.isHidden() else beside.sizeHint().width() + 10
        cut = self._label.fontMetrics().horizontalAdvance(self.text()) > room
        self._more.setVisible(cut)
        if not cut:
            self._more.setChecked(False)

    def _show_details(self) -> None:
        self._timer.stop()
        dialog = TextDialog(self.tr("Details"), self.text(), self._message.details, self.window())
        dialog.setObjectName("detailsDialog")
        dialog.add_button(
            self.tr("Show log"), self.tr("Open the log of this and earlier faults"), self.log_wanted
        )
        dialog.open()

    def _show_whole(self, wanted: bool) -> None:
        if wanted:
            self._timer.stop()
            self._whole.open_below(self)
        else:
            self._whole.hide()

    def enterEvent(self, event: QEnterEvent) -> None:
        """A message that is being read stays."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """It goes a while after it was left."""
        super().leaveEvent(event)
        if self.text() and not self._message.stands:
            self._timer.start()

    def _colour(self) -> None:
        self._badge.update()
        self._whole.color = QColor(
            self._theme.error if self._message.kind == "error" else self._theme.accent
        )
        self._whole.update()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box tinted by the kind; nothing of what lies under it shows at its corners."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.window))
        painter.end()
        _paint_box(self, self._theme, self._whole.color)


class _Whole(QFrame):
    """The whole message, over what lies below the line; its text can be selected."""

    def __init__(self, bar: QWidget) -> None:
        super().__init__(bar)
        self.setObjectName("wholeMessage")
        self.theme, self.color = DARK, QColor(DARK.accent)
        self._label = QLabel()
        self._label.setObjectName("wholeMessageText")
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(40, 8, 12, 8)
        self._column.addWidget(self._label)
        self.hide()

    def set_text(self, text: str) -> None:
        self._label.setText(text)

    def open_below(self, bar: QWidget) -> None:
        """Appear under the bar, as wide as it, in its window."""
        window = bar.window()
        self.setParent(window)
        self.setFixedWidth(bar.width())
        self.setFixedHeight(self._column.heightForWidth(bar.width()))
        self.move(bar.mapTo(window, QPoint(0, bar.height() + 2)))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box tinted by the kind."""
        _paint_box(self, self.theme, self.color)


def _paint_box(widget: QWidget, theme: Theme, color: QColor) -> None:
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.tint(color, 0.12))
    painter.setPen(QPen(theme.tint(color, 0.6), 1))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
    painter.end()


def _link(name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("role", "link")
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
