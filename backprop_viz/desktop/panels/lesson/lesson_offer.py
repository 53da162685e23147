"""Offers the first lesson, once, in the line of notices."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState


class LessonOffer(QWidget):
    """Hidden until it is to offer; ``wanted``: begin the lesson. Either button hides it.

    It lies over the hints, so it goes when an iteration is over that somebody has run without it.
    """

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered_at: int | None = None  # after so many iterations
        self._text = QLabel()
        self._begin = QToolButton()
        self._begin.setObjectName("beginFirstLesson")
        self._begin.setProperty("role", "link")
        self._later = QToolButton()
        self._later.setObjectName("declineFirstLesson")
        self._later.setProperty("role", "link")
        card = QFrame()
        card.setProperty("role", "panel")
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 0, 6, 0)
        row.setSpacing(6)
        row.addStretch(1)
        row.addWidget(self._text)
        for button in (self._begin, self._later):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(self.hide)
            row.addWidget(button)
        row.addStretch(1)
        self._begin.clicked.connect(self.wanted)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)  # all over the hint, which half of it would garble
        self.hide()

    def offer(self) -> None:
        """Offer the first lesson."""
        said = self.tr("New here? The first lesson shows what a gradient is, in five minutes.")
        self.setAccessibleName(said)
        self._text.setText(said)
        for button, text, tip in (
            (self._begin, self.tr("First steps"), said),
            (
                self._later,
                self.tr("Not now"),
                self.tr("Help > First steps begins it at any time"),
            ),
        ):
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(tip)
        self._offered_at = None
        self.show()

    def show_view_state(self, view_state: ViewState) -> None:
        """Go once the run has gone on."""
        if self.isHidden():
            return
        if self._offered_at is None:
            self._offered_at = view_state.iteration
        elif view_state.iteration > self._offered_at:
            self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Nothing to do: the style sheet colours it."""
