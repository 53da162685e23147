"""One phase of an iteration as a box with its name, progress and result."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QCursor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.panels.phases.phases import PhaseProgress, PhaseState
from backprop_viz.desktop.style.painting import BADGE, intervention_badge
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, scaled
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.recording.trace.phases import PHASES, Phase

_AROUND = 20  # pixels of the height that are not text
_LINE = 16  # the height of a line at 100 %
_MARGIN = 11
_GAP = 8
_DOT = 10
_BADGE_GAP = 5
_SWITCH = 6  # how much higher a switch is than its text


class PhaseCell(QAbstractButton):
    """One phase, numbered unless it has a ``name`` of its own; ``note`` is its result.

    ``mark`` is the end of the note that reports an intervention, or "". A click on the note is
    one on the cell, and ``note_clicked``.
    """

    note_clicked = Signal()

    def __init__(self, phase: Phase, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(f"phaseCell_{name or phase.value}")
        self.phase = phase
        self.setText(name)
        if not name:
            self.set_number(PHASES.index(phase) + 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.note = self.mark = ""
        self.shown: ShownNumber | None = None  # the number in the note, which Ctrl+C copies
        self.standing = PhaseState(phase, PhaseProgress.TO_COME, 0, None, None, False, False)
        self._theme = DARK
        self._switches: list[QToolButton] = []
        self._end = _MARGIN  # the margin at the right of the note

    def set_number(self, number: int) -> None:
        """Say as which of the phases it runs, from 1."""
        self.setText(f"{number}  {self.phase.value}")

    def show_standing(self, standing: PhaseState, note: str, mark: str = "") -> None:
        """Show where the phase stands; ``note`` goes to the right."""
        if (standing, note, mark) == (self.standing, self.note, self.mark):
            return
        marked = bool(mark) is not bool(self.mark)
        self.standing, self.note, self.mark = standing, note, mark
        if marked:
            self.updateGeometry()
        recorded = standing.total is not None
        shape = Qt.CursorShape.PointingHandCursor if recorded else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def set_switches(self, actions: Sequence[QAction]) -> None:
        """Add a button at the right for each action."""
        for action in actions:
            switch = QToolButton(self)
            switch.setDefaultAction(action)
            switch.setObjectName(f"switch_{action.objectName()}")
            switch.setProperty("role", "switch")
            switch.setAccessibleName(action.text().replace("&", ""))
            switch.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            action.changed.connect(self._place_switches)
            self._switches.append(switch)
        self._place_switches()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the switches at the right."""
        super().resizeEvent(event)
        self._place_switches()

    def _place_switches(self) -> None:
        left = self.width() - _MARGIN + 4
        shown = [one for one in self._switches if one.defaultAction().isVisible()]
        for switch in self._switches:
            switch.setVisible(switch in shown)
        for switch in reversed(shown):
            width = switch.sizeHint().width()
            left -= width
            high = scaled(_LINE) + _SWITCH
            switch.setGeometry(left, (self.height() - high) // 2, width, high)
            left -= _GAP
        self._end = self.width() - left if shown else _MARGIN
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self._place_switches()

    def sizeHint(self) -> QSize:
        """Room for the name and a note of usual length."""
        return QSize(self._name_end() + 130 + self._end - _MARGIN, _AROUND + scaled(_LINE))

    def minimumSizeHint(self) -> QSize:
        """Room for the name and the sign of an intervention, which are always shown."""
        badge = _GAP + BADGE if self.mark else 0
        return QSize(self._name_end() + badge + self._end, _AROUND + scaled(_LINE))

    def _name_font(self) -> QFont:
        return body_font(13, bold=self.standing.current)

    def _name_end(self) -> int:
        # Measured in bold, the current phase's font, so that nothing moves.
        name = QFontMetrics(body_font(13, bold=True)).horizontalAdvance(self.text())
        return _MARGIN + _DOT + _GAP + name

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what Space and a click do."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell that the note was clicked, after the click on the cell."""
        on_note = self.isDown() and self.note_area().contains(event.position().toPoint())
        super().mouseReleaseEvent(event)
        if on_note and event.button() is Qt.MouseButton.LeftButton:
            self.note_clicked.emit()

    def number_under_mouse(self) -> ShownNumber | None:
        """The number in the note, if the mouse is over it."""
        over = self.note_area().contains(self.mapFromGlobal(QCursor.pos()))
        return self.shown if over else None

    def note_area(self) -> QRect:
        """Where the note stands; empty without one."""
        start, end = self._name_end() + _GAP, self.width() - self._end
        note, font = self.fitting_note(end - start - (BADGE + _BADGE_GAP if self.mark else 0))
        wide = QFontMetrics(font).horizontalAdvance(note)
        return QRect(end - wide, 0, wide, self.height())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the mouse is over the cell."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a box with a dot, the name, and as much of the note as fits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_box(painter)
        self._paint_dot(painter)
        self._paint_words(painter)
        painter.end()

    def _paint_box(self, painter: QPainter) -> None:
        theme, color = self._theme, self._theme.phase(self.phase)
        fill, pen = QColor(theme.panel), QPen(QColor(theme.border), 1)
        if self.standing.raised:
            color = QColor(theme.error)
            fill, pen = theme.tint(color, 0.13), QPen(color, 1.5)
        elif self.standing.current:
            fill, pen = theme.tint(color, 0.13), QPen(color, 1.5)
        elif self.standing.due:
            pen = QPen(color, 1, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([4, 3])
        elif self.underMouse() and self.standing.total is not None:
            fill = QColor(theme.control_hover)
        painter.setBrush(fill)
        painter.setPen(pen)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, 7, 7)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRoundedRect(box.adjusted(2.5, 2.5, -2.5, -2.5), 5, 5)

    def _paint_dot(self, painter: QPainter) -> None:
        """Hollow: to come, or left out; half: next or running; filled: done; a cross: raised."""
        color = self._theme.phase(self.phase)
        dot = QRectF(_MARGIN, (self.height() - _DOT) / 2, _DOT, _DOT)
        if self.standing.raised:
            cross = dot.adjusted(1.5, 1.5, -1.5, -1.5)
            painter.setPen(QPen(QColor(self._theme.error), 2))
            painter.drawLine(cross.topLeft(), cross.bottomRight())
            painter.drawLine(cross.bottomLeft(), cross.topRight())
            return
        done = self.standing.state is PhaseProgress.DONE and not self.standing.left_out
        waiting = self.standing.state is PhaseProgress.TO_COME and not self.standing.due
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot.adjusted(0.75, 0.75, -0.75, -0.75))
        if not done and not waiting and not self.standing.left_out:
            painter.setBrush(color)
            painter.drawChord(dot.adjusted(0.75, 0.75, -0.75, -0.75), 90 * 16, 180 * 16)

    def _paint_words(self, painter: QPainter) -> None:
        theme = self._theme
        began = self.standing.state is not PhaseProgress.TO_COME or self.standing.due
        painter.setPen(QColor(theme.text if began else theme.muted))
        painter.setFont(self._name_font())
        align = Qt.AlignmentFlag.AlignVCenter
        left = _MARGIN + _DOT + _GAP
        painter.drawText(QRectF(left, 0, self.width(), self.height()), align, self.text())
        start, end = self._name_end() + _GAP, self.width() - self._end
        room = end - start - (BADGE + _BADGE_GAP if self.mark else 0)
        note, font = self.fitting_note(room)
        taken = QFontMetrics(font).horizontalAdvance(note)
        if note:
            painter.setPen(self._note_color())
            painter.setFont(font)
            right = Qt.AlignmentFlag.AlignRight | align
            painter.drawText(QRectF(start, 0, end - start, self.height()), right, note)
        if self.mark:
            taken += BADGE + _BADGE_GAP if note else BADGE
            intervention_badge(painter, end - taken + BADGE, self.height() / 2, theme)
        if self.standing.state is PhaseProgress.UNDER_WAY and self.standing.total:
            self._paint_progress(painter, start, end - taken - _GAP - start)

    def _note_color(self) -> QColor:
        if self.mark or self.standing.raised:
            return QColor(self._theme.error)
        current = self.standing.current
        return self._theme.phase(self.phase) if current else QColor(self._theme.muted)

    def fitting_note(self, width: int) -> tuple[str, QFont]:
        """The note as it fits, with its font: smaller, up to its colon or dot, else left out.

        If a note with a mark does not fit, only the mark is shown, and in the end only its sign.
        """
        head = self.mark or self.note.partition(":")[0].partition(" · ")[0]
        texts = ((self.note, 12), (self.note, 11), (head, 12), (head, 11))
        for text, size in texts:
            font = body_font(size)
            metrics = QFontMetrics(font)
            if text and metrics.horizontalAdvance(text) <= width:
                return text, font
        # A number that is cut short would be another number, and half a word says nothing.
        return "", font

    def _paint_progress(self, painter: QPainter, left: float, width: float) -> None:
        """A bar between the name and the note, or along the lower edge if there is no room."""
        color = self._theme.phase(self.phase)
        track = QRectF(left, self.height() / 2 - 2.5, width, 5)
        if width < 24:
            track = QRectF(_MARGIN, self.height() - 6, self.width() - 2 * _MARGIN, 2)
        part = self.standing.done / (self.standing.total or 1)
        done = QRectF(track.left(), track.top(), max(5, track.width() * part), track.height())
        radius = track.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.tint(color, 0.3))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(color)
        painter.drawRoundedRect(done, radius, radius)
