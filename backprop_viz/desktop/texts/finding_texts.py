"""The sentence of each finding in the user's language."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.lessons.particles import with_particles
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.notices.finding_sentences import CALLS, SENTENCES, sentence_of


def finding_texts() -> dict[str, str]:
    """The sentences by code, in the user's language; a finding's values go into the braces."""
    translate = QCoreApplication.translate
    return {code: translate("findings", text) for code, text in SENTENCES.items()}


def finding_text(finding: Finding) -> str:
    """What was found, in the user's language."""
    sentence = sentence_of(finding.code, finding.values)
    text = with_particles(QCoreApplication.translate("findings", sentence).format(*finding.values))
    if finding.calls is None:
        return text
    calls = QCoreApplication.translate("findings", CALLS).format(*finding.calls)
    return f"{text} {calls}"
