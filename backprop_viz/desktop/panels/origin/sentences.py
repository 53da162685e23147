"""The words beside the numbers: which iteration, why there are no terms, which branch was taken."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.numbers.differentiated import LOSS
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.desktop.panels.origin.fact_texts import fact_text
from backprop_viz.desktop.panels.origin.no_terms_texts import given_text, no_terms_text
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.number_explanation import Fact, NumberExplanation


def sentences(explanation: NumberExplanation, names: NumberNames) -> str:
    """A line for each fact of an explanation, in the user's language."""
    reasons = () if explanation.reason is None else (explanation.reason,)
    said = [_said(fact, names) for fact in (*reasons, *explanation.facts)]
    if explanation.kind == "given" and not said:
        said.append(given_text(names.recording, explanation.number))
    return "\n".join(filter(None, said))


def iteration_text(asked: AskedNumber, shown: Recording, of_sample: bool) -> str:
    """Which iteration a number is of, and of which sample; ``shown`` is what the window shows."""
    translate = QCoreApplication.translate
    if asked.of_drawing:
        return translate("OriginView", "of the drawing")
    text = translate("OriginView", "iteration {0}, not the one shown")
    if asked.recording.serial == shown.serial:
        text = translate("OriginView", "iteration {0}")
    text = text.format(asked.recording.iteration)
    if asked.recording.recorded_samples <= 1:
        return text
    of = translate("OriginView", "{0} · of the whole batch")
    if of_sample:
        of = translate("OriginView", "{0} · sample {1}")
    return of.format(text, asked.number.index[0] if asked.number.index else 0)


def _said(fact: Fact, names: NumberNames) -> str:
    if fact.code == "backward_starts" and names.differentiated != LOSS:
        text = QCoreApplication.translate("facts", "Backward starts here: ∂{0}/∂{0} is 1.")
        return text.format(names.differentiated)
    return no_terms_text(fact) or fact_text(fact) or fact.code
