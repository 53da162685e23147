"""Texts on a sample and on a cell of the confusion matrix."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.style.numbers import short
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.class_names import class_name
from backprop_viz.recording.requests.samples import SamplePart


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: where it is, its label, its prediction and its loss, None until evaluated.

    ``classes`` are the names of the labels.
    """

    part: SamplePart
    source: int
    index: int
    label: int
    predicted: int | None
    loss: float | None
    classes: tuple[str, ...] = DIGITS

    @property
    def label_name(self) -> str:
        """The name of its label."""
        return class_name(self.classes, self.label)

    @property
    def predicted_name(self) -> str:
        """The name of the class that is predicted; "" until evaluated."""
        return "" if self.predicted is None else class_name(self.classes, self.predicted)

    @property
    def wrong(self) -> bool:
        """Whether the prediction is not the label."""
        return self.predicted is not None and self.predicted != self.label


def loaded_sentence(sample: Sample) -> str:
    """What to do with a sample that is to be stepped through."""
    return QCoreApplication.translate(
        "samples", "{0}, label {1}, is the batch now: press F10 to step through its iteration."
    ).format(sample_name(sample), sample.label_name)


def part_name(part: SamplePart) -> str:
    """A part as the window calls it."""
    translate = QCoreApplication.translate
    if part == "train":
        return translate("samples", "Training set")
    return translate("samples", "Validation set")


def sample_name(sample: Sample) -> str:
    """Which sample it is."""
    translate = QCoreApplication.translate
    if sample.part == "train":
        return translate("samples", "Training sample {0:,}").format(sample.index)
    return translate("samples", "Validation sample {0:,}").format(sample.index)


def verdict(sample: Sample) -> str:
    """Its label, and whether the prediction is correct."""
    translate = QCoreApplication.translate
    if sample.predicted is None:
        text = translate("samples", "Label {label}, not evaluated yet")
    elif sample.wrong:
        text = translate("samples", "Label {label}, predicted {predicted}: incorrect ✗")
    else:
        text = translate("samples", "Label {label}, predicted {predicted}: correct ✓")
    return text.format(label=sample.label_name, predicted=sample.predicted_name)


def sample_loss_text(sample: Sample) -> str:
    """Its loss, if it has one."""
    if sample.loss is None or sample.loss != sample.loss:
        return ""
    return QCoreApplication.translate("samples", "Loss {0}").format(short(sample.loss))


def sample_sentence(sample: Sample) -> str:
    """All that is known of a sample, a line each."""
    lines = (sample_name(sample), verdict(sample), sample_loss_text(sample))
    return "\n".join(line for line in lines if line)


def cell_sentence(label: str | None, predicted: str | None, count: int, of: int) -> str:
    """What a cell of the confusion matrix counts, by the names of its classes; None for any."""
    translate = QCoreApplication.translate
    if label is None and predicted is None:
        text = translate(
            "samples", "All {of:,} samples: {count:,} correct (accuracy {share:.2f} %)."
        )
    elif predicted is None:
        text = translate(
            "samples", "Label {label}: {count:,} of {of:,} samples correct (recall {share:.2f} %)."
        )
    elif label is None:
        text = translate(
            "samples",
            "Predicted {predicted}: {count:,} of {of:,} samples correct (precision {share:.2f} %).",
        )
    else:
        text = translate(
            "samples",
            "Label {label}, predicted {predicted}: {count:,} of {of:,} samples ({share:.2f} %).",
        )
    share = 100 * count / of if of else 0.0
    return text.format(label=label, predicted=predicted, count=count, of=of, share=share)
