"""The plots of a run: loss and accuracy."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolButton, QWidget

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.desktop.panels.plots.curve_row import CurveData, CurveRow, is_faint, line_look
from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.desktop.panels.plots.legend import LegendButton
from backprop_viz.desktop.panels.plots.told_points import CurvePoint, told_point
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.run.history import Curves

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.plots.curve_plot import CurvePlot

__all__ = ["AccuracyPlot", "GradientFlowPlot", "LossPlot"]


_PLOT = "backprop_viz.desktop.panels.plots.curve_plot"
# Each iteration has 5 % less weight than the next one.
_SMOOTHING = 0.95
# More would be unreadable; the newest are kept.
_EARLIER_RUNS = 5


class CurvePanel(Panel):
    """Curves over the iterations, with a legend in the header.

    ``axes`` names x and y; ``limits`` fixes the range of y. ``why_empty`` returns the sentence to
    show in place of the plot, or "". ``number_picked`` carries the ToldNumber of a point that was
    clicked; ``loss_asked`` an iteration that is kept, whose own loss was.
    """

    number_picked = Signal(object)
    loss_asked = Signal(int)

    def __init__(
        self,
        title: str,
        axes: tuple[str, str],
        rows: Sequence[CurveRow],
        why_empty: Callable[[ViewState], str],
        percent: bool = False,
        limits: tuple[float, float] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._axes = axes
        self._percent = percent
        self._limits = limits
        self._theme = DARK
        self._plot: CurvePlot | None = None
        self._loads = False
        self._faint: list[bool] = []  # which lines the legend shows so
        # The header has no room for the subtitle.
        self.subtitle.hide()
        self.notice = ElidedLabel()
        self.notice.setFont(body_font(11))
        self.notice.hide()
        self.header.addWidget(self.notice, 1)
        self._rows = rows
        self._why_empty = why_empty
        self._view_state: ViewState | None = None
        self.header.setSpacing(2)
        self.legend = [
            LegendButton(row.name, row.tip, row.width, row.marked, row.short) for row in rows
        ]
        for i, button in enumerate(self.legend):
            button.toggled.connect(partial(self._show_row, i))
            self.header.addWidget(button, shrinks=True)
        self.earlier_runs = LegendButton("", "", 1.0, marked=False, short=self.tr("earlier"))
        self.earlier_runs.toggled.connect(self._show_earlier)
        self.earlier_runs.hide()
        self.header.addWidget(self.earlier_runs, shrinks=True)
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.hint)
        self.body.addWidget(self._pages, 1)
        self.set_theme(DARK)

    @property
    def plot(self) -> "CurvePlot":
        """The plot, created when first used."""
        if self._plot is None:
            self._plot = self._make_plot()
        return self._plot

    def _make_plot(self) -> "CurvePlot":
        # Imported here: pyqtgraph would take a third of the time in which a window opens.
        from backprop_viz.desktop.panels.plots.curve_plot import CurvePlot

        plot = CurvePlot(self._axes, self._rows, self._percent, self._limits)
        plot.setAccessibleName(self.accessibleName())
        # Not a tooltip, which would cover the curve under the mouse.
        plot.setWhatsThis(
            self.tr(
                "Drag to pan, turn the wheel to zoom, press A to show all. "
                "Left and Right move the crosshair. Click a point, or press Enter: where does it "
                "come from?"
            )
        )
        plot.set_theme(self._theme)
        plot.point_picked.connect(self._explain)
        self._pages.addWidget(plot)
        # In the tab order, it comes where it stands, not last in the window.
        self.setTabOrder(self.earlier_runs, plot)
        self.setTabOrder(plot, plot.view_all)
        return plot

    def _explain(self, point: CurvePoint) -> None:
        """Tell what a point is; the loss of an iteration that is kept is a recorded number."""
        row, view_state = self._rows[point.row], self._view_state
        if view_state is None:
            return
        kept = point.iteration in view_state.kept_iterations.iterations
        if row.series is _batch_loss and not row.smoothing and kept:
            self.loss_asked.emit(point.iteration)
        else:
            title = self.accessibleName()
            told = told_point(row, point, view_state, title, self._percent)
            self.number_picked.emit(told)

    def show_view_state(self, view_state: ViewState) -> None:
        """Follow the run; draw only if there is anything new."""
        self._view_state = view_state
        if not self.isVisible():
            return
        empty = self._why_empty(view_state)
        self.hint.setText(empty)
        if empty and self._plot is None:
            return
        self._pages.setCurrentWidget(self.hint if empty else self.plot)
        self.plot.show_full_precision(view_state.full_precision)
        earlier = view_state.earlier[-_EARLIER_RUNS:]
        if self.plot.show_curves(view_state.curves, earlier, view_state.training):
            self._name_earlier([name for name, _ in earlier])
            points = map(len, self.plot.traces)
            faint = [is_faint(*of) for of in zip(self._rows, points, strict=True)]
            if faint != self._faint:
                self._faint = faint
                self._color_legend()
            gap = self.plot.first_gap
            text = self.tr("no finite number at iteration {n}")
            self.notice.setText("" if gap is None or empty else text.format(n=int(gap)))
            self.notice.setVisible(bool(self.notice.text()))
        if self.plot.behind:
            QTimer.singleShot(0, self, self._go_on)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the newest view state."""
        super().showEvent(event)
        self._go_on()

    def _go_on(self) -> None:
        if self._view_state is not None:
            self.show_view_state(self._view_state)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; load the library after the first painting, so that the window opens sooner."""
        super().paintEvent(event)
        if not self._loads:
            self._loads = True
            QTimer.singleShot(0, self, partial(import_module, _PLOT))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        if self._plot is not None:
            self._plot.set_theme(theme)
        self._color_legend()
        self.earlier_runs.set_colors(QColor(theme.earlier_run), QColor(theme.faint))
        self.notice.setStyleSheet(f"color: {theme.error};")

    def _color_legend(self) -> None:
        """Show in the legend what the lines look like."""
        theme, plot = self._theme, self._plot
        for i, (row, button) in enumerate(zip(self._rows, self.legend, strict=True)):
            points = 0 if plot is None else len(plot.traces[i])
            color, width = line_look(row, theme, points)
            word = theme.muted if is_faint(row, points) else getattr(theme, row.color)
            button.set_colors(QColor(word), QColor(theme.faint), color)
            button.set_width(width)

    def _show_row(self, row: int, shown: bool) -> None:
        self.plot.set_shown(row, shown)

    def _show_earlier(self, shown: bool) -> None:
        self.plot.set_earlier_shown(shown)

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
    """The loss of every batch, its moving average, and the validation loss."""

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
                late=True,
                short=translate("LossPlot", "smooth"),
            ),
            CurveRow(
                translate("LossPlot", "validation"),
                translate(
                    "LossPlot",
                    "The mean loss on the validation set, which the net is not trained on",
                ),
                _validation_loss,
                "second_curve",
                width=1.5,
                marked=True,
                short=translate("LossPlot", "val"),
            ),
        )
        axes = (translate("LossPlot", "iteration"), translate("LossPlot", "loss"))
        title = translate("LossPlot", "Loss")
        super().__init__(title, axes, rows, _why_no_loss, parent=parent)
        self.log = QToolButton()
        self.log.setObjectName("lossLog")
        self.log.setText(self.tr("log"))
        self.log.setAccessibleName(self.tr("Logarithmic loss"))
        self.log.setToolTip(self.tr("Show the loss on a logarithmic scale"))
        self.log.setProperty("role", "segment")
        self.log.setFont(body_font(11))
        self.log.setCheckable(True)
        self.log.toggled.connect(self._set_log)
        self.header.addWidget(self.log)

    def show_view_state(self, view_state: ViewState) -> None:
        """Follow the run. Of a script's nothing is known but what backward started from."""
        foreign = view_state.origin is not None
        if foreign and self.legend[-1].isVisibleTo(self):
            self.legend[0].setToolTip(
                translate(
                    "LossPlot",
                    "What the last backward of each iteration started from, before a GradScaler "
                    "scaled it",
                )
            )
        self.legend[-1].setVisible(not foreign)
        super().show_view_state(view_state)

    def _set_log(self, log: bool) -> None:
        self.plot.set_log(log)


