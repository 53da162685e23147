"""A line that says what the next key press will do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState


class NextStepHint(ElidedLabel):
    """A muted, centred line; the application's style sheet colours it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Loading PyTorch…"), parent)
        self.setAccessibleName(self.tr("Next step"))
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def show_view_state(self, view_state: ViewState) -> None:
        """Say what comes next."""
        self.setText(next_step(view_state))

    def set_theme(self, theme: Theme) -> None:
        """Nothing to do: the label paints nothing by itself."""
