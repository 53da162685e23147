"""The plots of a run: loss and accuracy."""

from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QToolButton, QWidget

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.desktop.panels.plots.curve_panel import CurvePanel
from backprop_viz.desktop.panels.plots.curve_row import SMOOTHING, CurveData, CurveRow
from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.desktop.panels.plots.loss_lines import (
    LossLine,
    before_lines,
    loss_lines,
    rows_of_lines,
)
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.theme import body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.run.history import Curves

__all__ = ["AccuracyPlot", "GradientFlowPlot", "LossPlot"]


class LossPlot(CurvePanel):
    """The loss of every batch, its moving average, and the validation loss."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._lines: tuple[LossLine, ...] = ()
        self._before = 0
        self._usual = rows = (
            CurveRow(
                translate("LossPlot", "batch"),
                translate("LossPlot", "The loss of each batch, as torch computed it"),
                _batch_loss,
                "accent",
                faint=True,
                recorded=True,
            ),
            CurveRow(
                translate("LossPlot", "smoothed"),
                translate("LossPlot", "The moving average of the batches' losses"),
                _batch_loss,
                "accent",
                smoothing=SMOOTHING,
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
        lines = loss_lines(view_state) if foreign else ()
        if lines != self._lines:
            self._show_lines(lines, before_lines(view_state, lines))
        if foreign and not lines and self.legend[-1].isVisibleTo(self):
            self.legend[0].setToolTip(
                translate(
                    "LossPlot",
                    "What the last backward of each iteration started from, before a GradScaler "
                    "scaled it",
                )
            )
        if not lines:
            self.legend[-1].setVisible(not foreign)
        super().show_view_state(view_state)

    def _show_lines(self, lines: tuple[LossLine, ...], before: int) -> None:
        """Show the losses of an iteration's backwards by their lines, or with none its own.

        ``before``: so many first iterations had one loss, whose curve stays.
        """
        self._lines, self._before = lines, before
        rows = rows_of_lines(lines, self._of_line) if lines else self._usual
        if before:
            tip = translate("LossPlot", "The loss of each batch as long as it had one")
            rows = (*rows, replace(self._usual[0], tip=tip, series=self._of_first, faint=False))
        self.show_rows(rows)
        if len(lines) > 1:  # one word for a line's loss and its average
            of_lines = self.legend[: 2 * len(lines)]
            for each, smoothed in zip(of_lines[::2], of_lines[1::2], strict=True):
                each.toggled.connect(smoothed.setChecked)
                smoothed.hide()
        if self.log.isChecked():
            self.plot.set_log(True)

    def _of_first(self, curves: Curves) -> CurveData:
        return curves.loss[: self._before], None

    def _of_line(self, name: str, _: Curves) -> CurveData:
        none = np.empty(0)
        at, y = (none, none) if self._view_state is None else self._view_state.scalars[name]
        return y, at

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
                smoothing=SMOOTHING,
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
    # One that is NaN is known; it is told as such.
    losses, loss = view_state.curves.loss, view_state.cursor.recording.loss
    if len(losses) and loss is None and np.isnan(losses).all():
        return translate("LossPlot", "No loss was computed in the iterations recorded so far.")
    return ""


def _why_no_accuracy(view_state: ViewState) -> str:
    if not len(view_state.curves.accuracy) and not view_state.earlier:
        return translate("AccuracyPlot", "The curve starts when an iteration is complete.")
    return ""
