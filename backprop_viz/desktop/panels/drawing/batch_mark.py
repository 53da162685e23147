"""The strip that says that the batch is the drawing, and what the last step on it did."""

import math

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.requests.drawing_training import Moved


class BatchMark(QFrame):
    """Hidden unless there is something to say; ``data_wanted`` asks for the data as the batch."""

    data_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batchMark")
        self.setAccessibleName(self.tr("What the batch is"))
        self._text = ElidedLabel()
        self._text.setObjectName("batchMarkText")
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._back = QToolButton()
        self._back.setObjectName("backToData")
        self._back.setProperty("role", "link")
        self._back.setText(self.tr("Back to the data"))
        self._back.setAccessibleName(self.tr("Take batches from the data again"))
        self._back.setToolTip(self.tr("The next iterations take their batches from the data."))
        self._back.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._back.clicked.connect(self.data_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.addWidget(self._text, 1)
        row.addWidget(self._back)
        self.hide()

    def text(self) -> str:
        """The sentences shown."""
        return self._text.text()

    def show_view_state(self, view_state: ViewState) -> None:
        """Say what the batch is."""
        sentences = batch_sentences(view_state)
        if self._text.text() != sentences:
            self._text.setText(sentences)
        self._back.setVisible(view_state.drawing_training.is_batch)
        self.setVisible(bool(sentences))

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        ground, edge = theme.tint(theme.accent, 0.14).name(), theme.accent
        self.setStyleSheet(
            f"#batchMark {{ background: {ground}; border: 1px solid {edge}; border-radius: 6px; }}"
        )


def batch_sentences(view_state: ViewState) -> str:
    """What the batch is, and how the last step on the drawing changed its probability."""
    drawing_training, sentences = view_state.drawing_training, []
    if drawing_training.is_batch:
        label = drawing_training.label
        name = "" if label is None else view_state.class_name(label)
        under_way = f"{view_state.iteration + 1:,}"
        sentence = _drawn_batch(view_state)
        then = f"{view_state.iteration + 1 + drawing_training.waits:,}"
        sentences.append(sentence.format(name, under_way=under_way, then=then))
    elif _last_on_drawing(view_state):
        sentence = QCoreApplication.translate(
            "BatchMark",
            "Iteration {0} keeps your drawing as its batch; the next one takes its batch from the "
            "data.",
        )
        sentences.append(sentence.format(f"{view_state.iteration + 1:,}"))
    if drawing_training.moved is not None and view_state.prediction is not None:
        name = view_state.class_name(drawing_training.moved.label)
        probabilities = view_state.prediction.probabilities
        sentences.append(_movement(drawing_training.moved, name, probabilities))
    return "  ".join(sentences)


def _drawn_batch(view_state: ViewState) -> str:
    """The sentence about the drawing as the batch: of which iterations, if not of that shown."""
    translate, recording = QCoreApplication.translate, view_state.cursor.recording
    if view_state.drawing_training.waits:
        return translate(
            "BatchMark",
            "Iteration {under_way} keeps the batch that it began with: from iteration {then} on "
            "the batch is your drawing, label {0}.",
        )
    shows_earlier = not recording.preview and recording.iteration <= view_state.iteration
    if shows_earlier and not recording.given_batch and not view_state.training:
        return translate(
            "BatchMark", "From iteration {then} on the batch is your drawing, label {0}."
        )
    return translate("BatchMark", "The batch is your drawing, label {0}.")


def _last_on_drawing(view_state: ViewState) -> bool:
    """Whether the iteration under way has the drawing as its batch, and the next one has not."""
    recording = view_state.cursor.recording
    under_way = not recording.preview and recording.iteration > view_state.iteration
    return under_way and recording.given_batch and not view_state.training


def _movement(moved: Moved, name: str, after: tuple[float, ...]) -> str:
    text = QCoreApplication.translate(
        "BatchMark", "Iteration {0} trained on it: the probability of {1} went {2} → {3}."
    )
    label = moved.label
    return text.format(
        f"{moved.iteration:,}", name, *_percentages(moved.before[label], after[label])
    )


def _percentages(before: float, after: float) -> tuple[str, str]:
    """Two percentages, with as many decimals as tell them apart."""
    texts = _percent(before), _percent(after)
    decimals = 1
    while texts[0] == texts[1] and before != after and decimals < 15:
        decimals += 1
        texts = f"{100 * before:.{decimals}f} %", f"{100 * after:.{decimals}f} %"
    return texts


def _percent(probability: float) -> str:
    """A percentage with one decimal; never 0 or 100 by rounding alone."""
    if not math.isfinite(probability):
        return f"{probability}"
    if 0 < probability < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= probability < 1:
        return "> 99.9 %"
    return f"{100 * probability:.1f} %"
