"""What a clipping did to a parameter's gradient, with links to before and after it."""

from html import escape

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from backprop_viz.analysis.phase_runs import PhaseRun, clipping, phase_runs
from backprop_viz.desktop.style.numbers import apart, short
from backprop_viz.desktop.style.theme import body_font
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.clip_calls import clip_limit_of


class ClipLine(QLabel):
    """Hidden while the cursor is before any clipping of the parameter.

    ``evidence`` carries the index of an event: the last before the clipping, or its last.
    """

    evidence = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clipLine")
        self.setWordWrap(True)
        self.setFont(body_font(12))
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.linkActivated.connect(self._go)
        self.hide()

    def show_cursor(self, cursor: Cursor, parameter: str) -> None:
        """Tell of the last clipping of a parameter's gradient before the cursor."""
        run = _clip_of(cursor, parameter)
        self.setVisible(run is not None)
        if run is None:
            return
        figures = clipping(cursor.recording, run)
        ends = apart((np.float64(figures.before), np.float64(figures.after)), 4, "")
        event = cursor.recording.events[run.span.start]
        limit = clip_limit_of(event)
        op = escape(event.op if limit is None else f"{event.op}({limit.option})")
        if figures.is_idle:
            text = self.tr("{function} left it as it was: below the limit (total norm {before}).")
        elif figures.factor is None:
            text = self.tr("Clipped by {function} (total norm {before} → {after}).")
        else:
            text = self.tr("Clipped by {function}: × {factor} (total norm {before} → {after}).")
        said = text.format(
            function=f"<code>{op}</code>",
            factor=f"<b>{short(np.float64(figures.factor or 0.0))}</b>",
            before=ends[0],
            after=ends[1],
        )
        links = f'<a href="{run.span.start - 1}">{self.tr("before")}</a> · '
        links += f'<a href="{run.span.stop - 1}">{self.tr("after")}</a>'
        self.setText(f"{said} {links}")

    def _go(self, link: str) -> None:
        self.evidence.emit(int(link))


def _clip_of(cursor: Cursor, parameter: str) -> PhaseRun | None:
    """The last run before the cursor that clipped a parameter's gradient."""
    mine = cursor.recording.happened_to.get(parameter, ())
    found = None
    for run in phase_runs(cursor.recording):
        inside = any(run.span.start <= i < run.span.stop and i < cursor.position for i in mine)
        if run.name == "clip" and inside:
            found = run
    return found
