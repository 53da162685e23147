"""The five phases of an iteration in a row, each with its progress and its result."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from backprop_viz.desktop.panels.inspector.intervention_texts import intervention_text
from backprop_viz.desktop.panels.phases.phase_cell import PhaseCell
from backprop_viz.desktop.panels.phases.phase_texts import as_recorded, loss_formula, meaning
from backprop_viz.desktop.panels.phases.phases import PhaseProgress, PhaseState, phase_states
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.events import Array
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import PHASES, Phase
from backprop_viz.recording.settings import Settings

# For more numbers than this, the length of the update takes too long at each cursor.
_NORM_LIMIT = 1_000_000


class PhaseBar(QWidget):
    """Five cells; ``picked_phase`` carries the value of the phase that was clicked."""

    picked_phase = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Phases of the iteration"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.cells = tuple(PhaseCell(phase, self) for phase in PHASES)
        for cell in self.cells:
            row.addWidget(cell, 1)
            cell.clicked.connect(self._pick)
        self._view_state: ViewState | None = None
        # The last recording and the length of its update, which every view state of it needs.
        self._measured: tuple[Recording, float | None] | None = None

    def set_switches(self, actions: Mapping[str, Sequence[QAction]]) -> None:
        """Put switches into the cells of phases, given by the phases' values."""
        for cell in self.cells:
            cell.set_switches(actions.get(cell.phase.value, ()))

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the progress of the iteration at the cursor."""
        self._view_state = view_state
        if self.isVisible():
            self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        for cell in self.cells:
            cell.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while hidden."""
        super().showEvent(event)
        self._refresh()

    def _pick(self) -> None:
        cell = self.sender()
        assert isinstance(cell, PhaseCell)
        self.picked_phase.emit(cell.phase.value)

    def _refresh(self) -> None:
        if self._view_state is None:
            return
        for cell, standing in zip(self.cells, phase_states(self._view_state), strict=True):
            note, mark = self._marked_note(self._view_state, standing)
            cell.show_standing(standing, note, mark)
            tip = self._tip(standing, note, as_recorded(self._view_state))
            if mark:
                tip = f"{tip}\n{self._intervention_text(self._view_state.cursor.recording)}"
            if tip != cell.toolTip():
                cell.setToolTip(tip)
                cell.setAccessibleName(f"{cell.text()}: {note}")
                cell.setAccessibleDescription(tip)

    # -- words -------------------------------------------------------------------------------

    def _marked_note(self, view_state: ViewState, standing: PhaseState) -> tuple[str, str]:
        """The note and, after an intervention, the end of it that says so."""
        note, recording = self._note(view_state, standing), view_state.cursor.recording
        if standing.phase is not Phase.BACKWARD:
            return note, ""
        if recording.backwards > 1 and standing.total is not None and note:
            note = self.tr("{note} · {count} times").format(note=note, count=recording.backwards)
        if recording.intervention is None:
            return note, ""
        mark = self.tr("altered")
        return (self.tr("{note} · altered").format(note=note) if note else mark), mark

    def _note(self, view_state: ViewState, standing: PhaseState) -> str:
        """The result of a phase, as far as the cursor has come."""
        if standing.state is PhaseProgress.TO_COME:
            return self.tr("next") if standing.due else ""
        if standing.total is None:
            return ""
        if standing.state is PhaseProgress.UNDER_WAY:
            return self._under_way(standing)
        if standing.phase is Phase.ZERO_GRAD:
            return self._cleared(view_state.cursor.recording)
        if standing.phase is Phase.LOSS:
            loss = view_state.cursor.recording.loss
            return "–" if loss is None else short(loss)
        if standing.phase is Phase.UPDATE:
            length = self._update_length(view_state.cursor.recording)
            if length is not None:
                return self.tr("‖Δw‖ {length}").format(length=f"{length:.3g}")
        took = duration(standing.seconds or 0.0)
        if standing.phase is Phase.BACKWARD:
            return self.tr("{time} · {count} nodes").format(time=took, count=standing.total)
        return took

    def _under_way(self, standing: PhaseState) -> str:
        words = {
            Phase.FORWARD: self.tr("{done} / {total} operations"),
            Phase.LOSS: self.tr("{done} / {total} operations"),
            Phase.BACKWARD: self.tr("{done} / {total} nodes"),
        }
        other = self.tr("{done} / {total} parameters")
        text = words.get(standing.phase, other)
        return text.format(done=standing.done, total=standing.total)

    def _cleared(self, recording: Recording) -> str:
        """What zero_grad did to ``.grad``."""
        if not recording.cleared:
            return self.tr("not called: gradients accumulate")
        span = recording.span(Phase.ZERO_GRAD)
        assert span is not None
        events = recording.events[span.start : span.stop]
        left = [event.outputs[0] for event in events]
        none = sum(grad is None for grad in left)
        if all(_is_same(event.inputs[0], event.outputs[0]) for event in events):
            if none == len(left):
                return self.tr("{count} grads already None").format(count=none)
            return self.tr("{count} grads already clear").format(count=len(left))
        if none == len(left):
            return self.tr("{count} grads → None").format(count=none)
        if none == 0:
            return self.tr("{count} grads → 0").format(count=len(left))
        text = self.tr("{none} grads → None, {zero} → 0")
        return text.format(none=none, zero=len(left) - none)

    def _update_length(self, recording: Recording) -> float | None:
        if self._measured is None or self._measured[0] != recording:
            self._measured = (recording, update_length(recording))
        return self._measured[1]

    def _tip(self, standing: PhaseState, note: str, settings: Settings) -> str:
        lines = [f"{standing.phase.value}: {meaning(standing.phase, settings)}", note]
        if standing.phase is Phase.LOSS:
            lines.append(loss_formula(settings))
        if standing.phase is Phase.LOSS and note == "–":
            lines[1] = self.tr("There is no loss: backward starts from a gradient of the output.")
        if standing.total is not None and standing.seconds is not None:
            text = self.tr("{count} events in {time}.")
            lines += [text.format(count=standing.total, time=duration(standing.seconds))]
            lines += [self.tr("Click to see the state at its end.")]
        if standing.due:
            lines += [self.tr("This phase runs next.")]
        return "\n".join(line for line in lines if line)

    def _intervention_text(self, recording: Recording) -> str:
        assert recording.intervention is not None
        return intervention_text(recording.intervention, recording)


def _is_same(before: Array | None, after: Array | None) -> bool:
    """Whether zero_grad found what it would leave: None or zeros."""
    return before is None or (after is not None and not before.any())


def update_length(recording: Recording) -> float | None:
    """The norm of all changes by the update; None if there was none, or for too many numbers."""
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
        # Without BLAS: starting its threads costs more than the sum while training uses the cores.
        changes = [np.abs(after - before) for before, after in pairs]
        return math.sqrt(sum(np.square(change, dtype=np.float64).sum() for change in changes))


def duration(seconds: float) -> str:
    """Seconds in a readable unit: ``0.24 ms``, ``5.1 ms``, ``48 ms``, ``1.23 s``."""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    ms = seconds * 1000
    return f"{ms:.0f} ms" if ms >= 9.95 else f"{ms:.2g} ms"
