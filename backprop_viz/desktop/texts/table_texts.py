"""Texts of data in the user's language: of the registries' entries, of a comparison."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.comparison import Comparison


def loss_text(text: str) -> str:
    """A text of a loss, in the user's language."""
    return QCoreApplication.translate("losses", text)


def optimizer_text(text: str) -> str:
    """A text of an optimizer, in the user's language."""
    return QCoreApplication.translate("optimizers", text)


def data_text(text: str) -> str:
    """A text of a data set, in the user's language."""
    return QCoreApplication.translate("data sets", text)


def baseline_text(comparison: Comparison) -> str:
    """What is compared with, in the user's language."""
    translate = QCoreApplication.translate
    if comparison.baseline == "experiment":
        return translate("comparison", "before the experiment")
    if comparison.baseline == "previous" and comparison.then is None:
        return translate("comparison", "the previous iteration")
    iteration = comparison.baseline
    if comparison.then is not None:
        iteration = comparison.then.recording.iteration
    return translate("comparison", "iteration {0:,}").format(iteration)
