"""What torch raised, explained in the user's language."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.recording.trace.torch_error import TorchError


def error_sentences(error: TorchError) -> list[str]:
    """Which tensor it is about, where it was made and changed, and what to do."""
    translate = QCoreApplication.translate
    return [translate("errors", text).format(*values) for text, values in error.sentences()]
