"""A strip that shows the progress of a long job, with a button to cancel it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.style.elided import ElidedLabel

_STEPS = 1000


class ProgressStrip(QFrame):
    """Hidden while no job is running. ``cancelled``: the user wants to stop the job."""

    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._label = ElidedLabel()
        self._label.setFixedWidth(400)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = QToolButton()
        self._cancel.setObjectName(f"{name}Cancel")
        self._cancel.setProperty("role", "link")
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setAccessibleName(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Stop this; the run is not affected"))
        self._cancel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(self._label)
        self._bar.setFixedWidth(120)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        self.hide()

    def show_progress(self, text: str, share: float | None) -> None:
        """Show what is being done and how much of it, from 0 to 1, or None if unknown."""
        self._label.setText(text)
        self._bar.setRange(0, 0 if share is None else _STEPS)
        self._bar.setValue(0 if share is None else round(share * _STEPS))
        self._bar.setAccessibleDescription(text)
        self.show()

    def tell_what_cancel_does(self, text: str) -> None:
        """Where it is not what it is elsewhere: that the run is not affected."""
        self._cancel.setToolTip(text)

    def text(self) -> str:
        """What is being done."""
        return self._label.text()
