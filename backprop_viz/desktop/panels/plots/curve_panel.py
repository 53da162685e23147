"""A panel of curves over the iterations."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from backprop_viz.desktop.panels.plots.curve_row import CurveRow, is_faint, line_look
from backprop_viz.desktop.panels.plots.legend import LegendButton
from backprop_viz.desktop.panels.plots.told_points import CurvePoint, told_point
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.plots.curve_plot import CurvePlot

_PLOT = "backprop_viz.desktop.panels.plots.curve_plot"
# Pixels from the title to what is said beside it.
_BESIDE_TITLE = 8
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
        self.notice.setContentsMargins(_BESIDE_TITLE, 0, 0, 0)
        self.notice.hide()
        self.header.addWidget(self.notice, 1)
        self._why_empty = why_empty
        self._view_state: ViewState | None = None
        self.header.setSpacing(2)
        self.earlier_runs = LegendButton("", "", 1.0, marked=False, short=self.tr("earlier"))
        self.earlier_runs.toggled.connect(self._show_earlier)
        self.earlier_runs.hide()
        self.header.addWidget(self.earlier_runs, shrinks=True)
        self._rows = rows
        self.legend = self._make_legend()
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.hint)
        self.body.addWidget(self._pages, 1)
        self.set_theme(DARK)

    def _make_legend(self) -> list[LegendButton]:
        legend = [LegendButton(r.name, r.tip, r.width, r.marked, r.short) for r in self._rows]
        for i, button in enumerate(legend):
            button.toggled.connect(partial(self._show_row, i))
            at = self.header.indexOf(self.earlier_runs)
            self.header.insertWidget(at, button, shrinks=True)
        return legend

    def show_rows(self, rows: Sequence[CurveRow]) -> None:
        """Show other curves from the next view state on."""
        for button in self.legend:
            self.header.removeWidget(button)
            button.hide()
            button.deleteLater()
        if self._plot is not None:
            self._pages.removeWidget(self._plot)
            self._plot.hide()
            self._plot.deleteLater()
        self._rows, self._plot, self._faint = rows, None, []
        self.legend = self._make_legend()
        self._color_legend()

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
        if row.recorded and kept:
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
        shown = view_state.cursor.recording.iteration
        goes_back = not view_state.training and shown < view_state.iteration
        self.plot.mark_shown(shown if goes_back else None)
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
