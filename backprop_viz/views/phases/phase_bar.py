"""The five phases of an iteration in a row: where it is, what each phase took and gave."""

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from ...core.records import PHASES, Frame, Phase, Recording
from ..style.numbers import short
from ..style.theme import DARK, Theme, body_font
from .phases import Standing, State, standings

_HEIGHT = 36
_MARGIN = 11
_GAP = 8
_DOT = 10
# Above this many numbers the length of the update is not worth its time at each frame.
_NORM_LIMIT = 1_000_000


class PhaseCell(QAbstractButton):
    """One phase. ``note`` is what it took or gave; ``progress`` 0..1 while it is under way."""

    def __init__(self, phase: Phase, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"phaseCell_{phase.value}")
        self.setText(f"{PHASES.index(phase) + 1}  {phase.value}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.phase = phase
        self.note = ""
        self.standing = Standing(phase, State.TO_COME, 0, None, None, False, False)
        self._theme = DARK

    def show_standing(self, standing: Standing, note: str) -> None:
        """Show where the phase stands; ``note`` goes to the right."""
        if (standing, note) == (self.standing, self.note):
            return
        self.standing, self.note = standing, note
        recorded = standing.total is not None
        shape = Qt.CursorShape.PointingHandCursor if recorded else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the name and a note of usual length."""
        return QSize(self._name_end() + 130, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Room for the name: it is never elided."""
        return QSize(self._name_end() + _MARGIN, _HEIGHT)

    def _name_font(self) -> QFont:
        return body_font(13, bold=self.standing.current)

    def _name_end(self) -> int:
        # Measured in bold, so that nothing moves when the phase becomes the current one.
        name = QFontMetrics(body_font(13, bold=True)).horizontalAdvance(self.text())
        return _MARGIN + _DOT + _GAP + name

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what Space and a click do."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Hovering is shown."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box with a dot, the name, and the note as far as there is room."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_box(painter)
        self._paint_dot(painter)
        self._paint_words(painter)
        painter.end()

    def _paint_box(self, painter: QPainter) -> None:
        theme, color = self._theme, self._theme.phase(self.phase)
        fill, pen = QColor(theme.panel), QPen(QColor(theme.border), 1)
        if self.standing.current:
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
        """Hollow: to come; half filled: due or under way; filled: done."""
        color = self._theme.phase(self.phase)
        dot = QRectF(_MARGIN, (self.height() - _DOT) / 2, _DOT, _DOT)
        waiting = self.standing.state is State.TO_COME and not self.standing.due
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if self.standing.state is State.DONE else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot.adjusted(0.75, 0.75, -0.75, -0.75))
        if self.standing.state is not State.DONE and not waiting:
            painter.setBrush(color)
            painter.drawChord(dot.adjusted(0.75, 0.75, -0.75, -0.75), 90 * 16, 180 * 16)

    def _paint_words(self, painter: QPainter) -> None:
        theme = self._theme
        began = self.standing.state is not State.TO_COME or self.standing.due
        painter.setPen(QColor(theme.text if began else theme.muted))
        painter.setFont(self._name_font())
        align = Qt.AlignmentFlag.AlignVCenter
        left = _MARGIN + _DOT + _GAP
        painter.drawText(QRectF(left, 0, self.width(), self.height()), align, self.text())
        start, end = self._name_end() + _GAP, self.width() - _MARGIN
        note, font = self._fitting_note(end - start)
        if note:
            painter.setPen(
                theme.phase(self.phase) if self.standing.current else QColor(theme.muted)
            )
            painter.setFont(font)
            right = Qt.AlignmentFlag.AlignRight | align
            painter.drawText(QRectF(start, 0, end - start, self.height()), right, note)
        if self.standing.state is State.UNDER_WAY and self.standing.total:
            free = end - QFontMetrics(font).horizontalAdvance(note) - _GAP - start
            self._paint_progress(painter, start, free)

    def _fitting_note(self, width: int) -> tuple[str, QFont]:
        """The note as it fits: a little smaller, then elided, then left out; with its font."""
        for size in (12, 11):
            font = body_font(size)
            metrics = QFontMetrics(font)
            if metrics.horizontalAdvance(self.note) <= width:
                return self.note, font
        note = metrics.elidedText(self.note, Qt.TextElideMode.ElideRight, max(width, 0))
        return ("" if note == "…" else note), font

    def _paint_progress(self, painter: QPainter, left: float, width: float) -> None:
        """A bar between the name and the note; along the lower edge where there is no room."""
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


