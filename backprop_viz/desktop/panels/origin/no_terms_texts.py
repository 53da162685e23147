"""Why a number has no terms, in the user's language."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.recording.number_explanation import Fact


def no_terms_text(reason: Fact) -> str | None:
    """The sentence for a reason; None for a code that is not one."""
    say = QCoreApplication.translate
    texts = {
        "failed": say("reasons", "It could not be worked out: {0}: {1}. The log has more."),
    }
    text = texts.get(reason.code)
    return None if text is None else text.format(*reason.values)
