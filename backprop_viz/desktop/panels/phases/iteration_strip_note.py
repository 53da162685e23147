"""How many iterations are kept and their memory, and a link to continue from an older one."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from backprop_viz.desktop.style.action_texts import action_label
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import body_font, scaled
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.recording_cache import KeptIterations

# What records every iteration, and the call that it is for, by the kind of a run's origin.
_EVERY = {
    "script": ("--every 1", "backprop-viz run --every 1 …"),
    "watch": ("every=1", "bv.watch(…, every=1)"),
}


class IterationStripNote(QWidget):
    """``kept 14–128 · 93 of 256 MB``, and a link while an older iteration is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.readout = ElidedLabel()
        self.readout.setObjectName("iterationStripReadout")
        self.readout.setProperty("role", "caption")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.link = QToolButton()
        self.link.setObjectName("continueButton")
        # As small as the text beside it, and aligned with the text above.
        self.link.setProperty("role", "link")
        self.link.setProperty("textSize", "small")
        self.link.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.readout, 1)
        row.addWidget(self.link)

    def set_action(self, action: QAction) -> None:
        """Set the action of the link."""
        self.link.setDefaultAction(action)
        self.link.setAccessibleName(action_label(action))

    def show_view_state(self, view_state: ViewState) -> None:
        """Show which iterations are kept, and of a script's how to have more of them."""
        kept_iterations = view_state.kept_iterations
        older = (
            bool(kept_iterations.iterations)
            and kept_iterations.shown != kept_iterations.iterations[-1]
        )
        action = self.link.defaultAction()
        self.link.setVisible(older and action is not None and action.isVisible())
        kept, budget = megabytes(kept_iterations)
        option, call = _recording_all(view_state)
        text = self._kept_words(kept_iterations.iterations, bool(option)).format(
            count=f"{len(kept_iterations.iterations):,}",
            first=f"{min(kept_iterations.iterations, default=0):,}",
            last=f"{max(kept_iterations.iterations, default=0):,}",
            run=f"{view_state.iteration:,}",
            option=option,
            kept=kept,
            budget=budget,
        )
        if text == self.readout.text():
            return
        self.readout.setText(text)
        tip = self.tr(
            "{words}\nThese iterations can be looked at again, event by event "
            "(Page Up, Page Down).\nWhen the memory for them is used up, the oldest go "
            "first. How much they may take is set in the History menu."
        )
        if option:
            more = self.tr(
                "While the script runs freely, it is recorded only as often as takes little of "
                "its time.\nTo have each iteration, start it with {call}."
            )
            tip = f"{tip}\n{more}"
        self.readout.setToolTip(tip.format(words=text, call=call))

    def _kept_words(self, iterations: Sequence[int], left_out: bool) -> str:
        """Which are kept: all from the first to the last, or this many of them."""
        if left_out:
            return self.tr(
                "{count} kept of {first}–{run} · {option} keeps all · {kept} of {budget} MB"
            )
        if len(iterations) == 1:
            return self.tr("kept {first} · {kept} of {budget} MB")
        if iterations and max(iterations) - min(iterations) + 1 > len(iterations):
            return self.tr("{count} kept of {first}–{last} · {kept} of {budget} MB")
        return self.tr("kept {first}–{last} · {kept} of {budget} MB")

    def sizeHint(self) -> QSize:
        """Room for the text and for the link even while hidden, so that nothing moves."""
        words = QFontMetrics(body_font(11)).horizontalAdvance(self.readout.text()) + 4
        link = self.link.sizeHint().width() if self.link.defaultAction() is not None else 0
        return QSize(words + link + 6, scaled(20))


def leaves_out(view_state: ViewState) -> bool:
    """Whether iterations of somebody's own loop have run unrecorded since the first one kept."""
    return bool(_recording_all(view_state)[0])


def _recording_all(view_state: ViewState) -> tuple[str, str]:
    """What would have recorded all, and the call that it is for; two "" where none is left out."""
    kept, origin = view_state.kept_iterations.iterations, view_state.origin
    if not kept or origin is None or view_state.iteration - min(kept) < len(kept):
        return "", ""
    return _EVERY.get(origin.kind, ("", ""))


def megabytes(kept_iterations: KeptIterations) -> tuple[str, str]:
    """The memory used and the budget, in units of 2**20 bytes: ("93", "256")."""
    kept, budget = kept_iterations.bytes / 2**20, kept_iterations.budget / 2**20
    return (f"{kept:.1f}" if 0 < kept < 9.95 else f"{kept:.0f}"), f"{budget:.0f}"
