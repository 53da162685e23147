"""The texts of the registries' entries in the user's language."""

from PySide6.QtCore import QCoreApplication


def loss_text(text: str) -> str:
    """A text of a loss, in the user's language."""
    return QCoreApplication.translate("losses", text)


def optimizer_text(text: str) -> str:
    """A text of an optimizer, in the user's language."""
    return QCoreApplication.translate("optimizers", text)


def data_text(text: str) -> str:
    """A text of a data set, in the user's language."""
    return QCoreApplication.translate("data sets", text)
