"""Chooses what the numbers shown are compared with."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from backprop_viz.desktop.texts.table_texts import baseline_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.recording_cache import KeptIterations

_OFFERED = 12  # this many of the kept iterations; the History menu takes any number
_ACTIONS = ("actionComparePrevious", "actionCompareExperiment", "actionCompareIteration")


class CompareButton(QToolButton):
    """A menu of what is kept. ``chosen`` carries the iteration that the user wants."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareButton")
        self.setProperty("role", "segment")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._actions: tuple[QAction, ...] = ()
        self._kept = KeptIterations()
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._say(self.tr("compare"), self.tr("Compare with another iteration (Ctrl+K)"))

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Take the window's actions that compare."""
        self._actions = tuple(actions[name] for name in (*_ACTIONS, "actionStopComparing"))

    def show_view_state(self, view_state: ViewState) -> None:
        """Show what is compared with."""
        self._kept = view_state.kept_iterations
        comparison = view_state.comparison
        self.setEnabled(not view_state.training)
        self.setChecked(comparison is not None)
        if comparison is None:
            self._say(self.tr("compare"), self.tr("Compare with another iteration (Ctrl+K)"))
        else:
            known = comparison.then is not None
            text = baseline_text(comparison) if known else self.tr("nothing kept")
            if known and comparison.baseline == "experiment":
                text = self.tr("experiment")  # the tooltip has all of it
            tip = self.tr("Then, now and the difference: compared with {0}")
            if not known:
                tip = self.tr("There is nothing kept to compare with: {0}")
            self._say(text, tip.format(baseline_text(comparison)))

    def _say(self, text: str, tip: str) -> None:
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def _fill(self) -> None:
        self._menu.clear()
        self._menu.addActions(self._actions[:-1])
        self._menu.addSeparator()
        others = [i for i in self._kept.iterations if i != self._kept.shown][-_OFFERED:]
        for iteration in reversed(others):
            action = self._menu.addAction(self.tr("Iteration {0:,}").format(iteration))
            action.triggered.connect(partial(self.chosen.emit, iteration))
        self._menu.addSeparator()
        self._menu.addActions(self._actions[-1:])
