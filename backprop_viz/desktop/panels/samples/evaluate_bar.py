"""Evaluates a data set on demand, with progress and a way to cancel."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QWidget

from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.recording.requests.samples import EvaluationProgress, SamplePart

AMOUNTS = (6_000, 30_000)


class EvaluateBar(QWidget):
    """``wanted`` carries how many samples to evaluate (None: all); ``cancelled`` stops it."""

    wanted = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.amount = QComboBox()
        self.amount.setObjectName("evaluateAmount")
        self.amount.setAccessibleName(self.tr("How many samples to evaluate"))
        self.amount.setToolTip(self.tr("How many samples of the set are evaluated"))
        # The amounts depend on the part, which changes after the bar was laid out.
        self.amount.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.evaluate = QPushButton(self.tr("Evaluate"))
        self.evaluate.setObjectName("evaluateSamples")
        self.evaluate.setToolTip(
            self.tr("Classify these samples with the current network; training can continue")
        )
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setObjectName("cancelEvaluation")
        self.cancel.setToolTip(self.tr("Stop evaluating and keep the previous numbers"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the evaluation"))
        self.text = ElidedLabel()
        self.text.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in (self.evaluate, self.cancel):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        row.addWidget(self.amount)
        row.addWidget(self.evaluate)
        row.addWidget(self.bar, 1)
        row.addWidget(self.text, 1)
        row.addWidget(self.cancel)
        row.addStretch(1)
        self.evaluate.clicked.connect(self._want)
        self.cancel.clicked.connect(self.cancelled)
        self._shown: tuple[SamplePart, int] | None = None
        self._show_running(False)

    def show_part(self, part: SamplePart, size: int) -> None:
        """Offer to evaluate a set of this size, or the first samples of a large one."""
        if self._shown == (part, size):
            return
        self._shown = (part, size)
        self.amount.clear()
        for amount in AMOUNTS:
            if 2 * amount <= size:
                self.amount.addItem(self.tr("{0:,} (first)").format(amount), amount)
        self.amount.addItem(self.tr("{0:,} (all)").format(size), None)

    def show_progress(self, progress: EvaluationProgress) -> None:
        """Show the progress of an evaluation, or that it is over."""
        self._show_running(progress.total > 0)
        if progress.total:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
            text = self.tr("{0:,} of {1:,}")
            self.text.setText(text.format(progress.done, progress.total))

    def _show_running(self, running: bool) -> None:
        had_focus = self.evaluate.hasFocus() or self.cancel.hasFocus()
        during: tuple[QWidget, ...] = (self.bar, self.text, self.cancel)
        before: tuple[QWidget, ...] = (self.amount, self.evaluate)
        for widget in (*during, *before):
            widget.setVisible((widget in during) == running)
        if had_focus:
            (self.cancel if running else self.evaluate).setFocus()

    def _want(self) -> None:
        self.wanted.emit(self.amount.currentData())
