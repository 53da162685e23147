"""The plots of a run: loss, accuracy, and the flow of gradients."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolButton, QWidget

from ...core.records import Curves, Frame
from ..style.elided import ElidedLabel
from ..style.panel import Panel
from ..style.theme import DARK, Theme, body_font
from .curve import CurveRow, Series
from .curve_plot import CurvePlot
from .gradient_flow import GradientFlowPlot
from .legend import HEADER_HEIGHT, LegendButton

__all__ = ["AccuracyPlot", "GradientFlowPlot", "LossPlot"]

translate = QCoreApplication.translate

# Each iteration weighs 5 % less than the one after it.
_SMOOTHING = 0.95
# More would be a thicket; the newest are kept.
_EARLIER_RUNS = 5


class CurvePanel(Panel):
    """Curves over the iterations with a word for each in the header.

    ``why_empty`` gives the sentence to show in place of the plot, or nothing.
    """

    def __init__(
        self,
        title: str,
        rows: Sequence[CurveRow],
        plot: CurvePlot,
        why_empty: Callable[[Frame], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self.plot = plot
        self.plot.setAccessibleName(title)
        # Not a tooltip: that would cover the curve just where it is read.
        self.plot.setWhatsThis(
            self.tr("Drag to pan and turn the wheel to zoom; A shows all. Left and Right read.")
        )
        # The panel's own subtitle would be cut off where the header is full.
        self.subtitle.hide()
        self.notice = ElidedLabel()
        self.notice.setFont(body_font(11))
        self.notice.setMinimumHeight(HEADER_HEIGHT)
        self.header.addWidget(self.notice, 1)
        self._rows = rows
        self._why_empty = why_empty
        self._frame: Frame | None = None
        self.header.setSpacing(2)
        self.legend = [LegendButton(row.name, row.tip, row.width, row.marked) for row in rows]
        for i, button in enumerate(self.legend):
            button.toggled.connect(partial(plot.set_shown, i))
            self.header.addWidget(button)
        self.earlier_runs = LegendButton("", "", 1.0, marked=False, shrinks=True)
        self.earlier_runs.toggled.connect(plot.set_earlier_shown)
        self.earlier_runs.hide()
        self.header.addWidget(self.earlier_runs)
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.hint)
        self._pages.addWidget(plot)
        self.body.addWidget(self._pages, 1)
        self.set_theme(DARK)

    def show_frame(self, frame: Frame) -> None:
        """Follow the run; nothing is drawn unless something new came."""
        self._frame = frame
        if not self.isVisible():
            return
        empty = self._why_empty(frame)
        self.hint.setText(empty)
        self._pages.setCurrentIndex(0 if empty else 1)
        earlier = frame.earlier[-_EARLIER_RUNS:]
        if self.plot.show_curves(frame.curves, earlier, frame.training):
            self._name_earlier([name for name, _ in earlier])
            gap = self.plot.first_gap
            text = self.tr("not finite at iteration {n}")
            self.notice.setText("" if gap is None or empty else text.format(n=int(gap)))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the newest frame."""
        super().showEvent(event)
        if self._frame is not None:
            self.show_frame(self._frame)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.plot.set_theme(theme)
        off = QColor(theme.faint)
        for row, button in zip(self._rows, self.legend, strict=True):
            button.set_colors(QColor(theme.muted if row.faint else getattr(theme, row.color)), off)
        self.earlier_runs.set_colors(QColor(theme.earlier_run), off)
        self.notice.setStyleSheet(f"color: {theme.error};")

    def _name_earlier(self, names: Sequence[str]) -> None:
        self.earlier_runs.setVisible(bool(names))
        if not names:
            return
        several = self.tr("{n} earlier runs").format(n=len(names))
        text = names[0] if len(names) == 1 else several
        metrics = self.earlier_runs.fontMetrics()
        self.earlier_runs.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, 120))
        self.earlier_runs.setToolTip("\n".join(names))
        self.earlier_runs.setAccessibleName(text)


class LossPlot(CurvePanel):
    """The loss of every batch, smoothed, and on the held-out part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        rows = (
            CurveRow(
                translate("LossPlot", "batch"),
                translate("LossPlot", "The loss of each batch, as torch computed it"),
                _batch_loss,
                "accent",
                faint=True,
            ),
            CurveRow(
                translate("LossPlot", "smoothed"),
                translate("LossPlot", "The moving average of the batches' losses"),
                _batch_loss,
                "accent",
                smoothing=_SMOOTHING,
                width=2.0,
                main=True,
            ),
            CurveRow(
                translate("LossPlot", "held-out"),
                translate("LossPlot", "The mean loss on digits the net does not learn from"),
                _held_out_loss,
                "second_curve",
                width=1.5,
                marked=True,
            ),
        )
        axes = (translate("LossPlot", "iteration"), translate("LossPlot", "loss"))
        plot = CurvePlot(axes, rows)
        super().__init__(translate("LossPlot", "Loss"), rows, plot, _why_no_loss, parent)
        self.setObjectName("lossPlot")
        self.log = QToolButton()
        self.log.setObjectName("lossLog")
        self.log.setText(self.tr("log"))
        self.log.setAccessibleName(self.tr("Logarithmic loss"))
        self.log.setToolTip(self.tr("Show the loss on a logarithmic scale"))
        self.log.setProperty("role", "segment")
        self.log.setFont(body_font(11))
        self.log.setCheckable(True)
        self.log.toggled.connect(plot.set_log)
        self.header.addWidget(self.log)


class AccuracyPlot(CurvePanel):
    """How much of the batches and of the held-out part is read right, in percent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        rows = (
            CurveRow(
                translate("AccuracyPlot", "training"),
                translate("AccuracyPlot", "The moving average of the batches' accuracy"),
                _batch_accuracy,
                "accent",
                smoothing=_SMOOTHING,
                scale=100,
                width=2.0,
                main=True,
            ),
            CurveRow(
                translate("AccuracyPlot", "held-out"),
                translate("AccuracyPlot", "The accuracy on digits the net does not learn from"),
                _held_out_accuracy,
                "second_curve",
                scale=100,
                width=1.5,
                marked=True,
            ),
        )
        axes = (translate("AccuracyPlot", "iteration"), "")
        plot = CurvePlot(axes, rows, percent=True, limits=(0, 105))
        title = translate("AccuracyPlot", "Accuracy")
        super().__init__(title, rows, plot, _why_no_accuracy, parent)
        self.setObjectName("accuracyPlot")


def _batch_loss(curves: Curves) -> Series:
    return curves.loss, None


def _held_out_loss(curves: Curves) -> Series:
    return curves.held_out_loss, curves.held_out_iteration


def _batch_accuracy(curves: Curves) -> Series:
    return curves.accuracy, None


def _held_out_accuracy(curves: Curves) -> Series:
    return curves.held_out_accuracy, curves.held_out_iteration


def _why_no_loss(frame: Frame) -> str:
    if frame.settings.loss == "output_gradient":
        return translate("LossPlot", "There is no loss: backward starts from a random gradient.")
    if not len(frame.curves.loss) and not frame.earlier:
        return translate("LossPlot", "The curve starts with the first iteration.")
    return ""


def _why_no_accuracy(frame: Frame) -> str:
    if frame.settings.data == "random":
        return translate("AccuracyPlot", "Random data has no right answer to score.")
    if not len(frame.curves.accuracy) and not frame.earlier:
        return translate("AccuracyPlot", "The curve starts with the first iteration.")
    return ""
