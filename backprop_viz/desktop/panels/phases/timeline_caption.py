"""The position of the cursor in words, at the right end of the timeline."""

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from backprop_viz.analysis.phase_runs import PhaseRun
from backprop_viz.desktop.panels.phases.held_places import is_held_between, line_shown
from backprop_viz.desktop.panels.phases.phases import (
    expected_events,
    known_runs,
    repeated_runs,
    running_free,
)
from backprop_viz.desktop.style.painting import BADGE, intervention_badge
from backprop_viz.desktop.style.theme import Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.phases import Phase

_SIZE = 12
_BADGE_SPACE = BADGE + 5


def caption(view_state: ViewState) -> str:
    """``iteration 128 · backward 17/26``, and whether there was an intervention."""
    translate = QCoreApplication.translate
    if running_free(view_state):
        text = translate("TimelineView", "training · iteration {number}")
        return text.format(number=f"{view_state.iteration:,}")
    cursor = view_state.cursor
    number, event = f"{cursor.recording.iteration:,}", cursor.event
    if cursor.recording.error is not None and not cursor.recording.events:
        return translate("TimelineView", "iteration {number} · raised").format(number=number)
    if cursor.recording.preview or event is None:
        words = translate("TimelineView", "iteration {number} · not started")
        if is_held_between(view_state):
            words = translate("TimelineView", "before iteration {number} · line {line}")
            return words.format(number=number, line=line_shown(view_state))
        if is_intervened(view_state):
            words = translate("TimelineView", "iteration {number} · not started · altered")
        return words.format(number=number)
    runs = known_runs(view_state)
    run = next(run for run in runs if run.holds(cursor.position))
    total = expected_events(view_state, run)
    where = _where(is_intervened(view_state))
    if total is None:
        where = translate("TimelineView", "iteration {number} · {phase} · {done} so far")
    done = cursor.position - run.span.start
    return where.format(number=number, phase=of_batch(run, runs), done=done, total=total)


def of_batch(run: PhaseRun, runs: Sequence[PhaseRun]) -> str:
    """The micro-batch, the pass or the call of a closure that a phase ran for, and its name.

    The name alone where that is the only one among ``runs``, which are all of the iteration.
    """
    translate = QCoreApplication.translate
    several = run.calls != 0 or any(other.batch > 1 for other in runs)
    if not (run.batch and several):
        return run.name
    if run.calls is None:
        text = translate("TimelineView", "closure call {number} · {phase}")
    elif run.calls:
        text = translate("TimelineView", "closure call {number} of {calls} · {phase}")
    elif run.apart:
        text = translate("TimelineView", "pass {number} · {phase}")
    else:
        text = translate("TimelineView", "micro-batch {number} · {phase}")
    return text.format(number=run.batch, calls=run.calls, phase=run.name)


def is_intervened(view_state: ViewState) -> bool:
    """Whether there was an intervention in the iteration shown."""
    return view_state.cursor.recording.intervention is not None and not running_free(view_state)


def caption_width(view_state: ViewState, most: int) -> int:
    """Room for every caption in phases of at most this many events."""
    runs = repeated_runs(view_state)
    phase = Phase.ZERO_GRAD.value
    if runs:
        last = max(runs, key=lambda run: run.batch)
        phase = of_batch(replace(last, name=Phase.BACKWARD.value), runs)
    wide = _where(is_intervened(view_state)).format(
        number=f"{view_state.iteration + 1:,}", phase=phase, done=most, total=most
    )
    metrics = QFontMetrics(body_font(_SIZE))
    widest = max(metrics.horizontalAdvance(text) for text in (wide, caption(view_state)))
    widest += 1  # the box may begin within a pixel
    return widest + (_BADGE_SPACE if is_intervened(view_state) else 0)


def paint_caption(painter: QPainter, box: QRectF, view_state: ViewState, theme: Theme) -> None:
    """Paint the caption at the right of a box, after a sign if there was an intervention."""
    intervention = is_intervened(view_state)
    metrics = QFontMetrics(body_font(_SIZE))
    room = math.floor(box.width()) - (_BADGE_SPACE if intervention else 0)
    text = metrics.elidedText(caption(view_state), Qt.TextElideMode.ElideRight, room)
    if intervention:
        left = box.right() - metrics.horizontalAdvance(text)
        intervention_badge(painter, left - _BADGE_SPACE + BADGE, box.center().y(), theme)
    painter.setFont(body_font(_SIZE))
    painter.setPen(QColor(theme.error if intervention else theme.muted))
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


def _where(intervention: bool) -> str:
    translate = QCoreApplication.translate
    if intervention:
        return translate("TimelineView", "iteration {number} · {phase} {done}/{total} · altered")
    return translate("TimelineView", "iteration {number} · {phase} {done}/{total}")
