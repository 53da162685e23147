"""The panel of the loss surface: its settings, the picture, and what the picture says."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from backprop_viz.desktop.panels.surface.loss_colours import LossBar
from backprop_viz.desktop.panels.surface.surface_settings import SurfaceSettings
from backprop_viz.desktop.panels.surface.surface_texts import (
    around_text,
    descent_text,
    direction_text,
    no_surface_text,
    path_text,
)
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.late_widget import LateWidget
from backprop_viz.desktop.widgets.picture_button import PictureButton
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.loss_surface import SurfacePlane, WeightPlace

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.surface.line_plot import LinePlot
    from backprop_viz.desktop.panels.surface.surface_plot import SurfacePlot

_PARTS = 1000
# Width in pixels of the text beside the plot.
_TEXT = 196


class SurfaceView(Panel):
    """Shows one surface, and asks for it: ``wanted`` carries a SurfaceRequest.

    ``cancelled``: the one that is being computed is to be left off.
    """

    wanted = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("SurfaceView", "Loss surface"), parent)
        self.running = False
        self._reason: Fact | None = None
        self._plane: SurfacePlane | None = None
        self._theme = DARK
        self.settings = SurfaceSettings()
        self._late_plot = LateWidget(self._make_plot)
        self._late_line = LateWidget(self._make_line)
        self._pictures = QStackedWidget()
        self._pictures.addWidget(self._late_plot)
        self._pictures.addWidget(self._late_line)
        self.bar = LossBar()
        self.button = QToolButton()
        self.button.setObjectName("surfaceCompute")
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.clicked.connect(self.compute_or_cancel)
        self.log = QToolButton()
        self.log.setObjectName("surfaceLog")
        self.log.setText(self.tr("Log"))
        self.log.setCheckable(True)
        self.log.setChecked(True)
        self.log.setProperty("role", "switch")
        self.log.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.log.setAccessibleName(self.tr("Logarithmic colours"))
        self.log.setToolTip(self.tr("Colour the logarithm of the loss, or the loss itself (L)"))
        self.log.toggled.connect(self._show_scale)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _PARTS)
        self.progress.setAccessibleName(self.tr("Progress of the surface"))
        self.sentence = QLabel()
        self.sentence.setObjectName("surfaceSentence")
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("role", "caption")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        self.header.addWidget(self.progress)
        self.header.addWidget(self.log)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.settings, 1)
        top.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._pictures, 1)
        row.addWidget(self.bar)
        # A label that wraps has a panel ask for more height than there is; within this it cannot.
        text = SteadyScrollArea()
        text.setFrameShape(QFrame.Shape.NoFrame)
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        text.setWidgetResizable(True)
        text.setWidget(self.sentence)
        text.setFixedWidth(_TEXT)
        row.addWidget(text)
        # What there is nothing in leaves its room to what is said in the middle.
        self._beside = text
        for widget in (self.bar, text):
            widget.hide()
        self.body.addLayout(top)
        self.body.addLayout(row, 1)
        self._pictures.setMinimumSize(160, 100)
        self.progress.setFixedWidth(90)

    @property
    def plot(self) -> "SurfacePlot":
        """The picture, made when it is first needed."""
        return self._late_plot.widget

    def _make_plot(self) -> "SurfacePlot":
        # Imported here: pyqtgraph would take a third of the time in which a window opens.
        from backprop_viz.desktop.panels.surface.surface_plot import SurfacePlot

        plot = SurfacePlot()
        plot.set_theme(self._theme)
        plot.set_logarithmic(self.log.isChecked())
        plot.show_empty(self._what_to_do())
        return plot

    @property
    def line(self) -> "LinePlot":
        """The picture of a line, made when it is first needed."""
        return self._late_line.widget

    def _make_line(self) -> "LinePlot":
        from backprop_viz.desktop.panels.surface.line_plot import LinePlot

        line = LinePlot()
        line.set_theme(self._theme)
        line.set_logarithmic(self.log.isChecked())
        return line

    # -- what is shown ---------------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Offer the network's parameters; a surface is of the weights that it was asked for."""
        parameters = view_state.cursor.recording.parameters
        if parameters:
            self.settings.set_shapes({p.name: p.value.shape for p in parameters})

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Offer to save the picture."""
        self.header.insertWidget(2, PictureButton(actions["actionSavePanelPicture"]))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for made in (self._late_plot.made, self._late_line.made):
            if made is not None:
                made.set_theme(theme)
        self.bar.set_theme(theme)
        self._show()

    def show_surface(
        self,
        plane: SurfacePlane | None,
        losses: NDArray[np.float64],
        known: NDArray[np.bool_],
        reason: Fact | None = None,
        share: float = 1.0,
    ) -> None:
        """Show as much of a surface as there is; ``reason``: why there is no more of it.

        Where there is none at all, the one before stays.
        """
        self.running = share < 1.0
        self.progress.setValue(round(share * _PARTS))
        if plane is not None and known.any():
            self._plane = plane
            if plane.request.plane == "line":
                self.line.show_line(plane, losses, known)
                self._pictures.setCurrentWidget(self._late_line)
            else:
                self.plot.show_surface(plane, losses, known)
                self._pictures.setCurrentWidget(self._late_plot)
        self._reason = reason
        self._show()

    def end(self, reason: Fact) -> None:
        """Nothing more comes of what was asked for."""
        self.running, self._reason = False, reason
        self._show()

    def _show(self) -> None:
        reason = self._reason
        plane, plot = self._plane, self._late_plot.made
        line = plane is not None and plane.request.plane == "line"
        self.bar.show_scale(None if plot is None or line else plot.scale_of_colours)
        self.bar.setVisible(plane is not None and not line)
        self.subtitle.setText("" if plane is None else around_text(plane))
        lines = []
        if reason is not None and (plane is not None or reason.code != "cancelled"):
            lines.append(no_surface_text(reason))
        if plot is not None:
            plot.show_empty("" if plane is not None else self._what_to_do())
        if plane is not None:
            lines += [
                self.tr("x: {0}").format(direction_text(plane.axes[0])),
                "" if line else self.tr("y: {0}").format(direction_text(plane.axes[1])),
                path_text(plane),
                descent_text(plane),
            ]
        said = "\n\n".join(line for line in lines if line)
        self._beside.setVisible(bool(said))
        self.sentence.setText(said.replace(" %", "\N{NO-BREAK SPACE}%"))
        self.sentence.setToolTip(self.sentence.text())
        running = self.running
        self.button.setText(self.tr("Cancel") if running else self.tr("Compute"))
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip(
            self.tr("Stop; the points computed so far stay")
            if running
            else self.tr("Evaluate the loss on the plane; the run is left as it is (Enter)")
        )
        self.progress.setVisible(running)

    def _what_to_do(self) -> str:
        return self.tr(
            "The loss on a plane through the present weights: choose a plane and press Compute."
        )

    def _show_scale(self) -> None:
        if self._late_line.made is not None:
            self._late_line.made.set_logarithmic(self.log.isChecked())
        if self._late_plot.made is not None:
            self._late_plot.made.set_logarithmic(self.log.isChecked())
        self._show()

    # -- what is asked ---------------------------------------------------------------------------

    def compute_or_cancel(self) -> None:
        """What the button does."""
        if self.running:
            self.cancelled.emit()
        elif self.settings.finish():
            self.running, self._reason = True, None
            self.progress.setValue(0)
            self._show()
            self.wanted.emit(self.settings.request())

    def compute_along(self, place: WeightPlace) -> None:
        """Compute the surface along a weight, and another one beside it."""
        if self.running:
            self.cancelled.emit()
            self.running = False
        self.settings.choose_weight(place)
        self.compute_or_cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter computes, L changes the scale of the colours."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.running:
            self.compute_or_cancel()
        elif event.key() == Qt.Key.Key_L:
            self.log.toggle()
        else:
            super().keyPressEvent(event)
