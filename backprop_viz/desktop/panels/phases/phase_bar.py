"""The five phases of an iteration in a row, each with its progress and its result."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from backprop_viz.analysis.loss_roots import loss_roots
from backprop_viz.analysis.numbers.number_origin import loss_number, value_of
from backprop_viz.analysis.phase_runs import (
    PhaseRun,
    clipping,
    phase_runs,
    phases_in_order,
)
from backprop_viz.analysis.provenance import undivided_loss
from backprop_viz.desktop.panels.inspector.intervention_texts import intervention_text
from backprop_viz.desktop.panels.phases.phase_cell import PhaseCell
from backprop_viz.desktop.panels.phases.phase_runs_row import PhaseRunsRow
from backprop_viz.desktop.panels.phases.phase_texts import as_recorded, loss_formula, meaning
from backprop_viz.desktop.panels.phases.phases import (
    PhaseProgress,
    PhaseState,
    expected_events,
    known_runs,
    nodes_among,
    phase_states,
    repeated_runs,
)
from backprop_viz.desktop.panels.phases.timeline_caption import of_batch
from backprop_viz.desktop.style.numbers import apart, duration, short
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.desktop.widgets.told_measures import told_update_length
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array, PhaseSpan
from backprop_viz.recording.trace.phases import PHASES, Phase

# For more numbers than this, the length of the update takes too long at each cursor.
_NORM_LIMIT = 1_000_000
# The last operations of a loss, this many, are named.
_MOST_OPS = 6


class PhaseBar(QWidget):
    """Five cells; where phases ran several times, one for each time.

    ``picked_phase`` carries the value of the phase that was clicked; ``cursor_moved`` the place at
    the end of one that ran several times. ``number_picked``: the number in a cell was clicked.
    """

    picked_phase = Signal(str)
    number_picked = Signal(object)
    cursor_moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Phases of the iteration"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._order = PHASES
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.cells = tuple(PhaseCell(phase, self) for phase in PHASES)
        for cell in self.cells:
            row.addWidget(cell, 1)
            cell.clicked.connect(self._pick)
            cell.note_clicked.connect(partial(self._explain, cell))
        self.runs = PhaseRunsRow(self._run_words)
        self.runs.position_picked.connect(self.cursor_moved)
        self.runs.hide()
        row.addWidget(self.runs, 1)
        self._view_state: ViewState | None = None
        self._refused: Phase | None = None
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

    def show_refused(self, phase: Phase | None) -> None:
        """Mark a phase that was tried once more and failed; the run is as it was. None: no mark."""
        if phase is not self._refused:
            self._refused = phase
            self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        for cell in self.cells:
            cell.set_theme(theme)
        self.runs.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while hidden."""
        super().showEvent(event)
        self._refresh()

    def _pick(self) -> None:
        cell = self.sender()
        assert isinstance(cell, PhaseCell)
        self.picked_phase.emit(cell.phase.value)

    def _explain(self, cell: PhaseCell) -> None:
        """Ask about the loss, or about how far the update moved the weights."""
        if self._view_state is None or cell.shown is None:
            return
        recording = self._view_state.cursor.recording
        if cell.phase is Phase.LOSS:
            number = loss_number(recording.at(len(recording.events)))
            if number is not None:
                self.number_picked.emit(number)
        elif cell.phase is Phase.UPDATE and self._update_length(recording) is not None:
            self.number_picked.emit(told_update_length(recording))

    def _refresh(self) -> None:
        if self._view_state is None:
            return
        runs = repeated_runs(self._view_state)
        self.runs.setVisible(bool(runs))
        for cell in self.cells:
            cell.setVisible(not runs)
        if runs:
            self.runs.show_runs(self._view_state, runs, self.width())
            return
        self._put_in_order(
            phases_in_order(self._view_state.cursor.recording, self._view_state.order)
        )
        for cell, standing in zip(self.cells, phase_states(self._view_state), strict=True):
            note, mark = self._marked_note(self._view_state, standing)
            if cell.phase is self._refused:
                standing = replace(standing, raised=True)
                note, mark = self.tr("refused"), ""
            cell.show_standing(standing, note, mark)
            cell.shown = self._number_in(standing)
            recording = self._view_state.cursor.recording
            tip = self._tip(standing, note, as_recorded(self._view_state), recording)
            if mark:
                tip = f"{tip}\n{self._intervention_text(recording)}"
            if cell.phase is self._refused:
                undone = self.tr("Run once more, it raised an error; the run is as it was.")
                tip = f"{tip}\n{undone}"
            if tip != cell.toolTip():
                cell.setToolTip(tip)
                cell.setAccessibleName(f"{cell.text()}: {note}")
                cell.setAccessibleDescription(tip)

    def _put_in_order(self, order: tuple[Phase, ...]) -> None:
        """Put the cells into the order in which the phases ran."""
        if order == self._order:
            return
        self._order, before = order, None
        for place, phase in enumerate(order):
            cell = self.cells[PHASES.index(phase)]
            cell.set_number(place + 1)
            self._row.insertWidget(place, cell, 1)
            if before is not None:
                QWidget.setTabOrder(before, cell)
            before = cell

    # -- words -------------------------------------------------------------------------------

    def _marked_note(self, view_state: ViewState, standing: PhaseState) -> tuple[str, str]:
        """The note and, after an intervention, the end of it that says so."""
        note, recording = self._note(view_state, standing), view_state.cursor.recording
        if standing.phase is not Phase.BACKWARD or standing.raised:
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
        if standing.raised:
            return self.tr("raised")
        if standing.state is PhaseProgress.UNDER_WAY:
            return self._under_way(view_state, standing)
        if standing.phase is Phase.ZERO_GRAD:
            return self._cleared(view_state.cursor.recording)
        if standing.phase is Phase.LOSS:
            loss = view_state.cursor.recording.loss
            return "–" if loss is None else short(loss)
        if standing.phase is Phase.UPDATE:
            length = self._update_length(view_state.cursor.recording)
            if length is not None:
                return self.tr("‖Δw‖ {length}").format(length=short(np.float64(length), 3))
        took = duration(standing.seconds or 0.0)
        if standing.phase is Phase.BACKWARD and standing.total:  # none where torch refused it
            count = nodes_among(view_state, standing.phase, standing.total)
            text = self.tr("{time} · 1 node") if count == 1 else self.tr("{time} · {count} nodes")
            return text.format(time=took, count=count)
        return took

    def _number_in(self, standing: PhaseState) -> ShownNumber | None:
        """The number in the note of a phase that is done."""
        done = standing.state is PhaseProgress.DONE and not standing.raised
        if self._view_state is None or not done:
            return None
        recording = self._view_state.cursor.recording
        values = {Phase.LOSS: ("loss", recording.loss)}
        if standing.phase is Phase.UPDATE:
            values[Phase.UPDATE] = "‖Δw‖", self._update_length(recording)
        name, value = values.get(standing.phase, ("", None))
        return None if value is None else ShownNumber(name, (), np.float64(value))

    def _run_words(
        self, view_state: ViewState, run: PhaseRun, state: PhaseState
    ) -> tuple[str, str]:
        """What a phase that ran says at its right, and its tooltip."""
        recording = view_state.cursor.recording
        took = duration(run.span.seconds)
        count = run.span.stop - run.span.start
        lines = [of_batch(run, known_runs(view_state))]
        if run.to_come:
            lines += [self.tr("This phase runs next.")] if state.due else []
            return self.tr("next") if state.due else "", "\n".join(lines)
        note = took if state.state is PhaseProgress.DONE else ""
        if state.raised:
            note = self.tr("raised")
        elif run.name in ("clip", "unscale"):
            figures = clipping(recording, run)
            ends = apart((np.float64(figures.before), np.float64(figures.after)), 4, "")
            text = self.tr("norm {before} → {after}")
            if figures.is_idle:
                text = self.tr("norm {before}: unchanged")
            note = text.format(before=ends[0], after=ends[1])
            lines.append(note)
            if figures.factor is not None and not figures.is_idle:
                text = self.tr("every gradient × {factor}")
                lines.append(text.format(factor=short(np.float64(figures.factor))))
        elif state.state is PhaseProgress.UNDER_WAY:
            total = expected_events(view_state, run)
            note = self._so_far(state.done) if total is None else f"{state.done} / {total}"
        elif run.name == Phase.LOSS and state.state is PhaseProgress.DONE:
            value = loss_after(recording, run.span.stop)
            note = note if value is None else short(value)
            events = recording.events[run.span.start : run.span.stop]
            lines.append(" → ".join(event.op for event in events[-_MOST_OPS:]))
            lines += self._roots(recording, run.span)
            lines += self._of_micro_batch(recording, run)
            if recording.loss_scale is not None:
                text = self.tr("For backward a GradScaler multiplied it by {scale}.")
                lines.append(text.format(scale=f"{recording.loss_scale:g}"))
        lines += [
            self._ran(count, took),
            self.tr("Click to see the state at its end."),
        ]
        return note, "\n".join(lines)

    def _ran(self, events: int, took: str) -> str:
        one = events == 1
        text = self.tr("1 event in {time}.") if one else self.tr("{count} events in {time}.")
        return text.format(count=events, time=took)

    def _so_far(self, events: int) -> str:
        text = self.tr("1 event so far") if events == 1 else self.tr("{done} events so far")
        return text.format(done=events)

    def _under_way(self, view_state: ViewState, standing: PhaseState) -> str:
        runs = (run for run in known_runs(view_state) if run.phase is standing.phase)
        total = expected_events(view_state, next(runs))
        if total is None:  # the script is held within the phase
            return self._so_far(standing.done)
        words = {
            Phase.FORWARD: self.tr("{done} / {total} operations"),
            Phase.LOSS: self.tr("{done} / {total} operations"),
            Phase.BACKWARD: self.tr("{done} / {total} nodes"),
        }
        text = words.get(standing.phase, self.tr("{done} / {total} parameters"))
        done, total = (nodes_among(view_state, standing.phase, n) for n in (standing.done, total))
        return text.format(done=done, total=total)

    def _cleared(self, recording: Recording) -> str:
        """What zero_grad did to ``.grad``."""
        if not recording.cleared:
            return self.tr("not called: gradients accumulate")
        span = recording.span(Phase.ZERO_GRAD)
        assert span is not None
        # Of modules that are left out nothing is known.
        events = [e for e in recording.events[span.start : span.stop] if not e.missing]
        if all(_is_same(event.inputs[0], event.outputs[0]) for event in events):
            if all(event.outputs[0] is None for event in events):
                return self.tr("{count} grads already None").format(count=len(events))
            return self.tr("{count} grads already clear").format(count=len(events))
        # Of a parameter that is not used .grad was None before.
        left = [event.outputs[0] for event in events if event.inputs[0] is not None]
        none = sum(grad is None for grad in left)
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

    def _tip(
        self, standing: PhaseState, note: str, settings: Settings | None, recording: Recording
    ) -> str:
        what = meaning(standing.phase, settings, recording, recording.span(standing.phase))
        lines = [f"{standing.phase.value}: {what}", note]
        if standing.phase is Phase.LOSS:
            lines.append(loss_formula(settings))
            span = recording.span(Phase.LOSS)
            lines += [] if span is None else self._roots(recording, span)
            if recording.loss_scale is not None:
                text = self.tr("For backward a GradScaler multiplied it by {scale}.")
                lines.append(text.format(scale=f"{recording.loss_scale:g}"))
        if standing.phase is Phase.LOSS and note == "–":
            lines[1] = self.tr("There is no loss: backward starts from a gradient of the output.")
        if standing.total is not None and standing.seconds is not None:
            lines += [self._ran(standing.total, duration(standing.seconds))]
            lines += [self.tr("Click to see the state at its end.")]
            if standing.phase in (Phase.LOSS, Phase.UPDATE) and note not in ("", "–"):
                lines += [self.tr("Click the number: where does it come from?")]
        if standing.due:
            lines += [self.tr("This phase runs next.")]
        return "\n".join(line for line in lines if line)

    def _roots(self, recording: Recording, span: PhaseSpan) -> list[str]:
        """Which of the numbers made in a span a backward started from, and their parts."""
        lines = []
        for root in loss_roots(recording):
            if span.start <= root.event < span.stop:
                text = self.tr("Backward starts from what {op} made: {value}")
                lines.append(text.format(op=root.op, value=short(np.float64(root.value))))
                parts = (f"{part.op} {short(np.float64(part.value))}" for part in root.parts)
                lines.append(" + ".join(parts))
        return [line for line in lines if line]

    def _of_micro_batch(self, recording: Recording, run: PhaseRun) -> list[str]:
        """What is to be known of a loss where several together are what the step moves along."""
        several = any(other.batch > 1 for other in phase_runs(recording))
        if run.calls != 0 or run.apart or not (run.batch and several):
            return []
        before = undivided_loss(recording, run.span)
        if before is None:
            return [self.tr("It is the loss of this micro-batch alone.")]
        text = self.tr("It is the loss of this micro-batch alone, divided: before it was {before}.")
        return [text.format(before=short(np.float64(before)))]

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
    moved = [(e.inputs[0], e.outputs[0]) for e in events if not e.is_of_step]
    pairs = [(a, b) for a, b in moved if a is not None and b is not None]
    if not pairs or sum(after.size for _, after in pairs) > _NORM_LIMIT:
        return None
    with np.errstate(all="ignore"):
        # Without BLAS: starting its threads costs more than the sum while training uses the cores.
        changes = [np.abs(after - before) for before, after in pairs]
        return math.sqrt(sum(np.square(change, dtype=np.float64).sum() for change in changes))


def loss_after(recording: Recording, position: int) -> float | None:
    """The loss that was computed last after this many events; None if it is no single number."""
    number = loss_number(recording.at(position))
    return None if number is None else value_of(recording, number)