class PhaseBar(QWidget):
    """Five cells; ``picked_phase`` tells which one (a phase's value) was clicked."""

    picked_phase = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("phaseBar")
        self.setAccessibleName(self.tr("Phases of the iteration"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.cells = tuple(PhaseCell(phase, self) for phase in PHASES)
        for cell in self.cells:
            row.addWidget(cell, 1)
            cell.clicked.connect(self._pick)
        self._frame: Frame | None = None
        # The last recording's length of the update: it is needed at each of its frames.
        self._measured: tuple[Recording, float | None] | None = None

    def show_frame(self, frame: Frame) -> None:
        """Show where the iteration stands at the frame's cursor."""
        self._frame = frame
        if self.isVisible():
            self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        for cell in self.cells:
            cell.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while hidden."""
        super().showEvent(event)
        self._refresh()

    def _pick(self) -> None:
        cell = self.sender()
        assert isinstance(cell, PhaseCell)
        self.picked_phase.emit(cell.phase.value)

    def _refresh(self) -> None:
        if self._frame is None:
            return
        for cell, standing in zip(self.cells, standings(self._frame), strict=True):
            note = self._note(self._frame, standing)
            cell.show_standing(standing, note)
            tip = self._tip(standing, note)
            if tip != cell.toolTip():
                cell.setToolTip(tip)
                cell.setAccessibleName(f"{cell.text()}: {note}")
                cell.setAccessibleDescription(tip)

    # -- words -------------------------------------------------------------------------------

    def _note(self, frame: Frame, standing: Standing) -> str:
        """What the phase took and gave, as far as the cursor has come."""
        if standing.state is State.TO_COME:
            return self.tr("due") if standing.due else ""
        if standing.total is None:
            return ""
        if standing.state is State.UNDER_WAY:
            return self._under_way(standing)
        if standing.phase is Phase.ZERO_GRAD:
            return self._cleared(frame)
        if standing.phase is Phase.LOSS:
            loss = frame.moment.recording.loss
            return "–" if loss is None else short(loss)
        if standing.phase is Phase.UPDATE:
            length = self._update_length(frame.moment.recording)
            if length is not None:
                return self.tr("‖Δw‖ {length}").format(length=f"{length:.3g}")
        took = duration(standing.seconds or 0.0)
        if standing.phase is Phase.BACKWARD:
            return self.tr("{time} · {count} nodes").format(time=took, count=standing.total)
        return took

    def _under_way(self, standing: Standing) -> str:
        words = {
            Phase.FORWARD: self.tr("{done} / {total} operations"),
            Phase.LOSS: self.tr("{done} / {total} operations"),
            Phase.BACKWARD: self.tr("{done} / {total} nodes"),
        }
        other = self.tr("{done} / {total} parameters")
        text = words.get(standing.phase, other)
        return text.format(done=standing.done, total=standing.total)

    def _cleared(self, frame: Frame) -> str:
        """What zero_grad left in ``.grad``."""
        if not frame.settings.clear_gradients:
            return self.tr("left as they are")
        recording = frame.moment.recording
        span = recording.span(Phase.ZERO_GRAD)
        assert span is not None
        left = [event.outputs[0] for event in recording.events[span.start : span.stop]]
        none = sum(grad is None for grad in left)
        if none == len(left):
            return self.tr("{count} grads → None").format(count=none)
        if none == 0:
            return self.tr("{count} grads → 0").format(count=len(left))
        text = self.tr("{none} grads → None, {zero} → 0")
        return text.format(none=none, zero=len(left) - none)

    def _update_length(self, recording: Recording) -> float | None:
        if self._measured is None or self._measured[0] is not recording:
            self._measured = (recording, update_length(recording))
        return self._measured[1]

    def _tip(self, standing: Standing, note: str) -> str:
        lines = [f"{standing.phase.value}: {self._meaning(standing.phase)}", note]
        if standing.phase is Phase.LOSS and note == "–":
            lines[1] = self.tr("There is no loss: backward starts from a gradient of the output.")
        if standing.total is not None and standing.seconds is not None:
            text = self.tr("{count} events in {time}.")
            lines += [text.format(count=standing.total, time=duration(standing.seconds))]
            lines += [self.tr("Click to see the state at its end.")]
        if standing.due:
            lines += [self.tr("This phase is due next.")]
        return "\n".join(line for line in lines if line)

    def _meaning(self, phase: Phase) -> str:
        return {
            Phase.ZERO_GRAD: self.tr("forgets the gradients of the iteration before."),
            Phase.FORWARD: self.tr("computes the network's output from its input."),
            Phase.LOSS: self.tr("measures how far the output is from the target."),
            Phase.BACKWARD: self.tr("computes the gradient of the loss for every parameter."),
            Phase.UPDATE: self.tr("lets the optimizer change the parameters by their gradients."),
        }[phase]


def update_length(recording: Recording) -> float | None:
    """The length of all changes that the update made; None if there was none, or too many."""
    span = recording.span(Phase.UPDATE)
    events = recording.events[span.start : span.stop] if span else ()
    pairs = [
        (before, after)
        for before, after in ((event.inputs[0], event.outputs[0]) for event in events)
        if before is not None and after is not None
    ]
    if not pairs or sum(after.size for _, after in pairs) > _NORM_LIMIT:
        return None
    with np.errstate(all="ignore"):
        # No BLAS: its threads cost more than the sum while training keeps the cores busy.
        changes = [np.abs(after - before) for before, after in pairs]
        return math.sqrt(sum(np.square(change, dtype=np.float64).sum() for change in changes))


def duration(seconds: float) -> str:
    """Seconds as they are read: ``0.24 ms``, ``5.1 ms``, ``48 ms``, ``1.23 s``."""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    ms = seconds * 1000
    return f"{ms:.0f} ms" if ms >= 9.95 else f"{ms:.2g} ms"
