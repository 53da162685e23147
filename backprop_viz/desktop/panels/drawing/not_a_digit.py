"""The note beside the prediction when the drawing does not look like a digit."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.recording.requests.drawing_training import Prediction


class NotADigit(QLabel):
    """A line of text; its place stays reserved while it is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noDigit")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(
            self.tr(
                "Judged by another network, which comes with the program and was trained on drawn "
                "digits, letters and scribbles. The probabilities are your network's: it has to "
                "choose among ten digits, whatever is drawn."
            )
        )
        self.set_theme(DARK)
        self.show_prediction(None)

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show the note if the drawing does not look like a digit."""
        doubted = prediction is not None and prediction.looks_like_a_digit is False
        self.setText(self.tr("Does not look like a digit") if doubted else "")
        self.setVisible(doubted)

    def set_theme(self, theme: Theme) -> None:
        """Write in the colours of a theme."""
        self.setFont(body_font(11))
        self.setStyleSheet(f"color: {theme.text};")
