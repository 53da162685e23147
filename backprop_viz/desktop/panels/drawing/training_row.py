"""The row under the pad: the drawing's label, and training on it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from backprop_viz.desktop.style.action_texts import action_label
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState


class TrainingRow(QWidget):
    """Choose a label, train on the drawing, undo that, show the saliency.

    ``label_chosen`` carries the label, from 0 on, or None.
    """

    label_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trainingRow")
        # Small: there are four controls under a narrow pad.
        self.setStyleSheet("QToolButton, QComboBox { padding: 1px 4px; }")
        self._train = _button("trainOnThis")
        self._undo = _button("undoTrainOnThis")
        self._saliency = _button("showSaliency")
        self._label = QComboBox()
        self._label.setObjectName("drawingLabel")
        adjust = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self._label.setSizeAdjustPolicy(adjust)
        self._classes: tuple[str, ...] = ()
        self.show_classes(DIGITS)
        self._label.setAccessibleName(self.tr("Label of the drawing"))
        self._label.setToolTip(
            self.tr(
                "The label of the drawing: what you drew. "
                "The keys 0 to 9 choose it, on the pad too."
            )
        )
        self._label.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._label.currentIndexChanged.connect(self._chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._train, 1)
        as_ = ElidedLabel(self.tr("as", "Train on this as 6"))
        as_.setProperty("role", "caption")
        as_.setBuddy(self._label)
        row.addWidget(as_)
        for widget in (self._label, self._undo, self._saliency):
            row.addWidget(widget)

    def set_actions(self, train: QAction, undo: QAction, saliency: QAction) -> None:
        """Set the actions that the buttons trigger."""
        # A button shows the action's icon text, a menu its full text.
        undo.setIconText("↶")
        saliency.setIconText("∂/∂x")
        for button, action in (
            (self._train, train),
            (self._undo, undo),
            (self._saliency, saliency),
        ):
            button.setDefaultAction(action)
            button.setAccessibleName(action_label(action))

    def explain(self, train: str, undo: str) -> None:
        """Say in the tooltips why a button is disabled; "" if it is not."""
        self._train.setAccessibleDescription(train)
        self._undo.setAccessibleDescription(undo)

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Offer these labels; the one chosen stays."""
        if classes == self._classes:
            return
        self._classes, chosen = classes, self._label.currentData()
        blocker = QSignalBlocker(self._label)
        self._label.clear()
        self._label.addItem("?", None)
        for label, name in enumerate(classes):
            # Begins with the digit: typing searches for items that start with the key.
            text = name if name == str(label) else self.tr("{0} {1}").format(label, name)
            self._label.addItem(text, label)
            self._label.setItemData(label + 1, name, Qt.ItemDataRole.ToolTipRole)
        self._label.setCurrentIndex(max(self._label.findData(chosen), 0))
        self._label.setMinimumContentsLength(1 if max(map(len, classes)) == 1 else 7)
        del blocker

    def show_drawing_training(self, drawing_training: DrawingTrainingState) -> None:
        """Show how training on the drawing stands."""
        self.show_label(drawing_training.label)

    @property
    def label(self) -> int | None:
        """The label that is shown, from 0 on, or None."""
        found: int | None = self._label.currentData()
        return found

    def show_label(self, label: int | None) -> None:
        """Show a label without a signal."""
        if self.label != label:
            blocker = QSignalBlocker(self._label)
            self._label.setCurrentIndex(self._label.findData(label))
            del blocker

    def choose(self, label: int) -> None:
        """Choose a label as the mouse does; choosing it again removes it."""
        chosen = self._label.currentData()
        self._label.setCurrentIndex(0 if chosen == label else max(self._label.findData(label), 0))

    def _chosen(self) -> None:
        self.label_chosen.emit(self._label.currentData())


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setSizePolicy(button.sizePolicy().Policy.Preferred, button.sizePolicy().Policy.Fixed)
    return button
