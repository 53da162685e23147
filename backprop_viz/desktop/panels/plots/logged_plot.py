"""The plot of a number that somebody's loop logs, such as a learning rate."""

import re
from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QComboBox, QWidget

from backprop_viz.desktop.panels.plots.curve_panel import CurvePanel
from backprop_viz.desktop.panels.plots.curve_row import CurveData, CurveRow
from backprop_viz.desktop.panels.plots.extremes import Doubles
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.style.theme import body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.run.scalar_curves import line_of_loss

# A learning rate, of which only changes are told.
_RATE = re.compile(r"lr( \d+)?")


class LoggedPlot(CurvePanel):
    """One of the logged numbers, which is chosen by its name; hidden where nothing is logged."""

    def __init__(self, parent: QWidget | None = None) -> None:
        row = CurveRow(
            translate("LoggedPlot", "logged"),
            translate("LoggedPlot", "The numbers that the script has logged under this name"),
            _logged,
            "accent",
            width=1.5,
            main=True,
            told=True,
        )
        axes = (translate("LoggedPlot", "iteration"), "")
        title = translate("LoggedPlot", "Logged")
        super().__init__(title, axes, (row,), lambda _: "", parent=parent)
        self.legend[0].hide()
        self.names = QComboBox()
        self.names.setObjectName("loggedName")
        self.names.setAccessibleName(self.tr("Which number is shown"))
        self.names.setToolTip(self.tr("Which of the numbers that the script logs is shown"))
        self.names.setFont(body_font(11))
        self.names.currentTextChanged.connect(self._choose)
        self.header.addWidget(self.names)
        self.hide()

    def show_view_state(self, view_state: ViewState) -> None:
        """Follow the number that is chosen."""
        # The losses of lines are in the plot of the loss.
        names = [name for name in view_state.scalars if line_of_loss(name) is None]
        if names != [self.names.itemText(i) for i in range(self.names.count())]:
            chosen = self.names.currentText()
            self.names.blockSignals(True)
            self.names.clear()
            self.names.addItems(names)
            self.names.setCurrentText(chosen if chosen in names else names[0] if names else "")
            self.names.blockSignals(False)
        self.setVisible(bool(names))
        if not names:
            return
        name, none = self.names.currentText(), np.empty(0)
        at, y = view_state.scalars.get(name, (none, none))
        if _RATE.fullmatch(name):
            at, y = held_until(len(view_state.curves.loss), at, y)
        curves = Curves(none, none, at, y, none)
        super().show_view_state(replace(view_state, curves=curves, earlier=()))

    def _choose(self, _: str) -> None:
        if self._view_state is not None:
            self.show_view_state(self._view_state)


def held_until(iteration: int, at: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
    """A curve of changes, whose last value holds until an iteration."""
    return np.append(at, max(at[-1], iteration)), np.append(y, y[-1])


def _logged(curves: Curves) -> CurveData:
    return curves.validation_loss, curves.validation_iteration