class AccuracyPlot(CurvePanel):
    """The accuracy on the batches and on the validation set, in percent."""

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
                short=translate("AccuracyPlot", "train"),
            ),
            CurveRow(
                translate("AccuracyPlot", "validation"),
                translate(
                    "AccuracyPlot",
                    "The accuracy on the validation set, which the net is not trained on",
                ),
                _validation_accuracy,
                "second_curve",
                scale=100,
                width=1.5,
                marked=True,
                short=translate("AccuracyPlot", "val"),
            ),
        )
        axes = (translate("AccuracyPlot", "iteration"), "")
        title = translate("AccuracyPlot", "Accuracy")
        super().__init__(
            title, axes, rows, _why_no_accuracy, percent=True, limits=(0, 105), parent=parent
        )

    def show_view_state(self, view_state: ViewState) -> None:
        """Follow the run; without classes there is nothing to be right about."""
        self._view_state = view_state  # which a panel that comes to be seen asks for
        self.setVisible(not DATA_SETS[view_state.settings.data].one_batch)
        super().show_view_state(view_state)


def _batch_loss(curves: Curves) -> CurveData:
    return curves.loss, None


def _validation_loss(curves: Curves) -> CurveData:
    return curves.validation_loss, curves.validation_iteration


def _batch_accuracy(curves: Curves) -> CurveData:
    return curves.accuracy, None


def _validation_accuracy(curves: Curves) -> CurveData:
    return curves.validation_accuracy, curves.validation_iteration


def _why_no_loss(view_state: ViewState) -> str:
    if view_state.origin is None and not LOSSES[view_state.settings.loss].exists:
        return translate("LossPlot", "There is no loss: backward starts from a random gradient.")
    if not len(view_state.curves.loss) and not view_state.earlier:
        return translate("LossPlot", "The curve starts when an iteration is complete.")
    return ""


def _why_no_accuracy(view_state: ViewState) -> str:
    if not len(view_state.curves.accuracy) and not view_state.earlier:
        return translate("AccuracyPlot", "The curve starts when an iteration is complete.")
    return ""
