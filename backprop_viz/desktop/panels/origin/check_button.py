"""The button that runs a check, and leaves off the one that runs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

CHECK_SHORTCUT = "F7"


class CheckButton(QToolButton):
    """Has one of two texts, and is as wide as the wider one, so that neither is cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runCheck")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def wanted_width(self) -> int:
        """Wide enough for both texts, in pixels."""
        self.ensurePolished()
        now, widths = self.text(), []
        for text in (self.tr("Cancel"), self.tr("Run check")):
            self.setText(text)
            widths.append(self.sizeHint().width())
        self.setText(now)
        return max(widths)

    def show_running(self, running: bool, why_not: str = "") -> None:
        """Say what a click does; ``why_not``: why there is nothing to check, in which case none."""
        self.setMinimumWidth(self.wanted_width)
        self.setText(self.tr("Cancel") if running else self.tr("Run check"))
        tip = (
            self.tr("Stop the check; the steps done so far stay ({0})")
            if running
            else self.tr("Compare the gradient with differences of the loss ({0})")
        )
        self.setToolTip(why_not or tip.format(CHECK_SHORTCUT))
        self.setAccessibleName(self.text())
